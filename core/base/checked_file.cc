#include "core/base/checked_file.h"

#include <algorithm>

#include "core/base/bytes.h"
#include "core/base/damage.h"
#include "core/base/files.h"
#include "core/base/hash.h"

namespace garderobe {
namespace {

constexpr std::string_view kMagic = "gdrbchk1";
constexpr size_t kTrailerBytes = kMagic.size() + Digest256::kBytes;

std::string DigestOf(std::string_view kind, std::string_view contents) {
  std::string prefix;
  PutLengthPrefixed(prefix, kind);
  return AsString(Hash({prefix, contents}).bytes());
}

}  // namespace

absl::Status WriteCheckedFile(const std::string& path, std::string_view kind,
                              std::string_view contents) {
  std::string bytes(contents);
  bytes += kMagic;
  bytes += DigestOf(kind, contents);
  return ReplaceFile(path, bytes, 0600);
}

absl::StatusOr<std::string> ReadCheckedFile(const std::string& path,
                                            std::string_view kind) {
  GARDEROBE_ASSIGN_OR_RETURN(std::string bytes, ReadWholeFile(path));
  if (bytes.size() < kTrailerBytes) {
    return DataLoss("{} is damaged: only {} bytes of it are there; {}", path,
                    bytes.size(), kWhatToDoAboutDamage);
  }
  const size_t size = bytes.size() - kTrailerBytes;
  const std::string trailer = bytes.substr(size);
  bytes.resize(size);
  if (trailer != std::string(kMagic) + DigestOf(kind, bytes)) {
    return DataLoss("{} is damaged: its checksum does not fit its contents; {}",
                    path, kWhatToDoAboutDamage);
  }
  return bytes;
}

}  // namespace garderobe
