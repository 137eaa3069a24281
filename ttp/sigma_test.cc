#include "ttp/sigma.h"

#include <set>

#include "gtest/gtest.h"
#include "tests/support/vectors.h"

namespace garderobe::ttp {
namespace {

class SigmaTest : public ::testing::Test {
 protected:
  const SigmaSealer sealer_{SigmaKey::Random()};
  const VaultHandle vault_ = VaultHandle::From("0123456789abcdef");
  const AggregatorHandle aggregator_ =
      AggregatorHandle::From("fedcba9876543210");
  const std::string sigma_ = sealer_.Seal(aggregator_, vault_);
};

TEST(SigmaKnownAnswerTest, MatchesTheVector) {
  const auto known = ReadVectors("signed-v2.json")["sigma"];
  const std::string key = Hex(known["key"]);
  const SigmaSealer sealer{SigmaKey::CopyFrom(AsBytes(key))};
  EXPECT_EQ(sealer.Seal(AggregatorHandle::From(Hex(known["handle_aggregator"])),
                        VaultHandle::From(Hex(known["handle_vault"]))),
            Hex(known["sigma"]));
}

TEST_F(SigmaTest, OpensToTheVaultsHandle) {
  EXPECT_EQ(sigma_.size(), SigmaSealer::kBytes);
  EXPECT_EQ(sealer_.Open(aggregator_, sigma_), vault_);
  EXPECT_EQ(sigma_.find(vault_.view()), std::string::npos);
}

// Sealed again it is the same, so that a redelivery changes nothing.
TEST_F(SigmaTest, IsTheSameEveryTimeAndAnotherForEveryRelation) {
  EXPECT_EQ(sealer_.Seal(aggregator_, vault_), sigma_);
  std::set<std::string> sealed;
  for (char c = 'a'; c <= 'z'; ++c) {
    sealed.insert(
        sealer_.Seal(AggregatorHandle::From(std::string(16, c)), vault_));
  }
  EXPECT_EQ(sealed.size(), 26u);
}

// The aggregator can't ask for one relation with the handle of another.
TEST_F(SigmaTest, OpensForItsHandleOnly) {
  for (size_t i = 0; i < AggregatorHandle::kBytes; ++i) {
    std::string other(aggregator_.view());
    other[i] = static_cast<char>(other[i] ^ 1);
    EXPECT_FALSE(sealer_.Open(AggregatorHandle::From(other), sigma_)) << i;
  }
  EXPECT_FALSE(sealer_.Open(AggregatorHandle(), sigma_));
}

TEST_F(SigmaTest, AnyFlippedByteOrOtherLengthIsRefused) {
  for (size_t i = 0; i < sigma_.size(); ++i) {
    std::string changed = sigma_;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(sealer_.Open(aggregator_, changed)) << i;
    EXPECT_FALSE(sealer_.Open(aggregator_, sigma_.substr(0, i))) << i;
  }
  EXPECT_FALSE(sealer_.Open(aggregator_, sigma_ + "x"));
  EXPECT_FALSE(sealer_.Open(aggregator_, std::string(32, '\0')));
}

TEST_F(SigmaTest, AnotherKeyOpensNothing) {
  const SigmaSealer other(SigmaKey::Random());
  EXPECT_FALSE(other.Open(aggregator_, sigma_));
  EXPECT_NE(other.Seal(aggregator_, vault_), sigma_);
}

TEST_F(SigmaTest, OneKeyIsOneSealerAfterARestart) {
  const std::string key(SigmaKey::kBytes, 'k');
  const SigmaSealer before(SigmaKey::CopyFrom(AsBytes(key)));
  const SigmaSealer after(SigmaKey::CopyFrom(AsBytes(key)));
  EXPECT_EQ(after.Open(aggregator_, before.Seal(aggregator_, vault_)), vault_);
}

}  // namespace
}  // namespace garderobe::ttp
