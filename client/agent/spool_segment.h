// Rows on disk until they are delivered: one file of the spool.
//
// Stored, never change. A file begins with 8 bytes "gdrbspl1"; then records, a
// request's rows each:
//   length (4, of what follows) || first row (8) || taken at (8, Unix seconds)
//   || rows (4) || nonce (24) || XChaCha20-Poly1305-IETF(key, nonce, payload,
//   "garderobe/agent-spool/v1" 00 || LP(institution) || first row || taken at
//   || rows)
// Integers are big-endian. The payload of a row: the number of its parts (1),
// and of each LP(name) || length (4) || text; the names are those of fields, or
// "!" with the reason and "?" with the column of a row that is not delivered.
// The key is derived from the institution's handle key: whoever gets hold of a
// copy of the spool alone reads nothing in it.
#ifndef GARDEROBE_CLIENT_AGENT_SPOOL_SEGMENT_H_
#define GARDEROBE_CLIENT_AGENT_SPOOL_SEGMENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/agent/agent_row.h"
#include "core/base/secret_bytes.h"
#include "core/sealing/handles.h"

namespace garderobe::client {

using SpoolKey = SecretBytes<32, struct SpoolKeyRole>;
SpoolKey DeriveSpoolKey(const InstitutionHandleKey& key);

inline constexpr std::string_view kSegmentMagic = "gdrbspl1";

// What stands in clear before the rows of a record.
struct SpoolRecord {
  uint64_t first_row = 0;  // rows are numbered from 1
  uint64_t taken_at = 0;   // Unix seconds
  uint32_t rows = 0;
  uint64_t end_row() const { return first_row + rows; }
};
inline constexpr size_t kRecordHeadBytes = 4 + 8 + 8 + 4;

// The whole record. `record.rows` is that of `rows`.
std::string SealRecord(const SpoolKey& key, std::string_view institution,
                       const SpoolRecord& record,
                       const std::vector<AgentRow>& rows);

// What `head`, of kRecordHeadBytes, says; `rest` gets how many bytes follow.
// Nothing when that can't be a record.
std::optional<SpoolRecord> ReadRecordHead(std::string_view head, size_t* rest);
// The rows of a record, whose head and rest these are. Nothing when it was
// changed, or is of another institution or key.
std::optional<std::vector<AgentRow>> OpenRecord(const SpoolKey& key,
                                                std::string_view institution,
                                                std::string_view head,
                                                std::string_view rest);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_AGENT_SPOOL_SEGMENT_H_
