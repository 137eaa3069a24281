#include "client/conformance/sealed_payload.h"

#include <zstd.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace garderobe::client::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A batch of three visits, with verbs to make it otherwise.
class SealedPayloadTest : public ::testing::Test {
 protected:
  std::string Authored(const AuthorSeed& author) const {
    return EncodeAuthored(author, place_, 7, parts_, columns_);
  }
  std::vector<std::string> RulesOf(const std::string& sealed,
                                   bool* is_open = nullptr) const {
    const AuthorKey key = AuthorKeyOf(author_);
    std::vector<BatchFault> faults;
    const SealedPayload read = ReadSealed(
        aggregator_, {&key, 1}, {place_, 7, parts_, sealed, 1 << 20}, &faults);
    if (is_open != nullptr) {
      *is_open = read.is_open && read.columns == columns_;
    }
    std::vector<std::string> rules;
    for (const BatchFault& fault : faults) {
      rules.emplace_back(fault.rule->name);
    }
    return rules;
  }
  std::string Sealed(const std::string& payload) const {
    return SealBatch(PublicKeyOf(aggregator_), place_, payload);
  }

  const SealingSecretKey aggregator_ = SealingSecretKey::Random();
  const AuthorSeed author_ = AuthorSeed::Random();
  const BatchPlace place_{SealedKind::kVisits, "museum-x", "files", 5, 3};
  const AuthoredParts parts_{Hash("handles"), Digest256()};
  const std::string columns_ = std::string(5000, 'c');
};

TEST_F(SealedPayloadTest, WhatIsRightOpensWithoutAFault) {
  bool is_open = false;
  EXPECT_THAT(RulesOf(Sealed(Authored(author_)), &is_open), IsEmpty());
  EXPECT_TRUE(is_open);
}

TEST_F(SealedPayloadTest, OtherKeysAreTold) {
  bool is_open = true;
  EXPECT_THAT(RulesOf(SealBatch(PublicKeyOf(SealingSecretKey::Random()), place_,
                                Authored(author_)),
                      &is_open),
              ElementsAre("sealed-key"));
  EXPECT_FALSE(is_open);
  EXPECT_THAT(RulesOf("short"), ElementsAre("sealed-key"));
  EXPECT_THAT(RulesOf(Sealed(Authored(AuthorSeed::Random())), &is_open),
              ElementsAre("author-signature"));
  EXPECT_TRUE(is_open);
}

TEST_F(SealedPayloadTest, AnotherPlaceIsOpenedAndTold) {
  BatchPlace other = place_;
  other.offset = 0;
  bool is_open = false;
  EXPECT_THAT(
      RulesOf(SealBatch(PublicKeyOf(aggregator_), other, Authored(author_)),
              &is_open),
      ElementsAre("sealed-place"));
  EXPECT_TRUE(is_open);
}

TEST_F(SealedPayloadTest, WhatFillsItUpIsChecked) {
  std::string payload = Authored(author_);
  payload.back() = 1;
  EXPECT_THAT(RulesOf(Sealed(payload)), ElementsAre("payload-zeros"));
  payload.back() = 0;
  payload.push_back('\0');
  bool is_open = false;
  EXPECT_THAT(RulesOf(Sealed(payload), &is_open), ElementsAre("payload-step"));
  EXPECT_TRUE(is_open);
}

TEST_F(SealedPayloadTest, WhatHasNotTheFormIsTold) {
  std::string payload = Authored(author_);
  payload[0] = 1;
  EXPECT_THAT(RulesOf(Sealed(payload)), ElementsAre("payload-form"));
  EXPECT_THAT(RulesOf(Sealed(payload.substr(0, 100))),
              ElementsAre("payload-form"));
  EXPECT_THAT(RulesOf(Sealed("")), ElementsAre("payload-form"));
}

TEST_F(SealedPayloadTest, DigestsAreThoseOfTheBatch) {
  const AuthoredParts other{Hash("other"), Hash("points")};
  EXPECT_THAT(
      RulesOf(Sealed(EncodeAuthored(author_, place_, 7, other, columns_))),
      ElementsAre("handles-digest", "points-of-visits"));
}

}  // namespace
}  // namespace garderobe::client::conformance
