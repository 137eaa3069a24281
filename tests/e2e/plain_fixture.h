// A deployment with a museum in plain mode and a theatre that encrypts, and a
// peer with certificates that speaks to plaind as it likes.
#ifndef GARDEROBE_TESTS_E2E_PLAIN_FIXTURE_H_
#define GARDEROBE_TESTS_E2E_PLAIN_FIXTURE_H_

#include <thread>

#include "core/base/files.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "garderobe/v1/delivery.grpc.pb.h"
#include "garderobe/v1/plain.grpc.pb.h"
#include "tests/e2e/rights_fixture.h"

namespace garderobe {

inline constexpr char kPlain[] =
    "agreement_from = 2020-01-01\nplain = true\n"
    "clients = [\"example-museum\", \"plaind\"]";
inline constexpr std::chrono::seconds kPlainTimeout{20};

inline v1::PlainBatch PlainRows(uint64_t offset, int rows,
                                const std::string& name) {
  v1::PlainBatch batch;
  batch.set_offset(offset);
  batch.set_count(static_cast<uint32_t>(rows));
  for (int i = 0; i < rows; ++i) {
    const std::string id = fmt::format("{}-{}", name, offset + i);
    batch.mutable_handles()->append(fmt::format("{:>16}", id).substr(0, 16));
    batch.add_rows()->set_email(id + "@example.nl");
  }
  return batch;
}

class PlainTest : public RightsTest {
 protected:
  static void SetUpTestSuite() {
    RightsTest::SetUpTestSuite();
    ImportRegister({{kMuseum, kPlain}, {kTheatre, kAgreed}});
  }
  static RunResult SendPlain(const std::string& file) {
    return Run({"send", file, "--institution", kMuseum, "--plain", "--json"});
  }
  // A stream of a client in plain mode: what is written, what comes back, and
  // how it ends.
  static absl::Status Converse(
      const std::string& who, const std::string& institution,
      const std::string& source, const std::vector<v1::PlainBatch>& batches,
      std::vector<v1::DeliverPlainResponse>* out = nullptr) {
    const auto stub = v1::PlainService::NewStub(
        TlsChannel(deployment_->daemon("plain"), deployment_->tls(who)));
    grpc::ClientContext context;
    SetDeadline(context, kPlainTimeout);
    const auto stream = stub->DeliverPlain(&context);
    v1::DeliverPlainRequest request;
    v1::Hello& hello = *request.mutable_hello();
    hello.set_protocol_version(2);
    hello.mutable_feed()->set_institution(institution);
    hello.mutable_feed()->set_source(source);
    bool goes_on = stream->Write(request);
    for (const v1::PlainBatch& batch : batches) {
      *request.mutable_batch() = batch;
      goes_on = goes_on && stream->Write(request);
    }
    stream->WritesDone();
    v1::DeliverPlainResponse response;
    while (stream->Read(&response)) {
      if (out != nullptr) out->push_back(response);
    }
    return FromGrpc(stream->Finish());
  }
  static absl::Status Deliver(
      const std::string& source, const std::vector<v1::PlainBatch>& batches,
      std::vector<v1::DeliverPlainResponse>* out = nullptr) {
    return Converse("clients/example-museum", kMuseum, source, batches, out);
  }
  // How many rows of plaind's feed the aggregator has, as it tells plaind.
  static uint64_t Committed(const std::string& source) {
    const auto stub = v1::DeliveryService::NewStub(
        TlsChannel(deployment_->daemon("ttp"), deployment_->tls("plain/tls")));
    grpc::ClientContext context;
    SetDeadline(context, kPlainTimeout);
    v1::GetFeedRequest request;
    request.mutable_feed()->set_institution(kMuseum);
    request.mutable_feed()->set_source("example-museum." + source);
    request.mutable_feed()->set_kind(v1::FEED_KIND_RELATIONS);
    v1::GetFeedResponse response;
    (void)stub->GetFeed(&context, request, &response);
    return response.committed();
  }
  // Of the only client of kMuseum: its source, with the place of its machine.
  static std::string SourceOf(const std::string& name) {
    const auto journal = ReadWholeFile(
        fmt::format("{}/clients/{}/state/{}.{}.json", deployment_->folder(),
                    kMuseum, kMuseum, name));
    EXPECT_THAT(journal, IsOk());
    return name + "-" +
           nlohmann::json::parse(*journal)["place"].get<std::string>();
  }
  static std::string Log(const std::string& daemon) {
    return *ReadWholeFile(deployment_->folder() + "/" + daemon + ".log");
  }
  // Waits for what will come by itself.
  template <typename Condition>
  static bool Eventually(Condition condition) {
    for (int i = 0; i < 600; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return false;
  }
  // A file of `customers`, each with one order line.
  static std::string FileOf(const std::string& name, int customers) {
    std::string text = kHeader;
    for (int i = 0; i < customers; ++i) {
      text += fmt::format(
          "{0}{1},1,E1,Faust,2025-03-14 20:15,1,25.00,{0}{1},{0}{1}@example.nl,"
          "Bakker,Anna,1012LG,{1}\n",
          name, i);
    }
    return deployment_->Write(name + ".csv", text);
  }
};

}  // namespace garderobe

#endif  // GARDEROBE_TESTS_E2E_PLAIN_FIXTURE_H_
