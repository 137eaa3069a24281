// A deployment whose vault and aggregator were seized: what the tests of joins
// read of their disks.
#ifndef GARDEROBE_TESTS_ADVERSARY_JOIN_FIXTURE_H_
#define GARDEROBE_TESTS_ADVERSARY_JOIN_FIXTURE_H_

#include <rocksdb/utilities/debug.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "aggregator/ledger/records.h"
#include "core/base/files.h"
#include "core/config/toml.h"
#include "core/group/element.h"
#include "core/keys/key_file.h"
#include "core/store/store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/adversary/join_counterparts.h"
#include "tests/support/figures.h"
#include "tests/support/local_deployment.h"
#include "tests/support/status_matchers.h"
#include "vault/link/records.h"

namespace garderobe {

// The newest value of each key, with the sequence number of its first write
// that the files still hold: when it arrived. Read as the files lie there,
// with the log, and without tidying up, as opening a store does.
inline std::vector<rocksdb::KeyVersion> Versions(
    const std::string& path, const std::vector<std::string>& names,
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

// Keys of a store's column family.
inline std::set<std::string> KeysOf(const Store& store, size_t family) {
  std::set<std::string> keys;
  const auto it = store.NewIterator(family);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    keys.insert(it->key().ToString());
  }
  return keys;
}

class JoinTest : public ::testing::Test {
 protected:
  using AnyScalar = SecretScalar<struct AdversaryRole>;

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
    ExerciseRights();
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

  // The first customers of some institutions look into what is kept of them.
  // None is erased: the aggregator would write its store again, and forget the
  // order that the control needs.
  static void ExerciseRights() {
    const std::vector<std::string> institutions = deployment_->institutions();
    for (size_t i = 0; i < 4; ++i) {
      const auto file = ReadWholeFile(deployment_->file(institutions[i]));
      ASSERT_THAT(file, IsOk());
      // Lines begin with the customer's number, where there is one.
      const size_t line = file->find("\nK") + 1;
      const std::string customer =
          file->substr(line, file->find(',', line) - line);
      const RunResult done =
          deployment_->Run({"access", "--institution", institutions[i],
                            "--customer", customer, "--json"});
      ASSERT_EQ(done.exit, 0) << done.err;
    }
  }

  // The raw files, as they lie there.
  static void Seize(const std::string& when) {
    const std::string to = deployment_->folder() + "/seized-" + when;
    std::filesystem::create_directory(to);
    std::filesystem::copy(deployment_->folder() + "/vault/data/store",
                          to + "/vault",
                          std::filesystem::copy_options::recursive);
    std::filesystem::copy(deployment_->folder() + "/aggregator/data/store",
                          to + "/aggregator",
                          std::filesystem::copy_options::recursive);
  }

  // To read: opening a store tidies up, and takes the order of arrival away.
  static std::unique_ptr<Store> OpenVault(const std::string& when) {
    auto store =
        Store::OpenToRead(deployment_->folder() + "/seized-" + when + "/vault",
                          vault::kFamilyNames, vault::kStoreOptions);
    EXPECT_THAT(store, IsOk());
    return *std::move(store);
  }

  static Rows VaultRows(const std::string& when) {
    const auto versions =
        Versions(deployment_->folder() + "/seized-" + when + "/vault",
                 vault::kFamilyNames, vault::kRelations);
    const auto store = OpenVault(when);
    Rows rows;
    for (const auto& version : versions) {
      vault::RelationRecord relation;
      vault::GroupRecord group;
      EXPECT_TRUE(Decode(version.value, &relation));
      EXPECT_TRUE(
          Decode(*store->Get(vault::kGroups, vault::NumberKey(relation.group)),
                 &group));
      const auto id = GetBigEndian<uint64_t>(version.user_key.data());
      for (const vault::Person& person : group.persons) {
        const auto& ids = person.relations;
        if (std::find(ids.begin(), ids.end(), id) == ids.end()) continue;
        Row row = RowOf(relation);
        row.sequence = version.sequence;
        row.relation = version.user_key;
        row.person = vault::PointOf(person.seed).view();
        rows.push_back(row);
      }
    }
    return rows;
  }

  static Rows AggregatorRows() {
    const auto versions =
        Versions(deployment_->folder() + "/seized-before/aggregator",
                 aggregator::kFamilyNames, aggregator::kRelations);
    Rows rows;
    for (const auto& version : versions) {
      aggregator::Relation relation;
      EXPECT_TRUE(aggregator::Decode(version.value, &relation));
      rows.push_back(RowOf(relation));
      rows.back().sequence = version.sequence;
      rows.back().relation = version.user_key;
      rows.back().person = aggregator::Number(relation.person);
    }
    return rows;
  }

  static std::unique_ptr<Store> OpenAggregator() {
    auto store =
        Store::OpenToRead(deployment_->folder() + "/seized-before/aggregator",
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

  static inline LocalDeployment* deployment_ = nullptr;
};

}  // namespace garderobe

#endif  // GARDEROBE_TESTS_ADVERSARY_JOIN_FIXTURE_H_
