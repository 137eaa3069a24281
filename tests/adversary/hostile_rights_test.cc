// A hostile peer and the rights of visitors.
#include "core/base/bytes.h"
#include "core/group/element.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "core/rpc/tls.h"
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

// Of whom the register has no access key nothing is told, whatever key the
// request may name: a TTP would name its own.
TEST_F(HostileRightsTest, VisitsAreSealedToTheKeyInTheRegister) {
  v1::ExerciseAtAggregatorRequest request;
  request.set_right(v1::RIGHT_ACCESS);
  request.set_institution("example-museum");
  request.set_handle(std::string(16, 'h'));
  request.set_reference(AsString(RandomElement().bytes()) +
                        AsString(RandomElement().bytes()));
  request.set_commitment(std::string(32, 'C'));
  auto ask = [&](v1::ExerciseAtAggregatorResponse* response) {
    const auto stub = v1::AggregatorRightsService::NewStub(TlsChannel(
        deployment_->daemon("aggregator"), deployment_->tls("ttp/tls")));
    grpc::ClientContext context;
    request.set_request_id(NewRequestId());
    return FromGrpc(stub->Exercise(&context, request, response));
  };
  v1::ExerciseAtAggregatorResponse response;
  EXPECT_THAT(ask(&response), IsOk());
  EXPECT_FALSE(response.sealed().empty());
  request.set_institution("unknown");
  EXPECT_THAT(ask(&response), StatusIs(absl::StatusCode::kNotFound));
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
        with([](auto& r) { r.set_right(v1::RIGHT_WITHDRAW); }),
        with([](auto& r) { r.set_right(v1::RIGHT_ACCESS); }), with([](auto& r) {
          r.set_right(v1::RIGHT_ACCESS);
          r.set_recipient(std::string(32, '\0'));
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
  access.set_recipient(std::string(32, 'x'));
  EXPECT_THAT(Ask(access), StatusIs(kInvalid));
  EXPECT_THAT(Ask(Good()), IsOk());
}

}  // namespace
}  // namespace garderobe
