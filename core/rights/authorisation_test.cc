#include "core/rights/authorisation.h"

#include <sodium.h>

#include "core/rpc/status_conversion.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

constexpr int32_t kToday = 9829;

class AuthorisationTest : public ::testing::Test {
 protected:
  AuthorisationTest() : author_(AuthorSeed::Random()) {
    entry_.set_access_key(std::string(32, 'k'));
    entry_.add_authors()->set_key(std::string(AuthorKeyOf(author_).view()));
    request_.subject = SubjectCommitment::From(std::string(32, 'c'));
    request_.right = VisitorRight::kObject;
    request_.request_id = RequestId::From(std::string(16, 'r'));
    request_.day = kToday;
    request_.access_key = SealingPublicKey::From(std::string(32, 'k'));
    request_.objection = ObjectionDigest(std::string(32, 'm'), "");
  }
  std::string ReasonFor(const SignedRight& asked) {
    const absl::Status status = CheckAuthorisation(entry_, asked, kToday);
    if (status.ok()) return "";
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
    return ReasonOf(status);
  }
  SignedRight Signed() { return {request_, SignRight(author_, request_)}; }

  const AuthorSeed author_;
  v1::Register::Institution entry_;
  RightRequest request_;
};

TEST_F(AuthorisationTest, SignedByAnAuthorInForceIsTaken) {
  EXPECT_EQ(ReasonFor(Signed()), "");
}

// Whatever a TTP changes on the way, the signature is of something else.
TEST_F(AuthorisationTest, AnyChangedFieldIsRefused) {
  const SignedRight asked = Signed();
  SignedRight changed = asked;
  changed.request.subject = SubjectCommitment::From(std::string(32, 'd'));
  EXPECT_EQ(ReasonFor(changed), kRightSignatureWrong);
  changed = asked;
  changed.request.right = VisitorRight::kErase;
  EXPECT_EQ(ReasonFor(changed), kRightSignatureWrong);
  changed = asked;
  changed.request.type = SubjectType::kIdentity;
  EXPECT_EQ(ReasonFor(changed), kRightSignatureWrong);
  changed = asked;
  changed.request.request_id = RequestId::From(std::string(16, 's'));
  EXPECT_EQ(ReasonFor(changed), kRightSignatureWrong);
  changed = asked;
  changed.request.day -= 1;
  EXPECT_EQ(ReasonFor(changed), kRightSignatureWrong);
  changed = asked;
  changed.request.objection = ObjectionDigest(std::string(32, 'n'), "");
  EXPECT_EQ(ReasonFor(changed), kRightSignatureWrong);
  changed = asked;
  changed.request.access_key = SealingPublicKey::From(std::string(32, 'l'));
  EXPECT_EQ(ReasonFor(changed), kRightAccessKey);
  changed = asked;
  changed.signature = AuthorSignature();
  EXPECT_EQ(ReasonFor(changed), kRightSignatureWrong);
}

TEST_F(AuthorisationTest, OfAnotherInstitutionIsRefused) {
  const AuthorSeed other = AuthorSeed::Random();
  EXPECT_EQ(ReasonFor({request_, SignRight(other, request_)}),
            kRightSignatureWrong);
}

TEST_F(AuthorisationTest, ARetiredKeyIsRefused) {
  entry_.mutable_authors(0)->set_retired(true);
  EXPECT_EQ(ReasonFor(Signed()), kRightKeyRetired);
  entry_.clear_authors();
  EXPECT_EQ(ReasonFor(Signed()), kRightKeyMissing);
}

TEST_F(AuthorisationTest, OldAndFutureRequestsAreRefused) {
  request_.day = kToday - kRightDaysMax;
  EXPECT_EQ(ReasonFor(Signed()), "");
  request_.day = kToday - kRightDaysMax - 1;
  EXPECT_EQ(ReasonFor(Signed()), kRightTooOld);
  request_.day = kToday + kRightDaysAhead;
  EXPECT_EQ(ReasonFor(Signed()), "");
  request_.day = kToday + kRightDaysAhead + 1;
  EXPECT_EQ(ReasonFor(Signed()), kRightTooOld);
  request_.day = INT32_MIN;
  EXPECT_EQ(ReasonFor(Signed()), kRightTooOld);
}

TEST_F(AuthorisationTest, TravelsAsAMessage) {
  const SignedRight asked = Signed();
  const auto read = ReadAuthorisation(v1::RIGHT_OBJECT, SubjectType::kHandle,
                                      std::string(16, 'r'), ToProto(asked));
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(ReasonFor(*read), "");
}

TEST_F(AuthorisationTest, CutFieldsAreRefusedByName) {
  const v1::RightAuthorisation whole = ToProto(Signed());
  const std::string id(16, 'r');
  auto cut = whole;
  cut.clear_signature();
  EXPECT_THAT(ReadAuthorisation(v1::RIGHT_ERASE, SubjectType::kHandle, id, cut),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(
      ReadAuthorisation(v1::RIGHT_ERASE, SubjectType::kHandle, "short", whole),
      StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(
      ReadAuthorisation(v1::RIGHT_UNSPECIFIED, SubjectType::kHandle, id, whole),
      StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ReadAuthorisation(static_cast<v1::Right>(9), SubjectType::kHandle,
                                id, whole),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

// Computed with libsodium's calls alone, apart from the code above.
TEST_F(AuthorisationTest, SignsTheBytesThatTheProtocolSays) {
  const std::string mark(32, 'm');
  uint8_t digest[32];
  ASSERT_EQ(crypto_generichash(digest, 32,
                               reinterpret_cast<const uint8_t*>(mark.data()),
                               mark.size(), nullptr, 0),
            0);
  std::string body("garderobe/right-request/v2\0", 27);
  body += std::string(32, 'c') + '\3' + '\1' + std::string(16, 'r');
  body += std::string("\0\0\x26\x65", 4) + std::string(32, 'k');
  body.append(reinterpret_cast<char*>(digest), 32);
  const AuthorSignature signature = Signed().signature;
  EXPECT_EQ(crypto_sign_verify_detached(
                signature.data(), reinterpret_cast<const uint8_t*>(body.data()),
                body.size(), AuthorKeyOf(author_).data()),
            0);
}

}  // namespace
}  // namespace garderobe
