// A deployment, and a peer with certificates that speaks to it as it likes.
#ifndef GARDEROBE_TESTS_ADVERSARY_HOSTILE_FIXTURE_H_
#define GARDEROBE_TESTS_ADVERSARY_HOSTILE_FIXTURE_H_

#include <signal.h>

#include <boost/asio/thread_pool.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "client/deploy/authority.h"
#include "client/deploy/deployment.h"
#include "client/send/batches.h"
#include "core/base/files.h"
#include "core/catalogue/codes.h"
#include "core/group/elgamal.h"
#include "core/keys/key_file.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "garderobe/v1/aggregator.grpc.pb.h"
#include "garderobe/v1/answer.grpc.pb.h"
#include "garderobe/v1/budget.grpc.pb.h"
#include "garderobe/v1/common.grpc.pb.h"
#include "garderobe/v1/delivery.grpc.pb.h"
#include "garderobe/v1/vault.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/local_deployment.h"
#include "tests/support/status_matchers.h"

namespace garderobe {

// A minute in 2025, after the agreement has begun.
inline constexpr int32_t kIn2025 = 9132 * 1440;
inline constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
inline constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

inline constexpr std::chrono::seconds kCallTimeout{10};

class HostileTest : public ::testing::Test {
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
    source_ = "test-" + std::to_string(++sources_);
    auto stub = Delivery("clients/example-museum");
    grpc::ClientContext context;
    SetDeadline(context, kCallTimeout);
    v1::GetParametersResponse p;
    ASSERT_THAT(FromGrpc(stub->GetParameters(&context, {}, &p)), IsOk());
    aggregator_signed_ = p.aggregator();
    feed_.institution = "example-museum";
    feed_.source = source_;
    const auto deployment = client::Deployment::Open(deployment_->folder());
    ASSERT_THAT(deployment, IsOk());
    const auto endpoint = deployment->EndpointOf("example-museum");
    ASSERT_THAT(endpoint, IsOk());
    auto published = client::ReadPublished(p, *endpoint, deployment_->folder());
    ASSERT_THAT(published, IsOk());
    feed_.published = *std::move(published);
    feed_.author = &author_;
  }
  std::unique_ptr<v1::DeliveryService::Stub> Delivery(const std::string& who) {
    return v1::DeliveryService::NewStub(
        TlsChannel(deployment_->daemon("ttp"), deployment_->tls(who)));
  }
  std::unique_ptr<v1::VaultService::Stub> Vault(const std::string& who) {
    return v1::VaultService::NewStub(
        TlsChannel(deployment_->daemon("vault"), deployment_->tls(who)));
  }
  v1::Hello Hello() {
    v1::Hello hello;
    hello.set_protocol_version(2);
    hello.mutable_feed()->set_institution("example-museum");
    hello.mutable_feed()->set_source(source_);
    return hello;
  }
  // A conversation: what is written, what comes back, and how it ends.
  template <typename Request, typename Response, typename Open>
  absl::Status Converse(Open open, const std::vector<Request>& requests,
                        std::vector<Response>* responses = nullptr) {
    grpc::ClientContext context;
    SetDeadline(context, kCallTimeout);
    auto stream = open(&context);
    for (const Request& request : requests) {
      if (!stream->Write(request)) break;
    }
    stream->WritesDone();
    Response response;
    while (stream->Read(&response)) {
      if (responses != nullptr) responses->push_back(response);
    }
    return FromGrpc(stream->Finish());
  }
  absl::Status Visits(const std::vector<v1::VisitBatch>& batches,
                      std::vector<v1::DeliverVisitsResponse>* out = nullptr,
                      const std::string& who = "clients/example-museum") {
    auto stub = Delivery(who);
    std::vector<v1::DeliverVisitsRequest> requests(1);
    *requests[0].mutable_hello() = Hello();
    for (const auto& batch : batches) {
      *requests.emplace_back().mutable_batch() = batch;
    }
    return Converse<v1::DeliverVisitsRequest, v1::DeliverVisitsResponse>(
        [&](auto* context) { return stub->DeliverVisits(context); }, requests,
        out);
  }
  absl::Status Relations(
      const std::vector<v1::RelationBatch>& batches,
      std::vector<v1::DeliverRelationsResponse>* out = nullptr) {
    auto stub = Delivery("clients/example-museum");
    std::vector<v1::DeliverRelationsRequest> requests(1);
    *requests[0].mutable_hello() = Hello();
    for (const auto& batch : batches) {
      *requests.emplace_back().mutable_batch() = batch;
    }
    return Converse<v1::DeliverRelationsRequest, v1::DeliverRelationsResponse>(
        [&](auto* context) { return stub->DeliverRelations(context); },
        requests, out);
  }
  v1::VisitBatch GoodVisits(uint64_t offset, int rows = 3,
                            int32_t starts_at = kIn2025) {
    client::VisitBatchBuilder builder(feed_, key_);
    for (int i = 0; i < rows; ++i) {
      client::OrderLine line;
      const std::string id =
          source_ + std::to_string(offset) + "-" + std::to_string(i);
      line.order_id = id;
      line.line_id = "1";
      line.event_id = "E";
      line.starts_at = starts_at;
      builder.Add(line, Handle());
      builder.SetLine(1);
    }
    std::vector<uint64_t> lines;
    return builder.Build(offset, &lines);
  }
  v1::RelationBatch GoodRelations(uint64_t offset, int rows = 3) {
    std::vector<client::Customer> customers(static_cast<size_t>(rows));
    for (int i = 0; i < rows; ++i) {
      auto& c = customers[static_cast<size_t>(i)];
      c.handle = MakeHandle(key_, source_ + std::to_string(i));
      c.identifiers[0] = source_ + std::to_string(i) + "@example.nl";
    }
    return client::BuildRelationBatch(feed_, key_, offset, customers);
  }
  // Delivers under the museum's own handle key from now on, so that its client
  // can ask for what is held of a customer.
  void UseKeyOfMuseum() {
    auto key = ReadSecret<InstitutionHandleKey>(
        deployment_->folder() + "/institutions/example-museum/handle.key",
        "institution-handle");
    ASSERT_THAT(key, IsOk());
    key_ = *std::move(key);
  }
  // What a party tells the museum of its customer.
  static nlohmann::json Held(const std::string& party,
                             const std::string& customer) {
    const RunResult r =
        deployment_->Run({"access", "--institution", "example-museum",
                          "--customer", customer, "--json"});
    EXPECT_EQ(r.exit, 0) << r.err;
    const nlohmann::json told = r.json();
    for (const auto& held : told["held"]) {
      if (held["party"] == party) return held;
    }
    ADD_FAILURE() << r.out;
    return {};
  }
  // A signature is over the batch as it was sealed, which no two batches are
  // alike; what else it covers are the counts beside it.
  template <typename Reply>
  static std::string AllButSignatures(std::vector<Reply> replies) {
    std::string bytes;
    for (Reply& reply : replies) {
      if (reply.has_outcome()) reply.mutable_outcome()->clear_signature();
      bytes += reply.SerializeAsString() + "|";
    }
    return bytes;
  }
  // Of the museum's budget this month.
  static uint64_t TokensUsed() {
    const auto stub = v1::BudgetService::NewStub(TlsChannel(
        deployment_->daemon("ttp"), deployment_->tls("coordinator")));
    grpc::ClientContext context;
    v1::ListBudgetsResponse budgets;
    EXPECT_THAT(FromGrpc(stub->ListBudgets(&context, {}, &budgets)), IsOk());
    for (const v1::Budget& budget : budgets.budgets()) {
      if (budget.institution() == "example-museum") return budget.used();
    }
    return 0;
  }
  void ExpectServiceStillWorks() {
    source_ += "x";
    feed_.source = source_;
    EXPECT_THAT(Visits({GoodVisits(0)}), IsOk());
    EXPECT_THAT(Relations({GoodRelations(0)}), IsOk());
  }

  static inline LocalDeployment* deployment_ = nullptr;
  static inline int sources_ = 0;
  std::string source_;
  client::FeedContext feed_;
  v1::SignedParameters aggregator_signed_;
  InstitutionHandleKey key_ = InstitutionHandleKey::Random();
  const AuthorSeed author_ = deployment_->AuthorOf("example-museum");
};

}  // namespace garderobe

#endif  // GARDEROBE_TESTS_ADVERSARY_HOSTILE_FIXTURE_H_
