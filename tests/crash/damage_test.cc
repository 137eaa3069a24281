// Disks forget, and people remove the wrong file. Daemons once came up, ready,
// with a third of the relations after eight flipped bytes in a log, and with
// none after a lost file. Here the built daemons are killed, their files are
// damaged, and each is started again: all that was acknowledged is there, or
// the daemon refuses with a sentence that says where and what to do.
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "core/base/files.h"
#include "core/store/store.h"
#include "core/store/synced_mark.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/local_deployment.h"
#include "tests/support/status_matchers.h"
#include "vault/link/records.h"

namespace garderobe {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

struct Keeper {
  std::string party, daemon, store;  // the store's folder below the party's
};
constexpr const char* kParties[] = {"ttp", "vault", "aggregator", "answer"};
const Keeper kVault = {"vault", "vaultd", "data/store"};
const Keeper kAggregator = {"aggregator", "aggregatord", "data/store"};

class DamageTest : public ::testing::Test {
 protected:
  // One deployment for all tests. One institution is in tables, the other only
  // in the log, when both daemons are killed.
  static void SetUpTestSuite() {
    deployment_ = new LocalDeployment();
    deployment_->Up();
    deployment_->Simulate(2, 3000, 7);
    Send(0);
    deployment_->Down();
    deployment_->Up();
    Send(1);
    deployment_->Kill("vaultd");
    deployment_->Kill("aggregatord");
    deployment_->Down();
    for (const char* party : kParties) {
      fs::copy(Place(party), Place(party) + ".killed",
               fs::copy_options::recursive);
    }
    relations_ = Relations();
    ASSERT_GT(relations_, 100);
  }
  static void TearDownTestSuite() { delete deployment_; }
  void SetUp() override {
    for (const char* party : kParties) Again(party);
  }
  void TearDown() override { deployment_->Down(); }

  static std::string Place(const std::string& party) {
    return deployment_->folder() + "/" + party;
  }
  // What the killed daemon left, undamaged.
  static void Again(const std::string& party) {
    fs::remove_all(Place(party));
    fs::copy(Place(party) + ".killed", Place(party),
             fs::copy_options::recursive);
  }
  static void Send(size_t institution) {
    const std::string id = deployment_->institutions()[institution];
    const RunResult sent =
        deployment_->Run({"send", deployment_->file(id), "--institution", id});
    ASSERT_EQ(sent.exit, 0) << sent.err;
  }

  static std::string In(const Keeper& keeper, const std::string& name) {
    return deployment_->folder() + "/" + keeper.party + "/" + keeper.store +
           "/" + name;
  }
  // The largest file in the store with this in its name.
  std::string Largest(const Keeper& keeper, const std::string& part) const {
    std::string largest;
    uintmax_t bytes = 0;
    for (const auto& entry : fs::directory_iterator(In(keeper, ""))) {
      const std::string name = entry.path().filename().string();
      if (name.find(part) == name.npos || entry.file_size() < bytes) continue;
      largest = name;
      bytes = entry.file_size();
    }
    EXPECT_FALSE(largest.empty()) << part;
    return largest;
  }
  static void FlipEight(const std::string& path, double part) {
    FlipAt(path, static_cast<std::streamoff>(
                     part * static_cast<double>(fs::file_size(path) - 8)));
  }
  // Within the last write that is noted as synced; what follows it a daemon may
  // lose, since it makes it again.
  static void FlipTheLastSynced(const std::string& path) {
    const auto mark = ReadSyncedMark(fs::path(path).parent_path().string());
    ASSERT_TRUE(mark.ok() && mark->has_value()) << mark.status();
    // A batch begins with the number of its first write, little-endian.
    const std::string log = *ReadWholeFile(path);
    for (uint64_t first = (*mark)->sequence; first > 0; --first) {
      std::string number(8, '\0');
      for (size_t i = 0; i < number.size(); ++i) {
        number[i] = static_cast<char>(first >> (8 * i));
      }
      const size_t at = log.rfind(number);
      if (at != log.npos) {
        return FlipAt(path, static_cast<std::streamoff>(at));
      }
    }
    FAIL() << "nothing in " << path << " is noted as synced";
  }
  static void FlipAt(const std::string& path, std::streamoff at) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    char bytes[8];
    file.seekg(at).read(bytes, sizeof bytes);
    for (char& byte : bytes) byte = static_cast<char>(~byte);
    file.seekp(at).write(bytes, sizeof bytes);
    ASSERT_TRUE(file.good()) << path;
  }

  // Runs the daemon alone, which has to end by itself and to say why.
  std::string Refusal(const Keeper& keeper) const {
    const RunResult run = RunToEnd({"/usr/bin/timeout", "30", Program(keeper),
                                    "--config", Config(keeper)});
    EXPECT_EQ(run.exit, 1) << "it serves: " << run.err;
    return run.err;
  }
  void ExpectRefusal(const Keeper& keeper, const std::string& file) const {
    EXPECT_THAT(Refusal(keeper),
                AllOf(HasSubstr(file), HasSubstr("docs/operating.md, Damage")));
  }
  std::string Config(const Keeper& keeper) const {
    return deployment_->folder() + "/" + keeper.party + "/" + keeper.daemon +
           ".toml";
  }
  static std::string Program(const Keeper& keeper) {
    return std::string(GARDEROBE_BIN_DIR) + "/" + keeper.daemon;
  }

  // How many relations the vault's store holds.
  static int64_t Relations() {
    const auto store = Store::OpenToRead(In(kVault, ""), vault::kFamilyNames,
                                         vault::kStoreOptions);
    EXPECT_THAT(store, IsOk());
    if (!store.ok()) return -1;
    const auto it = (*store)->NewIterator(vault::kRelations);
    int64_t rows = 0;
    for (it->SeekToFirst(); it->Valid(); it->Next()) ++rows;
    return rows;
  }
  void ExpectAllIsThere() const {
    EXPECT_EQ(Relations(), relations_);
    for (const std::string& id : deployment_->institutions()) {
      EXPECT_EQ(MirrorOf(*deployment_, id),
                MirrorOfFile(deployment_->file(id)));
    }
  }

  static LocalDeployment* deployment_;
  static int64_t relations_;
};
LocalDeployment* DamageTest::deployment_ = nullptr;
int64_t DamageTest::relations_ = 0;

TEST_F(DamageTest, DamageIsRefusedInASentenceAndATornTailIsNot) {
  struct Case {
    const char* part;  // of the file's name
    std::function<void(const std::string&)> damage;
  };
  auto flip = [](double part) {
    return [part](const std::string& path) { FlipEight(path, part); };
  };
  auto cut = [](const std::string& path) {
    fs::resize_file(path, fs::file_size(path) * 6 / 10);
  };
  auto lose = [](const std::string& path) { fs::remove(path); };
  const Case cases[] = {
      {".log", flip(0)}, {".log", flip(0.4)}, {".log", FlipTheLastSynced},
      {".log", cut},     {".log", lose},      {"MANIFEST", flip(0.5)},
      {"MANIFEST", cut}, {"MANIFEST", lose},  {"CURRENT", lose},
      {".sst", lose},    {".sst", cut},
  };
  constexpr size_t kLostLog = 4;
  for (const Keeper& keeper : {kVault, kAggregator}) {
    for (size_t i = 0; i < std::size(cases); ++i) {
      SCOPED_TRACE(fmt::format("{}, case {}", keeper.daemon, i));
      Again(keeper.party);
      const std::string name = Largest(keeper, cases[i].part);
      cases[i].damage(In(keeper, name));
      // What nobody noted by name can't be named.
      ExpectRefusal(keeper,
                    i == kLostLog ? "a log is lost or cut short" : name);
    }
    // The control: a write that a crash tore is left out, and nothing else.
    Again(keeper.party);
    std::ofstream(In(keeper, Largest(keeper, ".log")),
                  std::ios::binary | std::ios::app)
        << std::string("\x12\x34\x56\x78\x00\x40\x01torn", 11);
  }
  deployment_->Up();
  ExpectAllIsThere();
  EXPECT_THAT(*ReadWholeFile(deployment_->folder() + "/vaultd.log"),
              HasSubstr("event=torn-tail"));
}

// The control: the attack bites where nothing tells what must be there.
TEST_F(DamageTest, WithoutItsMarkALostLogIsLostUnseen) {
  fs::remove(In(kVault, Largest(kVault, ".log")));
  fs::remove(In(kVault, "SYNCED"));
  deployment_->Up();
  EXPECT_LT(Relations(), relations_);
}

TEST_F(DamageTest, AnEmptiedStoreBesideUsedKeysNeedsALeaveToBeginAnew) {
  for (const Keeper& keeper : {kVault, kAggregator}) {
    fs::remove_all(In(keeper, ""));
    fs::create_directory(In(keeper, ""));
    fs::permissions(In(keeper, ""), fs::perms::owner_all);
    EXPECT_THAT(Refusal(keeper), HasSubstr("--create-store"));
    const std::vector<std::string> create = {Program(keeper), "--config",
                                             Config(keeper), "--create-store"};
    const RunResult given_up = RunToEnd(create);
    EXPECT_EQ(given_up.exit, 0) << given_up.err;
    EXPECT_THAT(given_up.out, HasSubstr("the next start makes a new one"));
  }
  deployment_->Up();
  EXPECT_EQ(Relations(), 0);
  deployment_->Down();
  // The leave holds once, and what is there needs none.
  EXPECT_EQ(
      RunToEnd({Program(kVault), "--config", Config(kVault), "--create-store"})
          .exit,
      1);
  fs::remove_all(In(kVault, ""));
  fs::create_directory(In(kVault, ""));
  fs::permissions(In(kVault, ""), fs::perms::owner_all);
  EXPECT_THAT(Refusal(kVault), HasSubstr("--create-store"));
}

TEST_F(DamageTest, AStoppedDaemonNeedsItsTablesOnly) {
  deployment_->Up();
  deployment_->Down();
  for (const Keeper& keeper : {kVault, kAggregator}) {
    for (const auto& entry : fs::directory_iterator(In(keeper, ""))) {
      if (entry.path().extension() == ".log") fs::remove(entry.path());
    }
  }
  deployment_->Up();
  ExpectAllIsThere();
  deployment_->Down();
  // A damaged table is found before somebody happens to read it.
  for (const Keeper& keeper : {kVault, kAggregator}) {
    FlipEight(In(keeper, Largest(keeper, ".sst")), 0.3);
  }
  auto up = deployment_->Start({"up"});
  auto detail = [&](const std::string& party) {
    const auto parties =
        deployment_->Run({"status", "--json"}).json()["parties"];
    return parties[party].value("ready", false)
               ? "ready"
               : parties[party].value("detail", "");
  };
  for (const Keeper& keeper : {kVault, kAggregator}) {
    const auto says = [&] {
      return detail(keeper.party).find("the store is damaged") !=
             std::string::npos;
    };
    for (int tenths = 0; tenths < 200 && !says(); ++tenths) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    EXPECT_THAT(detail(keeper.party),
                AllOf(HasSubstr(".sst"), HasSubstr("the store is damaged")));
  }
  if (!up.Ended()) kill(up.pid, SIGKILL);
  up.Wait();
}

TEST_F(DamageTest, ADamagedOrLostFileIsNotAnEmptyOne) {
  const Keeper ttp = {"ttp", "ttpd", "data"};
  for (const Keeper& keeper : {ttp, kAggregator}) {
    const std::string path =
        deployment_->folder() + "/" + keeper.party + "/data/register.pb";
    const std::string whole = *ReadWholeFile(path);
    auto overwrite = [&](const std::string& bytes) {
      std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    };
    for (const std::string& bytes :
         {std::string(), whole.substr(0, 200), whole.substr(1),
          std::string("garbage\xff\xff")}) {
      overwrite(bytes);
      ExpectRefusal(keeper, "data/register.pb");
    }
    fs::remove(path);
    ExpectRefusal(keeper, "data/register.pb");
    overwrite(whole);
  }
  const std::string budgets = deployment_->folder() + "/ttp/data/budgets.pb";
  const std::string counted = *ReadWholeFile(budgets);
  // A Protobuf message that was cut may still parse.
  std::ofstream(budgets, std::ios::binary | std::ios::trunc)
      << counted.substr(0, counted.size() / 2);
  ExpectRefusal(ttp, "data/budgets.pb");
  std::ofstream(budgets, std::ios::binary | std::ios::trunc) << counted;
  for (const char* name : {"budgets.pb", "agreements.pb"}) {
    const std::string path = deployment_->folder() + "/ttp/data/" + name;
    fs::rename(path, path + ".away");
    ExpectRefusal(ttp, std::string("data/") + name);
    fs::rename(path + ".away", path);
  }
  deployment_->Up();
  ExpectAllIsThere();
}

}  // namespace
}  // namespace garderobe
