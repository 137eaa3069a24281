// A hostile peer and the rights of visitors.
#include "core/base/bytes.h"
#include "core/group/element.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "core/rpc/tls.h"
#include "core/store/store.h"
#include "garderobe/v1/aggregator.grpc.pb.h"
#include "garderobe/v1/budget.grpc.pb.h"
#include "garderobe/v1/common.grpc.pb.h"
#include "garderobe/v1/retention.grpc.pb.h"
#include "garderobe/v1/review.grpc.pb.h"
#include "garderobe/v1/rights.grpc.pb.h"
#include "garderobe/v1/vault.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/ask_right.h"
#include "tests/support/local_deployment.h"
#include "tests/support/status_matchers.h"
#include "vault/link/records.h"
#include "vault/month_caps.h"

namespace garderobe {
namespace {

using ::testing::HasSubstr;

constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class HostileRightsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    deployment_ = new LocalDeployment();
    deployment_->Up();
  }
  static void TearDownTestSuite() {
    delete deployment_;
    deployment_ = nullptr;
  }
  static absl::Status Ask(const v1::ExerciseRightRequest& request,
                          const std::string& who = "clients/example-museum") {
    return AskRight(*deployment_, who, request).status();
  }
  static v1::ExerciseRightRequest Good() {
    v1::ExerciseRightRequest request;
    request.set_institution("example-museum");
    request.set_right(v1::RIGHT_ERASE);
    request.set_handle(std::string(16, 'h'));
    request.set_request_id(NewRequestId());
    request.set_salt(std::string(32, 's'));
    return request;
  }
  static v1::ExerciseRightRequest OfIdentity(uint32_t kinds,
                                             const std::string& point_a,
                                             const std::string& points_b) {
    v1::ExerciseRightRequest request = Good();
    request.mutable_identity()->set_kinds(kinds);
    request.mutable_identity()->set_point_a(point_a);
    request.mutable_identity()->set_points_b(points_b);
    request.mutable_identity()->set_point_home(
        std::string(RandomElement().view()));
    // The first issue of each party's parameters.
    request.mutable_serials()->set_ttp(1);
    request.mutable_serials()->set_vault(1);
    request.mutable_serials()->set_aggregator(1);
    return request;
  }
  static LocalDeployment* deployment_;
};
LocalDeployment* HostileRightsTest::deployment_ = nullptr;

TEST_F(HostileRightsTest, OnlyForTheOwnInstitutionAndInTheOwnRole) {
  EXPECT_THAT(Ask(Good()), IsOk());
  v1::ExerciseRightRequest other = Good();
  other.set_institution("example-theatre");
  EXPECT_THAT(Ask(other), StatusIs(kDenied));
  other.set_institution("unknown");
  EXPECT_THAT(Ask(other), StatusIs(kDenied));
  for (const char* who :
       {"coordinator", "analysts/example-museum", "vault/tls"}) {
    EXPECT_THAT(Ask(Good(), who), StatusIs(kDenied)) << who;
  }
}

TEST_F(HostileRightsTest, NobodyButTheTtpAsksVaultAndAggregator) {
  for (const char* who :
       {"clients/example-museum", "coordinator", "answer/tls"}) {
    const auto vault = v1::VaultRightsService::NewStub(
        TlsChannel(deployment_->daemon("vault"), deployment_->tls(who)));
    grpc::ClientContext at_vault;
    v1::ExerciseAtVaultResponse of_vault;
    EXPECT_THAT(FromGrpc(vault->Exercise(&at_vault, {}, &of_vault)),
                StatusIs(kDenied));
    const auto aggregator = v1::AggregatorRightsService::NewStub(
        TlsChannel(deployment_->daemon("aggregator"), deployment_->tls(who)));
    grpc::ClientContext at_aggregator;
    v1::ExerciseAtAggregatorResponse of_aggregator;
    EXPECT_THAT(
        FromGrpc(aggregator->Exercise(&at_aggregator, {}, &of_aggregator)),
        StatusIs(kDenied));
  }
}

// Calls `method` of a party's service as `who`; what it says.
template <typename Service, typename Request, typename Response>
absl::Status Call(const LocalDeployment& deployment, const char* party,
                  const std::string& who,
                  grpc::Status (Service::Stub::*method)(grpc::ClientContext*,
                                                        const Request&,
                                                        Response*)) {
  const auto stub = Service::NewStub(
      TlsChannel(deployment.daemon(party), deployment.tls(who)));
  grpc::ClientContext context;
  SetDeadline(context, std::chrono::seconds(20));
  Response response;
  return FromGrpc((stub.get()->*method)(&context, Request(), &response));
}

// Retention, budgets and links: each for its own callers.
TEST_F(HostileRightsTest, WhoDecidesIsWhoMay) {
  const std::string client = "clients/example-museum",
                    analyst = "analysts/example-museum",
                    coordinator = "coordinator",
                    custodian = "custodians/custodian-1", ttp = "ttp/tls";
  for (const std::string& who : {client, analyst, coordinator, custodian}) {
    EXPECT_THAT(Call<v1::VaultRetentionService>(
                    *deployment_, "vault", who,
                    &v1::VaultRetentionService::Stub::RemoveRelations),
                StatusIs(kDenied))
        << who;
    EXPECT_THAT(Call<v1::VaultService>(*deployment_, "vault", who,
                                       &v1::VaultService::Stub::GetRound),
                StatusIs(kDenied))
        << who;
    EXPECT_THAT(
        Call<v1::AggregatorService>(*deployment_, "aggregator", who,
                                    &v1::AggregatorService::Stub::StoreRound),
        StatusIs(kDenied))
        << who;
    EXPECT_THAT(Call<v1::AggregatorRetentionService>(
                    *deployment_, "aggregator", who,
                    &v1::AggregatorRetentionService::Stub::ListExpired),
                StatusIs(kDenied))
        << who;
    EXPECT_THAT(Call<v1::AggregatorRetentionService>(
                    *deployment_, "aggregator", who,
                    &v1::AggregatorRetentionService::Stub::ConfirmExpired),
                StatusIs(kDenied))
        << who;
    EXPECT_THAT(Call<v1::AggregatorRetentionService>(
                    *deployment_, "aggregator", who,
                    &v1::AggregatorRetentionService::Stub::ExpireInstitution),
                StatusIs(kDenied))
        << who;
  }
  for (const std::string& who : {client, analyst, custodian, ttp}) {
    EXPECT_THAT(
        Call<v1::RetentionService>(*deployment_, "ttp", who,
                                   &v1::RetentionService::Stub::RunRetention),
        StatusIs(kDenied))
        << who;
  }
  for (const std::string& who : {client, analyst, ttp}) {
    EXPECT_THAT(
        Call<v1::RegisterService>(*deployment_, "ttp", who,
                                  &v1::RegisterService::Stub::GetRegister),
        StatusIs(kDenied))
        << who;
  }
  for (const std::string& who : {client, analyst, coordinator, ttp}) {
    EXPECT_THAT(Call<v1::ReviewService>(*deployment_, "vault", who,
                                        &v1::ReviewService::Stub::Review),
                StatusIs(kDenied))
        << who;
  }
  for (const std::string& who : {client, analyst, ttp}) {
    EXPECT_THAT(Call<v1::ReviewService>(*deployment_, "vault", who,
                                        &v1::ReviewService::Stub::ReleaseCap),
                StatusIs(kDenied))
        << who;
    EXPECT_THAT(
        Call<v1::BudgetService>(*deployment_, "ttp", who,
                                &v1::BudgetService::Stub::ReleaseBudget),
        StatusIs(kDenied))
        << who;
  }
  for (const std::string& who : {client, analyst, ttp}) {
    EXPECT_THAT(Call<v1::BudgetService>(*deployment_, "ttp", who,
                                        &v1::BudgetService::Stub::ListBudgets),
                StatusIs(kDenied))
        << who;
  }
  // And those who may are answered.
  EXPECT_THAT(Call<v1::BudgetService>(*deployment_, "ttp", custodian,
                                      &v1::BudgetService::Stub::ListBudgets),
              IsOk());
  EXPECT_THAT(Call<v1::ReviewService>(*deployment_, "vault", custodian,
                                      &v1::ReviewService::Stub::Review),
              StatusIs(kInvalid));
}

// What was accepted is told to the institution that asked, once and for all,
// and for nobody else there is such a request.
TEST_F(HostileRightsTest, ReceiptsAreForTheInstitutionThatAsked) {
  const v1::ExerciseRightRequest request = Good();
  const auto first = AskRight(*deployment_, "clients/example-museum", request);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->receipts_size(), 2);
  // Known by its id, whatever else it says.
  v1::ExerciseRightRequest again = request;
  again.set_handle(std::string(16, 'i'));
  const auto second = AskRight(*deployment_, "clients/example-museum", again);
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->SerializeAsString(), first->SerializeAsString());

  auto fetch = [&](const std::string& who, const std::string& institution) {
    const auto stub = v1::RightsService::NewStub(
        TlsChannel(deployment_->daemon("ttp"), deployment_->tls(who)));
    grpc::ClientContext context;
    SetDeadline(context, std::chrono::seconds(20));
    v1::FetchReceiptsRequest fetch_request;
    fetch_request.set_institution(institution);
    fetch_request.set_request_id(request.request_id());
    v1::FetchReceiptsResponse response;
    return FromGrpc(stub->FetchReceipts(&context, fetch_request, &response));
  };
  EXPECT_THAT(fetch("clients/example-museum", "example-museum"), IsOk());
  EXPECT_THAT(fetch("clients/example-theatre", "example-theatre"),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(fetch("clients/example-theatre", "example-museum"),
              StatusIs(kDenied));
  EXPECT_THAT(fetch("coordinator", "example-museum"), StatusIs(kDenied));
}

// Identifiers that were encrypted to keys which are not in force would be
// nobody's, and the visitor would hear that it is done.
TEST_F(HostileRightsTest, AnIdentityOfAnotherSerialIsRefusedByName) {
  const std::string point(RandomElement().view());
  EXPECT_THAT(Ask(OfIdentity(1, point, point)), IsOk());
  v1::ExerciseRightRequest request = OfIdentity(1, point, point);
  request.mutable_serials()->set_ttp(2);
  EXPECT_THAT(Ask(request), StatusIs(absl::StatusCode::kFailedPrecondition,
                                     HasSubstr("ttp")));
  request = OfIdentity(1, point, point);
  request.mutable_serials()->set_vault(2);
  EXPECT_THAT(Ask(request), StatusIs(absl::StatusCode::kFailedPrecondition,
                                     HasSubstr("vault")));
}

TEST_F(HostileRightsTest, MalformedRequestsAreRefusedWithTheField) {
  const std::string point(RandomElement().view());
  auto with = [](auto change) {
    v1::ExerciseRightRequest request = Good();
    change(request);
    return request;
  };
  for (const v1::ExerciseRightRequest& request :
       {with([](auto& r) { r.set_right(v1::RIGHT_UNSPECIFIED); }),
        with([](auto& r) { r.set_right(static_cast<v1::Right>(99)); }),
        with([](auto& r) { r.set_request_id("short"); }),
        with([](auto& r) { r.set_salt("short"); }),
        with([](auto& r) { r.clear_handle(); }),
        with([](auto& r) { r.set_handle("short"); }),
        with([](auto& r) { r.set_handle(std::string(16, '\0')); }),
        with([](auto& r) { r.set_right(v1::RIGHT_OBJECT); }),
        with([](auto& r) { r.set_objection_mark(std::string(32, 'm')); }),
        with([](auto& r) {
          r.set_right(v1::RIGHT_WITHDRAW);
          r.set_sealed_objection_secret("short");
        }),
        OfIdentity(0, point, ""), OfIdentity(1, point, ""),
        OfIdentity(1, "short", point), OfIdentity(1u << 31, point, point),
        OfIdentity(1, point, std::string(32, '\0')),
        OfIdentity(1, std::string(32, '\0'), point),
        OfIdentity(1, std::string(32, '\xff'), point)}) {
    const absl::Status status = Ask(request);
    EXPECT_THAT(status, StatusIs(kInvalid)) << request.ShortDebugString();
  }
  // Access by identity would tell who is known elsewhere.
  v1::ExerciseRightRequest access = OfIdentity(1, point, point);
  access.set_right(v1::RIGHT_ACCESS);
  EXPECT_THAT(Ask(access), StatusIs(kInvalid));
  // Without the secret of an objection it is well-formed, and not done.
  v1::ExerciseRightRequest withdrawal = Good();
  withdrawal.set_right(v1::RIGHT_WITHDRAW);
  const absl::Status withdrawn = Ask(withdrawal);
  EXPECT_THAT(withdrawn, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(ReasonOf(withdrawn), kWithdrawalNeedsCustodians);
  EXPECT_THAT(Ask(Good()), IsOk());
}

// An objection of somebody whom nobody knows is kept, for the visitor may come
// later. A client could fill the vault with objections of nobody.
class ObjectionsOfNobodyTest : public HostileRightsTest {
 protected:
  static constexpr int kQuota = 5;

  static void SetUpTestSuite() {
    HostileRightsTest::SetUpTestSuite();
    const RunResult imported = deployment_->Run(
        {"admin", "institution", "import",
         deployment_->Write("register.toml",
                            fmt::format("[[institution]]\n"
                                        "id = \"example-museum\"\n"
                                        "subsector = \"museum\"\n"
                                        "agreement_from = 2020-01-01\n"
                                        "identity_rights_per_month = {}\n",
                                        kQuota))});
    ASSERT_EQ(imported.exit, 0) << imported.err;
  }
  // With points that are nobody's, and a mark of its own.
  static v1::ExerciseRightRequest Objection() {
    v1::ExerciseRightRequest request =
        OfIdentity(1, std::string(RandomElement().view()),
                   std::string(RandomElement().view()));
    request.set_right(v1::RIGHT_OBJECT);
    request.set_objection_mark(std::string(RandomElement().view()));
    return request;
  }
  static void ExpectUsedUp(const absl::Status& status) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
    EXPECT_EQ(ReasonOf(status), vault::kQuotaUsedUp);
  }
  static void ReleaseOne() {
    const RunResult key = deployment_->Run(
        {"access-key", "--institution", "example-museum", "--json"});
    ASSERT_EQ(key.exit, 0) << key.err;
    const RunResult released = deployment_->Run(
        {"vault", "release", "--identities", "1", "--access-key",
         key.json()["access_key"].get<std::string>(), "--as", "custodian-1",
         "--as", "custodian-2"});
    ASSERT_EQ(released.exit, 0) << released.err;
  }
  // What the vault has on its disk when all daemons have stopped; they run
  // again afterwards.
  struct Kept {
    int of_nobody = 0, others = 0;
  };
  static Kept RelationsAtVault() {
    deployment_->Down();
    Kept kept;
    {
      const auto store =
          Store::OpenToRead(deployment_->folder() + "/vault/data/store",
                            vault::kFamilyNames, vault::kStoreOptions);
      GARDEROBE_CHECK(store.ok());
      const auto it = (*store)->NewIterator(vault::kRelations);
      for (it->SeekToFirst(); it->Valid(); it->Next()) {
        vault::RelationRecord relation;
        EXPECT_TRUE(vault::Decode(it->value().ToString(), &relation));
        ++(relation.objects && relation.nowhere() ? kept.of_nobody
                                                  : kept.others);
      }
    }
    deployment_->Up();
    return kept;
  }
};

TEST_F(ObjectionsOfNobodyTest, NoMoreAreKeptThanTheQuotaAllows) {
  for (int i = 0; i < kQuota; ++i) EXPECT_THAT(Ask(Objection()), IsOk());
  const v1::ExerciseRightRequest sixth = Objection();
  ExpectUsedUp(Ask(sixth));
  ExpectUsedUp(Ask(Objection()));
  Kept kept = RelationsAtVault();
  EXPECT_EQ(kept.of_nobody, kQuota);
  EXPECT_EQ(kept.others, 0);
  // Daemons that have started again remember what is used up.
  ExpectUsedUp(Ask(sixth));
  // The control: two custodians let one more through, and it is kept.
  ASSERT_NO_FATAL_FAILURE(ReleaseOne());
  EXPECT_THAT(Ask(sixth), IsOk());
  ExpectUsedUp(Ask(Objection()));
  kept = RelationsAtVault();
  EXPECT_EQ(kept.of_nobody, kQuota + 1);
  EXPECT_EQ(kept.others, 0);
}

}  // namespace
}  // namespace garderobe
