// A hostile peer and the rights of visitors.
#include "core/base/bytes.h"
#include "core/group/element.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "core/rpc/tls.h"
#include "garderobe/v1/budget.grpc.pb.h"
#include "garderobe/v1/common.grpc.pb.h"
#include "garderobe/v1/retention.grpc.pb.h"
#include "garderobe/v1/review.grpc.pb.h"
#include "garderobe/v1/rights.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/local_deployment.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

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
    const auto stub = v1::RightsService::NewStub(
        TlsChannel(deployment_->address("ttp"), "ttpd", deployment_->tls(who)));
    grpc::ClientContext context;
    SetDeadline(context, std::chrono::seconds(20));
    v1::ExerciseRightResponse response;
    return FromGrpc(stub->ExerciseRight(&context, request, &response));
  }
  static v1::ExerciseRightRequest Good() {
    v1::ExerciseRightRequest request;
    request.set_institution("example-museum");
    request.set_right(v1::RIGHT_ERASE);
    request.set_handle(std::string(16, 'h'));
    request.set_request_id(std::string(16, 'r'));
    return request;
  }
  static v1::ExerciseRightRequest OfIdentity(uint32_t kinds,
                                             const std::string& point_a,
                                             const std::string& points_b) {
    v1::ExerciseRightRequest request = Good();
    request.mutable_identity()->set_kinds(kinds);
    request.mutable_identity()->set_point_a(point_a);
    request.mutable_identity()->set_points_b(points_b);
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
    const auto vault = v1::VaultRightsService::NewStub(TlsChannel(
        deployment_->address("vault"), "vaultd", deployment_->tls(who)));
    grpc::ClientContext at_vault;
    v1::ExerciseAtVaultResponse of_vault;
    EXPECT_THAT(FromGrpc(vault->Exercise(&at_vault, {}, &of_vault)),
                StatusIs(kDenied));
    const auto aggregator = v1::AggregatorRightsService::NewStub(
        TlsChannel(deployment_->address("aggregator"), "aggregatord",
                   deployment_->tls(who)));
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
                  const char* daemon, const std::string& who,
                  grpc::Status (Service::Stub::*method)(grpc::ClientContext*,
                                                        const Request&,
                                                        Response*)) {
  const auto stub = Service::NewStub(
      TlsChannel(deployment.address(party), daemon, deployment.tls(who)));
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
                    *deployment_, "vault", "vaultd", who,
                    &v1::VaultRetentionService::Stub::ListAged),
                StatusIs(kDenied))
        << who;
    EXPECT_THAT(Call<v1::VaultRetentionService>(
                    *deployment_, "vault", "vaultd", who,
                    &v1::VaultRetentionService::Stub::RemoveAged),
                StatusIs(kDenied))
        << who;
    EXPECT_THAT(Call<v1::AggregatorRetentionService>(
                    *deployment_, "aggregator", "aggregatord", who,
                    &v1::AggregatorRetentionService::Stub::ExpireInstitution),
                StatusIs(kDenied))
        << who;
  }
  for (const std::string& who : {client, analyst, custodian, ttp}) {
    EXPECT_THAT(
        Call<v1::RetentionService>(*deployment_, "ttp", "ttpd", who,
                                   &v1::RetentionService::Stub::RunRetention),
        StatusIs(kDenied))
        << who;
    EXPECT_THAT(
        Call<v1::RegisterService>(*deployment_, "ttp", "ttpd", who,
                                  &v1::RegisterService::Stub::GetRegister),
        StatusIs(kDenied))
        << who;
  }
  for (const std::string& who : {client, analyst, coordinator, ttp}) {
    EXPECT_THAT(Call<v1::ReviewService>(*deployment_, "vault", "vaultd", who,
                                        &v1::ReviewService::Stub::Review),
                StatusIs(kDenied))
        << who;
    EXPECT_THAT(
        Call<v1::BudgetService>(*deployment_, "ttp", "ttpd", who,
                                &v1::BudgetService::Stub::ReleaseBudget),
        StatusIs(kDenied))
        << who;
  }
  for (const std::string& who : {client, analyst, ttp}) {
    EXPECT_THAT(Call<v1::BudgetService>(*deployment_, "ttp", "ttpd", who,
                                        &v1::BudgetService::Stub::ListBudgets),
                StatusIs(kDenied))
        << who;
  }
  // And those who may are answered.
  EXPECT_THAT(Call<v1::BudgetService>(*deployment_, "ttp", "ttpd", custodian,
                                      &v1::BudgetService::Stub::ListBudgets),
              IsOk());
  EXPECT_THAT(
      Call<v1::ReviewService>(*deployment_, "vault", "vaultd", custodian,
                              &v1::ReviewService::Stub::Review),
      StatusIs(kInvalid));
}

// Of whom the register has no access key nothing is told, whatever key the
// request may name: a TTP would name its own.
TEST_F(HostileRightsTest, VisitsAreSealedToTheKeyInTheRegister) {
  v1::ExerciseAtAggregatorRequest request;
  request.set_right(v1::RIGHT_ACCESS);
  request.set_request_id(std::string(16, 'r'));
  request.add_institutions("example-museum");
  request.add_institution(0);
  request.set_handles(std::string(16, 'h'));
  auto ask = [&](v1::ExerciseAtAggregatorResponse* response) {
    const auto stub = v1::AggregatorRightsService::NewStub(
        TlsChannel(deployment_->address("aggregator"), "aggregatord",
                   deployment_->tls("ttp/tls")));
    grpc::ClientContext context;
    return FromGrpc(stub->Exercise(&context, request, response));
  };
  v1::ExerciseAtAggregatorResponse response;
  EXPECT_THAT(ask(&response), IsOk());
  EXPECT_FALSE(response.sealed().empty());
  request.set_institutions(0, "unknown");
  EXPECT_THAT(ask(&response), StatusIs(absl::StatusCode::kNotFound));
  // Two at once would be sealed to one of them.
  request.add_institutions("example-theatre");
  EXPECT_FALSE(ask(&response).ok());
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
        with([](auto& r) { r.clear_handle(); }),
        with([](auto& r) { r.set_handle("short"); }),
        with([](auto& r) { r.set_handle(std::string(16, '\0')); }),
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
