#include <chrono>
#include <map>
#include <random>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "spdlog/fmt/fmt.h"
#include "tests/support/status_matchers.h"
#include "vault/link/clustering.h"
#include "vault/link/linker_fixture.h"

namespace garderobe::vault {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

const Known kAnna = {.email = "anna@x.nl",
                     .mobile = "+31611111111",
                     .first = "anna",
                     .last = "bakker",
                     .born = "19800302",
                     .house = "12"};

TEST_F(LinkerTest, OnePersonAtThreeInstitutions) {
  Link(1, kAnna);
  Link(2, {.email = "anna@x.nl", .first = "anna", .last = "bakker"});
  Link(3, {.first = "anna", .last = "bakker", .born = "19800302"});
  Link(4, {.email = "other@x.nl", .first = "piet", .last = "smit"});
  EXPECT_TRUE(SamePerson(1, 2));
  EXPECT_TRUE(SamePerson(1, 3));
  EXPECT_FALSE(SamePerson(1, 4));
  EXPECT_EQ(linker_->counts().persons, 2u);
}

TEST_F(LinkerTest, AFamilysEmailDoesNotLinkThePersons) {
  Link(1, {.email = "fam@x.nl",
           .first = "anna",
           .last = "bakker",
           .born = "19800302"});
  Link(2, {.email = "fam@x.nl",
           .first = "jan",
           .last = "bakker",
           .born = "19780911"});
  EXPECT_FALSE(SamePerson(1, 2));
  // Whoever says no more than the e-mail makes one person of nobody.
  Link(3, {.email = "fam@x.nl"});
  EXPECT_FALSE(SamePerson(1, 2));
}

TEST_F(LinkerTest, ACoupleAtOneAddressIsTwoPersons) {
  Link(1, kAnna);
  Known jan = kAnna;
  jan.email = "jan@x.nl";
  jan.mobile = "+31622222222";
  jan.first = "jan";
  jan.born = "19780911";
  Link(2, jan);
  EXPECT_FALSE(SamePerson(1, 2));
  EXPECT_EQ(linker_->counts().persons, 2u);
}

TEST_F(LinkerTest, SpellingErrorsAreLinkedThroughMatchKeys) {
  Link(1, kAnna);
  Known slip = kAnna;
  slip.email = "anna@y.nl";
  slip.mobile = "";
  slip.last = "bakkers";
  Link(2, slip);
  EXPECT_TRUE(SamePerson(1, 2));
}

TEST_F(LinkerTest, WhoMovesStaysOnePerson) {
  Link(1, kAnna);
  Link(9, {.email = "neighbour@x.nl",
           .first = "kees",
           .last = "vos",
           .house = "99"});
  Known late = kAnna;
  late.house = "99";
  Link(2, late);
  EXPECT_TRUE(SamePerson(1, 2));
  EXPECT_FALSE(SamePerson(1, 9));
  EXPECT_EQ(linker_->counts().persons, 2u);
}

// Neither is a token: the household is not known here, and a landline is
// nobody's own.
TEST_F(LinkerTest, WhoSharesAnAddressOrALandlineSharesNothing) {
  const LinkRow one = Row(1, {.landline = "+31201234567", .house = "12"});
  EXPECT_THAT(one.tokens, IsEmpty());
  Link(1, {.landline = "+31201234567", .house = "12"});
  Link(2, {.landline = "+31201234567", .house = "12"});
  EXPECT_FALSE(SamePerson(1, 2));
  EXPECT_EQ(linker_->counts().tokens, 0u);
}

TEST_F(LinkerTest, TwoBirthDatesForOnePassLinkNothingAndAreCounted) {
  Known one = kAnna;
  one.pass = "uitpas:1";
  Known two = one;
  two.born = "19500708";
  two.first = "cornelia";
  Link(1, one);
  EXPECT_EQ(linker_->counts().contradictory, 0u);
  Link(2, two);
  EXPECT_FALSE(SamePerson(1, 2));
  EXPECT_EQ(linker_->counts().contradictory, 2u);
  // It was a slip.
  two.born = kAnna.born;
  two.first = kAnna.first;
  Link(2, two);
  EXPECT_TRUE(SamePerson(1, 2));
  EXPECT_EQ(linker_->counts().contradictory, 0u);
}

TEST_F(LinkerTest, ABoxOfficesAddressIsSetAside) {
  const int many = static_cast<int>(Linker::kHoldersMax) + 1;
  for (int i = 0; i < many - 1; ++i)
    Link(i, {.email = "kassa@x.nl", .first = "kassa"});
  EXPECT_EQ(linker_->counts().persons, 1u);
  EXPECT_EQ(linker_->counts().set_aside, 0u);
  Link(many, {.email = "kassa@x.nl", .first = "kassa"});
  EXPECT_EQ(linker_->counts().persons, static_cast<uint64_t>(many));
  EXPECT_EQ(linker_->counts().set_aside, 4u);  // with its match keys
  // When one of them turns out to have another, the others are one again.
  Link(many, {.email = "own@x.nl", .first = "kassa"});
  EXPECT_EQ(linker_->counts().set_aside, 0u);
  EXPECT_EQ(linker_->counts().persons, 2u);
}

TEST_F(LinkerTest, LateLinkTellsTheAggregatorTwice) {
  const PersonSeed one = Link(1, {.email = "a@x.nl", .first = "anna"});
  const PersonSeed two = Link(2, {.mobile = "+31611111111", .first = "anna"});
  ASSERT_FALSE(one == two);
  EXPECT_THAT(Hear(), IsEmpty());
  const PersonSeed three =
      Link(3, {.email = "a@x.nl", .mobile = "+31611111111", .first = "anna"});
  auto round = linker_->NextRound({}, 256);
  ASSERT_THAT(round, IsOk());
  ASSERT_THAT(round->entries, SizeIs(1));
  EXPECT_EQ(round->done_through, round->number);
  EXPECT_EQ(round->entries[0].type, ChangeRecord::Type::kLink);
  EXPECT_EQ(round->entries[0].person, three);
  const int changed = three == one ? 2 : 1;
  EXPECT_EQ(Number(round->entries[0]), changed);
  // Until it is confirmed, also by another process.
  Reopen();
  round = linker_->NextRound({}, 256);
  ASSERT_THAT(round, IsOk());
  ASSERT_THAT(round->entries, SizeIs(1));
  EXPECT_THAT(linker_->NextRound(round->confirmation, 256)->entries, IsEmpty());
  EXPECT_EQ(linker_->NextRound({}, 256)->changes, 0u);
  // An answer that was under way is too old by now.
  now_ += ChangeQueue::kTellAgainSeconds;
  const auto again = Hear();
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_EQ(Number(again[0]), changed);
  EXPECT_EQ(again[0].person, three);
  now_ += 1000 * ChangeQueue::kTellAgainSeconds;
  EXPECT_THAT(Hear(), IsEmpty());
}

// An answer to an earlier row could reach the aggregator after it. What a
// delivery was answered with is told later, and once.
TEST_F(LinkerTest, WhatWasAnsweredIsToldOnceMore) {
  Link(1, {.email = "a@x.nl", .first = "anna"});
  Link(2, {.email = "b@y.nl", .first = "piet"});
  // The delivery itself moves the relation to the other person.
  const PersonSeed moved = Link(2, {.email = "a@x.nl", .first = "anna"});
  ASSERT_TRUE(SamePerson(1, 2));
  std::vector<RoundEntry> heard = Hear();
  for (const RoundEntry& entry : heard) EXPECT_NE(Number(entry), 2);
  now_ += ChangeQueue::kTellAgainSeconds;
  std::multiset<int> told;
  for (const RoundEntry& entry : Hear()) {
    EXPECT_EQ(entry.person, moved);
    told.insert(Number(entry));
  }
  EXPECT_THAT(told, SizeIs(1));
  now_ += 1000 * ChangeQueue::kTellAgainSeconds;
  EXPECT_THAT(Hear(), IsEmpty());
}

// What is told is what the relation is by then, not what it was when it
// changed.
TEST_F(LinkerTest, AChangeThatWaitedTellsWhoItIsNow) {
  Link(1, {.email = "a@x.nl", .first = "anna"});
  Link(2, {.mobile = "+31611111111", .first = "anna"});
  Link(3, {.email = "a@x.nl", .mobile = "+31611111111", .first = "anna"});
  // Before it was heard, all three are apart again.
  Link(3, {.email = "c@z.nl", .mobile = "+31633333333", .first = "carla"});
  ASSERT_FALSE(SamePerson(1, 2));
  now_ += ChangeQueue::kTellAgainSeconds;
  const auto heard = Hear();
  ASSERT_FALSE(heard.empty());
  for (const RoundEntry& entry : heard) {
    EXPECT_EQ(entry.person, Look(Number(entry)));
  }
}

TEST_F(LinkerTest, SecondDeliveryAndRestartChangeNothing) {
  const PersonSeed first = Link(1, kAnna);
  const LinkCounts counts = linker_->counts();
  Reopen();
  EXPECT_EQ(Link(1, kAnna), first);
  EXPECT_EQ(linker_->counts().relations, counts.relations);
  EXPECT_EQ(linker_->counts().tokens, counts.tokens);
  EXPECT_EQ(linker_->counts().persons, 1u);
}

TEST_F(LinkerTest, CorrectionSplitsWhatWasOne) {
  Link(1, {.email = "a@x.nl", .first = "anna"});
  Link(2, {.email = "a@x.nl", .first = "anna"});
  EXPECT_TRUE(SamePerson(1, 2));
  Link(2, {.email = "b@y.nl", .first = "anna"});
  EXPECT_FALSE(SamePerson(1, 2));
  EXPECT_EQ(linker_->counts().persons, 2u);
}

TEST_F(LinkerTest, AnotherModelLinksEverythingAgain) {
  Link(1, kAnna);
  Link(2, kAnna);
  EXPECT_TRUE(SamePerson(1, 2));
  MatchParameters strict = MatchParameters::Default();
  strict.link_bits = 90;
  Reopen(false, strict);
  EXPECT_FALSE(SamePerson(1, 2));
  EXPECT_EQ(linker_->counts().persons, 2u);
  Reopen();
  EXPECT_TRUE(SamePerson(1, 2));
}

// Which relations are together, as sets, whatever the points are.
std::set<std::set<int>> Partition(const std::map<int, PersonSeed>& points) {
  std::map<PersonSeed, std::set<int>> groups;
  for (const auto& [number, point] : points) groups[point].insert(number);
  std::set<std::set<int>> partition;
  for (auto& [point, group] : groups) partition.insert(std::move(group));
  return partition;
}

// Families with shared e-mails, slips, moves, a box office's address, and
// customers who are delivered again with something else.
class PermutationTest : public LinkerTest {
 protected:
  static constexpr int kRelations = 260;
  Known Random(std::mt19937& random) {
    auto pick = [&](int of) { return static_cast<int>(random() % of); };
    constexpr const char* kFirst[] = {"anna", "jan", "kees", "ana", "piet"};
    const int family = pick(40), member = pick(4);
    Known known;
    known.first = kFirst[pick(12) == 0 ? pick(5) : member];
    known.last =
        "family" + std::string(1, static_cast<char>('a' + family % 20));
    if (pick(3) != 0) {
      known.email = pick(4) == 0 ? "all" : known.first;
      known.email += std::to_string(family) + "@x.nl";
    }
    if (pick(8) == 0) known.email = "kassa@x.nl";
    if (pick(2) == 0) {
      known.mobile = "+3161111" + std::to_string(1000 + family * 4 + member);
    }
    if (pick(5) == 0) known.landline = "+3120" + std::to_string(family);
    if (pick(3) == 0) {
      known.born = "19" + std::to_string(40 + member * 10 + family % 10) +
                   (pick(10) == 0 ? "0304" : "0405");
    }
    if (pick(2) == 0) {
      known.house = std::to_string(pick(6) == 0 ? 100 + pick(9) : 1 + family);
    }
    if (pick(10) == 0) known.first.clear();
    return known;
  }
};

TEST_F(PermutationTest, OrderOfArrivalAndSplitIntoBatchesNeverMatter) {
  std::mt19937 random(20251);
  std::vector<LinkRow> rows;
  for (int i = 0; i < kRelations; ++i) rows.push_back(Row(i, Random(random)));
  // What some showed before.
  std::vector<LinkRow> earlier;
  for (int i = 0; i < kRelations; i += 3) {
    LinkRow row = Row(i, Random(random));
    // Of a kind that the later row has as well: what only the earlier one had
    // would stay.
    std::erase_if(row.tokens, [&](const Token& token) {
      return std::none_of(rows[static_cast<size_t>(i)].tokens.begin(),
                          rows[static_cast<size_t>(i)].tokens.end(),
                          [&](auto& t) { return t.kind == token.kind; });
    });
    earlier.push_back(row);
  }
  std::set<std::set<int>> persons;
  LinkCounts counts;
  for (int round = 0; round < 10; ++round) {
    Reopen(true);
    std::vector<LinkRow> order;
    if (round % 2 == 1) {
      std::shuffle(earlier.begin(), earlier.end(), random);
      for (const LinkRow& row : earlier) {
        ASSERT_THAT(linker_->Link({row}), IsOk());
      }
    }
    order = rows;
    std::shuffle(order.begin(), order.end(), random);
    for (size_t begin = 0; begin < order.size();) {
      const size_t end = std::min(order.size(), begin + 1 + random() % 60);
      ASSERT_THAT(linker_->Link({order.begin() + static_cast<long>(begin),
                                 order.begin() + static_cast<long>(end)}),
                  IsOk());
      begin = end;
    }
    std::map<int, PersonSeed> person;
    for (int i = 0; i < kRelations; ++i) person[i] = Look(i);
    if (round == 0) {
      persons = Partition(person);
      counts = linker_->counts();
      EXPECT_GT(persons.size(), 50u);
      EXPECT_LT(persons.size(), kRelations - 50u);
    }
    EXPECT_EQ(Partition(person), persons) << "round " << round;
    EXPECT_EQ(linker_->counts().persons, persons.size());
    EXPECT_EQ(linker_->counts().tokens, counts.tokens);
    EXPECT_EQ(linker_->counts().set_aside, counts.set_aside);
  }
}

// Relations that are strung together, each with the next, once cost the square
// of their number: ten thousand of them a minute a batch.
TEST_F(LinkerTest, AChainOfRelationsCostsItsLengthAndIsNotOnePerson) {
  constexpr int kLength = 3000;
  std::vector<LinkRow> rows;
  for (int i = 0; i < kLength; ++i) {
    // One e-mail with the one before, one address with the one after.
    const std::string house = std::to_string((i + 1) / 2 + 1);
    LinkRow row = Row(0, {.email = fmt::format("p{}@x.nl", i / 2),
                          .first = "anna",
                          .last = "bakker",
                          .house = house});
    row.handle = HandleOf(i + 1);
    rows.push_back(std::move(row));
  }
  const auto begin = std::chrono::steady_clock::now();
  for (size_t at = 0; at < rows.size(); at += 500) {
    ASSERT_THAT(
        linker_->Link({rows.begin() + static_cast<ptrdiff_t>(at),
                       rows.begin() + static_cast<ptrdiff_t>(at) + 500}),
        IsOk());
  }
  const std::chrono::duration<double> took =
      std::chrono::steady_clock::now() - begin;
  std::printf("%d relations in a chain: %.1f s, %lu persons\n", kLength,
              took.count(),
              static_cast<unsigned long>(linker_->counts().persons));
  EXPECT_GE(linker_->counts().persons, kLength / kRelationsOfPersonMax);
  EXPECT_LT(linker_->counts().persons, kLength / 2u);
}

}  // namespace
}  // namespace garderobe::vault
