#include "vault/linker.h"

#include <filesystem>
#include <map>
#include <random>
#include <set>

#include "core/group/hash_to_group.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::vault {
namespace {

Token TokenOf(Kind kind, const std::string& value) {
  return {kind, HashToGroup(KindName(kind), value)};
}
VaultHandle HandleOf(int number) {
  std::string bytes(16, '\1');
  bytes[0] = static_cast<char>(number);
  bytes[1] = static_cast<char>(number >> 8);
  return VaultHandle::From(bytes);
}
LinkRow Row(int number, std::vector<Token> tokens) {
  return {HandleOf(number), std::move(tokens)};
}
Token Email(const std::string& v) { return TokenOf(Kind::kEmail, v); }
Token Mobile(const std::string& v) { return TokenOf(Kind::kMobile, v); }
Token Address(const std::string& v) { return TokenOf(Kind::kAddress, v); }

class LinkerTest : public ::testing::Test {
 protected:
  void SetUp() override { Reopen(true); }
  void Reopen(bool fresh = false) {
    linker_.reset();
    if (fresh) std::filesystem::remove_all(directory_);
    auto linker = Linker::Open(directory_);
    ASSERT_THAT(linker, IsOk());
    linker_ = *std::move(linker);
  }
  LinkedRow LinkOne(const LinkRow& row) {
    auto linked = linker_->Link({row});
    EXPECT_THAT(linked, IsOk());
    return linked->at(0);
  }
  bool HasChanges() { return !linker_->Changes(0)->changes.empty(); }
  // Redelivers without identifiers, which changes nothing, to see the points.
  LinkedRow Look(int number) { return LinkOne(Row(number, {})); }

  std::string directory_ = ::testing::TempDir() + "/linker_test";
  std::unique_ptr<Linker> linker_;
};

TEST_F(LinkerTest, SharedPersonTokenMakesOnePerson) {
  const auto one = LinkOne(Row(1, {Email("a"), Mobile("1")}));
  const auto two = LinkOne(Row(2, {Mobile("1")}));
  const auto three = LinkOne(Row(3, {Email("b")}));
  EXPECT_EQ(one.person, two.person);
  EXPECT_EQ(one.household, two.household);
  EXPECT_NE(one.person, three.person);
  EXPECT_NE(one.household, three.household);
}

TEST_F(LinkerTest, SharedAddressMakesOneHouseholdOfTwoPersons) {
  const auto one = LinkOne(Row(1, {Email("a"), Address("x")}));
  const auto two = LinkOne(Row(2, {Email("b"), Address("x")}));
  EXPECT_NE(one.person, two.person);
  EXPECT_EQ(one.household, two.household);
}

TEST_F(LinkerTest, EqualValuesOfDifferentKindsDoNotMeet) {
  EXPECT_NE(LinkOne(Row(1, {Email("same")})).person,
            LinkOne(Row(2, {Mobile("same")})).person);
}

TEST_F(LinkerTest, LateLinkMergesAndTellsWhichPointIsGivenUp) {
  const auto one = LinkOne(Row(1, {Email("a")}));
  const auto two = LinkOne(Row(2, {Mobile("1")}));
  ASSERT_NE(one.person, two.person);
  EXPECT_FALSE(HasChanges());
  const auto three = LinkOne(Row(3, {Email("a"), Mobile("1")}));
  // One of the two stays; which is a matter of chance.
  EXPECT_TRUE(three.person == one.person || three.person == two.person);
  EXPECT_EQ(Look(1).person, three.person);
  EXPECT_EQ(Look(2).person, three.person);
  auto changes = linker_->Changes(0);
  ASSERT_THAT(changes, IsOk());
  ASSERT_EQ(changes->changes.size(), 2u);  // the person, and its household
  for (const LinkChange& change : changes->changes) {
    const Element& stays = change.is_person ? three.person : three.household;
    const Element& first = change.is_person ? one.person : one.household;
    const Element& second = change.is_person ? two.person : two.household;
    EXPECT_EQ(change.stays, stays);
    EXPECT_EQ(change.given_up, stays == first ? second : first);
  }
  EXPECT_NE(changes->changes[0].is_person, changes->changes[1].is_person);
}

TEST_F(LinkerTest, ChangesStayUntilConfirmed) {
  LinkOne(Row(1, {Email("a")}));
  LinkOne(Row(2, {Mobile("1")}));
  LinkOne(Row(3, {Email("a"), Mobile("1")}));
  const uint64_t sequence = linker_->Changes(0)->sequence;
  Reopen();
  EXPECT_TRUE(HasChanges());
  EXPECT_EQ(linker_->Changes(0)->sequence, sequence);
  EXPECT_TRUE(linker_->Changes(sequence)->changes.empty());
  EXPECT_FALSE(HasChanges());
  Reopen();
  EXPECT_FALSE(HasChanges());
  // A confirmation from nowhere does not swallow changes to come.
  EXPECT_TRUE(linker_->Changes(1000)->changes.empty());
  LinkOne(Row(4, {Email("z")}));
  LinkOne(Row(5, {Email("z"), Email("a")}));
  EXPECT_TRUE(HasChanges());
}

TEST_F(LinkerTest, SecondDeliveryAndRestartChangeNothing) {
  const auto first = LinkOne(Row(1, {Email("a"), Address("x")}));
  const auto counts = linker_->counts();
  Reopen();
  const auto again = LinkOne(Row(1, {Email("a"), Address("x")}));
  EXPECT_EQ(first.person, again.person);
  EXPECT_EQ(first.household, again.household);
  EXPECT_EQ(linker_->counts().relations, counts.relations);
  EXPECT_EQ(linker_->counts().tokens, counts.tokens);
  EXPECT_EQ(linker_->counts().persons, 1u);
}

// Which relations are together, as sets, whatever the points are.
std::set<std::set<int>> Partition(const std::map<int, Element>& points) {
  std::map<Element, std::set<int>> groups;
  for (const auto& [number, point] : points) groups[point].insert(number);
  std::set<std::set<int>> partition;
  for (auto& [point, group] : groups) partition.insert(std::move(group));
  return partition;
}

TEST_F(LinkerTest, OrderOfArrivalAndSplitIntoBatchesNeverMatter) {
  std::mt19937 random(20251);
  std::vector<LinkRow> rows;
  for (int i = 0; i < 120; ++i) {
    std::vector<Token> tokens;
    auto pick = [&](int of) { return std::to_string(random() % of); };
    if (random() % 4 != 0) tokens.push_back(Email(pick(60)));
    if (random() % 2 != 0) tokens.push_back(Mobile(pick(80)));
    if (random() % 2 != 0) tokens.push_back(Address(pick(50)));
    rows.push_back(Row(i, tokens));
  }
  std::set<std::set<int>> persons, households;
  for (int round = 0; round < 12; ++round) {
    Reopen(true);
    std::vector<int> order(rows.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
    std::shuffle(order.begin(), order.end(), random);
    for (size_t begin = 0; begin < order.size();) {
      const size_t end = std::min(order.size(), begin + 1 + random() % 40);
      std::vector<LinkRow> batch;
      for (size_t i = begin; i < end; ++i) {
        batch.push_back(rows[static_cast<size_t>(order[i])]);
      }
      ASSERT_THAT(linker_->Link(batch), IsOk());
      begin = end;
    }
    std::map<int, Element> person, household;
    for (int i = 0; i < 120; ++i) {
      const LinkedRow row = Look(i);
      person[i] = row.person;
      household[i] = row.household;
    }
    if (round == 0) {
      persons = Partition(person);
      households = Partition(household);
      EXPECT_GT(persons.size(), 10u);
      EXPECT_LT(persons.size(), 110u);
    }
    EXPECT_EQ(Partition(person), persons) << "round " << round;
    EXPECT_EQ(Partition(household), households) << "round " << round;
    EXPECT_EQ(linker_->counts().persons, persons.size());
    EXPECT_EQ(linker_->counts().households, households.size());
  }
}

}  // namespace
}  // namespace garderobe::vault
