// A crowd in a file, so that it can be verified again without asking anybody.
//
// A JSON object, bytes in hexadecimal; stored, fields are only added:
//   format          "garderobe-crowd-v1"
//   answer_id, answer_day (days since 2000-01-01)
//   fetched         the day on which the parameters had to be in force
//   parameters      ttp, vault, aggregator: each {body, signature}
//   proofs          {rows, homes}
//   receipt         {body, signature}, the vault's
//   inputs          {kinds, A, B: [...], D, serials: [ttp, vault, aggregator]}
//   outputs         {handle, kinds, A, B: [...], A_h, D_h, input}
#ifndef GARDEROBE_CLIENT_AUDIT_CROWD_FILE_H_
#define GARDEROBE_CLIENT_AUDIT_CROWD_FILE_H_

#include <string>
#include <string_view>

#include "client/audit/crowd_check.h"

namespace garderobe::client {

inline constexpr size_t kCrowdFileBytesMax = size_t{64} << 20;

// Writes a new file, mode 0600: it tells which row of clients became which row
// of the vault. AlreadyExists: it is there, and is kept. Unavailable: it can't
// be written.
[[nodiscard]] absl::Status WriteCrowdFile(const std::string& path,
                                          const AuditedCrowd& audited);

// NotFound: it is not there. InvalidArgument: it is too large, or not such a
// file; names the field.
[[nodiscard]] absl::StatusOr<AuditedCrowd> ReadCrowdFile(
    const std::string& path);

// Makes the text of such a file, and reads one. InvalidArgument: it is not such
// a text; names the field.
std::string CrowdFileText(const AuditedCrowd& audited);
[[nodiscard]] absl::StatusOr<AuditedCrowd> ReadCrowdText(std::string_view text);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_AUDIT_CROWD_FILE_H_
