#include "core/keys/pooled_receipt.h"

#include "core/base/merkle.h"
#include "gtest/gtest.h"

namespace garderobe {
namespace {

std::string Bytes(size_t count, char byte) { return std::string(count, byte); }

VaultRow Row(char tag) {
  VaultRow row;
  row.handle = VaultHandle::From(Bytes(16, tag));
  row.kinds = 3;
  row.point_a = Element::From(Bytes(32, 'A'));
  row.points_b = {Element::From(Bytes(32, '0')), Element::From(Bytes(32, '1'))};
  row.home = Ciphertext::From(Bytes(64, 'H'));
  return row;
}

class PooledReceiptTest : public ::testing::Test {
 protected:
  PooledReceiptTest() {
    batch_.id = AnswerId::From(Bytes(16, 'i'));
    for (const char tag : {'a', 'b', 'c'}) {
      batch_.leaves.push_back(PooledLeaf(Row(tag)));
    }
    receipt_ = SignPooledBatch(seed_, batch_);
  }
  bool Verifies(const PooledBatch& batch) const {
    return IsPooledBatchBy(key_, batch, receipt_.body, receipt_.signature);
  }
  const ReceiptSeed seed_ = ReceiptSeedOf(SigningSeed::Random());
  const VerifyKey key_ = VerifyKeyOf(seed_);
  PooledBatch batch_;
  SignedBody receipt_;
};

TEST_F(PooledReceiptTest, SaysNumberRowsAndRoot) {
  EXPECT_EQ(batch_.leaves[0], Bytes(16, 'a') + Bytes(32, 'A') + Bytes(32, '0') +
                                  Bytes(32, '1') + Bytes(64, 'H'));
  EXPECT_EQ(receipt_.body, std::string("garderobe/pooled-batch/v2\0", 26) +
                               Bytes(16, 'i') + std::string("\0\0\0\3", 4) +
                               MerkleRoot(batch_.leaves));
  EXPECT_TRUE(Verifies(batch_));
}

TEST_F(PooledReceiptTest, OtherRowsDoNotVerify) {
  PooledBatch other = batch_;
  other.id = AnswerId::From(Bytes(16, 'j'));
  EXPECT_FALSE(Verifies(other));
  other = batch_;
  std::swap(other.leaves[0], other.leaves[1]);
  EXPECT_FALSE(Verifies(other));
  other = batch_;
  other.leaves.pop_back();
  EXPECT_FALSE(Verifies(other));
  other = batch_;
  other.leaves.push_back(other.leaves.back());
  EXPECT_FALSE(Verifies(other));
  for (const size_t at : {0, 16, 48, 80, 112, 175}) {
    other = batch_;
    other.leaves[1][at] ^= 1;
    EXPECT_FALSE(Verifies(other)) << at;
  }
}

TEST_F(PooledReceiptTest, AnotherSignerDoesNotVerify) {
  const VerifyKey other = VerifyKeyOf(ReceiptSeedOf(SigningSeed::Random()));
  EXPECT_FALSE(
      IsPooledBatchBy(other, batch_, receipt_.body, receipt_.signature));
  EXPECT_FALSE(IsPooledBatchBy(key_, batch_, receipt_.body,
                               receipt_.signature.substr(1)));
  EXPECT_FALSE(IsPooledBatchBy(key_, batch_, "", receipt_.signature));
}

}  // namespace
}  // namespace garderobe
