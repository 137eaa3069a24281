// What takes two custodians, through the built daemons: nothing of it happens
// without two approvals that are theirs, of this and nothing else, for this
// party, in time, and unused.
#include <filesystem>
#include <functional>

#include "core/base/civil_time.h"
#include "core/base/files.h"
#include "core/keys/subject.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "garderobe/v1/budget.grpc.pb.h"
#include "garderobe/v1/common.grpc.pb.h"
#include "garderobe/v1/retention.grpc.pb.h"
#include "garderobe/v1/review.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/approvals.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

using ::testing::HasSubstr;
using Custodial = v1::RetentionCustodyService;

constexpr char kMuseum[] = "example-museum";
constexpr uint64_t kTokens = 4000;

MATCHER_P(RefusedFor, reason, "is refused for the reason") {
  *result_listener << arg.ToString() << " " << ReasonOf(arg);
  return arg.code() == absl::StatusCode::kPermissionDenied &&
         ReasonOf(arg) == reason;
}

class CustodyTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    deployment_ = new LocalDeployment();
    deployment_->Up();
  }
  static void TearDownTestSuite() {
    delete deployment_;
    deployment_ = nullptr;
  }
  template <typename Service, typename Request, typename Response>
  static absl::Status Call(const std::string& party, const std::string& who,
                           grpc::Status (Service::Stub::*method)(
                               grpc::ClientContext*, const Request&, Response*),
                           const Request& request) {
    const auto stub = Service::NewStub(
        TlsChannel(deployment_->daemon(party), deployment_->tls(who)));
    grpc::ClientContext context;
    SetDeadline(context, std::chrono::seconds(20));
    Response response;
    return FromGrpc((stub.get()->*method)(&context, request, &response));
  }
  // Asks ttpd for kTokens more.
  static absl::Status Release(const Custody::Given& approvals) {
    v1::ReleaseBudgetRequest request;
    request.set_institution(kMuseum);
    request.set_tokens(kTokens);
    request.set_month(month_);
    *request.mutable_approvals() = approvals;
    return Call<v1::BudgetService>(
        "ttp", "coordinator", &v1::BudgetService::Stub::ReleaseBudget, request);
  }
  static uint64_t Released() {
    const RunResult r = deployment_->Run({"budget", "list", "--json"});
    for (const auto& budget : r.json()) {
      if (budget["institution"] == kMuseum) return budget["released"];
    }
    return 0;
  }
  // The second custodian's approval of the same, good unless it is changed.
  static v1::Approval Second(const std::function<void(Approval&)>& change) {
    Approval approval{"ttp",
                      std::string(request_.action),
                      request_.digest,
                      {},
                      UnixSeconds() + 600};
    randombytes_buf(approval.serial.mutable_data(), ApprovalSerial::kBytes);
    change(approval);
    const auto seed = ReadSecret<CustodianSeed>(
        deployment_->folder() + "/custodians/custodian-2/signing.key",
        kCustodianRole);
    EXPECT_THAT(seed, IsOk());
    const SignedBody made = SignApproval(*seed, approval);
    v1::Approval given;
    given.set_body(made.body);
    given.set_signature(made.signature);
    given.set_key(std::string(VerifyKeyOf(*seed).view()));
    return given;
  }
  static v1::Approval By(const char* custodian) {
    return ApprovalBy(*deployment_, custodian, "ttp", request_);
  }
  static Custody::Given List(std::initializer_list<v1::Approval> approvals) {
    return {approvals.begin(), approvals.end()};
  }
  // An approval of one that no party knows.
  static v1::Approval Stranger() {
    return client::SignFor(CustodianSeed::Random(), "ttp", request_,
                           UnixSeconds(), 600)
        .approval;
  }

  static inline LocalDeployment* deployment_ = nullptr;
  static inline const std::string month_ = ToIso(Today()).substr(0, 7);
  static inline const CustodyRequest request_ =
      BudgetRequest(kMuseum, kTokens, month_);
};

TEST_F(CustodyTest, EachApprovalHasToBeGood) {
  const v1::Approval one = By("custodian-1");
  EXPECT_THAT(Release({}), RefusedFor(kApprovalNeeded));
  EXPECT_THAT(Release(List({one})), RefusedFor(kApprovalNeeded));
  EXPECT_THAT(Release(List({one, one})), RefusedFor(kApprovalSameCustodian));
  EXPECT_THAT(Release(List({one, By("custodian-1")})),
              RefusedFor(kApprovalSameCustodian));
  EXPECT_THAT(Release(List({one, Stranger()})),
              RefusedFor(kApprovalUnknownKey));
  v1::Approval forged = Stranger();
  forged.set_key(By("custodian-2").key());
  EXPECT_THAT(Release(List({one, forged})),
              RefusedFor(kApprovalSignatureWrong));
  struct Case {
    std::string_view reason;
    std::function<void(Approval&)> change;
  };
  for (const Case& wrong : std::initializer_list<Case>{
           {kApprovalOtherParty, [](Approval& a) { a.party = "vault"; }},
           {kApprovalOtherAction, [](Approval& a) { a.action = "cap"; }},
           {kApprovalOtherRequest,
            [](Approval& a) {
              a.request = BudgetRequest(kMuseum, kTokens + 1, month_).digest;
            }},
           {kApprovalOtherRequest,
            [](Approval& a) {
              a.request =
                  BudgetRequest("example-theatre", kTokens, month_).digest;
            }},
           {kApprovalExpired,
            [](Approval& a) { a.expiry = UnixSeconds() - 1; }},
           {kApprovalTooLong,
            [](Approval& a) { a.expiry = UnixSeconds() + 86400 + 60; }}}) {
    EXPECT_THAT(Release(List({one, Second(wrong.change)})),
                RefusedFor(wrong.reason));
  }
  EXPECT_EQ(Released(), 0u);
  // Control: the same first one, and a second one that is good.
  const v1::Approval two = Second([](Approval&) {});
  ASSERT_THAT(Release(List({one, two})), IsOk());
  EXPECT_EQ(Released(), kTokens);
  // Once; and neither of them beside a new one.
  EXPECT_THAT(Release(List({one, two})), RefusedFor(kApprovalUsed));
  EXPECT_THAT(Release(List({By("custodian-1"), two})),
              RefusedFor(kApprovalUsed));
  // A restart forgets nothing, whether the daemon was ended or killed.
  for (const bool is_killed : {true, false}) {
    if (is_killed) deployment_->Kill("ttpd");
    if (!is_killed) deployment_->Down();
    deployment_->Up();
    EXPECT_THAT(Release(List({one, two})), RefusedFor(kApprovalUsed));
    EXPECT_THAT(Release(List({By("custodian-1"), two})),
                RefusedFor(kApprovalUsed));
  }
  EXPECT_EQ(Released(), kTokens);
  const std::string log = *ReadWholeFile(deployment_->folder() + "/ttpd.log");
  EXPECT_THAT(log, HasSubstr("event=approved action=budget "
                             "custodians=custodian-1,custodian-2"));
  EXPECT_THAT(log, HasSubstr("event=approval-refused action=budget"));
}

// The approvals are on the disk before the act, so that whoever kills the party
// in between, with the act not done, can't have it done later.
TEST_F(CustodyTest, WhatWasUsedStaysUsedThoughNothingWasDone) {
  const std::string refuse = deployment_->folder() + "/ttp/data/budgets.pb.new";
  const uint64_t before = Released();
  const Custody::Given approvals =
      ApprovalsByTwo(*deployment_, "ttp", request_);
  // The disk takes the approvals, beside the keys, and not the act.
  std::filesystem::create_directories(refuse);
  EXPECT_THAT(Release(approvals), StatusIs(absl::StatusCode::kUnavailable));
  deployment_->Kill("ttpd");
  std::filesystem::remove(refuse);
  deployment_->Up();
  EXPECT_EQ(Released(), before);
  EXPECT_THAT(Release(approvals), RefusedFor(kApprovalUsed));
  EXPECT_EQ(Released(), before);
  EXPECT_THAT(Release(ApprovalsByTwo(*deployment_, "ttp", request_)), IsOk());
  EXPECT_EQ(Released(), before + kTokens);
}

// Whatever takes two, wherever: the coordinating body and a custodian who call
// have no part of it alone.
TEST_F(CustodyTest, NothingThatTakesTwoHappensWithout) {
  const auto needed = RefusedFor(kApprovalNeeded);
  const std::string one = "custodians/custodian-1";
  for (const char* party : {"answer", "aggregator", "ttp"}) {
    v1::ImportRegisterRequest import;
    auto* institution = import.mutable_register_()->add_institutions();
    institution->set_id("new");
    institution->set_subsector("museum");
    EXPECT_THAT(Call<v1::RegisterService>(
                    party, "coordinator",
                    &v1::RegisterService::Stub::ImportRegister, import),
                needed)
        << party;
  }
  for (const char* party : {"ttp", "vault", "aggregator"}) {
    v1::ConfirmDayRequest confirm;
    confirm.set_day(DayNumber(Today()));
    EXPECT_THAT(
        Call<Custodial>(party, one, &Custodial::Stub::ConfirmDay, confirm),
        needed)
        << party;
  }
  v1::ReleaseRetentionRequest retention;
  retention.set_more(10);
  retention.set_day(DayNumber(Today()));
  EXPECT_THAT(Call<Custodial>("vault", one, &Custodial::Stub::ReleaseRetention,
                              retention),
              needed);
  v1::ReleaseCapRequest cap;
  cap.set_what(v1::CAPPED_IDENTITIES);
  cap.set_more(5);
  cap.set_month(month_);
  EXPECT_THAT(
      Call<v1::ReviewService>("vault", "coordinator",
                              &v1::ReviewService::Stub::ReleaseCap, cap),
      needed);
  v1::AllowWithdrawalRequest withdrawal;
  withdrawal.set_request_id(std::string(RequestId::kBytes, 'r'));
  withdrawal.set_commitment(std::string(SubjectCommitment::kBytes, 'c'));
  const auto allow = [&] {
    return Call<v1::ReviewService>("vault", "coordinator",
                                   &v1::ReviewService::Stub::AllowWithdrawal,
                                   withdrawal);
  };
  EXPECT_THAT(allow(), needed);
  const CustodyRequest allowed =
      WithdrawalRequest(withdrawal.request_id(), withdrawal.commitment());
  *withdrawal.mutable_approvals() =
      ApprovalsByTwo(*deployment_, "ttp", allowed);
  EXPECT_THAT(allow(), RefusedFor(kApprovalOtherParty));
  *withdrawal.mutable_approvals() =
      ApprovalsByTwo(*deployment_, "vault", allowed);
  EXPECT_THAT(allow(), IsOk());
  EXPECT_THAT(allow(), RefusedFor(kApprovalUsed));
  // The TTP has no part of it, whatever it brings.
  EXPECT_THAT(Call<v1::ReviewService>("vault", "ttp/tls",
                                      &v1::ReviewService::Stub::AllowWithdrawal,
                                      withdrawal),
              RefusedFor(""));
  // Approvals that are good elsewhere.
  const CustodyRequest request = CapRequest("identities", 5, month_, "");
  *cap.mutable_approvals() = ApprovalsByTwo(*deployment_, "ttp", request);
  const auto release = [&] {
    return Call<v1::ReviewService>("vault", "coordinator",
                                   &v1::ReviewService::Stub::ReleaseCap, cap);
  };
  EXPECT_THAT(release(), RefusedFor(kApprovalOtherParty));
  *cap.mutable_approvals() = ApprovalsByTwo(*deployment_, "vault", request);
  EXPECT_THAT(release(), IsOk());
  EXPECT_THAT(release(), RefusedFor(kApprovalUsed));
  deployment_->Kill("vaultd");
  deployment_->Up();
  EXPECT_THAT(release(), RefusedFor(kApprovalUsed));
}

// The commands: one file a custodian, which says what it is for.
TEST_F(CustodyTest, FilesOfTwoAreHandedOver) {
  const auto approve = [](const std::string& name, const std::string& out) {
    const RunResult r = deployment_->Run(
        {"custodian", "approve", "cap", "--tokens", "7000", "--as", name,
         "--out", deployment_->folder() + "/" + out});
    EXPECT_EQ(r.exit, 0) << r.err;
    EXPECT_THAT(r.out, HasSubstr("the vault takes 7000 tokens more in"));
    return deployment_->folder() + "/" + out;
  };
  const auto release = [](std::vector<std::string> more) {
    more.insert(more.begin(), {"vault", "release", "--tokens", "7000"});
    return deployment_->Run(more);
  };
  RunResult r = release({});
  EXPECT_EQ(r.exit, 1);
  EXPECT_THAT(r.err,
              HasSubstr("garderobe custodian approve cap --tokens 7000"));
  const std::string one = approve("custodian-1", "one"),
                    two = approve("custodian-2", "two");
  // An existing file is kept.
  EXPECT_EQ(deployment_
                ->Run({"custodian", "approve", "cap", "--tokens", "7000",
                       "--as", "custodian-1", "--out", one})
                .exit,
            2);
  EXPECT_EQ(release({"--approval", one}).exit, 1);
  r = deployment_->Run({"vault", "release", "--tokens", "7001", "--approval",
                        one, "--approval", two});
  EXPECT_EQ(r.exit, 1);
  EXPECT_THAT(r.err, HasSubstr("has approved another request"));
  r = release({"--approval", one, "--approval", two});
  EXPECT_EQ(r.exit, 0) << r.err;
  r = release({"--approval", one, "--approval", two});
  EXPECT_EQ(r.exit, 1);
  EXPECT_THAT(r.err, HasSubstr("was used before"));
  // A damaged file, and a custodian whose key is not here.
  const std::string damaged =
      deployment_->Write("damaged", ReadWholeFile(one)->substr(0, 300));
  r = release({"--approval", damaged, "--approval", two});
  EXPECT_EQ(r.exit, 2);
  EXPECT_THAT(r.err, HasSubstr("damaged is no file of approvals"));
  r = release({"--as", "custodian-9"});
  EXPECT_EQ(r.exit, 2);
  EXPECT_THAT(r.err, HasSubstr("custodian-1, custodian-2"));
}

TEST_F(CustodyTest, AKeyIsMadeOnceAndPrinted) {
  const std::string path = deployment_->folder() + "/custodians/third.key";
  const RunResult r = deployment_->Run({"custodian", "key", path});
  EXPECT_EQ(r.exit, 0) << r.err;
  EXPECT_EQ(r.out.size(), 65u);
  EXPECT_EQ(deployment_->Run({"custodian", "key", path}).out, r.out);
  EXPECT_EQ(
      std::filesystem::status(path).permissions(),
      std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::remove(path);
}

// A party that knows fewer than two decides nothing, and does not start.
TEST_F(CustodyTest, ADaemonNeedsToKnowTwo) {
  for (const auto& [party, daemon] : {std::pair{"ttp", "ttpd"},
                                      {"vault", "vaultd"},
                                      {"aggregator", "aggregatord"},
                                      {"answer", "answerd"}}) {
    const std::string folder = deployment_->folder() + "/" + party + "/";
    std::string text = *ReadWholeFile(folder + daemon + ".toml");
    const size_t at = text.find("[custodians]\nkeys = [");
    ASSERT_NE(at, text.npos) << daemon;
    const size_t comma = text.find(", ", at);
    text.erase(comma, text.find(']', comma) - comma);
    const std::string config =
        deployment_->Write(std::string(party) + "/one.toml", text);
    const RunResult r = RunToEnd({std::string(GARDEROBE_BIN_DIR) + "/" + daemon,
                                  "--config", config, "--check-config"});
    EXPECT_EQ(r.exit, 1) << daemon;
    EXPECT_THAT(r.err, HasSubstr("custodians.keys: at least 2 different"))
        << daemon;
  }
}

}  // namespace
}  // namespace garderobe
