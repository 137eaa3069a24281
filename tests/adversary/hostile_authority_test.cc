// Whoever holds the authority's key: certificates with every right name, and
// with keys that nobody pinned. Each is refused where the one of the same name
// that is pinned is served.
#include "garderobe/v1/rights.grpc.pb.h"
#include "grpcpp/server_builder.h"
#include "tests/adversary/hostile_fixture.h"
#include "tests/support/approvals.h"

namespace garderobe {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kNobody = absl::StatusCode::kUnauthenticated;
constexpr auto kUnavailable = absl::StatusCode::kUnavailable;

class HostileAuthorityTest : public HostileTest {
 protected:
  // A certificate of the deployment's authority for `peer`, with a key of its
  // own; its folder below the deployment's.
  static std::string Forged(const Peer& peer, const std::string& daemon = "") {
    const auto authority =
        client::Authority::Open(deployment_->folder() + "/ca");
    EXPECT_THAT(authority, IsOk());
    const std::string place =
        fmt::format("forged/{}-{}", static_cast<int>(peer.role), peer.name);
    const std::string folder = deployment_->folder() + "/" + place;
    if (!std::filesystem::exists(folder)) {
      EXPECT_THAT(authority->Issue(folder, peer, daemon), IsOk());
    }
    return place;
  }
  static KeyPin PinOf(const std::string& place) {
    const auto pin = KeyPinOfFile(deployment_->tls(place).certificate);
    EXPECT_THAT(pin, IsOk());
    return pin.value_or(KeyPin());
  }
  // An empty request.
  template <typename Service, typename Request, typename Response>
  static absl::Status Call(const std::string& party, const std::string& who,
                           grpc::Status (Service::Stub::*method)(
                               grpc::ClientContext*, const Request&, Response*),
                           const Request& request = {},
                           Response* response = nullptr) {
    const auto stub = Service::NewStub(
        TlsChannel(deployment_->daemon(party), deployment_->tls(who)));
    grpc::ClientContext context;
    SetDeadline(context, kCallTimeout);
    Response unused;
    return FromGrpc((stub.get()->*method)(
        &context, request, response == nullptr ? &unused : response));
  }
  template <typename Service, typename Request, typename Response>
  static void ExpectPinnedOnly(
      const std::string& party, const std::string& real,
      const std::string& forged,
      grpc::Status (Service::Stub::*method)(grpc::ClientContext*,
                                            const Request&, Response*)) {
    // Control: it reaches the service, which may find the empty request
    // wanting.
    const absl::Status reached = Call<Service>(party, real, method);
    EXPECT_THAT(reached.code(), AnyOf(absl::StatusCode::kOk, kInvalid, kDenied,
                                      absl::StatusCode::kFailedPrecondition,
                                      absl::StatusCode::kNotFound))
        << real << ": " << reached;
    EXPECT_THAT(std::string(reached.message()),
                Not(AnyOf(HasSubstr("pinned"), HasSubstr("this call is for"))))
        << real;
    EXPECT_THAT(
        Call<Service>(party, forged, method),
        StatusIs(kNobody,
                 HasSubstr("shows another key than the one that is pinned")))
        << forged;
  }
  static void ExpectLogged(const std::string& daemon, const std::string& text) {
    const auto log =
        ReadWholeFile(deployment_->folder() + "/" + daemon + ".log");
    ASSERT_THAT(log, IsOk());
    EXPECT_THAT(*log, HasSubstr(text));
  }

  static constexpr const char* kClient = "clients/example-museum";
};

TEST_F(HostileAuthorityTest, NoPartyIsMade) {
  const std::string ttp = Forged({Role::kParty, "ttp"}, "ttpd");
  ExpectPinnedOnly<v1::VaultService>("vault", "ttp/tls", ttp,
                                     &v1::VaultService::Stub::GetParameters);
  ExpectPinnedOnly<v1::VaultService>("vault", "ttp/tls", ttp,
                                     &v1::VaultService::Stub::LinkRelations);
  ExpectPinnedOnly<v1::VaultRightsService>(
      "vault", "ttp/tls", ttp, &v1::VaultRightsService::Stub::Exercise);
  ExpectPinnedOnly<v1::AggregatorService>(
      "aggregator", "ttp/tls", ttp, &v1::AggregatorService::Stub::StoreVisits);
  ExpectPinnedOnly<v1::AnswerIntakeService>(
      "intake", "aggregator/tls",
      Forged({Role::kParty, "aggregator"}, "aggregatord"),
      &v1::AnswerIntakeService::Stub::ListHeld);
  ExpectLogged("vaultd", "event=key-refused peer=garderobe://party/ttp key=" +
                             ToHex(PinOf(ttp)));
}

TEST_F(HostileAuthorityTest, NoClientAndNoAnalystIsMade) {
  const std::string client = Forged({Role::kClient, "example-museum"});
  ExpectPinnedOnly<v1::DeliveryService>(
      "ttp", kClient, client, &v1::DeliveryService::Stub::GetParameters);
  ExpectPinnedOnly<v1::RightsService>("ttp", kClient, client,
                                      &v1::RightsService::Stub::ExerciseRight);
  // Streams, too.
  EXPECT_THAT(Visits({GoodVisits(0)}), IsOk());
  EXPECT_THAT(Visits({GoodVisits(1)}, nullptr, client), StatusIs(kNobody));
  ExpectPinnedOnly<v1::AnswerService>(
      "answer", "analysts/example-museum",
      Forged({Role::kAnalyst, "example-museum"}),
      &v1::AnswerService::Stub::QueryOwn);
  ExpectServiceStillWorks();
}

TEST_F(HostileAuthorityTest, NobodyWhoDecidesIsMade) {
  const std::string coordinator = Forged({Role::kCoordinator, "coordinator"});
  for (const char* party : {"ttp", "vault", "aggregator", "answer"}) {
    ExpectPinnedOnly<v1::StatusService>(party, "coordinator", coordinator,
                                        &v1::StatusService::Stub::GetStatus);
  }
  ExpectPinnedOnly<v1::RegisterService>(
      "ttp", "coordinator", coordinator,
      &v1::RegisterService::Stub::GetRegister);
  ExpectPinnedOnly<v1::BudgetService>("ttp", "custodians/custodian-1",
                                      Forged({Role::kCustodian, "custodian-1"}),
                                      &v1::BudgetService::Stub::ReleaseBudget);
}

// Names that nobody has named: a third custodian would be the second of two.
TEST_F(HostileAuthorityTest, NoNewNameIsMade) {
  EXPECT_THAT(
      Call<v1::BudgetService>("ttp", Forged({Role::kCustodian, "custodian-3"}),
                              &v1::BudgetService::Stub::ReleaseBudget),
      StatusIs(kDenied, HasSubstr("no key of garderobe://custodian/"
                                  "custodian-3 is pinned here")));
  EXPECT_THAT(
      Call<v1::StatusService>("vault", Forged({Role::kCoordinator, "other"}),
                              &v1::StatusService::Stub::GetStatus),
      StatusIs(kDenied, HasSubstr("is pinned here")));
  EXPECT_THAT(
      Call<v1::DeliveryService>("ttp", Forged({Role::kClient, "stranger"}),
                                &v1::DeliveryService::Stub::GetParameters),
      StatusIs(kDenied, HasSubstr("coordinating body")));
  // The key of one is not that of another: only the name is changed.
  EXPECT_THAT(
      Call<v1::AnswerService>("answer", Forged({Role::kAnalyst, "none"}),
                              &v1::AnswerService::Stub::QueryOwn),
      StatusIs(kDenied));
}

// Callers, too, know whom they call by the key.
TEST_F(HostileAuthorityTest, NoDaemonIsMade) {
  const auto reach = [](const std::string& shown) {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", ServerTls(deployment_->tls(shown)),
                             &port);
    v1::VaultService::Service nothing;
    builder.RegisterService(&nothing);
    const auto server = builder.BuildAndStart();
    CalledDaemon vaultd = deployment_->daemon("vault");
    vaultd.address = "127.0.0.1:" + std::to_string(port);
    const TlsFiles tls = deployment_->tls("ttp/tls");
    const auto stub = v1::VaultService::NewStub(TlsChannel(vaultd, tls));
    grpc::ClientContext context;
    SetDeadline(context, std::chrono::seconds(3));
    v1::GetVaultParametersResponse response;
    return Diagnosed(FromGrpc(stub->GetParameters(&context, {}, &response)),
                     vaultd, tls);
  };
  // Control: the daemon's own certificate; nothing is implemented behind it.
  EXPECT_THAT(reach("vault/tls"), StatusIs(absl::StatusCode::kUnimplemented));
  EXPECT_THAT(
      reach(Forged({Role::kParty, "vault"}, "vaultd")),
      StatusIs(kUnavailable,
               HasSubstr("shows another key than the one that is pinned")));
}

// A channel without a pin takes nobody.
TEST_F(HostileAuthorityTest, NoPinIsNoLeave) {
  CalledDaemon vaultd = deployment_->daemon("vault");
  vaultd.pins.clear();
  const auto stub = v1::VaultService::NewStub(
      TlsChannel(vaultd, deployment_->tls("ttp/tls")));
  grpc::ClientContext context;
  SetDeadline(context, std::chrono::seconds(3));
  v1::GetVaultParametersResponse response;
  EXPECT_THAT(FromGrpc(stub->GetParameters(&context, {}, &response)),
              StatusIs(kUnavailable));
}

// The register says at once who a client is.
TEST_F(HostileAuthorityTest, KeysChangeWithTheRegister) {
  using Register = v1::RegisterService;
  v1::GetRegisterResponse held;
  ASSERT_THAT(Call<Register>("ttp", "coordinator", &Register::Stub::GetRegister,
                             {}, &held),
              IsOk());
  const auto import = [](const v1::Register& reg) {
    v1::ImportRegisterRequest request;
    *request.mutable_register_() = reg;
    *request.mutable_approvals() = ApprovalsByTwo(
        *deployment_, "ttp", RegisterRequest(CanonicalBytes(reg), {}));
    return Call<Register>("ttp", "coordinator", &Register::Stub::ImportRegister,
                          request);
  };
  const auto ask = [](const std::string& who) {
    return Call<v1::DeliveryService>("ttp", who,
                                     &v1::DeliveryService::Stub::GetParameters);
  };
  const std::string renewed = Forged({Role::kClient, "example-museum"});
  const auto with = [&](const std::vector<std::string>& places) {
    v1::Register reg = held.register_();
    for (auto& client : *reg.mutable_clients()) {
      if (client.name() != "example-museum") continue;
      client.clear_key_pins();
      for (const std::string& place : places) {
        client.add_key_pins(std::string(PinOf(place).view()));
      }
    }
    return reg;
  };
  // While a key is renewed both hold, then the new one only.
  ASSERT_THAT(import(with({kClient, renewed})), IsOk());
  EXPECT_THAT(ask(kClient), IsOk());
  EXPECT_THAT(ask(renewed), IsOk());
  ASSERT_THAT(import(with({renewed})), IsOk());
  EXPECT_THAT(ask(kClient), StatusIs(kNobody));
  EXPECT_THAT(ask(renewed), IsOk());
  // Without a pin nobody is the client, and the sentence says what to do.
  ASSERT_THAT(import(with({})), IsOk());
  EXPECT_THAT(ask(kClient), StatusIs(kDenied, HasSubstr("`garderobe pin`")));
  EXPECT_THAT(ask(renewed), StatusIs(kDenied));
  ASSERT_THAT(import(held.register_()), IsOk());
  EXPECT_THAT(ask(kClient), IsOk());
}

std::string Replaced(const std::string& path, const std::string& from,
                     const std::string& to) {
  auto text = ReadWholeFile(path);
  EXPECT_THAT(text, IsOk());
  const size_t at = text->find(from);
  EXPECT_NE(at, text->npos) << path;
  return text->replace(at, from.size(), to);
}

// The programs themselves: another key stands in the configurations than the
// one that the daemon shows.
TEST(HostileKeyTest, DaemonsAndCommandsSayThatAKeyIsAnother) {
  LocalDeployment deployment;
  deployment.Up();
  const std::string other(64, 'a');
  const auto pin = [&](const std::string& party) {
    return deployment
        .Run(
            {"pin", deployment.folder() + "/" + party + "/tls/certificate.pem"})
        .out.substr(0, 64);
  };
  const std::string client_toml = deployment.folder() + "/client.toml";
  const auto detail = [&] {
    const auto status = deployment.Run({"status", "--json"}).json();
    return status["parties"]["vault"]["detail"].get<std::string>();
  };
  EXPECT_THAT(detail(), Not(HasSubstr("another key")));
  const auto right = ReadWholeFile(client_toml);
  ASSERT_THAT(right, IsOk());
  deployment.Write("client.toml", Replaced(client_toml, pin("vault"), other));
  EXPECT_THAT(detail(),
              AllOf(HasSubstr("vaultd at 127.0.0.1"),
                    HasSubstr("another key than the one that is pinned")));
  deployment.Write("client.toml", *right);

  deployment.Down();
  const std::string config = deployment.folder() + "/ttp/ttpd.toml";
  deployment.Write("ttp/ttpd.toml", Replaced(config, pin("vault"), other));
  auto up = deployment.Start({"up", deployment.folder()});
  const auto refused = [&] {
    const auto log = ReadWholeFile(deployment.folder() + "/ttpd.log");
    return log.ok() && log->find("event=key-refused peer=vaultd@") != log->npos;
  };
  for (int i = 0; i < 200 && !refused(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_TRUE(refused());
  deployment.Down();
  EXPECT_EQ(up.Wait().exit, 3);
}

}  // namespace
}  // namespace garderobe
