#include "core/keys/pooled_receipt.h"

#include "core/base/merkle.h"
#include "core/keys/sign.h"

namespace garderobe {
namespace {

constexpr std::string_view kPooledBatchLabel("garderobe/pooled-batch/v2\0", 26);

std::string BodyOf(const PooledBatch& batch) {
  std::string body(kPooledBatchLabel);
  body.append(batch.id.view());
  PutBigEndian(body, static_cast<uint32_t>(batch.leaves.size()));
  body += MerkleRoot(batch.leaves);
  return body;
}

}  // namespace

std::string PooledLeaf(const VaultRow& row) {
  std::string leaf(row.handle.view());
  leaf.append(row.point_a.view());
  for (const Element& point : row.points_b) leaf.append(point.view());
  row.home.AppendTo(leaf);
  return leaf;
}

SignedBody SignPooledBatch(const ReceiptSeed& vault, const PooledBatch& batch) {
  return SignBody(vault, BodyOf(batch));
}

bool IsPooledBatchBy(const VerifyKey& key, const PooledBatch& batch,
                     std::string_view body, std::string_view signature) {
  return body == BodyOf(batch) && IsSignedBy(key, body, signature);
}

}  // namespace garderobe
