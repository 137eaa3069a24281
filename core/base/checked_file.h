// Small files that carry a checksum of their own, so that damage, a cut tail
// and a file of another kind are noticed: a Protobuf message that was cut short
// may still parse.
//
// Stored, never change: the contents, 8 bytes "gdrbchk1", and 32 bytes of
// BLAKE2b over the length of the kind in 2 bytes (big-endian), the kind and the
// contents. There is no key in it: it finds accidents, not attackers.
#ifndef GARDEROBE_CORE_BASE_CHECKED_FILE_H_
#define GARDEROBE_CORE_BASE_CHECKED_FILE_H_

#include <string>
#include <string_view>

#include "core/base/status.h"

namespace garderobe {

// Replaces `path` as ReplaceFile does, mode 0600, with its errors. `kind` names
// what the file holds, such as "register".
[[nodiscard]] absl::Status WriteCheckedFile(const std::string& path,
                                            std::string_view kind,
                                            std::string_view contents);

// Returns the contents. NotFound: there is no such file. Unavailable: it does
// not open or read. DataLoss: it is empty, cut short, changed, or of another
// kind; the message names the file.
[[nodiscard]] absl::StatusOr<std::string> ReadCheckedFile(
    const std::string& path, std::string_view kind);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_BASE_CHECKED_FILE_H_
