// The vault's word for which rows it was given together (protocol.md, 5). Only
// the TTP and an auditor get it: with the feed beside it the vault would learn
// of which institution a row is.
#ifndef GARDEROBE_CORE_KEYS_POOLED_RECEIPT_H_
#define GARDEROBE_CORE_KEYS_POOLED_RECEIPT_H_

#include <string>
#include <string_view>
#include <vector>

#include "core/conversion/answer_seed.h"
#include "core/conversion/rows.h"
#include "core/keys/receipt.h"

namespace garderobe {

// What one row contributes to the tree: handle_v || A' || B' || A_h || D_h,
// with B' of all its kinds, ascending. Signed, never change.
std::string PooledLeaf(const VaultRow& row);

struct PooledBatch {
  AnswerId id;                      // of the vault's answer
  std::vector<std::string> leaves;  // PooledLeaf of each row, in order
};

// body = "garderobe/pooled-batch/v2" 00 || answer id (16) || rows (4) ||
//        Merkle root of RFC 6962 over the leaves (32)
SignedBody SignPooledBatch(const ReceiptSeed& vault, const PooledBatch& batch);

// Whether `body` says exactly this of the batch, and is signed by `key`, the
// receipt key that the vault has published.
[[nodiscard]] bool IsPooledBatchBy(const VerifyKey& key,
                                   const PooledBatch& batch,
                                   std::string_view body,
                                   std::string_view signature);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_KEYS_POOLED_RECEIPT_H_
