// From what the TTP says to rows of the linker: the vault's door
// (protocol.md, 3). Nothing of Protobuf goes further inside.
#ifndef GARDEROBE_VAULT_REQUEST_READER_H_
#define GARDEROBE_VAULT_REQUEST_READER_H_

#include <boost/asio/thread_pool.hpp>
#include <string_view>
#include <vector>

#include "core/conversion/rows.h"
#include "garderobe/v1/rights.pb.h"
#include "garderobe/v1/vault.pb.h"
#include "vault/keys.h"
#include "vault/link/linker.h"

namespace garderobe::vault {

inline constexpr size_t kRowsMax = 8192;

// InvalidArgument: no rows or more than kRowsMax, or columns that do not fit
// together; names the column.
[[nodiscard]] absl::StatusOr<std::vector<VaultRow>> ReadRows(
    const v1::LinkRelationsRequest& request);

// The same of one person's identifiers; without handle and reference.
[[nodiscard]] absl::StatusOr<VaultRow> ReadIdentity(
    const v1::SealedIdentity& identity);

// Whether a relation can be told to the aggregator by it: it decodes, and is
// not what stands for nobody. Checked when it comes, for a round in which one
// does not decode could not be made.
bool IsReference(const Ciphertext& reference);
// InvalidArgument: that of a row is none; names the row.
[[nodiscard]] absl::Status CheckReferences(const std::vector<VaultRow>& rows,
                                           boost::asio::thread_pool& workers);

// Zeros of an empty field: nothing is confirmed. InvalidArgument: another
// length.
[[nodiscard]] absl::StatusOr<RoundConfirmation> ReadConfirmation(
    std::string_view confirmation);

// Decrypts every row to tokens. InvalidArgument: a point does not decode; names
// the row.
[[nodiscard]] absl::StatusOr<std::vector<LinkRow>> OpenRows(
    const VaultKeys& keys, const std::vector<VaultRow>& rows,
    boost::asio::thread_pool& workers);

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_REQUEST_READER_H_
