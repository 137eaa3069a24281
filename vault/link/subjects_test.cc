#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "gmock/gmock.h"
#include "vault/link/linker_fixture.h"

namespace garderobe::vault {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto kLink = ChangeRecord::Type::kLink;
constexpr auto kNobody = ChangeRecord::Type::kNobody;
constexpr auto kErase = ChangeRecord::Type::kErase;
constexpr auto kWithdraw = ChangeRecord::Type::kWithdraw;

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
  auto Erase(const Linker::Subject& who) { return linker_->Erase(who); }
  // Institutions are numbers here: each has marks of its own.
  static ObjectionMark MarkBy(int institution) {
    return MarkOf(ObjectionSecret::From(
        std::string(ObjectionSecret::kBytes, static_cast<char>(institution))));
  }
  auto Object(const Linker::Subject& who, int institution = 1) {
    return linker_->Object(who, MarkBy(institution));
  }
  auto Withdraw(const Linker::Subject& who, int institution = 1) {
    return linker_->Withdraw(who, MarkBy(institution));
  }
  // Of whom the aggregator hears, and what, when that was done.
  Heard Erased(const Linker::Subject& who) {
    EXPECT_THAT(Erase(who), IsOk());
    return HearNumbers();
  }
  Heard Objected(const Linker::Subject& who, int institution = 1) {
    EXPECT_THAT(Object(who, institution), IsOk());
    return HearNumbers();
  }
  Heard Withdrawn(const Linker::Subject& who, int institution = 1) {
    EXPECT_THAT(Withdraw(who, institution), IsOk());
    return HearNumbers();
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
  bool IsNobody(int number) { return Look(number).is_zero(); }
};

const Known kAsking = {.email = "anna@x.nl",
                       .mobile = "+31611111111",
                       .first = "anna",
                       .last = "bakker",
                       .born = "19800302",
                       .house = "12"};
const Known kPiet = {.email = "piet@x.nl", .first = "piet", .last = "smit"};

TEST_F(LinkerRightsTest, AnErasedRelationLeavesNoTrace) {
  Link(1, kAsking);
  Link(2, kPiet);
  const std::string token = Row(1, kAsking).tokens[0].Key();
  ASSERT_NE(Everything().find(token), std::string::npos);
  EXPECT_EQ(Erased(Customer(1)), Heard());
  const std::string left = Everything();
  for (const Token& gone : Row(1, kAsking).tokens) {
    EXPECT_EQ(left.find(std::string(gone.point.view().substr(0, 7))),
              std::string::npos);
  }
  EXPECT_EQ(left.find(std::string(HandleOf(1).view().substr(0, 8))),
            std::string::npos);
  EXPECT_EQ(linker_->counts().relations, 1u);
  EXPECT_EQ(linker_->counts().persons, 1u);
  EXPECT_EQ(linker_->counts().tokens, Row(2, kPiet).tokens.size());
}

TEST_F(LinkerRightsTest, UnknownIsNoErrorAndChangesNothing) {
  Link(1, kAsking);
  EXPECT_EQ(Erased(Customer(9)), Heard());
  EXPECT_EQ(Erased(Whoever(kPiet)), Heard());
  EXPECT_EQ(Withdrawn(Whoever(kPiet)), Heard());
  EXPECT_EQ(Withdrawn(Customer(1)), Heard());
  EXPECT_EQ(linker_->counts().relations, 1u);
  // A person that was only looked for is not stored.
  EXPECT_EQ(Everything().find(Row(0, kPiet).tokens[0].Key()),
            std::string::npos);
}

// Whoever knows the handle asks the aggregator too.
TEST_F(LinkerRightsTest, AnErasureByHandleIsToldToNobodyByIdentityItIs) {
  for (int n : {1, 2, 3}) Link(n, kAsking);
  Link(4, kPiet);
  HearNumbers();
  EXPECT_EQ(Erased(Customer(1)), Heard());
  EXPECT_EQ(linker_->counts().relations, 3u);
  EXPECT_EQ(Erased(Whoever(kAsking)), (Heard{{kErase, {2, 3}}}));
  EXPECT_EQ(linker_->counts().relations, 1u);
  now_ += 10 * ChangeQueue::kTellAgainSeconds;
  EXPECT_EQ(HearNumbers(), Heard());
}

TEST_F(LinkerRightsTest, DoneTwiceIsDoneOnce) {
  Link(1, kAsking);
  EXPECT_EQ(Erased(Whoever(kAsking)), (Heard{{kErase, {1}}}));
  EXPECT_EQ(Erased(Whoever(kAsking)), Heard());
  Link(1, kAsking);
  EXPECT_EQ(Erased(Customer(1)), Heard());
  EXPECT_EQ(linker_->counts().relations, 0u);
  EXPECT_EQ(Erased(Customer(1)), Heard());
  Link(1, kAsking);
  ASSERT_THAT(Object(Customer(1)), IsOk());
  EXPECT_EQ(Withdrawn(Customer(1)), (Heard{{kWithdraw, {1}}}));
  EXPECT_EQ(Withdrawn(Customer(1)), Heard());
}

// Who waits for a right to be done waits until what was due is done through the
// round after it.
TEST_F(LinkerRightsTest, WhatFollowsIsInTheNextRounds) {
  Reopen(/*fresh=*/true, MatchParameters::Default(), {.persons = 64});
  for (int n : {1, 2, 3}) Link(n, kAsking);
  Link(4, kPiet);
  auto next_rounds = [&] {
    std::multiset<int> heard;
    uint64_t first = 0;
    for (RoundConfirmation confirmed;;) {
      const auto round = linker_->NextRound(confirmed, 2);
      EXPECT_THAT(round, IsOk());
      confirmed = round->confirmation;
      if (first == 0) first = round->number;
      for (const auto& entry : round->entries) heard.insert(Number(entry));
      if (round->rights_done_through >= first) return heard;
    }
  };
  ASSERT_THAT(Object(Customer(1)), IsOk());
  EXPECT_EQ(next_rounds(), (std::multiset<int>{1, 2, 3}));
  ASSERT_THAT(Withdraw(Customer(1)), IsOk());
  EXPECT_THAT(next_rounds(), SizeIs(3));
  Hear();
  ASSERT_THAT(Erase(Whoever(kPiet)), IsOk());
  EXPECT_EQ(next_rounds(), (std::multiset<int>{4}));
  Hear();
  // By its handle nothing follows.
  Link(5, kPiet);
  ASSERT_THAT(Erase(Customer(5)), IsOk());
  EXPECT_EQ(next_rounds(), std::multiset<int>());
}

// The relation may have come again by the time the aggregator hears of it.
TEST_F(LinkerRightsTest, AnErasureCarriesTheReferenceThatWasErased) {
  Link(1, kAsking);
  ASSERT_THAT(Erase(Whoever(kAsking)), IsOk());
  LinkRow again = Row(1, kAsking);
  again.reference = std::string(kReferenceBytes, 77);
  ASSERT_THAT(linker_->Link({again}), IsOk());
  const auto heard = Hear();
  ASSERT_THAT(heard, SizeIs(1));
  EXPECT_EQ(heard[0].type, kErase);
  EXPECT_EQ(Number(heard[0]), 1);
  EXPECT_TRUE(heard[0].person.is_zero());
  EXPECT_EQ(linker_->counts().relations, 1u);
}

TEST_F(LinkerRightsTest, AnIdentityErasesThePersonEverywhere) {
  Link(1, kAsking);
  Link(2, kAsking);
  Link(3, kPiet);
  EXPECT_EQ(Erased(Whoever(kAsking)), (Heard{{kErase, {1, 2}}}));
  EXPECT_EQ(linker_->counts().relations, 1u);
  EXPECT_FALSE(IsNobody(3));
}

TEST_F(LinkerRightsTest, AnIdentityErasesWhatAnotherRelationLinksToIt) {
  Link(1, {.email = "anna@x.nl",
           .mobile = "+31611111111",
           .first = "anna",
           .last = "bakker"});
  Link(2, {.mobile = "+31611111111", .first = "anna", .last = "bakker"});
  EXPECT_EQ(Erased(Whoever(
                {.email = "anna@x.nl", .first = "anna", .last = "bakker"})),
            (Heard{{kErase, {1, 2}}}));
  EXPECT_EQ(linker_->counts().relations, 0u);
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
    std::map<PersonSeed, std::set<int>> persons;
    for (int n : numbers) persons[Look(n)].insert(n);
    std::set<std::set<int>> all;
    for (auto& [point, members] : persons) all.insert(members);
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
  EXPECT_EQ(linker_->counts().tokens, counts.tokens);
  EXPECT_EQ(linker_->counts().contradictory, counts.contradictory);
}

TEST_F(LinkerRightsTest, WhoObjectsIsNobodyFromThenOn) {
  Link(1, kAsking);
  Link(2, kAsking);
  Link(3, kPiet);
  EXPECT_EQ(Objected(Customer(1)), (Heard{{kNobody, {1, 2}}}));
  EXPECT_TRUE(IsNobody(1));
  EXPECT_TRUE(IsNobody(2));
  EXPECT_FALSE(IsNobody(3));
  // Recognised at another institution, too, and asked again the same answer.
  EXPECT_TRUE(Link(4, kAsking).is_zero());
  EXPECT_EQ(Objected(Customer(1)), (Heard{{kNobody, {1, 2, 4}}}));
  // An erasure does not take the objection back.
  EXPECT_EQ(Erased(Customer(1)), Heard());
  EXPECT_TRUE(Link(5, kAsking).is_zero());
  // It was not lodged with this relation.
  EXPECT_EQ(Withdrawn(Customer(2)), Heard());
  EXPECT_TRUE(Link(2, kAsking).is_zero());
  EXPECT_EQ(Withdrawn(Customer(1)), (Heard{{kWithdraw, {1, 2, 4, 5}}}));
  EXPECT_FALSE(Link(1, kAsking).is_zero());
  EXPECT_EQ(linker_->counts().relations, 2u);
  // What was to be told of the objection once more is not told any more.
  now_ += 10 * ChangeQueue::kTellAgainSeconds;
  EXPECT_EQ(HearNumbers(), Heard());
}

// Any client once lifted anybody's objection.
TEST_F(LinkerRightsTest, OnlyWhoLodgedAnObjectionTakesItBack) {
  Link(1, kAsking);
  EXPECT_EQ(Objected(Whoever(kAsking), 1), (Heard{{kNobody, {1}}}));
  for (const auto& who : {Whoever(kAsking), Customer(1)}) {
    EXPECT_EQ(Withdrawn(who, 2), Heard());
    EXPECT_TRUE(IsNobody(1));
  }
  // The right institution, another subject than it was lodged with.
  EXPECT_EQ(Withdrawn(Customer(1), 1), Heard());
  EXPECT_TRUE(IsNobody(1));
  EXPECT_EQ(Withdrawn(Whoever(kAsking), 1), (Heard{{kWithdraw, {1}}}));
  EXPECT_FALSE(Link(1, kAsking).is_zero());
}

// Whoever lodged it: marks do not say whose they are.
TEST_F(LinkerRightsTest, WithoutAMarkAllThatWasLodgedWithTheSubjectGoes) {
  Link(1, kAsking);
  Link(2, kPiet);
  ASSERT_THAT(Object(Whoever(kAsking), 1), IsOk());
  ASSERT_THAT(Object(Whoever(kAsking), 2), IsOk());
  ASSERT_THAT(Object(Customer(1), 3), IsOk());
  ASSERT_THAT(Object(Customer(2), 4), IsOk());
  HearNumbers();
  const auto withdrawn = [&](const Linker::Subject& who) {
    EXPECT_THAT(linker_->Withdraw(who, std::nullopt), IsOk());
    return HearNumbers();
  };
  // What was lodged with something else of the same person stands.
  EXPECT_EQ(withdrawn(Whoever(kAsking)), Heard());
  EXPECT_TRUE(IsNobody(1));
  EXPECT_EQ(linker_->counts().relations, 2u);  // the identity's row has gone
  Reopen(/*fresh=*/false);
  HearNumbers();  // the objections once more
  // Nothing was lodged with these, or does not stand any more.
  EXPECT_EQ(withdrawn(Whoever(kAsking)), Heard());
  EXPECT_EQ(withdrawn(Whoever(kPiet)), Heard());
  EXPECT_EQ(withdrawn(Customer(9)), Heard());
  EXPECT_TRUE(IsNobody(1));
  EXPECT_EQ(withdrawn(Customer(1)), (Heard{{kWithdraw, {1}}}));
  EXPECT_FALSE(Link(1, kAsking).is_zero());
  EXPECT_TRUE(IsNobody(2));
}

// The last objections of a person, taken back at once.
TEST_F(LinkerRightsTest, WithoutAMarkThePersonIsFreeWhenNothingElseStands) {
  Link(1, kAsking);
  ASSERT_THAT(Object(Whoever(kAsking), 1), IsOk());
  ASSERT_THAT(Object(Whoever(kAsking), 2), IsOk());
  HearNumbers();
  EXPECT_THAT(linker_->Withdraw(Whoever(kAsking), std::nullopt), IsOk());
  EXPECT_EQ(HearNumbers(), (Heard{{kWithdraw, {1}}}));
  EXPECT_EQ(linker_->counts().relations, 0u);
  EXPECT_FALSE(Link(1, kAsking).is_zero());
}

TEST_F(LinkerRightsTest, APersonObjectsWhileOneObjectionStands) {
  Link(1, kAsking);
  ASSERT_THAT(Object(Whoever(kAsking), 1), IsOk());
  ASSERT_THAT(Object(Whoever(kAsking), 2), IsOk());
  ASSERT_THAT(Object(Whoever(kAsking), 2), IsOk());  // twice is once
  ASSERT_THAT(Object(Customer(1), 3), IsOk());
  EXPECT_EQ(HearNumbers(), (Heard{{kNobody, {1, 1, 1, 1}}}));
  for (int institution : {2, 1}) {
    EXPECT_EQ(Withdrawn(Whoever(kAsking), institution), Heard());
    EXPECT_TRUE(Link(1, kAsking).is_zero());
    Reopen(/*fresh=*/false);
    HearNumbers();  // the objection once more
  }
  EXPECT_EQ(linker_->counts().relations, 1u);  // the identity's row has gone
  EXPECT_EQ(Withdrawn(Whoever(kAsking), 2), Heard());
  EXPECT_EQ(Withdrawn(Customer(1), 3), (Heard{{kWithdraw, {1}}}));
  EXPECT_FALSE(Link(1, kAsking).is_zero());
  EXPECT_EQ(linker_->counts().relations, 1u);
}

// What linked the two was an objection that was taken back. The second once
// objected for good, and nobody could change it.
TEST_F(LinkerRightsTest, WhoIsNoLongerOnePersonWithAnObjectorIsFree) {
  const Known by_mail = {.email = "anna@x.nl", .first = "anna"};
  const Known by_phone = {.mobile = "+31611111111", .first = "anna"};
  const Known by_both = {
      .email = "anna@x.nl", .mobile = "+31611111111", .first = "anna"};
  Link(1, by_mail);
  Link(2, by_phone);
  EXPECT_EQ(Objected(Customer(1), 1), (Heard{{kNobody, {1}}}));
  EXPECT_FALSE(IsNobody(2));
  ASSERT_THAT(Object(Whoever(by_both), 3), IsOk());
  EXPECT_TRUE(IsNobody(2));
  HearNumbers();
  EXPECT_EQ(Withdrawn(Whoever(by_both), 3), (Heard{{kWithdraw, {2}}}));
  EXPECT_FALSE(Link(2, by_phone).is_zero());
  EXPECT_TRUE(IsNobody(1));
  EXPECT_EQ(Withdrawn(Customer(1), 1), (Heard{{kWithdraw, {1}}}));
  EXPECT_FALSE(Link(1, by_mail).is_zero());
  EXPECT_EQ(linker_->counts().relations, 2u);
}

TEST_F(LinkerRightsTest, AnIdentityObjectsBeforeAnythingIsDelivered) {
  EXPECT_EQ(Objected(Whoever(kAsking)), Heard());
  EXPECT_TRUE(Link(1, kAsking).is_zero());
  EXPECT_FALSE(Link(2, kPiet).is_zero());
  EXPECT_EQ(Withdrawn(Whoever(kAsking)), (Heard{{kWithdraw, {1}}}));
  EXPECT_FALSE(Link(1, kAsking).is_zero());
}

// Rows of the past that become the objector's by a later row: the aggregator
// is told that they are nobody's.
TEST_F(LinkerRightsTest, AnObjectionReachesWhoIsLinkedLater) {
  Link(1, kAsking);
  Link(2, {.email = "anna2@x.nl", .first = "anna", .last = "bakker"});
  ASSERT_FALSE(SamePerson(1, 2));
  ASSERT_THAT(Object(Customer(1)), IsOk());
  Link(2, {.mobile = "+31611111111",
           .first = "anna",
           .last = "bakker",
           .born = "19800302",
           .house = "12"});
  EXPECT_TRUE(IsNobody(2));
  now_ += ChangeQueue::kTellAgainSeconds;
  const Heard heard = HearNumbers();
  ASSERT_THAT(heard, SizeIs(1));
  EXPECT_TRUE(heard.contains(kNobody));
  EXPECT_TRUE(heard.at(kNobody).contains(1));
  EXPECT_TRUE(heard.at(kNobody).contains(2));
}

// Nobody's delivery is answered with it: it is told at once.
TEST_F(LinkerRightsTest, AnObjectionReachesAtOnceWhomARowLinksToIt) {
  Link(1, {.email = "anna@x.nl", .first = "anna", .last = "bakker"});
  Link(2, {.mobile = "+31611111111", .first = "anna", .last = "bakker"});
  ASSERT_FALSE(SamePerson(1, 2));
  EXPECT_EQ(Objected(Customer(1)), (Heard{{kNobody, {1}}}));
  EXPECT_TRUE(Link(3, {.email = "anna@x.nl",
                       .mobile = "+31611111111",
                       .first = "anna",
                       .last = "bakker"})
                  .is_zero());
  EXPECT_EQ(HearNumbers(), (Heard{{kNobody, {2}}}));
}

// However often it comes, an objection is one row: repeated it must not make
// the e-mail one of those that too many hold.
TEST_F(LinkerRightsTest, AnObjectionThatIsRepeatedChangesNothing) {
  Link(1, kAsking);
  ASSERT_THAT(Object(Whoever(kAsking)), IsOk());
  const LinkCounts once = linker_->counts();
  for (int i = 0; i < 70; ++i) {
    ASSERT_THAT(Object(Whoever(kAsking)), IsOk());
  }
  EXPECT_EQ(linker_->counts().relations, once.relations);
  EXPECT_EQ(linker_->counts().set_aside, 0u);
  EXPECT_TRUE(IsNobody(1));
  EXPECT_TRUE(Link(2, kAsking).is_zero());
}

// Looking for somebody is nobody more who holds the tokens.
TEST_F(LinkerRightsTest, WhoHasAsManyRelationsAsCountIsFound) {
  constexpr int kMost = static_cast<int>(Linker::kHoldersMax);
  for (int n = 1; n <= kMost; ++n) Link(n, kAsking);
  ASSERT_EQ(linker_->counts().set_aside, 0u);
  EXPECT_THAT(Erased(Whoever(kAsking))[kErase], SizeIs(kMost));
  EXPECT_EQ(linker_->counts().relations, 0u);
}

// An answer to a delivery that is still under way calls the person somebody:
// the aggregator hears once more that it is nobody.
TEST_F(LinkerRightsTest, AnObjectionIsToldOnceMore) {
  Link(1, kAsking);
  const Heard nobody{{kNobody, {1}}};
  EXPECT_EQ(Objected(Customer(1)), nobody);
  EXPECT_EQ(HearNumbers(), Heard());
  now_ += ChangeQueue::kTellAgainSeconds;
  EXPECT_EQ(HearNumbers(), nobody);
  now_ += 10 * ChangeQueue::kTellAgainSeconds;
  EXPECT_EQ(HearNumbers(), Heard());
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
  Link(1, kAsking);
  Link(2, kAsking);
  ASSERT_TRUE(SamePerson(1, 2));
  ASSERT_THAT(linker_->KeepApart(HandleOf(1), HandleOf(2), true), IsOk());
  EXPECT_FALSE(SamePerson(1, 2));
  EXPECT_TRUE(linker_->Explain(HandleOf(2), HandleOf(1))->kept_apart);
  Link(3, kAsking);
  Link(1, kAsking);
  EXPECT_FALSE(SamePerson(1, 2));
  EXPECT_TRUE(SamePerson(3, 1) || SamePerson(3, 2));
  // The aggregator is told.
  const auto heard = Hear();
  EXPECT_FALSE(heard.empty());
  for (const RoundEntry& entry : heard) {
    EXPECT_EQ(entry.type, kLink);
    EXPECT_EQ(entry.person, Look(Number(entry)));
  }
  Reopen();
  EXPECT_FALSE(SamePerson(1, 2));
  ASSERT_THAT(linker_->KeepApart(HandleOf(1), HandleOf(2), false), IsOk());
  EXPECT_TRUE(SamePerson(1, 2));
  ASSERT_THAT(linker_->KeepApart(HandleOf(1), HandleOf(2), true), IsOk());
  EXPECT_FALSE(Erased(Customer(1)).contains(kErase));
  EXPECT_EQ(Everything().find(std::string(HandleOf(1).view().substr(0, 8))),
            std::string::npos);
  // Who comes back is nobody's adversary.
  Link(1, kAsking);
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
  Link(1, kAsking);
  Link(2, kAsking);
  ASSERT_THAT(Erase(Customer(2)), IsOk());
  EXPECT_EQ(HearNumbers(), Heard());
  EXPECT_EQ(Objected(Customer(2)), (Heard{{kNobody, {2}}}));
  EXPECT_EQ(Objected(Customer(3)), (Heard{{kNobody, {3}}}));
  EXPECT_FALSE(IsNobody(1));
  EXPECT_TRUE(Link(2, kAsking).is_zero());
  EXPECT_EQ(HearNumbers(), (Heard{{kNobody, {1}}}));
  EXPECT_TRUE(IsNobody(1));
  EXPECT_TRUE(Link(3, kPiet).is_zero());
  EXPECT_TRUE(Link(4, kPiet).is_zero());
}

}  // namespace
}  // namespace garderobe::vault
