#include "client/deploy/approval_file.h"

#include <filesystem>
#include <fstream>

#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

using ::testing::HasSubstr;

class ApprovalFileTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& text) {
    std::ofstream(path_, std::ios::binary) << text;
    return path_;
  }
  const std::string path_ = ::testing::TempDir() + "/approval_file_test";
  const CustodianSeed seed_ = CustodianSeed::Random();
  const CustodyRequest request_ = ClockRequest(9829);
  const std::vector<PartyApproval> approvals_ = {
      SignFor(seed_, "ttp", request_, 1'796'000'000, 3600),
      SignFor(seed_, "vault", request_, 1'796'000'000, 3600)};
  const std::string text_ = ApprovalFileText("custodian-1", approvals_);
};

TEST_F(ApprovalFileTest, IsReadBackAsItWasWritten) {
  const auto read = ReadApprovalFile(Write(text_));
  ASSERT_THAT(read, IsOk());
  ASSERT_EQ(read->size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ((*read)[i].party, approvals_[i].party);
    EXPECT_EQ((*read)[i].approval.SerializeAsString(),
              approvals_[i].approval.SerializeAsString());
  }
  EXPECT_THAT(text_, HasSubstr("action: clock\nuntil: 2026-11-30T01:53:20Z\n"));
}

TEST_F(ApprovalFileTest, SerialsDifferAndNoneHoldsForMoreThanADay) {
  const auto one = SignFor(seed_, "ttp", request_, 1'796'000'000, 1'000'000);
  const auto told = VerifyApproval(VerifyKeyOf(seed_), one.approval.body(),
                                   one.approval.signature());
  ASSERT_THAT(told, IsOk());
  EXPECT_EQ(told->expiry, 1'796'000'000u + 86400);
  EXPECT_NE(one.approval.body(),
            SignFor(seed_, "ttp", request_, 1'796'000'000, 1'000'000)
                .approval.body());
}

TEST_F(ApprovalFileTest, WhatWasChangedOrCutIsNamed) {
  const auto refused = StatusIs(absl::StatusCode::kInvalidArgument,
                                HasSubstr("is no file of approvals"));
  for (const char* changed :
       {"", "garderobe-approvals-v1\n", "garderobe-approvals-v2\n",
        "garderobe-approvals-v2\ncustodian: a\n"}) {
    EXPECT_THAT(ReadApprovalFile(Write(changed)), refused) << changed;
  }
  EXPECT_THAT(ReadApprovalFile(Write(text_ + "more")), refused);
  EXPECT_THAT(ReadApprovalFile(Write(text_.substr(0, text_.size() - 20))),
              refused);
  std::string other = text_;
  other[other.find("body: ") + 60] ^= 1;
  EXPECT_THAT(ReadApprovalFile(Write(other)), refused);
  EXPECT_THAT(ReadApprovalFile(path_ + ".none"),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace garderobe::client
