// A TTP that tells a client something else than the aggregator did. It stands
// before the real one, with the TTP's certificate, and passes everything on.
#include <functional>
#include <thread>

#include "client/deploy/deployment.h"
#include "client/send/delivery.h"
#include "core/base/files.h"
#include "core/base/mutex.h"
#include "core/rpc/tls.h"
#include "garderobe/v1/delivery.grpc.pb.h"
#include "gmock/gmock.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"
#include "tests/support/local_deployment.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

constexpr char kMuseum[] = "example-museum";

using Lie = std::function<void(v1::BatchOutcome&)>;

class LyingTtp final : public v1::DeliveryService::Service {
 public:
  std::unique_ptr<v1::DeliveryService::Stub> stub;

  // Streams of a test before may still end.
  void Tell(Lie lie) {
    const MutexLock lock(&mutex_);
    lie_ = std::move(lie);
  }

  grpc::Status GetParameters(grpc::ServerContext*,
                             const v1::GetParametersRequest* request,
                             v1::GetParametersResponse* response) override {
    grpc::ClientContext context;
    return stub->GetParameters(&context, *request, response);
  }
  grpc::Status CloseFeed(grpc::ServerContext*,
                         const v1::CloseFeedRequest* request,
                         v1::CloseFeedResponse* response) override {
    grpc::ClientContext context;
    return stub->CloseFeed(&context, *request, response);
  }
  grpc::Status DeliverVisits(
      grpc::ServerContext*,
      grpc::ServerReaderWriter<v1::DeliverVisitsResponse,
                               v1::DeliverVisitsRequest>* stream) override {
    grpc::ClientContext context;
    return PassOn(stream, stub->DeliverVisits(&context), context);
  }
  grpc::Status DeliverRelations(
      grpc::ServerContext*,
      grpc::ServerReaderWriter<v1::DeliverRelationsResponse,
                               v1::DeliverRelationsRequest>* stream) override {
    grpc::ClientContext context;
    return PassOn(stream, stub->DeliverRelations(&context), context);
  }

 private:
  Lie CurrentLie() {
    const MutexLock lock(&mutex_);
    return lie_;
  }
  template <typename Request, typename Response>
  grpc::Status PassOn(
      grpc::ServerReaderWriter<Response, Request>* client,
      std::unique_ptr<grpc::ClientReaderWriter<Request, Response>> upstream,
      grpc::ClientContext& context) {
    std::thread back([&] {
      Response response;
      while (upstream->Read(&response)) {
        if (response.has_outcome()) CurrentLie()(*response.mutable_outcome());
        if (!client->Write(response)) context.TryCancel();
      }
    });
    Request request;
    while (client->Read(&request)) {
      if (!upstream->Write(request)) break;
    }
    upstream->WritesDone();
    back.join();
    return upstream->Finish();
  }

  Mutex mutex_;
  Lie lie_ ABSL_GUARDED_BY(mutex_) = [](v1::BatchOutcome&) {};
};

class LyingTtpTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    deployment_ = new LocalDeployment();
    deployment_->Up();
  }
  static void TearDownTestSuite() {
    delete deployment_;
    deployment_ = nullptr;
  }
  void SetUp() override {
    ttp_.stub = v1::DeliveryService::NewStub(
        TlsChannel(deployment_->daemon("ttp"),
                   deployment_->tls(std::string("clients/") + kMuseum)));
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0",
                             ServerTls(deployment_->tls("ttp/tls")), &port_);
    builder.RegisterService(&ttp_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
  }
  void TearDown() override { server_->Shutdown(); }

  // Delivers three visits, two of them of customers, in a feed of its own.
  absl::StatusOr<client::SendReport> Send(const std::string& source) {
    const std::string text =
        "customer_id,email,order_id,line_id,event_id,starts_at\n"
        "c1,one@example.nl,{0}1,1,E,2025-03-04T20:00\n"
        "c2,two@example.nl,{0}2,1,E,2025-03-04T20:00\n"
        ",,{0}3,1,E,2025-03-04T20:00\n";
    client::SendOptions options;
    options.input.file = deployment_->Write(
        source + ".csv", fmt::format(fmt::runtime(text), source));
    options.feed.institution = kMuseum;
    options.feed.source = source;
    GARDEROBE_ASSIGN_OR_RETURN(const auto opened,
                               client::Deployment::Open(deployment_->folder()));
    options.feed.handle_key = opened.handle_key(kMuseum);
    options.feed.author_key = opened.author_key(kMuseum);
    options.feed.state = opened.client_state(kMuseum);
    options.feed.give_up = std::chrono::seconds(10);
    options.all_relations = true;
    GARDEROBE_ASSIGN_OR_RETURN(auto endpoint, opened.EndpointOf(kMuseum));
    endpoint.ttpd.address = fmt::format("127.0.0.1:{}", port_);
    return client::SendFile(endpoint, options, nullptr);
  }
  // Whether the client finds that the aggregator did not say this.
  void ExpectFound(const std::string& source, Lie lie) {
    ttp_.Tell(std::move(lie));
    const auto report = Send(source);
    EXPECT_THAT(report.status(), StatusIs(absl::StatusCode::kDataLoss));
    EXPECT_THAT(std::string(Message(report.status())),
                ::testing::StartsWith("the aggregator has not signed"));
  }

  static inline LocalDeployment* deployment_ = nullptr;
  LyingTtp ttp_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

// The control: nothing is changed on the way.
TEST_F(LyingTtpTest, AnHonestOneIsBelieved) {
  const auto report = Send("honest");
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->visits_accepted, 3u);
  EXPECT_EQ(report->relations_accepted, 2u);
  const auto kept =
      ReadWholeFile(deployment_->folder() + "/clients/" + kMuseum + "/state/" +
                    kMuseum + ".honest.outcomes");
  ASSERT_THAT(kept, IsOk());
  EXPECT_THAT(*kept, ::testing::HasSubstr("visits 0 3 3 0 1 "));
  EXPECT_THAT(*kept, ::testing::HasSubstr("relations 0 2 2 0 1 "));
}

TEST_F(LyingTtpTest, ChangedCountsAreFound) {
  ExpectFound("accepted", [](auto& o) { o.set_accepted(o.accepted() - 1); });
  ExpectFound("more", [](auto& o) { o.set_accepted(o.accepted() + 1); });
  ExpectFound("replaced", [](auto& o) { o.set_replaced(1); });
  ExpectFound("count", [](auto& o) { o.set_count(o.count() + 1); });
  ExpectFound("offset", [](auto& o) { o.set_offset(1); });
}

TEST_F(LyingTtpTest, AMissingOrAnotherSignatureIsFound) {
  ExpectFound("missing", [](auto& o) { o.clear_signature(); });
  // Outlives the streams that look at it.
  const auto earlier = std::make_shared<std::string>();
  ttp_.Tell([earlier](auto& o) {
    // The visits: relations come on another thread.
    if (o.count() == 3) *earlier = o.signature();
  });
  ASSERT_THAT(Send("earlier"), IsOk());
  ASSERT_EQ(earlier->size(), 64u);
  // What the aggregator said of another batch with the same counts.
  ExpectFound("later", [earlier](auto& o) { o.set_signature(*earlier); });
}

// ttpd fills this in itself, and it is not the aggregator's to sign.
TEST_F(LyingTtpTest, WhatIsNotSignedIsNotLookedAt) {
  ttp_.Tell([](auto& o) { o.set_stored_by_vault(7); });
  EXPECT_THAT(Send("unsigned"), IsOk());
}

}  // namespace
}  // namespace garderobe
