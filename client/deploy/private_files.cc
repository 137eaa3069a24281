#include "client/deploy/private_files.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "core/base/files.h"
#include "core/keys/key_file.h"
#include "core/sealing/author_payload.h"

namespace garderobe::client {
namespace {

absl::Status MakeKey(const std::string& path, std::string_view role) {
  GARDEROBE_ASSIGN_OR_RETURN(const bool is_there, IsThere(path));
  if (is_there) return absl::OkStatus();
  return WriteKeyFile(path, role, 1, KeyFileSecret::Random());
}

}  // namespace

absl::Status MakePrivateFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return Unavailable("cannot create {}: {}", path, error.message());
  if (chmod(path.c_str(), 0700) != 0) {
    return Unavailable("cannot keep others out of {}: {}", path,
                       std::strerror(errno));
  }
  return absl::OkStatus();
}

absl::Status MakeInstitutionKeys(const std::string& folder) {
  GARDEROBE_RETURN_IF_ERROR(MakePrivateFolder(folder));
  GARDEROBE_RETURN_IF_ERROR(
      MakeKey(folder + "/handle.key", "institution-handle"));
  return MakeKey(folder + "/author.key", kAuthorRole);
}

}  // namespace garderobe::client
