// Vault and aggregator that both record what an honest TTP passes on: can they
// join their rows by position? Two proxies stand in for them, with their own
// certificates, and pass every call on to the real ones.
#include <filesystem>
#include <fstream>
#include <map>

#include "core/base/files.h"
#include "core/base/mutex.h"
#include "core/rpc/deadline.h"
#include "core/sealing/handles.h"
#include "garderobe/v1/aggregator.grpc.pb.h"
#include "garderobe/v1/retention.grpc.pb.h"
#include "garderobe/v1/rights.grpc.pb.h"
#include "garderobe/v1/vault.grpc.pb.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"
#include "tests/support/local_deployment.h"
#include "tests/support/status_matchers.h"
#include "ttp/keys.h"

namespace garderobe {
namespace {

using grpc::ServerContext;
using grpc::Status;

// A call of one party and the list in it.
template <typename Item>
using Record = std::vector<std::vector<Item>>;

template <typename Handle>
std::vector<Handle> HandlesOf(std::string_view bytes) {
  std::vector<Handle> handles;
  for (size_t at = 0; at + Handle::kBytes <= bytes.size();
       at += Handle::kBytes) {
    handles.push_back(Handle::From(bytes.substr(at, Handle::kBytes)));
  }
  return handles;
}

// What the vault hands out: its handle, and the reference that the TTP opens.
struct Named {
  VaultHandle handle;
  std::string reference;
};

// The two lists of one kind, call by call.
struct Lists {
  Record<Named> vault;
  Record<AggregatorHandle> aggregator;
};

class Recorder {
 public:
  template <typename Message>
  void VaultNames(Lists Recorder::*lists, const Message& message) {
    const MutexLock lock(&mutex_);
    auto& list = (this->*lists).vault.emplace_back();
    const auto handles = HandlesOf<VaultHandle>(message.handles());
    const size_t bytes = ttp::ReferenceSealer::kBytes;
    for (size_t i = 0; i < handles.size(); ++i) {
      list.push_back(
          {handles[i], message.references().substr(i * bytes, bytes)});
    }
  }
  template <typename Message>
  void AggregatorHears(Lists Recorder::*lists, const Message& message) {
    const MutexLock lock(&mutex_);
    (this->*lists)
        .aggregator.push_back(HandlesOf<AggregatorHandle>(message.handles()));
  }

  Lists changes, rights, retention;

 private:
  Mutex mutex_;
};

// Passes a call on to the real party.
template <typename Stub, typename Request, typename Response>
Status PassOn(Stub& stub,
              Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                     Response*),
              const Request* request, Response* response) {
  grpc::ClientContext context;
  SetDeadline(context, std::chrono::seconds(60));
  return (stub.*method)(&context, *request, response);
}
#define PASS_ON(Service, Method)                                         \
  Status Method(ServerContext*, const v1::Method##Request* request,      \
                v1::Method##Response* response) override {               \
    return PassOn(*stub, &v1::Service::Stub::Method, request, response); \
  }

struct VaultProxy final : v1::VaultService::Service {
  std::unique_ptr<v1::VaultService::Stub> stub;
  Recorder* recorder = nullptr;
  Status GetParameters(ServerContext*,
                       const v1::GetVaultParametersRequest* request,
                       v1::GetVaultParametersResponse* response) override {
    return PassOn(*stub, &v1::VaultService::Stub::GetParameters, request,
                  response);
  }
  PASS_ON(VaultService, LinkRelations)
  Status GetLinkChanges(ServerContext*,
                        const v1::GetLinkChangesRequest* request,
                        v1::GetLinkChangesResponse* response) override {
    const Status status = PassOn(*stub, &v1::VaultService::Stub::GetLinkChanges,
                                 request, response);
    if (status.ok() && !response->changes().handles().empty()) {
      recorder->VaultNames(&Recorder::changes, response->changes());
    }
    return status;
  }
};

struct VaultRightsProxy final : v1::VaultRightsService::Service {
  std::unique_ptr<v1::VaultRightsService::Stub> stub;
  Recorder* recorder = nullptr;
  Status Exercise(ServerContext*, const v1::ExerciseAtVaultRequest* request,
                  v1::ExerciseAtVaultResponse* response) override {
    const Status status = PassOn(*stub, &v1::VaultRightsService::Stub::Exercise,
                                 request, response);
    if (status.ok() && request->only_look()) {
      recorder->VaultNames(&Recorder::rights, *response);
    }
    return status;
  }
};

struct AggregatorProxy final : v1::AggregatorService::Service {
  std::unique_ptr<v1::AggregatorService::Stub> stub;
  Recorder* recorder = nullptr;
  Status GetParameters(ServerContext*,
                       const v1::GetAggregatorParametersRequest* request,
                       v1::GetAggregatorParametersResponse* response) override {
    return PassOn(*stub, &v1::AggregatorService::Stub::GetParameters, request,
                  response);
  }
  PASS_ON(AggregatorService, StoreVisits)
  PASS_ON(AggregatorService, StoreRelations)
  PASS_ON(AggregatorService, OpenFeed)
  PASS_ON(AggregatorService, GetFeed)
  PASS_ON(AggregatorService, CloseFeed)
  Status StoreLinkChanges(ServerContext*,
                          const v1::StoreLinkChangesRequest* request,
                          v1::StoreLinkChangesResponse* response) override {
    recorder->AggregatorHears(&Recorder::changes, *request);
    return PassOn(*stub, &v1::AggregatorService::Stub::StoreLinkChanges,
                  request, response);
  }
};

struct AggregatorRightsProxy final : v1::AggregatorRightsService::Service {
  std::unique_ptr<v1::AggregatorRightsService::Stub> stub;
  Recorder* recorder = nullptr;
  Status Exercise(ServerContext*,
                  const v1::ExerciseAtAggregatorRequest* request,
                  v1::ExerciseAtAggregatorResponse* response) override {
    recorder->AggregatorHears(&Recorder::rights, *request);
    return PassOn(*stub, &v1::AggregatorRightsService::Stub::Exercise, request,
                  response);
  }
};

struct VaultRetentionProxy final : v1::VaultRetentionService::Service {
  std::unique_ptr<v1::VaultRetentionService::Stub> stub;
  Recorder* recorder = nullptr;
  PASS_ON(VaultRetentionService, RemoveAged)
  Status ListAged(ServerContext*, const v1::ListAgedRequest* request,
                  v1::ListAgedResponse* response) override {
    const Status status = PassOn(
        *stub, &v1::VaultRetentionService::Stub::ListAged, request, response);
    if (status.ok()) recorder->VaultNames(&Recorder::retention, *response);
    return status;
  }
};

struct AggregatorRetentionProxy final
    : v1::AggregatorRetentionService::Service {
  std::unique_ptr<v1::AggregatorRetentionService::Stub> stub;
  Recorder* recorder = nullptr;
  PASS_ON(AggregatorRetentionService, ExpireInstitution)
  Status ExpireRelations(ServerContext*,
                         const v1::ExpireRelationsRequest* request,
                         v1::ExpireRelationsResponse* response) override {
    recorder->AggregatorHears(&Recorder::retention, *request);
    return PassOn(*stub, &v1::AggregatorRetentionService::Stub::ExpireRelations,
                  request, response);
  }
};

class RecordingTest : public ::testing::Test {
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
  }
  void TearDown() override {
    deployment_.Down();
    for (const auto& server : servers_) server->Shutdown();
  }
  static std::string Row(int person, const std::string& customer,
                         const std::string& email, const std::string& phone,
                         const std::string& day = "2025-03-04") {
    return fmt::format(
        "{1}{0},{2},{3},Bakker{0},Anna,{1}{0},1,E,{4}T20:00,{4}T10:00\n",
        person, customer, email, phone, day);
  }
  void Send(const std::vector<std::string>& rows) {
    std::string text =
        "customer_id,email,phone,last_name,first_name,order_id,line_id,"
        "event_id,starts_at,sold_at\n";
    for (const std::string& row : rows) text += row;
    const RunResult sent =
        deployment_.Run({"send", deployment_.Write("rows.csv", text),
                         "--institution", "example-museum"});
    // 4: visits from before the agreement are refused, their customers not.
    ASSERT_TRUE(sent.exit == 0 || sent.exit == 4) << sent.err;
  }
  std::string Config() const { return deployment_.folder() + "/ttp/ttpd.toml"; }

  template <typename Service>
  std::unique_ptr<typename Service::Stub> Reach(const std::string& party) {
    return Service::NewStub(TlsChannel(deployment_.address(party), party + "d",
                                       deployment_.tls("ttp/tls")));
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

  // Rows in both parties' lists, and how many of them the i-th of the one and
  // the i-th of the other join rightly, if each call is set beside its own.
  struct Joined {
    size_t calls = 0, rows = 0, same_place = 0, found = 0;
  };
  Joined Join(const Lists& lists) {
    const auto keys = ttp::TtpKeys::Read(deployment_.folder() + "/ttp/keys");
    EXPECT_THAT(keys, IsOk());
    const ttp::ReferenceSealer sealer(keys->reference, keys->aggregator_handle);
    Joined joined;
    for (const auto& names : lists.vault) {
      // The judge opens the references, which neither party can.
      std::vector<AggregatorHandle> truth;
      for (const Named& one : names) {
        const auto opened = sealer.Open(one.handle, one.reference);
        if (opened) truth.push_back(opened->handle);
      }
      if (truth.size() < 2) continue;
      joined.rows += truth.size();
      const std::set<AggregatorHandle> wanted(truth.begin(), truth.end());
      for (const auto& heard : lists.aggregator) {
        if (heard.size() != truth.size() ||
            std::set<AggregatorHandle>(heard.begin(), heard.end()) != wanted) {
          continue;
        }
        ++joined.calls;
        for (size_t i = 0; i < truth.size(); ++i) {
          joined.same_place += heard[i] == truth[i];
        }
        joined.found += truth.size();
        break;
      }
    }
    return joined;
  }

  LocalDeployment deployment_;
  Recorder recorder_;
  VaultProxy vault_;
  VaultRightsProxy vault_rights_;
  AggregatorProxy aggregator_;
  AggregatorRightsProxy aggregator_rights_;
  VaultRetentionProxy vault_retention_;
  AggregatorRetentionProxy aggregator_retention_;
  std::vector<std::unique_ptr<grpc::Server>> servers_;
};

// A random order leaves one row of a list in its place on average, whatever
// the list's length. Once it was all of them: 1,747 persons of 2,017.
void ExpectChanceOnly(size_t same_place, size_t calls) {
  const double expected = static_cast<double>(calls);
  EXPECT_LT(static_cast<double>(same_place),
            expected + 6 * std::sqrt(expected) + 3);
}

TEST_F(RecordingTest, ListsArePassedOnInAnOrderOfTheirOwn) {
  // 150 people who are two strangers, one by e-mail and one by telephone, until
  // a third customer shows both: then the first two become one person.
  std::vector<std::string> before, after;
  for (int i = 0; i < 150; ++i) {
    const std::string email = fmt::format("person{}@example.nl", i);
    const std::string phone = fmt::format("0612{:06}", 345000 + i);
    before.push_back(Row(i, "A", email, ""));
    before.push_back(Row(i, "B", "", phone));
    after.push_back(Row(i, "C", email, phone));
  }
  ASSERT_NO_FATAL_FAILURE(Send(before));
  ASSERT_NO_FATAL_FAILURE(Send(after));
  // Publishing asks for the links first; whether there is a figure is another
  // matter.
  (void)deployment_.Run({"admin", "publish", "2025"});
  const Joined changes = Join(recorder_.changes);
  std::cout << changes.calls << " calls with " << changes.rows
            << " links; in the same place: " << changes.same_place << "\n";
  // The control: whoever holds the TTP's keys joins them.
  EXPECT_GE(changes.found, 140u);
  EXPECT_EQ(changes.found, changes.rows);
  ExpectChanceOnly(changes.same_place, changes.calls);

  // Thirty of them are erased everywhere.
  for (int i = 0; i < 30; ++i) {
    const std::string who = deployment_.Write(
        "who.json", fmt::format(R"({{"email": "person{0}@example.nl",
            "phone": "0612{1:06}", "last_name": "Bakker{0}",
            "first_name": "Anna"}})",
                                i, 345000 + i));
    const RunResult erased = deployment_.Run(
        {"erase", "--institution", "example-museum", "--identity", who});
    ASSERT_EQ(erased.exit, 0) << erased.err;
  }
  const Joined rights = Join(recorder_.rights);
  std::cout << rights.calls << " rights with " << rights.rows
            << " relations; in the same place: " << rights.same_place << "\n";
  EXPECT_GE(rights.found, 60u);
  EXPECT_EQ(rights.found, rights.rows);
  ExpectChanceOnly(rights.same_place, rights.calls);

  // Customers who bought nothing for long are old, and are named all at once.
  std::vector<std::string> old;
  for (int i = 0; i < 120; ++i) {
    old.push_back(
        Row(i, "O", fmt::format("old{}@example.nl", i), "", "2017-03-04"));
  }
  ASSERT_NO_FATAL_FAILURE(Send(old));
  const RunResult ran = deployment_.Run({"admin", "retention"});
  ASSERT_EQ(ran.exit, 0) << ran.err;
  const Joined retention = Join(recorder_.retention);
  std::cout << retention.calls << " lists with " << retention.rows
            << " old relations; in the same place: " << retention.same_place
            << "\n";
  EXPECT_GE(retention.found, 100u);
  EXPECT_EQ(retention.found, retention.rows);
  ExpectChanceOnly(retention.same_place, retention.calls);
}

}  // namespace
}  // namespace garderobe
