#include "core/custody/custody.h"

#include <filesystem>

#include "core/keys/approval.h"
#include "core/rpc/status_conversion.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

using ::testing::HasSubstr;

constexpr uint64_t kCeremony = 1'796'000'000;

MATCHER_P(RefusedFor, reason, "is refused for the reason") {
  *result_listener << arg.ToString() << " " << ReasonOf(arg);
  return arg.code() == absl::StatusCode::kPermissionDenied &&
         ReasonOf(arg) == reason;
}

class CustodyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    Open();
  }
  // As after a restart, or a kill.
  void Open() {
    const auto entry = [](const char* name, const CustodianSeed& seed) {
      return std::string(name) + "=" + ToHex(VerifyKeyOf(seed).bytes());
    };
    auto custodians = Custodians::Parse(
        {entry("one", one_), entry("two", two_), entry("one", other_of_one_)},
        {entry("two", retired_)});
    ASSERT_THAT(custodians, IsOk());
    auto custody = Custody::Open("ttp", *std::move(custodians), path_,
                                 [this] { return now_; });
    ASSERT_THAT(custody, IsOk());
    custody_ = *std::move(custody);
  }
  // An approval of `request_` at the TTP that holds for an hour, unless it is
  // changed first.
  v1::Approval By(const CustodianSeed& seed,
                  const std::function<void(Approval&)>& change = nullptr) {
    Approval approval{
        "ttp", std::string(request_.action), request_.digest, {}, now_ + 3600};
    randombytes_buf(approval.serial.mutable_data(), ApprovalSerial::kBytes);
    if (change) change(approval);
    const SignedBody made = SignApproval(seed, approval);
    v1::Approval given;
    given.set_body(made.body);
    given.set_signature(made.signature);
    given.set_key(std::string(VerifyKeyOf(seed).view()));
    return given;
  }
  absl::Status Approve(std::initializer_list<v1::Approval> list) {
    return custody_->Approve(request_, {list.begin(), list.end()});
  }

  const std::string folder_ = ::testing::TempDir() + "/custody_test";
  const std::string path_ = folder_ + "/approvals";
  const CustodianSeed one_ = CustodianSeed::Random();
  const CustodianSeed two_ = CustodianSeed::Random();
  const CustodianSeed other_of_one_ = CustodianSeed::Random();
  const CustodianSeed retired_ = CustodianSeed::Random();
  const CustodyRequest request_ = BudgetRequest("museum", 100, "2026-11");
  uint64_t now_ = kCeremony;
  std::unique_ptr<Custody> custody_;
};

TEST_F(CustodyTest, TwoCustodiansAreEnough) {
  EXPECT_THAT(Approve({By(one_), By(two_)}), IsOk());
  // Again, with new ones.
  EXPECT_THAT(Approve({By(two_), By(other_of_one_)}), IsOk());
}

TEST_F(CustodyTest, FewerAreNotAndAreToldWhatItIs) {
  EXPECT_THAT(Approve({}), RefusedFor(kApprovalNeeded));
  const absl::Status one = Approve({By(one_)});
  EXPECT_THAT(one, RefusedFor(kApprovalNeeded));
  EXPECT_THAT(std::string(one.message()),
              HasSubstr("museum may deliver 100 tokens more in 2026-11"));
  EXPECT_THAT(std::string(one.message()),
              HasSubstr("garderobe custodian approve budget"));
}

TEST_F(CustodyTest, OneTwiceIsOne) {
  EXPECT_THAT(Approve({By(one_), By(one_)}),
              RefusedFor(kApprovalSameCustodian));
  EXPECT_THAT(Approve({By(one_), By(other_of_one_)}),
              RefusedFor(kApprovalSameCustodian));
  const v1::Approval same = By(one_);
  EXPECT_THAT(Approve({same, same}), RefusedFor(kApprovalSameCustodian));
}

TEST_F(CustodyTest, WhatIsWrongWithOneIsSaid) {
  struct Case {
    std::function<void(Approval&)> change;
    std::string_view reason;
  };
  for (const Case& wrong : std::initializer_list<Case>{
           {[](Approval& a) { a.party = "vault"; }, kApprovalOtherParty},
           {[](Approval& a) { a.action = "cap"; }, kApprovalOtherAction},
           {[](Approval& a) {
              a.request = BudgetRequest("museum", 101, "2026-11").digest;
            },
            kApprovalOtherRequest},
           {[](Approval& a) { a.expiry = kCeremony; }, kApprovalExpired},
           {[](Approval& a) { a.expiry = 0; }, kApprovalExpired},
           {[](Approval& a) { a.expiry = kCeremony + 86401; },
            kApprovalTooLong},
           {[](Approval& a) { a.expiry = UINT64_MAX; }, kApprovalTooLong}}) {
    // Whichever it is, and with a third one that is good.
    EXPECT_THAT(Approve({By(one_, wrong.change), By(two_)}),
                RefusedFor(wrong.reason));
    EXPECT_THAT(Approve({By(two_), By(one_, wrong.change)}),
                RefusedFor(wrong.reason));
  }
  // Controls: the last second of a day, and the last one before its end.
  EXPECT_THAT(
      Approve({By(one_, [](Approval& a) { a.expiry = kCeremony + 86400; }),
               By(two_, [](Approval& a) { a.expiry = kCeremony + 1; })}),
      IsOk());
}

TEST_F(CustodyTest, KeysAndSignaturesThatDoNotCount) {
  EXPECT_THAT(Approve({By(one_), By(CustodianSeed::Random())}),
              RefusedFor(kApprovalUnknownKey));
  EXPECT_THAT(Approve({By(one_), By(retired_)}),
              RefusedFor(kApprovalRetiredKey));
  v1::Approval short_key = By(two_);
  short_key.mutable_key()->pop_back();
  EXPECT_THAT(Approve({By(one_), short_key}), RefusedFor(kApprovalUnknownKey));
  // Somebody else's word under a custodian's name, a changed one, and none.
  v1::Approval forged = By(CustodianSeed::Random());
  forged.set_key(By(two_).key());
  EXPECT_THAT(Approve({By(one_), forged}), RefusedFor(kApprovalSignatureWrong));
  v1::Approval changed = By(two_);
  changed.mutable_body()->back() ^= 1;
  EXPECT_THAT(Approve({By(one_), changed}),
              RefusedFor(kApprovalSignatureWrong));
  v1::Approval empty;
  empty.set_key(By(two_).key());
  EXPECT_THAT(Approve({By(one_), empty}), RefusedFor(kApprovalSignatureWrong));
}

TEST_F(CustodyTest, AnApprovalHoldsOnceAlsoAfterARestart) {
  const v1::Approval one = By(one_), two = By(two_);
  ASSERT_THAT(Approve({one, two}), IsOk());
  EXPECT_THAT(Approve({one, two}), RefusedFor(kApprovalUsed));
  Open();
  EXPECT_THAT(Approve({one, two}), RefusedFor(kApprovalUsed));
  EXPECT_THAT(Approve({By(one_), two}), RefusedFor(kApprovalUsed));
  // A clock that goes back, and one that has gone on.
  now_ -= 3600;
  EXPECT_THAT(Approve({one, two}), RefusedFor(kApprovalUsed));
  now_ += 2 * 3600;
  EXPECT_THAT(Approve({one, two}), RefusedFor(kApprovalExpired));
}

// What is refused uses nothing up, and what the disk does not hold is not done.
TEST_F(CustodyTest, OnlyWhatIsTakenIsUsedUp) {
  const v1::Approval one = By(one_), two = By(two_);
  EXPECT_THAT(Approve({one}), RefusedFor(kApprovalNeeded));
  std::filesystem::create_directories(path_ + ".new");
  EXPECT_THAT(Approve({one, two}), StatusIs(absl::StatusCode::kUnavailable));
  std::filesystem::remove_all(path_ + ".new");
  EXPECT_THAT(Approve({one, two}), IsOk());
}

TEST_F(CustodyTest, ARefusalFitsIntoAHeader) {
  const CustodyRequest wide = RegisterRequest(
      "bytes", std::vector<std::string>(5000, std::string(300, 'x')));
  const absl::Status refused = custody_->Approve(wide, {});
  EXPECT_THAT(refused, RefusedFor(kApprovalNeeded));
  EXPECT_LT(refused.message().size(), 3000u);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("and 4990 more"));
  Custody::Given many;
  for (int i = 0; i < 17; ++i) *many.Add() = By(one_);
  EXPECT_THAT(custody_->Approve(wide, many),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace garderobe
