// From what the TTP says to rows of the linker: the vault's door
// (protocol.md, 3). Nothing of Protobuf goes further inside.
#ifndef GARDEROBE_VAULT_REQUEST_READER_H_
#define GARDEROBE_VAULT_REQUEST_READER_H_

#include <boost/asio/thread_pool.hpp>
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

// Decrypts every row to tokens. InvalidArgument: a point does not decode; names
// the row.
[[nodiscard]] absl::StatusOr<std::vector<LinkRow>> OpenRows(
    const VaultKeys& keys, const std::vector<VaultRow>& rows,
    boost::asio::thread_pool& workers);

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_REQUEST_READER_H_
