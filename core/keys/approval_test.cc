#include "core/keys/approval.h"

#include <functional>

#include "core/keys/sign.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/vectors.h"

namespace garderobe {
namespace {

class ApprovalTest : public ::testing::Test {
 protected:
  ApprovalTest() {
    approval_.party = known_["party"].get<std::string>();
    approval_.action = known_["action"].get<std::string>();
    approval_.request = Digest256::From(Hex(known_["request"]));
    approval_.serial = ApprovalSerial::From(Hex(known_["serial"]));
    approval_.expiry = known_["expiry"];
  }
  const nlohmann::json known_ = ReadVectors("approval-v2.json")["approval"];
  const CustodianSeed seed_ =
      CustodianSeed::CopyFrom(AsBytes(Hex(known_["seed"])));
  const VerifyKey key_ = VerifyKeyOf(seed_);
  Approval approval_;
};

TEST_F(ApprovalTest, GivesTheKnownAnswer) {
  EXPECT_EQ(key_.view(), Hex(known_["key"]));
  const SignedBody made = SignApproval(seed_, approval_);
  EXPECT_EQ(made.body, Hex(known_["body"]));
  EXPECT_EQ(made.signature, Hex(known_["signature"]));
}

TEST_F(ApprovalTest, SaysWhatWasSigned) {
  const auto read =
      VerifyApproval(key_, Hex(known_["body"]), Hex(known_["signature"]));
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->party, "ttp");
  EXPECT_EQ(read->action, "budget");
  EXPECT_EQ(read->request, approval_.request);
  EXPECT_EQ(read->serial, approval_.serial);
  EXPECT_EQ(read->expiry, approval_.expiry);
}

TEST_F(ApprovalTest, EveryFieldIsSigned) {
  const std::string signature = Hex(known_["signature"]);
  const std::function<void(Approval&)> changes[] = {
      [](Approval& a) { a.party = "vault"; },
      [](Approval& a) { a.action = "cap"; },
      [](Approval& a) { a.request = Hash("another request"); },
      [](Approval& a) { a.serial = ApprovalSerial(); },
      [](Approval& a) { ++a.expiry; },
  };
  for (size_t i = 0; i < std::size(changes); ++i) {
    Approval other = approval_;
    changes[i](other);
    EXPECT_THAT(
        VerifyApproval(key_, SignApproval(seed_, other).body, signature),
        StatusIs(absl::StatusCode::kFailedPrecondition))
        << i;
  }
}

TEST_F(ApprovalTest, AnotherKeyOrFormIsRefused) {
  const std::string body = Hex(known_["body"]);
  const std::string signature = Hex(known_["signature"]);
  EXPECT_THAT(
      VerifyApproval(VerifyKeyOf(CustodianSeed::Random()), body, signature),
      StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(VerifyApproval(key_, body, signature.substr(1)),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(VerifyApproval(key_, "", ""),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  // Signed by the right key, and not an approval: cut short, too long, or of
  // another label.
  for (const std::string& other : {body.substr(0, body.size() - 1), body + "x",
                                   "x" + body.substr(1), std::string()}) {
    const SignedBody made = SignBody(seed_, other);
    EXPECT_THAT(VerifyApproval(key_, made.body, made.signature),
                StatusIs(absl::StatusCode::kFailedPrecondition));
  }
}

}  // namespace
}  // namespace garderobe
