// Vault and aggregator pool their disks and want to join their rows. What
// arrived together would be a fingerprint: cut both into the batches in which
// rows came, and which batches somebody is in is the same at both and nearly
// nobody else's. The control, a vault that still remembers the order, shows
// that it works; Store::ForgetOrder takes it away. What structure gives,
// and what else both sides store of a relation, is measured.
#include <rocksdb/utilities/debug.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "aggregator/tables.h"
#include "core/base/files.h"
#include "core/group/element.h"
#include "core/keys/key_file.h"
#include "core/store/store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/local_deployment.h"
#include "tests/support/status_matchers.h"
#include "vault/link/records.h"

namespace garderobe {
namespace {

namespace fs = std::filesystem;
using AnyScalar = SecretScalar<struct AdversaryRole>;

// One side's relations, each by its sequence number in RocksDB, and whose it
// is: a person's name in that side's own terms.
struct Row {
  uint64_t sequence;
  std::string person;
  // What a side stores of a relation that has a counterpart on the other.
  bool birth, address, anybody;
  // With whom: at the vault whose tokens were compared with the person's, at
  // the aggregator the household that was shown; empty: with nobody.
  std::string together;
};
using Rows = std::vector<Row>;

// person to what is known of them; whoever is alone in that is recognised.
using Fingerprints = std::map<std::string, std::vector<uint64_t>>;

// The newest value of each key, with the sequence number of its first write
// that the files still hold: when it arrived. Read as the files lie there,
// with the log, and without tidying up, as opening a store does.
std::vector<rocksdb::KeyVersion> Versions(const std::string& path,
                                          const std::vector<std::string>& names,
                                          size_t family) {
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : names)
    families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* raw = nullptr;
  EXPECT_TRUE(rocksdb::DB::OpenForReadOnly(rocksdb::DBOptions(), path, families,
                                           &handles, &raw)
                  .ok());
  const std::unique_ptr<rocksdb::DB> db(raw);
  std::vector<rocksdb::KeyVersion> all;
  EXPECT_TRUE(rocksdb::GetAllKeyVersions(db.get(), handles[family], {}, {},
                                         SIZE_MAX, &all)
                  .ok());
  // RocksDB lists the newest version of a key first.
  std::map<std::string, rocksdb::KeyVersion> by_key;
  for (const auto& version : all) {
    const auto [known, fresh] = by_key.try_emplace(version.user_key, version);
    if (!fresh) known->second.sequence = version.sequence;
  }
  all.clear();
  for (auto& [key, version] : by_key) {
    if (version.type == 1) all.push_back(version);  // a value
  }
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
  return all;
}

class JoinTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    deployment_ = new LocalDeployment();
    deployment_->Up();
    deployment_->Simulate(8, EnvironmentNumber("GARDEROBE_JOIN_VISITS", 40'000),
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
          log.ok() && log->find("event=store-rewritten") != std::string::npos;
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
    const std::string path =
        deployment_->folder() + "/seized-" + when + "/vault";
    const auto versions =
        Versions(path, vault::kFamilyNames, vault::kRelations);
    auto store = Store::Open(path, vault::kFamilyNames, vault::kStoreOptions);
    EXPECT_THAT(store, IsOk());
    Rows rows;
    for (const auto& version : versions) {
      vault::RelationRecord relation;
      vault::GroupRecord group;
      EXPECT_TRUE(Decode(version.value, &relation));
      EXPECT_TRUE(Decode(
          *(*store)->Get(vault::kGroups, vault::NumberKey(relation.group)),
          &group));
      const auto id = GetBigEndian<uint64_t>(version.user_key.data());
      for (const vault::Person& person : group.persons) {
        const auto& ids = person.relations;
        if (std::find(ids.begin(), ids.end(), id) == ids.end()) continue;
        Row row = KindsOf(relation);
        row.sequence = version.sequence;
        row.person = person.point.view();
        row.together = vault::NumberKey(relation.group);
        rows.push_back(row);
      }
    }
    return rows;
  }

  // What kinds of tokens say of what was shown. Keys that join a name with an
  // address are the address's only trace here, for it has no slot of its own.
  static Row KindsOf(const vault::RelationRecord& relation) {
    Row row{};
    for (const vault::HeldToken& token : relation.tokens) {
      const Kind kind = vault::KindOf(token.fingerprint);
      row.anybody = true;
      row.address |=
          kind == Kind::kNameAddress || kind == Kind::kInitialsAddress ||
          kind == Kind::kNamesAddress || kind == Kind::kNamesStreet ||
          kind == Kind::kBirthdatePostcode || kind == Kind::kBirthdateStreet;
      row.birth |=
          kind == Kind::kNameBirthdate || kind == Kind::kEmailBirthyear ||
          kind == Kind::kBirthdatePostcode || kind == Kind::kNamesBirthdate ||
          kind == Kind::kSurnameBirthdate || kind == Kind::kBirthdateStreet ||
          kind == Kind::kBirthdateCity;
    }
    return row;
  }

  static Rows AggregatorRows() {
    const auto versions =
        Versions(deployment_->folder() + "/seized-before/aggregator",
                 aggregator::kFamilyNames, aggregator::kRelations);
    Rows rows;
    for (const auto& version : versions) {
      aggregator::Relation relation;
      EXPECT_TRUE(aggregator::Decode(version.value, &relation));
      rows.push_back({version.sequence, aggregator::Number(relation.person),
                      relation.birth_year != 0,
                      (relation.shown & aggregator::kShownAddress) != 0,
                      (relation.shown & aggregator::kShownPerson) != 0,
                      relation.household == 0
                          ? ""
                          : aggregator::Number(relation.household)});
    }
    return rows;
  }

  static std::unique_ptr<Store> OpenAggregator() {
    auto store =
        Store::Open(deployment_->folder() + "/seized-before/aggregator",
                    aggregator::kFamilyNames, aggregator::kStoreOptions);
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

  // How many relations somebody has; and, with `kinds`, of each of them whether
  // a birth date, an address and anything of the person were shown. Of the
  // fields of both sides no other has a counterpart: handles, references,
  // points and pseudonyms are in each side's own form, the rest is on one side
  // only.
  static Fingerprints ByStructure(const Rows& rows, bool kinds) {
    Fingerprints prints;
    for (const Row& row : rows) {
      const uint64_t shown =
          (row.birth ? 4 : 0) + (row.address ? 2 : 0) + (row.anybody ? 1 : 0);
      prints[row.person].push_back(kinds ? shown : 0);
    }
    for (auto& [person, print] : prints) std::sort(print.begin(), print.end());
    return prints;
  }

  // The same, with the same of everybody with whom somebody is seen: family of
  // one name shares the keys that join it with the address, and lives at one
  // address.
  static Fingerprints ByCompany(const Rows& rows) {
    std::map<std::string, std::map<std::string, size_t>> seen;
    for (const Row& row : rows) {
      seen[row.person][row.together] += !row.together.empty();
    }
    // Where somebody was seen with several, those of most relations.
    std::map<std::string, std::vector<std::string>> companies;
    for (const auto& [person, with] : seen) {
      const auto most = std::max_element(
          with.begin(), with.end(),
          [](const auto& a, const auto& b) { return a.second < b.second; });
      const bool is_alone = most->second == 0;
      companies[is_alone ? "alone" + person : most->first].push_back(person);
    }
    const Fingerprints own = ByStructure(rows, true);
    Fingerprints prints;
    for (const auto& [company, members] : companies) {
      std::vector<std::vector<uint64_t>> all;
      for (const std::string& person : members) all.push_back(own.at(person));
      std::sort(all.begin(), all.end());
      for (const std::string& person : members) {
        prints[person] = own.at(person);
        for (const auto& one : all) {
          prints[person].push_back(UINT64_MAX);
          prints[person].insert(prints[person].end(), one.begin(), one.end());
        }
      }
    }
    return prints;
  }

  // Where one write ends and the next begins, in ranks: between the relations
  // of two writes stand the tokens of the second, some thousands.
  static std::vector<size_t> BatchEnds(const Rows& rows) {
    std::vector<uint64_t> sequences;
    for (const Row& row : rows) sequences.push_back(row.sequence);
    std::sort(sequences.begin(), sequences.end());
    std::vector<size_t> ends;
    for (size_t i = 1; i < sequences.size(); ++i) {
      if (sequences[i] > sequences[i - 1] + 200) ends.push_back(i);
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
        deployment_->folder() + "/ttp/keys/ttp-conversion-aggregator.key",
        "ttp-conversion-aggregator");
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
      const auto number = store->Get(aggregator::kPseudonyms,
                                     "P" + std::string(pseudonym.view()));
      joined.right += number.ok() && *number == same->second[0];
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
  EXPECT_GT(joined.right, joined.persons / 40);
  // The TTP cuts batches and mixes them, so that some claims are wrong; by
  // chance one of all persons would be right.
  EXPECT_GT(joined.right, joined.claimed / 3);
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
// somebody has.
TEST_F(JoinTest, StructureAloneJoinsFew) {
  const Joined joined = Join(ByStructure(VaultRows("after"), false),
                             ByStructure(AggregatorRows(), false));
  Print("by structure", joined.persons, joined.claimed, joined.right);
  EXPECT_LT(joined.right, joined.persons / 50);
}

// And everything that both store of a relation: the kinds at the vault say
// what the attributes at the aggregator say, too. With households and quarters
// on both sides, as they once were, two persons of five stood alone.
TEST_F(JoinTest, WhatBothStoreOfARelationJoinsFew) {
  const Joined joined = Join(ByStructure(VaultRows("after"), true),
                             ByStructure(AggregatorRows(), true));
  Print("by structure and what was shown", joined.persons, joined.claimed,
        joined.right);
  EXPECT_LT(joined.right, joined.persons / 26);
}

// The vault no longer knows households, but whose tokens are alike. Claims are
// wrong where a household has several names, or a name several households.
TEST_F(JoinTest, CompanyJoinsFew) {
  const Joined joined =
      Join(ByCompany(VaultRows("after")), ByCompany(AggregatorRows()));
  Print("by structure, what was shown, and with whom", joined.persons,
        joined.claimed, joined.right);
  EXPECT_LT(joined.right, joined.persons / 26);
}

}  // namespace
}  // namespace garderobe
