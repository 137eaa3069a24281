// Vault and aggregator pool their disks and want to join their rows. What
// arrived together would be a fingerprint: cut both into the batches in which
// rows came, and which batches somebody is in is the same at both and nearly
// nobody else's. The control, a vault that still remembers the order, shows
// that it works; Store::ForgetOrder takes it away. What structure gives,
// and what else both sides store of a relation, is measured.
#include <algorithm>
#include <filesystem>
#include <set>
#include <tuple>

#include "tests/adversary/join_fixture.h"
#include "tests/support/figures.h"

namespace garderobe {
namespace {

namespace fs = std::filesystem;

void NoteJoined(const std::string& how, size_t persons, size_t claimed,
                size_t right) {
  const auto of = static_cast<double>(persons);
  Note({"join_test", how + ".joined", static_cast<double>(claimed), of});
  Note({"join_test", how + ".right", static_cast<double>(right), of});
}

// Requests that a party has answered, by the keys of its store.
std::set<std::string> RequestsOf(const Store& store, size_t family) {
  std::set<std::string> requests;
  for (const std::string& key : KeysOf(store, family)) {
    if (key.starts_with("answered/")) requests.insert(key.substr(9));
  }
  return requests;
}

TEST_F(JoinTest, ControlOrderOfArrivalJoinsMany) {
  const Rows vault = VaultRows("before"), aggregator = AggregatorRows();
  ASSERT_EQ(vault.size(), aggregator.size());
  const auto ends = BatchEnds(vault);
  ASSERT_GT(ends.size(), 5u);
  const Joined joined = Join(ByBatch(vault, ends), ByBatch(aggregator, ends));
  NoteJoined("order", joined.persons, joined.claimed, joined.right);
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
  const Joined joined = Join(PrintsOf(VaultRows("after"), {"relations"}),
                             PrintsOf(AggregatorRows(), {"relations"}));
  NoteJoined("relations", joined.persons, joined.claimed, joined.right);
  EXPECT_LT(joined.right, joined.persons / 50);
}

// And everything that both store of a relation: the kinds at the vault say
// what the attributes at the aggregator say, too. With households and quarters
// on both sides, as they once were, two persons of five stood alone.
TEST_F(JoinTest, WhatBothStoreOfARelationJoinsFew) {
  const std::set<std::string> shown = {"relations", "birth", "address",
                                       "anybody", "postcode"};
  const Joined joined = Join(PrintsOf(VaultRows("after"), shown),
                             PrintsOf(AggregatorRows(), shown));
  NoteJoined("shown", joined.persons, joined.claimed, joined.right);
  EXPECT_LT(joined.right, joined.persons / 26);
}

// And which of somebody's relations agree with each other. Claims are wrong
// where the aggregator's year agrees and the vault's day does not.
TEST_F(JoinTest, WhatAgreesJoinsFew) {
  const Joined joined = Join(PrintsOf(VaultRows("after"), NamesOfRelations()),
                             PrintsOf(AggregatorRows(), NamesOfRelations()));
  NoteJoined("agreeing", joined.persons, joined.claimed, joined.right);
  EXPECT_LT(joined.right, joined.persons / 15);
}

// The vault no longer knows households, but whose tokens are alike. Claims are
// wrong where a household has several names, or a name several households.
TEST_F(JoinTest, CompanyJoinsFew) {
  const Joined joined =
      Join(WithCompany(VaultRows("after")), WithCompany(AggregatorRows()));
  NoteJoined("company", joined.persons, joined.claimed, joined.right);
  EXPECT_LT(joined.right, joined.persons / 10);
}

// Both keep the number of the last round: one for the whole store, so that it
// is nobody's.
TEST_F(JoinTest, TheNumberOfARoundIsOneForAll) {
  auto number = [](const std::string& party,
                   const std::vector<std::string>& families, size_t family) {
    for (const auto& version :
         Versions(deployment_->folder() + "/seized-before/" + party, families,
                  family)) {
      if (version.user_key == "last-round/v1") {
        return GetBigEndian<uint64_t>(version.value.data());
      }
    }
    return uint64_t{0};
  };
  const uint64_t at_vault = number("vault", vault::kFamilyNames, vault::kMeta);
  const uint64_t at_aggregator =
      number("aggregator", aggregator::kFamilyNames, aggregator::kMeta);
  EXPECT_GT(at_aggregator, 0u);
  // The vault's last one may not have arrived.
  EXPECT_GE(at_vault, at_aggregator);
  const std::string counterpart = "round";
  Note({"join_test", counterpart + ".numbers_kept", 1});
}

// A right at the one is that at the other, and what either keeps of it names
// no row of its store.
TEST_F(JoinTest, RequestsAreJoinedAndNameNobody) {
  const auto vault = OpenVault("after");
  const auto aggregator = OpenAggregator();
  const auto ours = RequestsOf(*vault, vault::kMeta);
  EXPECT_EQ(ours.size(), 4u);
  EXPECT_EQ(ours, RequestsOf(*aggregator, aggregator::kMeta));
  Note({"join_test", "request.joined", static_cast<double>(ours.size()),
        static_cast<double>(ours.size())});
  auto rights = [](const Store& store, size_t family) {
    std::string all;
    const auto it = store.NewIterator(family);
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      if (it->key().starts_with("answer/")) all += it->value().ToString();
    }
    return all;
  };
  const std::string at_vault = rights(*vault, vault::kMeta),
                    at_aggregator = rights(*aggregator, aggregator::kMeta);
  ASSERT_GT(at_vault.size(), 400u);
  ASSERT_GT(at_aggregator.size(), 400u);
  for (const auto& [answers, store, families] : std::vector<
           std::tuple<const std::string&, const Store&, std::vector<size_t>>>{
           {at_vault, *vault, {vault::kRelations, vault::kGroups}},
           {at_aggregator,
            *aggregator,
            {aggregator::kReferences, aggregator::kPseudonyms}}}) {
    for (const size_t family : families) {
      for (const std::string& key : KeysOf(store, family)) {
        ASSERT_EQ(answers.find(key), answers.npos);
      }
    }
  }
  // The control: names of requests are found in this way.
  EXPECT_NE(at_vault.find(*ours.begin()), at_vault.npos);
}

}  // namespace
}  // namespace garderobe
