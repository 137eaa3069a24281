// Vault and aggregator pool their disks and want to join their rows. What
// arrived together would be a fingerprint: cut both into the batches in which
// rows came, and which batches somebody is in is the same at both and nearly
// nobody else's. The control, a vault that still remembers the order, shows
// that it works; Store::ForgetOrder takes it away. What structure alone gives
// is measured.
#include <rocksdb/utilities/debug.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "core/base/files.h"
#include "core/group/element.h"
#include "core/keys/key_file.h"
#include "core/store/store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/local_deployment.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

namespace fs = std::filesystem;
using AnyScalar = SecretScalar<struct AdversaryRole>;

// One side's relations, each by its sequence number in RocksDB, and whose it
// is: a person's and a household's name in that side's own terms.
struct Row {
  uint64_t sequence;
  std::string person, household;
};
using Rows = std::vector<Row>;

// person to what is known of them; whoever is alone in that is recognised.
using Fingerprints = std::map<std::string, std::vector<uint64_t>>;

std::vector<rocksdb::KeyVersion> Versions(const Store& store, size_t family) {
  std::vector<rocksdb::KeyVersion> all;
  EXPECT_TRUE(rocksdb::GetAllKeyVersions(&const_cast<Store&>(store).db(),
                                         store.family(family), {}, {}, SIZE_MAX,
                                         &all)
                  .ok());
  // The newest of each key, and not what was deleted.
  std::map<std::string, rocksdb::KeyVersion> newest;
  for (const auto& version : all) {
    auto& known = newest[version.user_key];
    if (known.user_key.empty() || known.sequence < version.sequence) {
      known = version;
    }
  }
  all.clear();
  for (auto& [key, version] : newest) {
    if (version.type == 1) all.push_back(version);  // a value
  }
  return all;
}

class JoinTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    deployment_ = new LocalDeployment();
    deployment_->Up();
    deployment_->Simulate(8, EnvironmentNumber("GARDEROBE_JOIN_VISITS", 16'000),
                          5);
    for (const std::string& name : deployment_->institutions()) {
      const RunResult sent = deployment_->Run(
          {"send", deployment_->file(name), "--institution", name});
      ASSERT_EQ(sent.exit, 0) << sent.err;
    }
    // Links that were found late reach the aggregator.
    ASSERT_EQ(deployment_->Run({"admin", "publish", "2025"}).exit, 0);
    deployment_->Down();
    Seize("before");
    // It forgets at the start, and every hour.
    deployment_->Up();
    bool forgotten = false;
    for (int i = 0; i < 300 && !forgotten; ++i) {
      usleep(100'000);
      const auto log = ReadWholeFile(deployment_->folder() + "/vaultd.log");
      forgotten =
          log.ok() && log->find("event=order-forgotten") != std::string::npos;
    }
    ASSERT_TRUE(forgotten);
    deployment_->Down();
    Seize("after");
  }
  static void TearDownTestSuite() {
    delete deployment_;
    deployment_ = nullptr;
  }

  // The raw files, as they lie there.
  static void Seize(const std::string& when) {
    const std::string to = deployment_->folder() + "/seized-" + when;
    fs::create_directory(to);
    fs::copy(deployment_->folder() + "/vault/data", to + "/vault",
             fs::copy_options::recursive);
    fs::copy(deployment_->folder() + "/aggregator/data/store",
             to + "/aggregator", fs::copy_options::recursive);
  }

  static Rows VaultRows(const std::string& when) {
    auto store = Store::Open(
        deployment_->folder() + "/seized-" + when + "/vault",
        {"default", "tokens", "relations", "nodes", "changes"}, {.format = 3});
    EXPECT_THAT(store, IsOk());
    auto node = [&](uint64_t number) {
      std::string key;
      PutBigEndian(key, number);
      return *(*store)->Get(3, key);
    };
    auto root = [&](uint64_t number) {
      for (;;) {
        const auto parent = GetBigEndian<uint64_t>(node(number).data() + 1);
        if (parent == 0) return number;
        number = parent;
      }
    };
    Rows rows;
    for (const auto& version : Versions(**store, 2)) {
      const uint64_t person =
          root(GetBigEndian<uint64_t>(version.value.data()));
      const std::string record = node(person);
      const uint64_t household =
          root(GetBigEndian<uint64_t>(record.data() + 9));
      rows.push_back(
          {version.sequence, record.substr(17), node(household).substr(17)});
    }
    return rows;
  }

  static Rows AggregatorRows() {
    const auto store = OpenAggregator();
    auto root = [&](char who, uint32_t number) {
      for (;;) {
        std::string key(1, who);
        PutBigEndian(key, number);
        const auto stays = store->Get(8, key);
        if (!stays.ok()) return key;
        number = GetBigEndian<uint32_t>(stays->data());
      }
    };
    Rows rows;
    for (const auto& version : Versions(*store, 5)) {
      const char* const record = version.value.data();
      rows.push_back({version.sequence,
                      root('P', GetBigEndian<uint32_t>(record)),
                      root('H', GetBigEndian<uint32_t>(record + 4))});
    }
    return rows;
  }

  static std::unique_ptr<Store> OpenAggregator() {
    auto store = Store::Open(
        deployment_->folder() + "/seized-before/aggregator",
        {"default", "feeds", "blocks", "events", "handles", "relations",
         "pseudonyms", "numbers", "merges", "dirty_mirrors", "cubes"},
        {.format = 2});
    EXPECT_THAT(store, IsOk());
    return *std::move(store);
  }

  // Which batches somebody is in, with the batches' `ends` in ranks of arrival.
  static Fingerprints ByBatch(Rows rows, const std::vector<size_t>& ends) {
    std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
      return a.sequence < b.sequence;
    });
    Fingerprints prints;
    for (size_t i = 0; i < rows.size(); ++i) {
      const auto batch = std::upper_bound(ends.begin(), ends.end(), i);
      prints[rows[i].person].push_back(
          static_cast<uint64_t>(batch - ends.begin()));
    }
    for (auto& [person, batches] : prints) {
      std::sort(batches.begin(), batches.end());
    }
    return prints;
  }

  // How many relations somebody has, and each of the household has.
  static Fingerprints ByStructure(const Rows& rows) {
    std::map<std::string, std::map<std::string, uint64_t>> households;
    for (const Row& row : rows) ++households[row.household][row.person];
    Fingerprints prints;
    for (const auto& [household, members] : households) {
      std::vector<uint64_t> counts;
      for (const auto& [person, count] : members) counts.push_back(count);
      std::sort(counts.begin(), counts.end());
      for (const auto& [person, count] : members) {
        prints[person] = {count};
        prints[person].insert(prints[person].end(), counts.begin(),
                              counts.end());
      }
    }
    return prints;
  }

  // Where one write ends and the next begins, in ranks: other records stand
  // between the relations of two writes.
  static std::vector<size_t> BatchEnds(const Rows& rows) {
    std::vector<uint64_t> sequences;
    for (const Row& row : rows) sequences.push_back(row.sequence);
    std::sort(sequences.begin(), sequences.end());
    std::vector<size_t> ends;
    for (size_t i = 1; i < sequences.size(); ++i) {
      if (sequences[i] != sequences[i - 1] + 1) ends.push_back(i);
    }
    return ends;
  }

  struct Joined {
    size_t persons = 0, claimed = 0, right = 0;
  };
  // Claims that whoever is alone in a fingerprint on both sides is the same.
  // The judge has the TTP's t.
  static Joined Join(const Fingerprints& vault,
                     const Fingerprints& aggregator) {
    auto alone = [](const Fingerprints& prints) {
      std::map<std::vector<uint64_t>, std::vector<std::string>> by_print;
      for (const auto& [person, print] : prints) {
        by_print[print].push_back(person);
      }
      std::erase_if(by_print,
                    [](const auto& entry) { return entry.second.size() > 1; });
      return by_print;
    };
    const auto ours = alone(vault), theirs = alone(aggregator);
    const auto key = ReadKeyFile(
        deployment_->folder() + "/ttp/keys/ttp-shuffle-aggregator.key",
        "ttp-shuffle-aggregator");
    EXPECT_THAT(key, IsOk());
    const auto t = AnyScalar::Decode({key->secret.ExposeSecret(), 32});
    EXPECT_THAT(t, IsOk());
    const auto store = OpenAggregator();
    Joined joined;
    joined.persons = vault.size();
    for (const auto& [print, persons] : ours) {
      const auto same = theirs.find(print);
      if (same == theirs.end()) continue;
      ++joined.claimed;
      Element pseudonym;
      if (!Multiply(*t, Element::From(persons[0]), &pseudonym)) continue;
      auto number = store->Get(6, "P" + std::string(pseudonym.view()));
      if (!number.ok()) continue;
      std::string root = "P" + *number;
      for (auto stays = store->Get(8, root); stays.ok();
           stays = store->Get(8, root)) {
        root = "P" + *stays;
      }
      joined.right += root == same->second[0];
    }
    return joined;
  }

  static LocalDeployment* deployment_;
};
LocalDeployment* JoinTest::deployment_ = nullptr;

void Print(const char* how, size_t persons, size_t claimed, size_t right) {
  std::printf("%s: %zu of %zu persons joined, %zu of them rightly\n", how,
              claimed, persons, right);
}

TEST_F(JoinTest, ControlOrderOfArrivalJoinsMany) {
  const Rows vault = VaultRows("before"), aggregator = AggregatorRows();
  ASSERT_EQ(vault.size(), aggregator.size());
  const auto ends = BatchEnds(vault);
  ASSERT_GT(ends.size(), 5u);
  const Joined joined = Join(ByBatch(vault, ends), ByBatch(aggregator, ends));
  Print("by batches", joined.persons, joined.claimed, joined.right);
  EXPECT_GT(joined.right, joined.persons / 20);
  EXPECT_GT(joined.right, joined.claimed * 9 / 10);
}

TEST_F(JoinTest, AVaultThatForgotTheOrderCantBeJoined) {
  const Rows vault = VaultRows("after");
  std::set<uint64_t> sequences;
  for (const Row& row : vault) sequences.insert(row.sequence);
  // RocksDB gives 0 to what it will never have to order again.
  EXPECT_THAT(sequences, ::testing::ElementsAre(0));
  // Nor does anything else in the folder hold the numbers: the log was begun
  // anew, and what it held is gone.
  for (const auto& file :
       fs::directory_iterator(deployment_->folder() + "/seized-after/vault")) {
    if (file.path().extension() == ".log") {
      EXPECT_LT(file.file_size(), 1000u) << file.path();
    }
  }
}

// What both know of the same people without any order: how many relations
// somebody has, and the others of the household.
TEST_F(JoinTest, StructureJoinsFew) {
  const Joined joined =
      Join(ByStructure(VaultRows("after")), ByStructure(AggregatorRows()));
  Print("by structure", joined.persons, joined.claimed, joined.right);
  EXPECT_LT(joined.right, joined.persons / 15);
}

}  // namespace
}  // namespace garderobe
