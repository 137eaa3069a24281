#include "core/keys/key_rotation.h"

#include <unistd.h>

#include <cstdint>
#include <optional>

#include "core/base/file_exchange.h"

namespace garderobe {
namespace {

std::string PathOf(const std::string& directory, std::string_view role) {
  return fmt::format("{}/{}.key", directory, role);
}

// The epoch of the next key; nullopt: there is none.
absl::StatusOr<std::optional<uint32_t>> NextEpochOf(
    const std::string& directory, std::string_view role) {
  const auto next = ReadKeyFile(NextKeyPath(directory, role), role);
  if (next.status().code() == absl::StatusCode::kNotFound) return std::nullopt;
  GARDEROBE_RETURN_IF_ERROR(next.status());
  return next->epoch;
}

KeyFileSecret Draw(KeyShape shape) {
  if (shape == KeyShape::kBytes) return KeyFileSecret::Random();
  const EphemeralScalar scalar = EphemeralScalar::Random();
  return KeyFileSecret::CopyFrom({scalar.ExposeSecret(), 32});
}

}  // namespace

std::string NextKeyPath(const std::string& directory, std::string_view role) {
  return fmt::format("{}/{}.next.key", directory, role);
}

absl::Status DrawNextKey(const std::string& directory, std::string_view role,
                         uint32_t epoch, KeyShape shape) {
  const std::string path = NextKeyPath(directory, role);
  GARDEROBE_ASSIGN_OR_RETURN(const auto drawn, NextEpochOf(directory, role));
  if (drawn == epoch) return absl::OkStatus();
  if (drawn && unlink(path.c_str()) != 0) {
    return Unavailable("cannot remove {}", path);
  }
  return WriteKeyFile(path, role, epoch, Draw(shape));
}

absl::StatusOr<std::string> KeyPathOf(const std::string& directory,
                                      std::string_view role, uint32_t epoch) {
  GARDEROBE_ASSIGN_OR_RETURN(const auto next, NextEpochOf(directory, role));
  if (next == epoch) return NextKeyPath(directory, role);
  const std::string path = PathOf(directory, role);
  GARDEROBE_ASSIGN_OR_RETURN(const KeyFile key, ReadKeyFile(path, role));
  if (key.epoch == epoch) return path;
  return FailedPrecondition(
      "{} is of epoch {}, and the parameters beside it are of epoch {}: they "
      "are from different copies; put back a whole folder of keys "
      "(docs/operating.md, Rotation)",
      path, key.epoch, epoch);
}

absl::StatusOr<bool> TakeOverNextKey(const std::string& directory,
                                     std::string_view role, uint32_t epoch) {
  GARDEROBE_ASSIGN_OR_RETURN(const auto next, NextEpochOf(directory, role));
  if (next != epoch) return false;
  GARDEROBE_RETURN_IF_ERROR(
      ReplaceWiped(PathOf(directory, role), NextKeyPath(directory, role)));
  return true;
}

}  // namespace garderobe
