#include "core/keys/key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>

#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/integer.h"
#include "core/keys/text_fields.h"

namespace garderobe {
namespace {

constexpr std::string_view kKeyFileFirstLine = "garderobe-key-v1";

}  // namespace

std::string KeyId(std::string_view role, const KeyFileSecret& secret) {
  constexpr std::string_view kLabel("garderobe/key-id/v1\0", 20);
  constexpr std::string_view kZero("\0", 1);
  const auto hash =
      Hash<Digest128>({kLabel, role, kZero,
                       AsView({secret.ExposeSecret(), KeyFileSecret::kBytes})});
  return ToHex(hash.bytes().first(8));
}

absl::Status WriteKeyFile(const std::string& path, std::string_view role,
                          uint32_t epoch, const KeyFileSecret& secret) {
  char hex[65];
  const ScopedWipe wipe_hex(hex, sizeof hex);
  sodium_bin2hex(hex, sizeof hex, secret.ExposeSecret(), 32);
  std::string text;
  text.reserve(512);
  text += fmt::format(
      "{}\nrole: {}\nkey_id: {}\nepoch: {}\nstatus: enabled\nsecret: ",
      kKeyFileFirstLine, role, KeyId(role, secret), epoch);
  text.append(hex, 64);
  text += "\n";
  const ScopedWipe wipe(text);
  const absl::Status created = CreateFile(path, text, 0600);
  if (created.code() == absl::StatusCode::kAlreadyExists) {
    return AlreadyExists("{} exists; keys are never overwritten", path);
  }
  return created;
}

absl::StatusOr<KeyFile> ReadKeyFile(const std::string& path,
                                    std::string_view role) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return NotFound("cannot read the key {}: {}", path, strerror(errno));
  struct stat info;
  char buffer[1024];
  const ScopedWipe wipe(buffer, sizeof buffer);
  const bool statted = fstat(fd, &info) == 0;
  const ssize_t size = read(fd, buffer, sizeof buffer);
  close(fd);
  if (!statted || size < 0) return Unavailable("cannot read the key {}", path);
  if ((info.st_mode & 077) != 0) {
    return FailedPrecondition(
        "{} may be read by others (mode {:o}); run: chmod 600 {}", path,
        info.st_mode & 0777, path);
  }
  std::string_view text(buffer, static_cast<size_t>(size));
  if (!text.starts_with(kKeyFileFirstLine)) {
    return InvalidArgument("{} is not a {} file", path, kKeyFileFirstLine);
  }
  text.remove_prefix(std::min(text.find('\n') + 1, text.size()));
  const std::string_view found_role = TakeField(&text, "role");
  const std::string_view key_id = TakeField(&text, "key_id");
  const std::string_view epoch = TakeField(&text, "epoch");
  const std::string_view status = TakeField(&text, "status");
  const std::string_view hex = TakeField(&text, "secret");
  if (found_role != role) {
    return InvalidArgument("{} holds a key of another role than {}", path,
                           role);
  }
  if (status != "enabled") {
    return FailedPrecondition("the key {} is not enabled", path);
  }
  uint8_t secret[32];
  const ScopedWipe wipe_secret(secret, sizeof secret);
  size_t bytes = 0;
  const auto epoch_number = ParseInteger<uint32_t>(epoch);
  if (!epoch_number || hex.size() != 64 ||
      sodium_hex2bin(secret, sizeof secret, hex.data(), hex.size(), nullptr,
                     &bytes, nullptr) != 0 ||
      bytes != sizeof secret) {
    return InvalidArgument("{} is damaged", path);
  }
  return KeyFile{std::string(found_role), std::string(key_id), *epoch_number,
                 KeyFileSecret::CopyFrom(secret)};
}

}  // namespace garderobe
