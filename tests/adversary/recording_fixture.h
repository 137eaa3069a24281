// A deployment in which vault and aggregator both record what an honest TTP
// passes on, and a judge who has everybody's keys.
#ifndef GARDEROBE_TESTS_ADVERSARY_RECORDING_FIXTURE_H_
#define GARDEROBE_TESTS_ADVERSARY_RECORDING_FIXTURE_H_

#include <signal.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "core/base/files.h"
#include "core/group/elgamal.h"
#include "core/keys/key_file.h"
#include "core/sealing/handles.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"
#include "tests/adversary/recording_proxies.h"
#include "tests/support/local_deployment.h"
#include "tests/support/status_matchers.h"
#include "ttp/keys.h"

namespace garderobe {

inline constexpr char kMuseum[] = "example-museum";

template <typename Item>
std::vector<Item> Items(std::string_view bytes) {
  std::vector<Item> items;
  for (size_t at = 0; at + Item::kBytes <= bytes.size(); at += Item::kBytes) {
    items.push_back(Item::From(bytes.substr(at, Item::kBytes)));
  }
  return items;
}

class RecordingFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(deployment_.Up());
    vault_.stub = Reach<v1::VaultService>("vault");
    vault_rights_.stub = Reach<v1::VaultRightsService>("vault");
    aggregator_.stub = Reach<v1::AggregatorService>("aggregator");
    aggregator_rights_.stub = Reach<v1::AggregatorRightsService>("aggregator");
    vault_retention_.stub = Reach<v1::VaultRetentionService>("vault");
    aggregator_retention_.stub =
        Reach<v1::AggregatorRetentionService>("aggregator");
    vault_.recorder = vault_rights_.recorder = vault_retention_.recorder =
        aggregator_.recorder = aggregator_rights_.recorder =
            aggregator_retention_.recorder = &recorder_;
    std::string config = *ReadWholeFile(Config());
    servers_.push_back(
        Stand("vault", {&vault_, &vault_rights_, &vault_retention_}, &config));
    servers_.push_back(Stand(
        "aggregator",
        {&aggregator_, &aggregator_rights_, &aggregator_retention_}, &config));
    std::ofstream(Config(), std::ios::trunc) << config;
    ASSERT_EQ(kill(deployment_.Pid("ttpd"), SIGTERM), 0);
    for (int tenths = 0; tenths < 100 && deployment_.Pid("ttpd") != 0;
         ++tenths) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    ASSERT_NO_FATAL_FAILURE(deployment_.Up());
    ReadKeys();
  }
  void TearDown() override {
    deployment_.Down();
    for (const auto& server : servers_) server->Shutdown();
  }

  // What only the judge holds: everybody's keys.
  void ReadKeys() {
    auto keys = ttp::TtpKeys::Read(deployment_.folder() + "/ttp/keys");
    ASSERT_THAT(keys, IsOk());
    ttp_keys_ = std::make_unique<ttp::TtpKeys>(*std::move(keys));
    const auto z = ReadKeyFile(
        deployment_.folder() + "/aggregator/keys/aggregator-pseudonym.key",
        "aggregator-pseudonym");
    ASSERT_THAT(z, IsOk());
    auto scalar = JudgesScalar::Decode({z->secret.ExposeSecret(), 32});
    ASSERT_THAT(scalar, IsOk());
    z_ = std::make_unique<JudgesScalar>(*std::move(scalar));
    auto handle_key = ReadSecret<InstitutionHandleKey>(
        deployment_.folder() + "/institutions/example-museum/handle.key",
        "institution-handle");
    ASSERT_THAT(handle_key, IsOk());
    handle_key_ =
        std::make_unique<InstitutionHandleKey>(*std::move(handle_key));
  }
  std::vector<Element> Opened(std::string_view ciphertexts) const {
    std::vector<Element> opened;
    for (const Ciphertext& one : Items<Ciphertext>(ciphertexts)) {
      opened.emplace_back();
      EXPECT_TRUE(
          DecryptOrNobody(*z_, one.point_a, one.point_b, &opened.back()));
    }
    return opened;
  }

  static std::string Row(int person, const std::string& customer,
                         const std::string& email, const std::string& phone,
                         const std::string& day = "2025-03-04") {
    return fmt::format(
        "{1}{0},{2},{3},Bakker{0},Anna,{1}{0},1,E,{4}T20:00,{4}T10:00\n",
        person, customer, email, phone, day);
  }
  LocalDeployment::Background StartToSend(
      const std::vector<std::string>& rows) const {
    std::string text =
        "customer_id,email,phone,last_name,first_name,order_id,line_id,"
        "event_id,starts_at,sold_at\n";
    for (const std::string& row : rows) text += row;
    return deployment_.Start({"send", deployment_.Write("rows.csv", text),
                              "--institution", kMuseum});
  }
  void Send(const std::vector<std::string>& rows) {
    const RunResult sent = StartToSend(rows).Wait();
    // 4: visits from before the agreement are refused, their customers not.
    ASSERT_TRUE(sent.exit == 0 || sent.exit == 4) << sent.err;
  }
  std::string Config() const { return deployment_.folder() + "/ttp/ttpd.toml"; }

  template <typename Service>
  std::unique_ptr<typename Service::Stub> Reach(const std::string& party) {
    return Service::NewStub(
        TlsChannel(deployment_.daemon(party), deployment_.tls("ttp/tls")));
  }
  // Serves in the party's place, and writes where into the TTP's settings.
  std::unique_ptr<grpc::Server> Stand(
      const std::string& party, const std::vector<grpc::Service*>& services,
      std::string* config) {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0",
                             ServerTls(deployment_.tls(party + "/tls")), &port);
    for (grpc::Service* service : services) builder.RegisterService(service);
    builder.SetMaxReceiveMessageSize(64 << 20);
    auto server = builder.BuildAndStart();
    const std::string address = deployment_.address(party);
    const size_t at = config->find(address);
    EXPECT_NE(at, config->npos);
    config->replace(at, address.size(), "127.0.0.1:" + std::to_string(port));
    return server;
  }

  // The museum's relations in the order of its file, for the judge.
  std::vector<Handle> HandlesOf(
      const std::vector<std::string>& customers) const {
    std::vector<Handle> handles;
    for (const std::string& customer : customers) {
      handles.push_back(MakeHandle(*handle_key_, customer));
    }
    return handles;
  }
  Element ReferenceOf(const std::string& customer) const {
    return garderobe::ReferenceOf(ttp_keys_->relation, kMuseum,
                                  MakeHandle(*handle_key_, customer));
  }

  using JudgesScalar = SecretScalar<struct JudgesRole>;
  LocalDeployment deployment_;
  Recorder recorder_;
  VaultProxy vault_;
  VaultRightsProxy vault_rights_;
  AggregatorProxy aggregator_;
  AggregatorRightsProxy aggregator_rights_;
  VaultRetentionProxy vault_retention_;
  AggregatorRetentionProxy aggregator_retention_;
  std::vector<std::unique_ptr<grpc::Server>> servers_;
  std::unique_ptr<ttp::TtpKeys> ttp_keys_;
  std::unique_ptr<JudgesScalar> z_;
  std::unique_ptr<InstitutionHandleKey> handle_key_;
};

}  // namespace garderobe

#endif  // GARDEROBE_TESTS_ADVERSARY_RECORDING_FIXTURE_H_
