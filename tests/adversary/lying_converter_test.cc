// A TTP with its own keys and certificate that converts otherwise than it has
// committed itself to. It is made of ttpd's own rooms, gives its rows to the
// real vault, which signs for them, and answers the built `garderobe audit`.
#include <functional>
#include <future>

#include "client/deploy/deployment.h"
#include "grpcpp/server_builder.h"
#include "tests/adversary/audit_fixture.h"
#include "ttp/audit_service.h"
#include "ttp/kept_crowds.h"

namespace garderobe {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ttp::KeptCrowd;
using ttp::RowTrace;

class LyingConverterTest : public AuditTest {
 protected:
  static constexpr size_t kRows = 12;

  void SetUp() override {
    const std::string folder = deployment_->folder();
    auto keys = ttp::TtpKeys::Read(folder + "/ttp/keys");
    ASSERT_THAT(keys, IsOk());
    keys_.emplace(*std::move(keys));
    const Parameters parameters = keys_->Public(/*padding=*/0);
    const auto own = TtpParameters::From(parameters);
    ASSERT_THAT(own, IsOk());
    const auto opened = client::Deployment::Open(folder);
    ASSERT_THAT(opened, IsOk());
    const auto endpoint = opened->EndpointOf(kAuditMuseum);
    ASSERT_THAT(endpoint, IsOk());
    auto serials = SerialBook::Open(folder + "/liar.serials");
    ASSERT_THAT(serials, IsOk());
    serials_ = *std::move(serials);
    const TlsFiles tls = deployment_->tls("ttp/tls");
    const auto channel_to = [&tls](const char* party) {
      return [called = deployment_->daemon(party), tls] {
        return TlsChannel(called, tls);
      };
    };
    upstream_ = std::make_unique<ttp::Upstream>(
        ttp::Upstream::Options{channel_to("vault"), channel_to("aggregator"),
                               endpoint->vault_pin, endpoint->aggregator_pin,
                               *own, keys_->issue},
        *serials_);
    ASSERT_THAT(upstream_->Fetch(), IsOk());
    published_ = *upstream_->published();
    auto joint =
        JointKeys::From(*own, published_->vault, published_->aggregator);
    ASSERT_THAT(joint, IsOk());
    joint_ = *std::move(joint);
    service_ = std::make_unique<ttp::AuditServiceImpl>(
        ttp::AuditParts{crowds_, *upstream_, *keys_, *own,
                        SignParameters(keys_->signing, parameters)});
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", ServerTls(tls), &port_);
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
  }
  void TearDown() override {
    server_->Shutdown();
    upstream_->Stop();
  }

  // A customer with an e-mail, and an address for every other one.
  ClientRow NewCustomer() {
    const EphemeralScalar r = EphemeralScalar::Random();
    ClientRow row;
    row.kinds = 1;
    row.point_a = MultiplyBase(r);
    row.points_b.emplace_back();
    GARDEROBE_CHECK(
        Encrypt(r, RandomElement(), joint_.kinds[0], &row.points_b[0]));
    if (++customers_ % 2 == 0) {
      row.point_home = RandomElement();
    } else {
      GARDEROBE_CHECK(
          Encrypt(r, RandomElement(), joint_.home, &row.point_home));
    }
    return row;
  }
  ConvertedRow Convert(const ConversionScalars& scalars, const ClientRow& row) {
    std::string handle;
    PutBigEndian(handle, uint64_t{++handles_});
    PutBigEndian(handle, uint64_t{0x6c696172});
    auto converted =
        Rerandomiser::ConvertRow(scalars, published_->keys, kAuditMuseum, row,
                                 VaultHandle::From(handle));
    GARDEROBE_CHECK(converted.has_value());
    return *std::move(converted);
  }
  // Tells what a row of clients is converted to. The honest one:
  // ConvertHonestly.
  using Conversion = std::function<ConvertedRow(const ClientRow&)>;
  ConvertedRow ConvertHonestly(const ClientRow& row) {
    return Convert(keys_->conversion(), row);
  }

  // Gives rows to the vault, of which the first is converted as `first` does,
  // and audits the crowd after `before_audit` has changed what is remembered of
  // it. The checks that do not hold.
  std::vector<std::string> Audit(
      const Conversion& first,
      const std::function<void(KeptCrowd&)>& before_audit = nullptr) {
    std::vector<Rerandomised<VaultRow>> rows;
    ttp::Pool::Traces traces;
    for (size_t i = 0; i < kRows; ++i) {
      const ClientRow row = NewCustomer();
      ConvertedRow converted = i == 0 ? first(row) : ConvertHonestly(row);
      rows.push_back(std::move(converted.row));
      traces.push_back(std::make_unique<const RowTrace>(
          RowTrace{row,
                   {1, 1, 1},
                   std::move(converted.q),
                   std::move(converted.q_home)}));
    }
    auto mixed = ShuffleRows(std::move(rows));
    ttp::Pool::Traces in_order;
    for (const size_t place : mixed.places) {
      in_order.push_back(std::move(traces[place]));
    }
    ttp::KeptCrowds honest(1);
    std::promise<absl::Status> linked;
    upstream_->LinkRelations(
        mixed.shuffled,
        honest.Keeping(
            mixed.shuffled, std::move(in_order),
            [&](const absl::StatusOr<std::vector<ttp::VaultAnswer>>& answers) {
              linked.set_value(answers.status());
            }));
    EXPECT_THAT(linked.get_future().get(), IsOk());
    const auto kept = honest.List();
    EXPECT_EQ(kept.size(), 1u);
    if (kept.empty()) return {"not kept"};
    auto shown = CopyOf(*kept[0]);
    if (before_audit) before_audit(*shown);
    crowds_.Keep(shown);
    return Refused(AuditAt(port_, ToHex(shown->id.bytes())));
  }
  static std::shared_ptr<KeptCrowd> CopyOf(const KeptCrowd& crowd) {
    auto copy = std::make_shared<KeptCrowd>();
    copy->id = crowd.id;
    copy->receipt = crowd.receipt;
    copy->outputs = crowd.outputs;
    for (const ttp::RowTracePtr& trace : crowd.traces) {
      copy->traces.push_back(std::make_unique<const RowTrace>(
          RowTrace{trace->row, trace->serials, WipedScalar::CopyOf(trace->q),
                   WipedScalar::CopyOf(trace->q_home)}));
    }
    return copy;
  }

  std::optional<ttp::TtpKeys> keys_;
  std::unique_ptr<SerialBook> serials_;
  std::unique_ptr<ttp::Upstream> upstream_;
  std::shared_ptr<const ttp::Published> published_;
  JointKeys joint_;  // what clients encrypt to
  ttp::KeptCrowds crowds_{8};
  std::unique_ptr<ttp::AuditServiceImpl> service_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
  int customers_ = 0;
  uint64_t handles_ = 0;
};

// The control of all that follows; and what an audit does not find, and says
// so: no client has ever sent these rows.
TEST_F(LyingConverterTest, AnHonestOneIsBelieved) {
  EXPECT_THAT(Audit([&](const ClientRow& row) { return ConvertHonestly(row); }),
              IsEmpty());
}

// The vault has signed for the row in each case: only the proof finds it.
TEST_F(LyingConverterTest, ARowWithAnotherScalarIsFound) {
  const auto s = VaultConversionScalar::Random();
  const auto v = ProductOf<VaultStrippingScalar>(s, keys_->ingress);
  EXPECT_THAT(Audit([&](const ClientRow& row) {
                ConversionScalars scalars = keys_->conversion();
                return Convert({s, v, scalars.h, scalars.hu, scalars.a}, row);
              }),
              ElementsAre("rows"));
  // Or with another v alone, which the vault decrypts to what it likes.
  EXPECT_THAT(
      Audit([&](const ClientRow& row) {
        ConversionScalars scalars = keys_->conversion();
        return Convert({scalars.s, v, scalars.h, scalars.hu, scalars.a}, row);
      }),
      ElementsAre("rows"));
}

TEST_F(LyingConverterTest, AHomeWithAnotherScalarIsFound) {
  const auto h = HomeConversionScalar::Random();
  const auto hu = ProductOf<HomeStrippingScalar>(h, keys_->ingress);
  EXPECT_THAT(Audit([&](const ClientRow& row) {
                ConversionScalars scalars = keys_->conversion();
                return Convert({scalars.s, scalars.v, h, hu, scalars.a}, row);
              }),
              ElementsAre("homes"));
}

// A guess of the TTP's own in the place of what the client sent.
TEST_F(LyingConverterTest, AnAlteredElementIsFound) {
  EXPECT_THAT(Audit([&](ClientRow row) {
                GARDEROBE_CHECK(
                    Add(row.points_b[0], RandomElement(), &row.points_b[0]));
                return ConvertHonestly(row);
              }),
              ElementsAre("rows"));
  EXPECT_THAT(Audit([&](ClientRow row) {
                row.point_home = RandomElement();
                return ConvertHonestly(row);
              }),
              ElementsAre("homes"));
  // Another row altogether.
  EXPECT_THAT(
      Audit([&](const ClientRow&) { return ConvertHonestly(NewCustomer()); }),
      ElementsAre("rows", "homes"));
}

TEST_F(LyingConverterTest, AnotherQIsFound) {
  EXPECT_THAT(Audit([&](const ClientRow& row) {
                ConvertedRow converted = ConvertHonestly(row);
                converted.q = WipedScalar::CopyOf(EphemeralScalar::Random());
                return converted;
              }),
              ElementsAre("rows"));
  EXPECT_THAT(Audit([&](const ClientRow& row) {
                ConvertedRow converted = ConvertHonestly(row);
                converted.q_home =
                    WipedScalar::CopyOf(EphemeralScalar::Random());
                return converted;
              }),
              ElementsAre("homes"));
}

// What it shows was converted well, and is not what the vault was given.
TEST_F(LyingConverterTest, ARowThatIsLeftOutIsFound) {
  const auto honestly = [&](const ClientRow& row) {
    return ConvertHonestly(row);
  };
  EXPECT_THAT(Audit(honestly,
                    [](KeptCrowd& crowd) {
                      crowd.outputs.pop_back();
                      crowd.traces.pop_back();
                    }),
              ElementsAre("receipt"));
  EXPECT_THAT(Audit(honestly,
                    [](KeptCrowd& crowd) {
                      std::swap(crowd.outputs[0], crowd.outputs[1]);
                      std::swap(crowd.traces[0], crowd.traces[1]);
                    }),
              ElementsAre("receipt"));
  EXPECT_THAT(Audit(honestly,
                    [](KeptCrowd& crowd) {
                      std::swap(crowd.outputs[0], crowd.outputs[1]);
                    }),
              ElementsAre("rows", "homes", "receipt"));
  EXPECT_THAT(Audit(honestly,
                    [](KeptCrowd& crowd) {
                      std::swap(crowd.outputs[0].handle,
                                crowd.outputs[1].handle);
                    }),
              ElementsAre("receipt"));
}

}  // namespace
}  // namespace garderobe
