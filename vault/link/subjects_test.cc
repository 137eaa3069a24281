#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <set>

#include "gmock/gmock.h"
#include "vault/link/linker_fixture.h"

namespace garderobe::vault {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class LinkerRightsTest : public LinkerTest {
 protected:
  Linker::Subject Customer(int number) {
    return {
        .handle = HandleOf(number),
        .reference = std::string(kReferenceBytes, static_cast<char>(number)),
        .tokens = {}};
  }
  Linker::Subject Whoever(const Known& known) {
    return {.handle = {}, .reference = {}, .tokens = Row(0, known).tokens};
  }
  // As a request does it: looks, and removes what was found. Returns that.
  using Concerned = std::vector<Linker::Concerned>;
  absl::StatusOr<Concerned> InTwoSteps(
      const std::function<absl::StatusOr<Concerned>(
          const std::optional<Linker::Done>&)>& exercise) {
    GARDEROBE_ASSIGN_OR_RETURN(Concerned found, exercise(std::nullopt));
    Linker::Done done;
    for (const auto& one : found) done.handles.insert(one.handle);
    GARDEROBE_ASSIGN_OR_RETURN(const Concerned left, exercise(done));
    EXPECT_THAT(left, IsEmpty());
    return found;
  }
  absl::StatusOr<Concerned> Erase(const Linker::Subject& who) {
    return InTwoSteps(
        [&](const auto& done) { return linker_->Erase(who, done); });
  }
  // Institutions are numbers here: each has marks of its own.
  static ObjectionMark MarkBy(int institution) {
    return MarkOf(ObjectionSecret::From(
        std::string(ObjectionSecret::kBytes, static_cast<char>(institution))));
  }
  absl::StatusOr<Concerned> Object(const Linker::Subject& who,
                                   int institution = 1) {
    return linker_->Object(who, MarkBy(institution));
  }
  absl::StatusOr<Concerned> Withdraw(const Linker::Subject& who,
                                     int institution = 1) {
    return InTwoSteps([&](const auto& done) {
      return linker_->Withdraw(who, MarkBy(institution), done);
    });
  }
  // Every key and value of the store.
  std::string Everything() {
    std::string all;
    for (size_t family = 0; family < kFamilyNames.size(); ++family) {
      const auto it = linker_->store().NewIterator(family);
      for (it->SeekToFirst(); it->Valid(); it->Next()) {
        all += it->key().ToString() + it->value().ToString();
      }
    }
    return all;
  }
  bool IsNobody(int number) { return Look(number).person.is_zero(); }
};

const Known kAnna = {.email = "anna@x.nl",
                     .mobile = "+31611111111",
                     .first = "anna",
                     .last = "bakker",
                     .born = "19800302",
                     .house = "12"};
const Known kPiet = {.email = "piet@x.nl", .first = "piet", .last = "smit"};

TEST_F(LinkerRightsTest, AnErasedRelationLeavesNoTrace) {
  Link(1, kAnna);
  Link(2, kPiet);
  const std::string token = Row(1, kAnna).tokens[0].Key();
  ASSERT_NE(Everything().find(token), std::string::npos);
  const auto concerned = Erase(Customer(1));
  ASSERT_THAT(concerned, IsOk());
  ASSERT_THAT(*concerned, SizeIs(1));
  EXPECT_EQ((*concerned)[0].handle, HandleOf(1));
  EXPECT_EQ((*concerned)[0].reference, std::string(kReferenceBytes, 1));
  const std::string left = Everything();
  for (const Token& gone : Row(1, kAnna).tokens) {
    EXPECT_EQ(left.find(std::string(gone.point.view().substr(0, 7))),
              std::string::npos);
  }
  EXPECT_EQ(left.find(std::string(HandleOf(1).view().substr(0, 8))),
            std::string::npos);
  EXPECT_EQ(linker_->counts().relations, 1u);
  EXPECT_EQ(linker_->counts().persons, 1u);
  EXPECT_EQ(linker_->counts().households, 1u);
  EXPECT_EQ(linker_->counts().tokens, Row(2, kPiet).tokens.size());
}

TEST_F(LinkerRightsTest, LookingChangesNothingAndUnknownIsNoError) {
  Link(1, kAnna);
  EXPECT_THAT(*linker_->Erase(Customer(1), std::nullopt), SizeIs(1));
  EXPECT_EQ(linker_->counts().relations, 1u);
  EXPECT_THAT(*Erase(Customer(9)), IsEmpty());
  EXPECT_THAT(*Erase(Whoever(kPiet)), IsEmpty());
  EXPECT_THAT(*Withdraw(Whoever(kPiet)), IsEmpty());
  EXPECT_THAT(*Withdraw(Customer(1)), IsEmpty());
  EXPECT_EQ(linker_->counts().relations, 1u);
  // A person that was only looked for is not stored.
  EXPECT_EQ(Everything().find(Row(0, kPiet).tokens[0].Key()),
            std::string::npos);
}

TEST_F(LinkerRightsTest, AnIdentityErasesThePersonEverywhere) {
  Link(1, kAnna);
  Link(2, kAnna);
  Link(3, kPiet);
  EXPECT_THAT(*Erase(Whoever(kAnna)), SizeIs(2));
  EXPECT_EQ(linker_->counts().relations, 1u);
  EXPECT_FALSE(IsNobody(3));
}

// Who is linked after an erasure is who would have been without the relation.
TEST_F(LinkerRightsTest, ErasedIsAsIfItNeverWas) {
  std::mt19937 random(7);
  auto any = [&](std::initializer_list<const char*> list) {
    return std::string(list.begin()[random() % list.size()]);
  };
  std::vector<Known> rows;
  for (int i = 0; i < 60; ++i) {
    rows.push_back({.email = any({"", "a@x.nl", "b@x.nl", "c@x.nl", "d@x.nl"}),
                    .mobile = any({"", "+31611111111", "+31622222222"}),
                    .first = any({"anna", "piet", "jan", "a"}),
                    .last = any({"bakker", "smit", "jansen"}),
                    .born = any({"", "19800302", "19751212"}),
                    .house = any({"", "12", "14"})});
  }
  auto shape = [&](const std::vector<int>& numbers) {
    std::map<std::string, std::set<int>> persons, households;
    for (int n : numbers) {
      const LinkedRow points = Look(n);
      persons[std::string(points.person.view())].insert(n);
      households[std::string(points.household.view())].insert(n);
    }
    std::set<std::set<int>> all;
    for (auto& [point, members] : persons) all.insert(members);
    for (auto members : households) {
      members.second.insert(-1);
      all.insert(members.second);
    }
    return all;
  };
  std::vector<int> kept, erased;
  for (int i = 0; i < 60; ++i) (i % 3 == 0 ? erased : kept).push_back(i + 1);
  for (int n : kept) Link(n, rows[static_cast<size_t>(n - 1)]);
  const auto without = shape(kept);
  const LinkCounts counts = linker_->counts();
  Reopen(/*fresh=*/true);
  for (int n = 1; n <= 60; ++n) Link(n, rows[static_cast<size_t>(n - 1)]);
  for (int n : erased) ASSERT_THAT(Erase(Customer(n)), IsOk());
  EXPECT_EQ(shape(kept), without);
  EXPECT_EQ(linker_->counts().relations, counts.relations);
  EXPECT_EQ(linker_->counts().persons, counts.persons);
  EXPECT_EQ(linker_->counts().households, counts.households);
  EXPECT_EQ(linker_->counts().tokens, counts.tokens);
  EXPECT_EQ(linker_->counts().contradictory, counts.contradictory);
}

TEST_F(LinkerRightsTest, WhoObjectsIsNobodyFromThenOn) {
  Link(1, kAnna);
  Link(2, kAnna);
  Link(3, kPiet);
  EXPECT_THAT(*Object(Customer(1)), SizeIs(2));
  EXPECT_TRUE(IsNobody(1));
  EXPECT_TRUE(IsNobody(2));
  EXPECT_FALSE(IsNobody(3));
  // Recognised at another institution, too, and asked again the same answer.
  EXPECT_TRUE(Link(4, kAnna).person.is_zero());
  EXPECT_THAT(*Object(Customer(1)), SizeIs(3));
  // An erasure does not take the objection back.
  EXPECT_THAT(*Erase(Customer(1)), IsEmpty());
  EXPECT_TRUE(Link(5, kAnna).person.is_zero());
  // It was not lodged with this relation.
  EXPECT_THAT(*Withdraw(Customer(2)), IsEmpty());
  EXPECT_TRUE(Link(2, kAnna).person.is_zero());
  EXPECT_THAT(*Withdraw(Customer(1)), SizeIs(4));
  EXPECT_FALSE(Link(1, kAnna).person.is_zero());
  EXPECT_EQ(linker_->counts().relations, 2u);
}

// Any client once lifted anybody's objection.
TEST_F(LinkerRightsTest, OnlyWhoLodgedAnObjectionTakesItBack) {
  Link(1, kAnna);
  ASSERT_THAT(Object(Whoever(kAnna), 1), IsOk());
  for (const auto& who : {Whoever(kAnna), Customer(1)}) {
    EXPECT_THAT(*Withdraw(who, 2), IsEmpty());
    EXPECT_TRUE(IsNobody(1));
  }
  // The right institution, another subject than it was lodged with.
  EXPECT_THAT(*Withdraw(Customer(1), 1), IsEmpty());
  EXPECT_TRUE(IsNobody(1));
  EXPECT_THAT(*Withdraw(Whoever(kAnna), 1), SizeIs(1));
  EXPECT_FALSE(Link(1, kAnna).person.is_zero());
}

TEST_F(LinkerRightsTest, APersonObjectsWhileOneObjectionStands) {
  Link(1, kAnna);
  ASSERT_THAT(Object(Whoever(kAnna), 1), IsOk());
  ASSERT_THAT(Object(Whoever(kAnna), 2), IsOk());
  ASSERT_THAT(Object(Whoever(kAnna), 2), IsOk());  // twice is once
  ASSERT_THAT(Object(Customer(1), 3), IsOk());
  for (int institution : {2, 1}) {
    EXPECT_THAT(*Withdraw(Whoever(kAnna), institution), IsEmpty());
    EXPECT_TRUE(Link(1, kAnna).person.is_zero());
    Reopen(/*fresh=*/false);
  }
  EXPECT_EQ(linker_->counts().relations, 1u);  // the identity's row has gone
  EXPECT_THAT(*Withdraw(Whoever(kAnna), 2), IsEmpty());
  EXPECT_THAT(*Withdraw(Customer(1), 3), SizeIs(1));
  EXPECT_FALSE(Link(1, kAnna).person.is_zero());
  EXPECT_EQ(linker_->counts().relations, 1u);
}

TEST_F(LinkerRightsTest, AnIdentityObjectsBeforeAnythingIsDelivered) {
  EXPECT_THAT(*Object(Whoever(kAnna)), IsEmpty());
  EXPECT_TRUE(Link(1, kAnna).person.is_zero());
  EXPECT_FALSE(Link(2, kPiet).person.is_zero());
  EXPECT_THAT(*Withdraw(Whoever(kAnna)), SizeIs(1));
  EXPECT_FALSE(Link(1, kAnna).person.is_zero());
}

// Rows of the past that become the objector's by a later row: the aggregator
// is told that they are nobody's.
TEST_F(LinkerRightsTest, AnObjectionReachesWhoIsLinkedLater) {
  Link(1, kAnna);
  Link(2, {.email = "anna2@x.nl", .first = "anna", .last = "bakker"});
  ASSERT_FALSE(SamePerson(1, 2));
  ASSERT_THAT(Object(Customer(1)), IsOk());
  Link(2, {.mobile = "+31611111111",
           .first = "anna",
           .last = "bakker",
           .born = "19800302",
           .house = "12"});
  EXPECT_TRUE(IsNobody(2));
  now_ += 200;
  const auto changes = linker_->Changes(0);
  ASSERT_THAT(changes, IsOk());
  for (const auto& change : changes->relations) {
    EXPECT_TRUE(change.person.is_zero());
  }
  EXPECT_THAT(changes->residents, IsEmpty());
}

// However often it comes, an objection is one row: repeated it must not make
// the e-mail one of those that too many hold.
TEST_F(LinkerRightsTest, AnObjectionThatIsRepeatedChangesNothing) {
  Link(1, kAnna);
  ASSERT_THAT(Object(Whoever(kAnna)), IsOk());
  const LinkCounts once = linker_->counts();
  for (int i = 0; i < 70; ++i) {
    ASSERT_THAT(Object(Whoever(kAnna)), IsOk());
  }
  EXPECT_EQ(linker_->counts().relations, once.relations);
  EXPECT_EQ(linker_->counts().set_aside, 0u);
  EXPECT_TRUE(IsNobody(1));
  EXPECT_TRUE(Link(2, kAnna).person.is_zero());
}

// Looking for somebody is nobody more who holds the tokens.
TEST_F(LinkerRightsTest, WhoHasAsManyRelationsAsCountIsFound) {
  constexpr int kMost = static_cast<int>(Linker::kHoldersOfPersonTokenMax);
  for (int n = 1; n <= kMost; ++n) Link(n, kAnna);
  ASSERT_EQ(linker_->counts().set_aside, 0u);
  EXPECT_THAT(*Erase(Whoever(kAnna)), SizeIs(kMost));
  EXPECT_EQ(linker_->counts().relations, 0u);
}

// What came after the vault was asked first is told, and nothing goes before
// the aggregator has done it, too: without the one the other is not found.
TEST_F(LinkerRightsTest, WhatTheAggregatorHasNotDoneIsToldAndAllStays) {
  const Known email_and_mobile = {.email = "anna@x.nl",
                                  .mobile = "+31611111111",
                                  .first = "anna",
                                  .last = "bakker"};
  const Known email = {.email = "anna@x.nl", .first = "anna", .last = "bakker"};
  const Known mobile = {
      .mobile = "+31611111111", .first = "anna", .last = "bakker"};
  Link(1, email_and_mobile);
  ASSERT_THAT(*linker_->Erase(Whoever(email), std::nullopt), SizeIs(1));
  Link(2, mobile);
  Linker::Done done{{HandleOf(1)}, false};
  auto left = linker_->Erase(Whoever(email), done);
  ASSERT_THAT(left, IsOk());
  ASSERT_THAT(*left, SizeIs(1));
  EXPECT_EQ((*left)[0].handle, HandleOf(2));
  EXPECT_EQ(linker_->counts().relations, 2u);
  done.handles.insert(HandleOf(2));
  EXPECT_THAT(*linker_->Erase(Whoever(email), done), IsEmpty());
  EXPECT_EQ(linker_->counts().relations, 0u);
  // Who can't be reached is left behind.
  Link(1, email_and_mobile);
  Link(2, mobile);
  done = {{HandleOf(1)}, true};
  EXPECT_THAT(*linker_->Erase(Whoever(email), done), SizeIs(1));
  EXPECT_EQ(linker_->counts().relations, 1u);
}

// An answer to a delivery that is still under way calls the person somebody:
// the aggregator hears once more that it is nobody.
TEST_F(LinkerRightsTest, AnObjectionIsToldOnceMore) {
  Link(1, kAnna);
  ASSERT_THAT(Object(Customer(1)), IsOk());
  now_ += 200;
  const auto changes = linker_->Changes(0);
  ASSERT_THAT(changes, IsOk());
  ASSERT_THAT(changes->relations, SizeIs(1));
  EXPECT_EQ(changes->relations[0].handle, HandleOf(1));
  EXPECT_TRUE(changes->relations[0].person.is_zero());
}

// Who lives where is told by one of the person's relations; when just that one
// is erased, by another.
TEST_F(LinkerRightsTest, AMoveIsToldThoughARelationIsErased) {
  Known moved = kAnna;
  moved.house = "14";
  for (int erased : {1, 2}) {
    Reopen(/*fresh=*/true);
    Link(1, kAnna);
    Link(2, kAnna);
    ASSERT_THAT(linker_->Changes(UINT64_MAX), IsOk());
    moved.as_of = 80;
    Link(3, moved);
    Link(4, kPiet);
    ASSERT_THAT(Erase(Customer(erased)), IsOk());
    now_ += 200;
    const auto changes = linker_->Changes(0);
    ASSERT_THAT(changes, IsOk());
    ASSERT_FALSE(changes->residents.empty());
    EXPECT_EQ(changes->residents[0].household, Look(3 - erased).household);
  }
}

// The first page holds all: what showed nothing since the quarter, and neither
// who objects nor who was delivered since it was listed.
TEST_F(LinkerRightsTest, WhatIsOldIsRemovedAndNothingElse) {
  now_ = 1'700'000'000;  // 2023Q4
  const int32_t today = DayNumber({2023, 11, 14});
  ASSERT_THAT(linker_->retention_calendar().Confirm(today), IsOk());
  constexpr uint16_t k2019 = 77, k2021 = 85, k2023Q4 = 96;
  auto of = [](const Known& known, uint16_t as_of) {
    Known dated = known;
    dated.as_of = as_of;
    return dated;
  };
  Link(1, of(kAnna, k2019));
  Link(2, of(kPiet, k2023Q4));
  Link(3, {.email = "c@x.nl", .last = "smit"});  // no sale is told: as of now
  Link(4, {.email = "d@x.nl", .last = "berg", .as_of = k2019});
  ASSERT_THAT(Object(Customer(4)), IsOk());
  Link(5, {.email = "e@x.nl", .last = "vos", .as_of = k2019});
  Link(6, {.email = "f@x.nl", .last = "vos", .as_of = 400});  // in the future
  auto aged = linker_->ListAged(k2021, "", today);
  ASSERT_THAT(aged, IsOk());
  EXPECT_EQ(aged->next, "");
  std::set<VaultHandle> listed;
  for (const auto& one : aged->relations) listed.insert(one.handle);
  EXPECT_EQ(listed, (std::set<VaultHandle>{HandleOf(1), HandleOf(5)}));
  // Nothing of this quarter is old, whatever the TTP may say.
  EXPECT_THAT(linker_->ListAged(UINT16_MAX, "", today)->relations, SizeIs(2));
  Link(5, {.email = "e@x.nl", .last = "vos", .as_of = k2023Q4});
  const auto removed = linker_->RemoveAged({{HandleOf(1), k2021},
                                            {HandleOf(2), UINT16_MAX},
                                            {HandleOf(4), k2021},
                                            {HandleOf(5), k2021},
                                            {HandleOf(9), k2021}},
                                           today);
  ASSERT_THAT(removed, IsOk());
  EXPECT_EQ(removed->removed, 1u);
  EXPECT_EQ(removed->held_back, 0u);
  EXPECT_FALSE(linker_->Access(HandleOf(1))->stored);
  EXPECT_EQ(linker_->counts().relations, 5u);
}

TEST_F(LinkerRightsTest, WhyTwoAreOnePersonIsTold) {
  Link(1, {.email = "anna@x.nl", .first = "anna", .last = "bakker"});
  Link(2, {.email = "anna@x.nl",
           .mobile = "+31633333333",
           .first = "anna",
           .last = "bakker"});
  Link(3, {.mobile = "+31633333333", .first = "anna", .last = "bakker"});
  Link(4, kPiet);
  auto told = linker_->Explain(HandleOf(1), HandleOf(3));
  ASSERT_THAT(told, IsOk());
  EXPECT_TRUE(told->same_person);
  EXPECT_EQ(told->relations_of_person, 3u);
  // Nothing that the two show themselves; by the second, in two steps.
  EXPECT_EQ(told->direct.pattern.bits(), 0u);
  ASSERT_THAT(told->steps, SizeIs(2));
  EXPECT_EQ(told->steps[0].pattern.level(Comparison::kEmail), Level::kSame);
  EXPECT_EQ(told->steps[1].pattern.level(Comparison::kMobile), Level::kSame);
  told = linker_->Explain(HandleOf(1), HandleOf(4));
  EXPECT_FALSE(told->same_person);
  EXPECT_THAT(told->steps, IsEmpty());
  EXPECT_TRUE(linker_->Explain(HandleOf(1), HandleOf(9))->gone);
  ASSERT_THAT(Object(Customer(4)), IsOk());
  EXPECT_TRUE(linker_->Explain(HandleOf(1), HandleOf(4))->gone);
}

// Whatever comes later, until it is taken back; and nothing is left of it when
// one of them is erased.
TEST_F(LinkerRightsTest, WhatIsUnlinkedStaysApart) {
  Link(1, kAnna);
  Link(2, kAnna);
  ASSERT_TRUE(SamePerson(1, 2));
  ASSERT_THAT(linker_->KeepApart(HandleOf(1), HandleOf(2), true), IsOk());
  EXPECT_FALSE(SamePerson(1, 2));
  EXPECT_TRUE(linker_->Explain(HandleOf(2), HandleOf(1))->kept_apart);
  Link(3, kAnna);
  Link(1, kAnna);
  EXPECT_FALSE(SamePerson(1, 2));
  EXPECT_TRUE(SamePerson(3, 1) || SamePerson(3, 2));
  // The aggregator is told.
  now_ += 200;
  EXPECT_FALSE(linker_->Changes(0)->relations.empty());
  Reopen();
  EXPECT_FALSE(SamePerson(1, 2));
  ASSERT_THAT(linker_->KeepApart(HandleOf(1), HandleOf(2), false), IsOk());
  EXPECT_TRUE(SamePerson(1, 2));
  ASSERT_THAT(linker_->KeepApart(HandleOf(1), HandleOf(2), true), IsOk());
  ASSERT_THAT(Erase(Customer(1)), IsOk());
  ASSERT_THAT(linker_->Changes(UINT64_MAX), IsOk());
  EXPECT_EQ(Everything().find(std::string(HandleOf(1).view().substr(0, 8))),
            std::string::npos);
  // Who comes back is nobody's adversary.
  Link(1, kAnna);
  EXPECT_TRUE(SamePerson(1, 2));
}

TEST_F(LinkerRightsTest, AccessTellsKindsOfOneRelation) {
  Link(1, kPiet);
  const auto held = linker_->Access(HandleOf(1));
  ASSERT_THAT(held, IsOk());
  EXPECT_TRUE(held->stored);
  EXPECT_EQ(held->tokens.size(), Row(1, kPiet).tokens.size());
  EXPECT_FALSE(linker_->Access(HandleOf(2))->stored);
}

// An objection that was lodged with a relation of which nothing is kept, after
// an erasure or before the first delivery, once reached no other relation.
TEST_F(LinkerRightsTest, AnObjectionLearnsWhoItIsFromTheNextRow) {
  Link(1, kAnna);
  Link(2, kAnna);
  ASSERT_THAT(Erase(Customer(2)), IsOk());
  ASSERT_THAT(Object(Customer(2)), IsOk());
  ASSERT_THAT(Object(Customer(3)), IsOk());
  EXPECT_FALSE(IsNobody(1));
  EXPECT_TRUE(Link(2, kAnna).person.is_zero());
  EXPECT_TRUE(IsNobody(1));
  EXPECT_TRUE(Link(3, kPiet).person.is_zero());
  EXPECT_TRUE(Link(4, kPiet).person.is_zero());
}

}  // namespace
}  // namespace garderobe::vault
