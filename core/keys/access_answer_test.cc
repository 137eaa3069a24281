#include "core/keys/access_answer.h"

#include <sodium.h>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

class AccessAnswerTest : public ::testing::Test {
 protected:
  AccessAnswerTest()
      : signing_(ReceiptSeed::Random()),
        access_key_(SealingSecretKey::Random()) {
    answer_.party = "vault";
    answer_.request_id = RequestId::From(std::string(16, 'r'));
    answer_.subject = SubjectCommitment::From(std::string(32, 's'));
    answer_.access_key = PublicKeyOf(access_key_);
  }
  std::string Seal() {
    auto sealed = SealAccessAnswer(signing_, answer_, R"({"known":true})");
    EXPECT_THAT(sealed, IsOk());
    return *std::move(sealed);
  }
  absl::StatusOr<std::string> Open(const std::string& sealed) {
    return OpenAccessAnswer(access_key_, VerifyKeyOf(signing_), answer_,
                            sealed);
  }
  const ReceiptSeed signing_;
  const SealingSecretKey access_key_;
  AccessAnswer answer_;
};

TEST_F(AccessAnswerTest, OpensForWhoAsked) {
  EXPECT_THAT(Open(Seal()), IsOkAndHolds(std::string(R"({"known":true})")));
}

TEST_F(AccessAnswerTest, OfAnotherRequestPartySubjectOrKeyIsRefused) {
  const std::string sealed = Seal();
  const AccessAnswer right = answer_;
  answer_.request_id = RequestId::From(std::string(16, 'x'));
  EXPECT_THAT(Open(sealed), StatusIs(absl::StatusCode::kFailedPrecondition));
  answer_ = right;
  answer_.party = "aggregator";
  EXPECT_THAT(Open(sealed), StatusIs(absl::StatusCode::kFailedPrecondition));
  answer_ = right;
  answer_.subject = SubjectCommitment::From(std::string(32, 'x'));
  EXPECT_THAT(Open(sealed), StatusIs(absl::StatusCode::kFailedPrecondition));
  answer_ = right;
  answer_.access_key = PublicKeyOf(SealingSecretKey::Random());
  EXPECT_THAT(Open(sealed), StatusIs(absl::StatusCode::kFailedPrecondition));
}

// Whoever passes answers on can seal what it likes: only the party signs.
TEST_F(AccessAnswerTest, WhatThePartyDidNotSignIsRefused) {
  const auto forged = SealAnswer(answer_.access_key.view(),
                                 std::string(64, 'f') + R"({"known":false})");
  ASSERT_THAT(forged, IsOk());
  EXPECT_THAT(Open(*forged), StatusIs(absl::StatusCode::kFailedPrecondition));
  const auto cut = SealAnswer(answer_.access_key.view(), "short");
  ASSERT_THAT(cut, IsOk());
  EXPECT_THAT(Open(*cut), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Open("no box"), StatusIs(absl::StatusCode::kInvalidArgument));
}

// Computed with libsodium's calls alone, apart from the code above.
TEST_F(AccessAnswerTest, SignsTheBytesThatTheProtocolSays) {
  const auto plain = OpenAnswer(access_key_, Seal());
  ASSERT_THAT(plain, IsOk());
  const std::string held = plain->substr(64);
  uint8_t digest[32];
  ASSERT_EQ(crypto_generichash(digest, 32,
                               reinterpret_cast<const uint8_t*>(held.data()),
                               held.size(), nullptr, 0),
            0);
  std::string body("garderobe/access-answer/v2\0", 27);
  body += std::string("\0\5vault", 7) + std::string(16, 'r') +
          std::string(32, 's') + std::string(answer_.access_key.view()) +
          std::string(reinterpret_cast<char*>(digest), 32);
  EXPECT_EQ(crypto_sign_verify_detached(
                reinterpret_cast<const uint8_t*>(plain->data()),
                reinterpret_cast<const uint8_t*>(body.data()), body.size(),
                VerifyKeyOf(signing_).data()),
            0);
}

}  // namespace
}  // namespace garderobe
