#include "core/keys/outcome.h"

#include <functional>

#include "gtest/gtest.h"

namespace garderobe {
namespace {

class OutcomeTest : public ::testing::Test {
 protected:
  OutcomeTest() {
    outcome_.institution = "museum-x";
    outcome_.client = "vendor-a";
    outcome_.source = "box-office";
    outcome_.offset = 41;
    outcome_.count = 10;
    outcome_.accepted = 8;
    outcome_.replaced = 3;
    outcome_.sealed = Hash("as it was sealed");
  }
  const SigningSeed signing_ = SigningSeed::Random();
  const ReceiptSeed seed_ = ReceiptSeedOf(signing_);
  const VerifyKey key_ = VerifyKeyOf(seed_);
  Outcome outcome_;
};

TEST_F(OutcomeTest, VerifiesWhatWasSigned) {
  const std::string signature = SignOutcome(seed_, outcome_);
  EXPECT_EQ(signature.size(), 64u);
  EXPECT_TRUE(IsOutcomeBy(key_, outcome_, signature));
}

TEST_F(OutcomeTest, EveryFieldIsSigned) {
  const std::string signature = SignOutcome(seed_, outcome_);
  const std::function<void(Outcome&)> changes[] = {
      [](Outcome& o) { o.kind = SealedKind::kRelations; },
      [](Outcome& o) { o.institution = "museum-y"; },
      [](Outcome& o) { o.client = "vendor-b"; },
      [](Outcome& o) { o.source = "box-offic"; },
      [](Outcome& o) { o.offset = 42; },
      [](Outcome& o) { o.count = 11; },
      [](Outcome& o) { o.accepted = 9; },
      [](Outcome& o) { o.replaced = 2; },
      [](Outcome& o) { o.sealed = Hash("another payload"); },
      // More than there are: what is refused would come out below zero.
      [](Outcome& o) { o.accepted = 11; },
  };
  for (size_t i = 0; i < std::size(changes); ++i) {
    Outcome other = outcome_;
    changes[i](other);
    EXPECT_FALSE(IsOutcomeBy(key_, other, signature)) << i;
  }
}

TEST_F(OutcomeTest, AnotherKeyOrSignatureDoesNotVerify) {
  std::string signature = SignOutcome(seed_, outcome_);
  EXPECT_FALSE(IsOutcomeBy(VerifyKeyOf(signing_), outcome_, signature));
  EXPECT_FALSE(IsOutcomeBy(key_, outcome_, signature.substr(1)));
  EXPECT_FALSE(IsOutcomeBy(key_, outcome_, ""));
  signature[0] ^= 1;
  EXPECT_FALSE(IsOutcomeBy(key_, outcome_, signature));
}

}  // namespace
}  // namespace garderobe
