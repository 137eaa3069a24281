// Whoever erases an identity could learn whether the visitor is known by how
// long it takes. Rounds begin at fixed times, and what one does is told when
// the next begins: so the receipts can be fetched at the same moment, whoever
// it is about. Two hundred known and two hundred unknown visitors take turns.
//
// The control is the vault itself, asked as the TTP asks it: there the work
// shows.
#include <sodium.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <vector>

#include "core/base/hash.h"
#include "core/identifiers/encrypt.h"
#include "garderobe/v1/rights.grpc.pb.h"
#include "tests/adversary/hostile_fixture.h"
#include "tests/support/ask_right.h"
#include "tests/support/figures.h"
#include "ttp/converter.h"

namespace garderobe {
namespace {

using Clock = std::chrono::steady_clock;
constexpr double kRoundMs = 200;  // round.wait_ms of a local deployment
constexpr int kRelationsEach = 5;
constexpr auto kBetweenFetches = std::chrono::microseconds(500);

double MsSince(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin)
      .count();
}

double Median(std::vector<double> values) {
  const auto middle =
      values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// What was measured of known and unknown visitors in turns.
struct Measured {
  std::vector<double> known, unknown;
  double difference_ms() const { return Median(known) - Median(unknown); }
  void NoteAs(const std::string& name) const {
    Note({"rights_timing_test", name + ".known_median_ms", Median(known)});
    Note({"rights_timing_test", name + ".unknown_median_ms", Median(unknown)});
    Note({"rights_timing_test", name + ".requests_each",
          static_cast<double>(known.size())});
  }
};

class RightsTimingTest : public HostileTest {
 protected:
  static void SetUpTestSuite() {
    HostileTest::SetUpTestSuite();
    // More than its quota would be.
    const RunResult imported = deployment_->Run(
        {"admin", "institution", "import",
         deployment_->Write("register.toml",
                            "[[institution]]\n"
                            "id = \"example-museum\"\n"
                            "subsector = \"museum\"\n"
                            "agreement_from = 2020-01-01\n"
                            "identity_rights_per_month = 100000\n")});
    ASSERT_EQ(imported.exit, 0) << imported.err;
  }
  // A visitor who is unlike all others.
  static Identifiers IdentifiersOf(const std::string& name) {
    Identifiers shown;
    for (const Kind kind :
         {Kind::kEmail, Kind::kEmailInitial, Kind::kEmailNames, Kind::kMobile,
          Kind::kMobileInitial, Kind::kNameBirthdate, Kind::kNamesAddress}) {
      shown[static_cast<size_t>(kind)] = name;
    }
    return shown;
  }
  // Each of the visitors is a customer some times.
  void Deliver(const std::string& prefix, int visitors) {
    constexpr size_t kRows = 500;
    std::vector<client::Customer> customers;
    for (int i = 0; i < visitors; ++i) {
      for (int k = 0; k < kRelationsEach; ++k) {
        client::Customer& customer = customers.emplace_back();
        const std::string name = prefix + std::to_string(i);
        customer.handle = MakeHandle(key_, name + "/" + std::to_string(k));
        customer.identifiers = IdentifiersOf(name);
      }
    }
    std::vector<v1::RelationBatch> batches;
    for (size_t at = 0; at < customers.size(); at += kRows) {
      const auto end = std::min(customers.size(), at + kRows);
      batches.push_back(client::BuildRelationBatch(
          feed_, key_, at,
          {customers.begin() + static_cast<ptrdiff_t>(at),
           customers.begin() + static_cast<ptrdiff_t>(end)}));
    }
    ASSERT_THAT(Relations(batches), IsOk());
  }
  v1::ExerciseRightRequest Erasure(const std::string& name) const {
    const EncryptedIdentifiers encrypted =
        EncryptIdentifiers(IdentifiersOf(name), feed_.published.keys);
    v1::ExerciseRightRequest request;
    request.set_institution("example-museum");
    request.set_right(v1::RIGHT_ERASE);
    request.set_request_id(NewRequestId());
    request.set_salt(std::string(32, 's'));
    *request.mutable_serials() = feed_.published.serials();
    auto* identity = request.mutable_identity();
    identity->set_kinds(encrypted.kinds);
    identity->set_point_a(AsString(encrypted.point_a.bytes()));
    identity->set_points_b(encrypted.points_b);
    identity->set_point_home(AsString(encrypted.point_home.bytes()));
    const auto keys = KeysOfInstitution(*deployment_, "example-museum");
    EXPECT_THAT(keys, IsOk());
    if (keys.ok()) Sign(request, *keys);
    return request;
  }
  // Known and unknown visitors in turns, each by `ask`, which returns ms.
  static Measured InTurns(
      const std::string& prefix, int visitors,
      const std::function<double(const std::string& name)>& ask) {
    Measured measured;
    for (int i = 0; i < visitors; ++i) {
      measured.known.push_back(ask(prefix + std::to_string(i)));
      measured.unknown.push_back(ask("nobody-" + prefix + std::to_string(i)));
    }
    return measured;
  }
  static int Visitors() {
    return EnvironmentNumber("GARDEROBE_TIMING_VISITORS", 200);
  }
};

TEST_F(RightsTimingTest, ErasingTakesAsLongWhetherSomebodyIsKnownOrNot) {
  const int visitors = Visitors();
  ASSERT_NO_FATAL_FAILURE(Deliver("visitor-", visitors));
  const auto stub = v1::RightsService::NewStub(TlsChannel(
      deployment_->daemon("ttp"), deployment_->tls("clients/example-museum")));
  const auto ask = [&](const std::string& name) {
    const v1::ExerciseRightRequest request = Erasure(name);
    v1::FetchReceiptsRequest fetch;
    fetch.set_institution(request.institution());
    fetch.set_request_id(request.request_id());
    const auto begin = Clock::now();
    {
      grpc::ClientContext context;
      SetDeadline(context, kCallTimeout);
      v1::ExerciseRightResponse accepted;
      EXPECT_THAT(FromGrpc(stub->ExerciseRight(&context, request, &accepted)),
                  IsOk());
    }
    // Not as the TTP asks: as often as somebody who wants to know can.
    v1::FetchReceiptsResponse response;
    response.set_pending_for_ms(1);
    while (response.pending_for_ms() != 0 && MsSince(begin) < 20'000) {
      std::this_thread::sleep_for(kBetweenFetches);
      grpc::ClientContext context;
      SetDeadline(context, kCallTimeout);
      const absl::Status status =
          FromGrpc(stub->FetchReceipts(&context, fetch, &response));
      EXPECT_THAT(status, IsOk());
      if (!status.ok()) break;
    }
    EXPECT_EQ(response.receipts_size(), 2);
    return MsSince(begin);
  };
  const Measured measured = InTurns("visitor-", visitors, ask);
  measured.NoteAs("receipts");
  // Of requests that come at any moment of a round, the difference of two
  // medians of n has a standard deviation of interval / sqrt(2 n); these begin
  // when the one before them was told, and are spread less. A round more for
  // the known would be twenty of them.
  const double bound =
      5 * kRoundMs / std::sqrt(2.0 * static_cast<double>(visitors));
  Note({"rights_timing_test", "receipts.bound_ms", bound});
  Note({"rights_timing_test", "receipts.difference_ms",
        std::abs(measured.difference_ms())});
  EXPECT_LT(std::abs(measured.difference_ms()), bound);
  // Begun when a round told of the last one, each is done in the next round and
  // told by the one after it. Told at once, it would take one round and as long
  // as it took: which shows who is known.
  EXPECT_GT(Median(measured.known), 1.5 * kRoundMs);
  EXPECT_GT(Median(measured.unknown), 1.5 * kRoundMs);
}

TEST_F(RightsTimingTest, ControlTheVaultItselfTakesLongerForTheKnown) {
  const int visitors = Visitors();
  ASSERT_NO_FATAL_FAILURE(Deliver("guest-", visitors));
  const auto keys = ttp::TtpKeys::Read(deployment_->folder() + "/ttp/keys");
  ASSERT_THAT(keys, IsOk());
  boost::asio::thread_pool workers(1);
  const ttp::Converter converter(*keys, /*padding=*/0, workers);
  ConversionKeys to;
  to.vault = feed_.published.vault.public_keys;
  to.aggregator = feed_.published.aggregator.pseudonym_key;
  ASSERT_TRUE(Add(feed_.published.vault.home_key, to.aggregator, &to.home));
  const auto stub = v1::VaultRightsService::NewStub(
      TlsChannel(deployment_->daemon("vault"), deployment_->tls("ttp/tls")));
  const auto ask = [&](const std::string& name) {
    const v1::ExerciseRightRequest asked = Erasure(name);
    const auto proven =
        converter.ConvertIdentity(asked.request_id(), asked.identity(), to);
    EXPECT_THAT(proven, IsOk());
    const VaultRow& row = proven->row.value();
    v1::ExerciseAtVaultRequest request;
    request.set_right(v1::RIGHT_ERASE);
    request.set_request_id(asked.request_id());
    request.set_epoch(kFirstEpoch);
    *request.mutable_authorisation() = asked.authorisation();
    request.mutable_identity()->set_kinds(row.kinds);
    request.mutable_identity()->set_point_a(AsString(row.point_a.bytes()));
    for (const Element& point : row.points_b) {
      request.mutable_identity()->mutable_points_b()->append(point.view());
    }
    grpc::ClientContext context;
    SetDeadline(context, kCallTimeout);
    v1::ExerciseAtVaultResponse response;
    const auto begin = Clock::now();
    EXPECT_THAT(FromGrpc(stub->Exercise(&context, request, &response)), IsOk());
    return MsSince(begin);
  };
  const Measured measured = InTurns("guest-", visitors, ask);
  measured.NoteAs("control.vault");
  Note({"rights_timing_test", "control.vault.difference_ms",
        measured.difference_ms()});
  EXPECT_GT(measured.difference_ms(), 0);
}

}  // namespace
}  // namespace garderobe
