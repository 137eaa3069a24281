// A TTP that was honestly asked for a visitor's right and does something else
// with it: it tells the client other receipts than came, or has the parties act
// on another customer than the one that was named.
#include <functional>

#include "client/deploy/deployment.h"
#include "client/published.h"
#include "client/rights/rights.h"
#include "core/rpc/status_conversion.h"
#include "core/rpc/tls.h"
#include "garderobe/v1/delivery.grpc.pb.h"
#include "garderobe/v1/rights.grpc.pb.h"
#include "grpcpp/server_builder.h"
#include "tests/e2e/rights_fixture.h"
#include "tests/support/ask_right.h"
#include "tests/support/vault_right.h"
#include "ttp/converter.h"

namespace garderobe {
namespace {

using Lie = std::function<void(v1::FetchReceiptsResponse&)>;

// Before the real one, with the TTP's certificate.
class LyingRights final : public v1::RightsService::Service {
 public:
  std::unique_ptr<v1::RightsService::Stub> stub;
  Lie lie = [](v1::FetchReceiptsResponse&) {};

  grpc::Status ExerciseRight(grpc::ServerContext*,
                             const v1::ExerciseRightRequest* request,
                             v1::ExerciseRightResponse* response) override {
    grpc::ClientContext context;
    return stub->ExerciseRight(&context, *request, response);
  }
  grpc::Status FetchReceipts(grpc::ServerContext*,
                             const v1::FetchReceiptsRequest* request,
                             v1::FetchReceiptsResponse* response) override {
    grpc::ClientContext context;
    const grpc::Status status =
        stub->FetchReceipts(&context, *request, response);
    if (status.ok() && response->pending_for_ms() == 0) lie(*response);
    return status;
  }
};

class HonestParameters final : public v1::DeliveryService::Service {
 public:
  std::unique_ptr<v1::DeliveryService::Stub> stub;
  grpc::Status GetParameters(grpc::ServerContext*,
                             const v1::GetParametersRequest* request,
                             v1::GetParametersResponse* response) override {
    grpc::ClientContext context;
    return stub->GetParameters(&context, *request, response);
  }
};

class RedirectedRightTest : public RightsTest {
 protected:
  void SetUp() override {
    ImportRegister({{kMuseum, kAgreed}, {kTheatre, kAgreed}});
    const auto channel =
        TlsChannel(deployment_->daemon("ttp"),
                   deployment_->tls(std::string("clients/") + kMuseum));
    rights_.stub = v1::RightsService::NewStub(channel);
    parameters_.stub = v1::DeliveryService::NewStub(channel);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0",
                             ServerTls(deployment_->tls("ttp/tls")), &port_);
    builder.RegisterService(&rights_);
    builder.RegisterService(&parameters_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
    const auto opened = client::Deployment::Open(deployment_->folder());
    ASSERT_THAT(opened, IsOk());
    auto endpoint = opened->EndpointOf(kMuseum);
    ASSERT_THAT(endpoint, IsOk());
    endpoint_ = *std::move(endpoint);
    grpc::ClientContext context;
    v1::GetParametersResponse parameters;
    ASSERT_THAT(
        FromGrpc(parameters_.stub->GetParameters(&context, {}, &parameters)),
        IsOk());
    const auto published = client::ReadPublished(parameters, endpoint_,
                                                 opened->client_state(kMuseum));
    ASSERT_THAT(published, IsOk());
    published_ = *published;
    auto keys = KeysOfInstitution(*deployment_, kMuseum);
    ASSERT_THAT(keys, IsOk());
    keys_.emplace(*std::move(keys));
  }
  void TearDown() override { server_->Shutdown(); }

  // Asks for a right of a customer through the liar.
  absl::StatusOr<client::RightReport> Ask(VisitorRight right,
                                          const std::string& customer,
                                          Lie lie) {
    rights_.lie = std::move(lie);
    GARDEROBE_ASSIGN_OR_RETURN(const auto opened,
                               client::Deployment::Open(deployment_->folder()));
    client::Endpoint endpoint = endpoint_;
    endpoint.ttpd.address = fmt::format("127.0.0.1:{}", port_);
    client::RightOptions options;
    options.institution = kMuseum;
    options.handle_key = opened.handle_key(kMuseum);
    options.author_key = opened.author_key(kMuseum);
    options.state = opened.client_state(kMuseum);
    options.right = right;
    options.customer = customer;
    options.patience = std::chrono::seconds(20);
    return client::ExerciseRight(endpoint, options);
  }
  void ExpectFound(const std::string& why, const Lie& lie) {
    const auto report = Ask(VisitorRight::kErase, "altered", lie);
    EXPECT_FALSE(report.ok()) << why;
    EXPECT_EQ(report.status().code(), absl::StatusCode::kFailedPrecondition)
        << why << ": " << report.status();
  }

  // What a TTP works with that has an honestly signed request of a customer.
  struct Redirected {
    v1::ExerciseRightRequest asked;
    v1::ExerciseAtVaultRequest at_vault;
    v1::ExerciseAtAggregatorRequest at_aggregator;
    v1::FetchReceiptsResponse shown;
  };
  Handle HandleOf(const std::string& customer) const {
    return MakeHandle(keys_->handle, customer);
  }
  Redirected Erasure(const std::string& customer) const {
    const auto keys = ttp::TtpKeys::Read(deployment_->folder() + "/ttp/keys");
    EXPECT_THAT(keys, IsOk());
    boost::asio::thread_pool workers(1);
    const ttp::Converter converter(*keys, /*padding=*/0, workers);
    Redirected made;
    made.asked.set_institution(kMuseum);
    made.asked.set_right(v1::RIGHT_ERASE);
    made.asked.set_request_id(NewRequestId());
    made.asked.set_salt(std::string(32, 's'));
    made.asked.set_handle(AsString(HandleOf(customer).bytes()));
    *made.asked.mutable_serials() = published_.serials();
    Sign(made.asked, *keys_);
    const auto proven = converter.ConvertHandle(
        made.asked.request_id(), kMuseum, HandleOf(customer),
        published_.aggregator.pseudonym_key);
    EXPECT_THAT(proven, IsOk());
    const Ciphertext& rho = proven->reference.value();
    const std::string reference =
        AsString(rho.point_a.bytes()) + AsString(rho.point_b.bytes());
    const ttp::Converter::Addressed& address = proven->address;
    made.at_vault.set_handle(AsString(address.at_vault.bytes()));
    made.at_vault.set_reference(reference);
    made.at_vault.set_epoch(kFirstEpoch);
    made.at_aggregator.set_institution(kMuseum);
    made.at_aggregator.set_handle(AsString(address.at_aggregator.bytes()));
    made.at_aggregator.set_reference(reference);
    const auto address_both = [&made](auto& request) {
      request.set_right(made.asked.right());
      request.set_request_id(made.asked.request_id());
      *request.mutable_authorisation() = made.asked.authorisation();
    };
    address_both(made.at_vault);
    address_both(made.at_aggregator);
    made.shown.set_reference(reference);
    made.shown.set_proof(proven->proof);
    return made;
  }
  // Has both parties do it, and keeps what they sign in what is shown.
  static absl::Status Act(Redirected& made) {
    const TlsFiles tls = deployment_->tls("ttp/tls");
    const auto vault = v1::VaultRightsService::NewStub(
        TlsChannel(deployment_->daemon("vault"), tls));
    const auto aggregator = v1::AggregatorRightsService::NewStub(
        TlsChannel(deployment_->daemon("aggregator"), tls));
    v1::ExerciseAtVaultResponse of_vault;
    v1::ExerciseAtAggregatorResponse of_aggregator;
    GARDEROBE_RETURN_IF_ERROR(
        ExerciseAtVault(*vault, made.at_vault, &of_vault));
    grpc::ClientContext context;
    GARDEROBE_RETURN_IF_ERROR(FromGrpc(
        aggregator->Exercise(&context, made.at_aggregator, &of_aggregator)));
    *made.shown.add_receipts() = of_vault.receipt();
    *made.shown.add_receipts() = of_aggregator.receipt();
    return absl::OkStatus();
  }
  // Whether the client believes what it is shown.
  absl::Status Checked(const Redirected& made) const {
    return client::CheckReceipts(made.asked, made.shown, published_).status();
  }
  static bool IsKnown(const std::string& customer, const std::string& party) {
    return Held(kMuseum, customer, party)["known"].get<bool>();
  }
  void Deliver(const std::string& customer) {
    ASSERT_EQ(Send(kMuseum, customer + "-", 2, customer,
                   customer + "@example.nl,Bakker,Anna,1012LG,12\n")
                  .exit,
              0);
  }

  LyingRights rights_;
  HonestParameters parameters_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  client::Endpoint endpoint_;
  client::Published published_;
  std::optional<AskingKeys> keys_;
};

// The control: nothing is changed on the way.
TEST_F(RedirectedRightTest, AnHonestOneIsBelieved) {
  const auto report = Ask(VisitorRight::kErase, "altered", [](auto&) {});
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->receipts.size(), 2u);
}

TEST_F(RedirectedRightTest, WhatIsAlteredOnTheWayIsFound) {
  v1::FetchReceiptsResponse earlier;
  ASSERT_THAT(Ask(VisitorRight::kErase, "earlier",
                  [&](auto& response) { earlier = response; }),
              IsOk());
  ExpectFound("an earlier request's receipts",
              [&](auto& response) { response = earlier; });
  ExpectFound("no receipt of one party", [](auto& response) {
    response.mutable_receipts()->RemoveLast();
  });
  ExpectFound("no receipts at all",
              [](auto& response) { response.clear_receipts(); });
  ExpectFound("a receipt twice", [](auto& response) {
    *response.mutable_receipts(1) = response.receipts(0);
  });
  ExpectFound("another body", [](auto& response) {
    response.mutable_receipts(0)->mutable_body()->back() ^= 1;
  });
  ExpectFound("another signature", [](auto& response) {
    response.mutable_receipts(1)->mutable_signature()->front() ^= 1;
  });
  ExpectFound("another proof",
              [](auto& response) { response.mutable_proof()->back() ^= 1; });
  ExpectFound("no proof", [](auto& response) { response.clear_proof(); });
  ExpectFound("another reference", [&](auto& response) {
    response.set_reference(earlier.reference());
  });
  ExpectFound("another answer",
              [](auto& response) { response.set_vault_sealed("sealed"); });
}

// The control of what follows: what the TTP makes here is what it makes.
TEST_F(RedirectedRightTest, WhatWasAskedIsDone) {
  Deliver("c1");
  Redirected made = Erasure("c1");
  ASSERT_THAT(Act(made), IsOk());
  EXPECT_THAT(Checked(made), IsOk());
  EXPECT_FALSE(IsKnown("c1", "vault"));
  EXPECT_FALSE(IsKnown("c1", "aggregator"));
}

// The client has it proved that the reference is of the customer it named; the
// aggregator sees that the handle is of the same.
TEST_F(RedirectedRightTest, TheAggregatorErasesNobodyElse) {
  Deliver("c2");
  Deliver("c3");
  Redirected made = Erasure("c2");
  made.at_aggregator.set_handle(Erasure("c3").at_aggregator.handle());
  EXPECT_THAT(Act(made), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_TRUE(IsKnown("c3", "aggregator"));
  EXPECT_TRUE(IsKnown("c2", "aggregator"));
  // Nor one of whom the reference is not known, for somebody else.
  made = Erasure("nobody");
  made.at_aggregator.set_handle(Erasure("c3").at_aggregator.handle());
  EXPECT_THAT(Act(made), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_TRUE(IsKnown("c3", "aggregator"));
}

// What SECURITY.md says is not proved: which relation the vault is given.
TEST_F(RedirectedRightTest, TheVaultMayBeGivenNobody) {
  Deliver("c4");
  Redirected made = Erasure("c4");
  made.at_vault.set_handle(std::string(16, 'n'));
  ASSERT_THAT(Act(made), IsOk());
  EXPECT_THAT(Checked(made), IsOk());
  EXPECT_TRUE(IsKnown("c4", "vault"));
  EXPECT_FALSE(IsKnown("c4", "aggregator"));
}

// An identity in place of a handle: what was signed is for a handle.
TEST_F(RedirectedRightTest, AnIdentityInPlaceOfAHandleIsRefused) {
  Redirected made = Erasure("c5");
  made.at_vault.clear_handle();
  made.at_vault.clear_reference();
  auto* identity = made.at_vault.mutable_identity();
  identity->set_kinds(1);
  identity->set_point_a(AsString(RandomElement().bytes()));
  identity->set_points_b(AsString(RandomElement().bytes()));
  EXPECT_THAT(Act(made), StatusIs(absl::StatusCode::kPermissionDenied));
}

}  // namespace
}  // namespace garderobe
