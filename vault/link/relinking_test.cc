// Other weights: everything is linked again, while the daemon answers.
#include <map>
#include <set>

#include "gmock/gmock.h"
#include "vault/link/linker_fixture.h"

namespace garderobe::vault {
namespace {

class RelinkingTest : public LinkerTest {
 protected:
  static constexpr int kRelations = 60;
  // Two relations each of thirty people.
  void SetUp() override {
    LinkerTest::SetUp();
    for (int i = 0; i < kRelations; ++i) {
      Link(i, {.email = fmt::format("p{}@x.nl", i / 2), .first = "anna"});
    }
    ASSERT_EQ(linker_->counts().persons, kRelations / 2u);
  }
  static MatchParameters Strict() {
    MatchParameters strict = MatchParameters::Default();
    strict.link_bits = 90;
    return strict;
  }
  void Open(const Linker::Options& options) {
    linker_.reset();
    auto linker = Linker::Open(directory_, options);
    ASSERT_THAT(linker, IsOk());
    linker_ = *std::move(linker);
  }
};

TEST_F(RelinkingTest, OpeningDoesNotWaitForIt) {
  Open({.model = Strict()});
  EXPECT_EQ(linker_->relinking(), 0.0);
  // Answers as before.
  EXPECT_EQ(linker_->counts().persons, kRelations / 2u);
  ASSERT_THAT(linker_->RelinkAll(), IsOk());
  EXPECT_EQ(linker_->relinking(), std::nullopt);
  EXPECT_EQ(linker_->counts().persons, unsigned{kRelations});
}

TEST_F(RelinkingTest, GoesOnWhereItWasKilled) {
  Open({.model = Strict()});
  const auto first = linker_->RelinkSome(20);
  ASSERT_THAT(first, IsOk());
  EXPECT_FALSE(*first);
  const double part = linker_->relinking().value_or(-1);
  EXPECT_NEAR(part, 20.0 / kRelations, 1e-9);
  Open({.model = Strict()});
  EXPECT_EQ(linker_->relinking(), part);
  ASSERT_THAT(linker_->RelinkAll(), IsOk());
  EXPECT_EQ(linker_->counts().persons, unsigned{kRelations});
  // And back, from the beginning: what was begun with others is not believed.
  Open({.model = MatchParameters::Default()});
  ASSERT_THAT(linker_->RelinkSome(20), IsOk());
  Open({.model = Strict()});
  EXPECT_EQ(linker_->relinking(), 0.0);
  ASSERT_THAT(linker_->RelinkAll(), IsOk());
  EXPECT_EQ(linker_->counts().persons, unsigned{kRelations});
}

TEST_F(RelinkingTest, DeliveriesMeanwhileEndWhereTheyWould) {
  Open({.model = Strict()});
  std::map<int, PersonSeed> person;
  for (int i = 0; i < kRelations; ++i) {
    if (i % 7 == 0) ASSERT_THAT(linker_->RelinkSome(5), IsOk());
    Link(i, {.email = fmt::format("q{}@x.nl", i / 3), .first = "anna"});
  }
  ASSERT_THAT(linker_->RelinkAll(), IsOk());
  EXPECT_EQ(linker_->counts().persons, unsigned{kRelations});
  Open({.model = MatchParameters::Default()});
  for (int i = 0; i < kRelations; i += 5) {
    ASSERT_THAT(linker_->RelinkSome(10), IsOk());
    Link(i, {.email = fmt::format("q{}@x.nl", i / 3), .first = "anna"});
  }
  ASSERT_THAT(linker_->RelinkAll(), IsOk());
  EXPECT_EQ(linker_->counts().persons, kRelations / 3u);
}

// Of three on one e-mail the second has no name, and a telephone with the
// third: it is the third, and in between must not be taken for the first, who
// objects.
TEST_F(RelinkingTest, NobodyObjectsInBetweenWhoDoesNotInTheEnd) {
  std::filesystem::remove_all(directory_);
  Open({.model = Strict()});
  constexpr int kThrees = 12;
  for (int i = 0; i < kThrees; ++i) {
    const std::string email = fmt::format("{}@x.nl", std::string(1, 'a' + i));
    const std::string mobile = fmt::format("+316111100{}", 10 + i);
    Link(3 * i, {.email = email, .first = "jan"});
    Link(3 * i + 1, {.email = email, .mobile = mobile});
    Link(3 * i + 2, {.email = email, .mobile = mobile, .first = "els"});
    const ObjectionMark mark = MarkOf(
        ObjectionSecret::From(std::string(ObjectionSecret::kBytes, 'o')));
    ASSERT_THAT(linker_->Object({.handle = HandleOf(3 * i),
                                 .reference = std::string(kReferenceBytes, 'r'),
                                 .tokens = {}},
                                mark),
                IsOk());
  }
  Open({.model = MatchParameters::Default()});
  while (linker_->relinking()) ASSERT_THAT(linker_->RelinkSome(1), IsOk());
  for (int i = 0; i < kThrees; ++i) {
    for (int j = 0; j < 3; ++j) {
      const auto relation = linker_->Access(HandleOf(3 * i + j));
      ASSERT_THAT(relation, IsOk());
      EXPECT_TRUE(relation->stored) << i << "," << j;
      EXPECT_EQ(relation->objects, j == 0) << i << "," << j;
    }
    EXPECT_TRUE(SamePerson(3 * i + 1, 3 * i + 2)) << i;
  }
}

TEST_F(RelinkingTest, AnEmptyStoreHasNothingToLinkAgain) {
  std::filesystem::remove_all(directory_);
  Open({.model = Strict()});
  EXPECT_EQ(linker_->relinking(), std::nullopt);
}

TEST_F(RelinkingTest, FewRelationsAreLinkedWithTheWeightsThatWereGiven) {
  Open({.model = MatchParameters::Default(), .estimates = true});
  EXPECT_FALSE(linker_->EstimateIsDue());
}

class EstimatingTest : public LinkerTest {
 protected:
  void Fill(int from, int to) {
    std::vector<LinkRow> rows;
    for (int i = from; i < to; ++i) {
      // Two addresses that differ have different letters, whatever their order.
      std::string who = "qr";
      for (unsigned bit = 0; bit < 13; ++bit) {
        if (((i / 2) >> bit & 1) != 0) {
          who.push_back(static_cast<char>('a' + bit));
        }
      }
      LinkRow row = Row(0, {.email = who + "@x.nz",
                            .first = i % 20 == 0 ? "an" : "anna",
                            .last = "bakker"});
      row.handle = HandleOf(i + 1);
      rows.push_back(std::move(row));
    }
    for (size_t at = 0; at < rows.size(); at += 500) {
      const size_t end = std::min(rows.size(), at + 500);
      ASSERT_THAT(linker_->Link({rows.begin() + static_cast<ptrdiff_t>(at),
                                 rows.begin() + static_cast<ptrdiff_t>(end)}),
                  IsOk());
    }
  }
  void Open() {
    linker_.reset();
    auto linker = Linker::Open(directory_, {.estimates = true});
    ASSERT_THAT(linker, IsOk());
    linker_ = *std::move(linker);
  }
  std::atomic<bool> stop_{false};
};

TEST_F(EstimatingTest, FromFiveThousandRelationsOnTheStoreTeaches) {
  Open();
  constexpr int kEnough = Linker::kRelationsToEstimate;
  Fill(0, kEnough - 1);
  EXPECT_FALSE(linker_->EstimateIsDue());
  Fill(kEnough - 1, kEnough);
  ASSERT_TRUE(linker_->EstimateIsDue());
  ASSERT_THAT(linker_->Estimate(stop_), IsOk());
  ASSERT_THAT(linker_->RelinkAll(), IsOk());
  EXPECT_FALSE(linker_->EstimateIsDue());
  EXPECT_EQ(linker_->counts().persons, kEnough / 2u);
  // The weights are kept: nothing is linked again at the next start, and what
  // is estimated from the same store is the same.
  Open();
  EXPECT_EQ(linker_->relinking(), std::nullopt);
  EXPECT_FALSE(linker_->EstimateIsDue());
  // A few more change nothing.
  Fill(kEnough, kEnough + 100);
  EXPECT_FALSE(linker_->EstimateIsDue());
  // The same store teaches the same.
  ASSERT_THAT(linker_->Estimate(stop_), IsOk());
  EXPECT_EQ(linker_->relinking(), std::nullopt);
  Fill(kEnough + 100, 3 * kEnough / 2 + 200);
  EXPECT_TRUE(linker_->EstimateIsDue());
  stop_ = true;
  EXPECT_EQ(linker_->Estimate(stop_).code(), absl::StatusCode::kCancelled);
  EXPECT_TRUE(linker_->EstimateIsDue());
}

}  // namespace
}  // namespace garderobe::vault
