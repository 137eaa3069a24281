// A rotation of the conversion scalars on the built daemons: everybody is who
// they were, whoever is killed goes on, and nothing is mixed of two epochs.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory>
#include <set>

#include "aggregator/ledger/records.h"
#include "core/keys/key_file.h"
#include "core/keys/rotation_file.h"
#include "core/store/store.h"
#include "tests/e2e/rights_fixture.h"
#include "vault/link/records.h"

namespace garderobe {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// Who is who, as it is stored.
struct Stored {
  std::string vault_counts;
  // By the key of a relation, its person and its household.
  std::map<std::string, std::pair<uint32_t, uint32_t>> people;
  friend bool operator==(const Stored&, const Stored&) = default;
};

class RotationTest : public RightsTest {
 protected:
  static void SetUpTestSuite() {
    RightsTest::SetUpTestSuite();
    deployment_->Simulate(3, 4000, 11);
    // The second time each relation is answered with the person that it is
    // when all are there: nothing is due any more.
    SendCountry();
    SendCountry();
  }
  void SetUp() override {
    deployment_->Up();
    const RunResult r = Run({"admin", "institution", "import",
                             deployment_->country() + "/register.toml"});
    ASSERT_EQ(r.exit, 0) << r.err;
  }

  static std::string Place(const std::string& party) {
    return deployment_->folder() + "/" + party;
  }
  static std::string Folder(uint32_t epoch) {
    return fmt::format("{}/handed-{}", deployment_->folder(), epoch);
  }
  static std::string Handed(uint32_t epoch, const std::string& route) {
    return fmt::format("{}/rotation-{}-{}", Folder(epoch), epoch, route);
  }
  static void SendCountry() {
    for (const std::string& id : deployment_->institutions()) {
      const RunResult sent = Run({"send", deployment_->file(id),
                                  "--institution", id, "--all-relations"});
      ASSERT_EQ(sent.exit, 0) << sent.err;
    }
  }
  static std::vector<std::string> RotateCommand(const std::string& party,
                                                const std::string& daemon,
                                                uint32_t epoch) {
    return {std::string(GARDEROBE_BIN_DIR) + "/" + daemon, "--config",
            Place(party) + "/" + daemon + ".toml", "--rotate", Folder(epoch)};
  }
  static RunResult RotateVault(uint32_t epoch) {
    return RunToEnd(RotateCommand("vault", "vaultd", epoch));
  }
  static RunResult RotateAggregator(uint32_t epoch) {
    return RunToEnd(RotateCommand("aggregator", "aggregatord", epoch));
  }
  static RunResult RotateTtp(uint32_t epoch) {
    return RunToEnd(RotateCommand("ttp", "ttpd", epoch));
  }
  static void Stop(const std::string& daemon) {
    const pid_t pid = deployment_->Pid(daemon);
    ASSERT_NE(pid, 0) << daemon;
    kill(pid, SIGTERM);
    while (deployment_->Pid(daemon) != 0) usleep(1000);
  }
  // Up to where the vault is to follow; nothing runs then.
  static void BeginRotation(uint32_t epoch) {
    Stop("ttpd");
    const RunResult r = RotateTtp(epoch);
    ASSERT_EQ(r.exit, 0) << r.err;
    EXPECT_THAT(r.out, HasSubstr(fmt::format("of epoch {}", epoch)));
    deployment_->Down();
  }
  static void Rotate(uint32_t epoch) {
    BeginRotation(epoch);
    RunResult r = RotateVault(epoch);
    ASSERT_EQ(r.exit, 0) << r.err;
    r = RotateAggregator(epoch);
    ASSERT_EQ(r.exit, 0) << r.err;
  }
  static uint32_t EpochNow() {
    std::set<uint32_t> epochs;
    const RunResult r = Run({"status", "--json"});
    EXPECT_EQ(r.exit, 0) << r.out << r.err;
    for (const char* party : {"ttp", "vault", "aggregator"}) {
      epochs.insert(r.json()["parties"][party]["epoch"].get<uint32_t>());
    }
    EXPECT_EQ(epochs.size(), 1u) << r.out;
    return *epochs.begin();
  }

  static std::unique_ptr<Store> VaultStore() {
    auto store = Store::OpenToRead(Place("vault") + "/data/store",
                                   vault::kFamilyNames, vault::kStoreOptions);
    EXPECT_THAT(store, IsOk());
    return *std::move(store);
  }
  static std::unique_ptr<Store> AggregatorStore() {
    auto store =
        Store::OpenToRead(Place("aggregator") + "/data/store",
                          aggregator::kFamilyNames, aggregator::kStoreOptions);
    EXPECT_THAT(store, IsOk());
    return *std::move(store);
  }
  static Stored WhoIsWho() {
    Stored stored;
    stored.vault_counts = *VaultStore()->Get(vault::kMeta, "meta/v5");
    const auto store = AggregatorStore();
    const auto it = store->NewIterator(aggregator::kRelations);
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      aggregator::Relation relation;
      EXPECT_TRUE(Decode(AsView(it->value()), &relation));
      stored.people[it->key().ToString()] = {relation.person,
                                             relation.household};
    }
    return stored;
  }
  // Kills the command as soon as it has begun to change a copy of the store.
  // Returns whether it was in the middle.
  static bool KillInTheMiddle(const std::vector<std::string>& command,
                              const std::string& party) {
    const std::string copy = Place(party) + "/data/store.rotating";
    const pid_t pid = fork();
    if (pid == 0) {
      std::vector<char*> argv;
      for (const std::string& a : command) {
        argv.push_back(const_cast<char*>(a.c_str()));
      }
      argv.push_back(nullptr);
      execv(argv[0], argv.data());
      _exit(127);
    }
    // SYNCED is written when the copy is opened.
    while (!fs::exists(copy + "/SYNCED") &&
           waitpid(pid, nullptr, WNOHANG) == 0) {
      usleep(200);
    }
    if (kill(pid, SIGKILL) != 0) return false;
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFSIGNALED(status);
  }
};

TEST_F(RotationTest, EverybodyIsWhoTheyWere) {
  constexpr char kPiet[] = "piet@example.nl,Smit,Piet,1012LG,14\n";
  const uint32_t next = EpochNow() + 1;
  ImportRegister({{kMuseum, kAgreed}, {kTheatre, kAgreed}});
  ASSERT_EQ(Send(kMuseum, "A", 2, "K1", kAnna).exit, 0);
  ASSERT_EQ(Send(kMuseum, "B", 2, "K2", kPiet).exit, 0);
  Right("object", kMuseum, "K2");
  deployment_->Down();
  const Stored before = WhoIsWho();
  ASSERT_GT(before.people.size(), 100u);
  const std::string token = [] {
    const auto store = VaultStore();
    const auto it = store->NewIterator(vault::kTokens);
    it->SeekToFirst();
    return it->key().ToString();
  }();
  deployment_->Up();

  Rotate(next);
  EXPECT_EQ(WhoIsWho(), before);
  EXPECT_THAT(VaultStore()->Get(vault::kTokens, token),
              StatusIs(absl::StatusCode::kNotFound));
  deployment_->Up();
  EXPECT_EQ(EpochNow(), next);

  // An objection stands, and access is answered and proved.
  ASSERT_EQ(Send(kTheatre, "C", 2, "T2", kPiet).exit, 0);
  EXPECT_FALSE(Held(kTheatre, "T2", "vault")["known"].get<bool>());
  EXPECT_TRUE(Held(kMuseum, "K1", "vault")["known"].get<bool>());
  // Somebody is found by identity where they were delivered before.
  const std::string anna = deployment_->Write(
      "anna.json", R"({"email": "anna@example.nl", "last_name": "Bakker",
                       "first_name": "Anna"})");
  const RunResult erased =
      Run({"erase", "--institution", kTheatre, "--identity", anna});
  EXPECT_EQ(erased.exit, 0) << erased.err;
  EXPECT_FALSE(Held(kMuseum, "K1", "vault")["known"].get<bool>());
  EXPECT_FALSE(Held(kMuseum, "K1", "aggregator")["known"].get<bool>());
  // What was lodged before is taken back after.
  Right("withdraw", kMuseum, "K2");
  ASSERT_EQ(Send(kTheatre, "D", 2, "T4", kPiet).exit, 0);
  EXPECT_TRUE(Held(kTheatre, "T4", "vault")["known"].get<bool>());
}

TEST_F(RotationTest, WhoIsDeliveredAgainIsTheSamePerson) {
  const uint32_t next = EpochNow() + 1;
  deployment_->Down();
  const Stored before = WhoIsWho();
  deployment_->Up();
  Rotate(next);
  deployment_->Up();
  SendCountry();
  deployment_->Down();
  EXPECT_EQ(WhoIsWho(), before);
}

TEST_F(RotationTest, WhoIsKilledInTheMiddleGoesOn) {
  const uint32_t next = EpochNow() + 1;
  deployment_->Down();
  const Stored before = WhoIsWho();
  deployment_->Up();
  BeginRotation(next);
  for (int kills = 0; kills < 3; ++kills) {
    ASSERT_TRUE(
        KillInTheMiddle(RotateCommand("vault", "vaultd", next), "vault"));
    EXPECT_THAT(VaultStore()->Epoch(), IsOkAndHolds(next - 1));
  }
  RunResult r = RotateVault(next);
  ASSERT_EQ(r.exit, 0) << r.err;
  EXPECT_THAT(VaultStore()->Epoch(), IsOkAndHolds(next));
  for (int kills = 0; kills < 3; ++kills) {
    ASSERT_TRUE(KillInTheMiddle(
        RotateCommand("aggregator", "aggregatord", next), "aggregator"));
    EXPECT_THAT(AggregatorStore()->Epoch(), IsOkAndHolds(next - 1));
  }
  r = RotateAggregator(next);
  ASSERT_EQ(r.exit, 0) << r.err;
  for (const char* party : {"vault", "aggregator"}) {
    EXPECT_FALSE(fs::exists(Place(party) + "/data/store.rotating")) << party;
  }
  deployment_->Up();
  EXPECT_EQ(EpochNow(), next);
  SendCountry();
  deployment_->Down();
  EXPECT_EQ(WhoIsWho(), before);
}

TEST_F(RotationTest, WhatIsNotForThisEpochAndPartyIsRefused) {
  const uint32_t next = EpochNow() + 1;
  auto expect_refused = [](uint32_t epoch, const std::string& text) {
    const auto before = VaultStore()->Epoch();
    const RunResult r = RotateVault(epoch);
    EXPECT_EQ(r.exit, 1) << r.out;
    EXPECT_THAT(r.err, HasSubstr(text));
    EXPECT_EQ(*VaultStore()->Epoch(), *before);
  };
  Stop("ttpd");
  ASSERT_EQ(RotateTtp(next).exit, 0);
  expect_refused(next, "another process works with keys");  // vaultd itself
  deployment_->Down();
  const std::string good = Handed(next, "ttp-to-vault");
  const std::string kept = deployment_->folder() + "/kept";
  fs::copy(good, kept);
  fs::copy(Handed(next, "ttp-to-aggregator"), good,
           fs::copy_options::overwrite_existing);
  expect_refused(next, "from ttp to aggregator");
  const auto sealing = ReadSecret<SealingSecretKey>(
      Place("vault") + "/keys/vault-sealing.key", "vault-sealing");
  ASSERT_THAT(sealing, IsOk());
  std::vector<RotationFactor> factors;
  factors.push_back(RotationFactor::Random());
  ASSERT_THAT(WriteRotation(Folder(next), {"ttp", "vault", next}, factors,
                            SigningSeed::Random(), PublicKeyOf(*sealing)),
              IsOk());
  expect_refused(next, "is not signed");
  fs::resize_file(good, fs::file_size(good) - 1);
  expect_refused(next, good);
  // The control.
  fs::copy(kept, good, fs::copy_options::overwrite_existing);
  ASSERT_EQ(RotateVault(next).exit, 0);
  // Once, under whatever name.
  expect_refused(next, fmt::format("go on from epoch {}", next));
  fs::create_directories(Folder(next + 1));
  fs::copy(kept, Handed(next + 1, "ttp-to-vault"));
  expect_refused(next + 1, fmt::format("leads to epoch {}", next));
  ASSERT_EQ(RotateAggregator(next).exit, 0);
  EXPECT_EQ(RotateAggregator(next).exit, 1);
  fs::remove(kept);
  fs::remove_all(Folder(next + 1));
}

TEST_F(RotationTest, ACopyOfBeforeIsNotMixedIn) {
  const uint32_t next = EpochNow() + 1;
  deployment_->Down();
  const std::string copy = deployment_->folder() + "/vault-before";
  fs::copy(Place("vault"), copy, fs::copy_options::recursive);
  deployment_->Up();
  Rotate(next);
  auto put_back = [&](const std::string& room) {
    fs::remove_all(Place("vault") + room);
    fs::copy(copy + room, Place("vault") + room, fs::copy_options::recursive);
  };
  const std::string now = deployment_->folder() + "/vault-now";
  fs::copy(Place("vault"), now, fs::copy_options::recursive);
  // The store alone: the keys beside it are of the next epoch.
  put_back("/data");
  const RunResult run = RunToEnd({"/usr/bin/timeout", "30",
                                  std::string(GARDEROBE_BIN_DIR) + "/vaultd",
                                  "--config", Place("vault") + "/vaultd.toml"});
  EXPECT_EQ(run.exit, 1) << "it serves: " << run.err;
  EXPECT_THAT(run.err, HasSubstr(fmt::format(
                           "is of epoch {}, and the keys are of epoch {}",
                           next - 1, next)));
  // With its keys it serves, and the TTP has nothing to do with it.
  put_back("/keys");
  EXPECT_NE(Run({"up", deployment_->folder()}).exit, 0);
  const RunResult status = Run({"status", "--json"});
  EXPECT_EQ(status.exit, 3);
  EXPECT_THAT(status.json()["parties"]["ttp"]["detail"].get<std::string>(),
              HasSubstr(fmt::format("vault serves epoch {}, and the TTP epoch "
                                    "{}",
                                    next - 1, next)));
  // The control.
  deployment_->Down();
  fs::remove_all(Place("vault"));
  fs::rename(now, Place("vault"));
  deployment_->Up();
  EXPECT_EQ(EpochNow(), next);
}

}  // namespace
}  // namespace garderobe
