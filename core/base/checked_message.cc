#include "core/base/checked_message.h"

#include "core/base/checked_file.h"
#include "core/base/damage.h"

namespace garderobe {

absl::StatusOr<bool> ReadCheckedMessage(
    const std::string& path, std::string_view kind,
    google::protobuf::MessageLite& message) {
  const auto bytes = ReadCheckedFile(path, kind);
  if (absl::IsNotFound(bytes.status())) return false;
  GARDEROBE_RETURN_IF_ERROR(bytes.status());
  if (message.ParseFromString(*bytes)) return true;
  return DataLoss("{} is damaged: its contents are no message of its kind; {}",
                  path, kWhatToDoAboutDamage);
}

}  // namespace garderobe
