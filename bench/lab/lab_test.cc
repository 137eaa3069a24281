// The lab of joins on countries so small that everything is known.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "bench/lab/crowds.h"
#include "bench/lab/links.h"
#include "bench/lab/prints.h"
#include "bench/lab/relations.h"
#include "client/simulation/simulate.h"
#include "core/base/files.h"
#include "core/identifiers/padding.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::bench {
namespace {

namespace fs = std::filesystem;

// Relations that are made by hand: each shows what its row says.
class Country {
 public:
  // `birth` and `home` name values; 0: not shown.
  Country& Add(uint32_t person, uint64_t birth, uint64_t home) {
    const auto number = static_cast<uint32_t>(all_.size());
    all_.person.push_back(person);
    all_.institution.push_back(static_cast<uint16_t>(number % 3));
    all_.latest_visit.push_back(1);
    all_.birth_year.push_back(static_cast<uint16_t>(birth));
    all_.pc4.push_back(0);
    all_.household.push_back(home);
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      if (HasSlot(kind)) all_.tokens[kind].push_back(0);
    }
    Token(Kind::kEmail) = 1000 + person;
    Token(Kind::kNameBirthdate) = birth == 0 ? 0 : birth * 1000 + person;
    Token(Kind::kNamesAddress) = home == 0 ? 0 : home * 1000 + person;
    all_.sendings.push_back({number, static_cast<uint16_t>(number % 5)});
    all_.institutions = 3;
    return *this;
  }
  uint64_t& Token(Kind kind) {
    return all_.tokens[static_cast<size_t>(kind)].back();
  }
  LabRelations Take() {
    std::sort(all_.sendings.begin(), all_.sendings.end(),
              [](const auto& a, const auto& b) { return a.day < b.day; });
    return std::move(all_);
  }

 private:
  LabRelations all_;
};

JoinedBy Play(const LabRelations& relations, const char* padding) {
  return Join(relations, TrueLinks(relations), PaddedKinds(padding));
}

TEST(PrintsTest, WhoIsLikeNobodyIsJoinedByWhatIsShown) {
  // Two persons with one relation, one of them with a birth date.
  const LabRelations relations = Country().Add(1, 0, 0).Add(2, 1980, 0).Take();
  const JoinedBy joined = Play(relations, "none");
  EXPECT_EQ(joined.count.claimed, 0u);
  EXPECT_EQ(joined.shown.persons, 2u);
  EXPECT_EQ(joined.shown.claimed, 2u);
  EXPECT_EQ(joined.shown.right, 2u);
}

TEST(PrintsTest, PaddingHidesWhatIsShownOnce) {
  const LabRelations relations = Country().Add(1, 0, 0).Add(2, 1980, 0).Take();
  EXPECT_EQ(Play(relations, "birth").agreeing.claimed, 0u);
  EXPECT_EQ(Play(relations, "all").agreeing.claimed, 0u);
  // The birth date is padded, and the address is not.
  const LabRelations at_home = Country().Add(1, 0, 0).Add(2, 0, 7).Take();
  EXPECT_EQ(Play(at_home, "birth").shown.right, 2u);
  EXPECT_EQ(Play(at_home, "all").shown.claimed, 0u);
}

// A token that two relations hold is no dummy.
TEST(PrintsTest, PaddingDoesNotHideWhatIsShownTwice) {
  const LabRelations relations = Country()
                                     .Add(1, 0, 0)
                                     .Add(1, 0, 0)
                                     .Add(2, 1980, 0)
                                     .Add(2, 1980, 0)
                                     .Take();
  const JoinedBy joined = Play(relations, "all");
  EXPECT_EQ(joined.shown.claimed, 0u);
  EXPECT_EQ(joined.agreeing.right, 2u);
}

TEST(PrintsTest, CompanyTellsApartWhoIsAlikeAlone) {
  // Four persons who each show an address once; two of them share it. A family
  // of one name shares the keys of initials.
  Country country;
  for (const uint32_t person : {1u, 2u}) {
    country.Add(person, 0, 7);
    country.Token(Kind::kInitialsAddress) = 77;
  }
  country.Add(3, 0, 8).Add(4, 0, 9).Add(5, 1980, 9);
  const LabRelations relations = country.Take();
  const JoinedBy joined = Play(relations, "none");
  EXPECT_EQ(joined.agreeing.right, 1u);  // the fifth
  // With company the fourth is the one who lives with the fifth, but the vault
  // sees no token of both: only who records knows.
  EXPECT_EQ(joined.home.right, 0u);
  EXPECT_EQ(joined.homes.claimed, 3u);
  EXPECT_EQ(joined.homes.right, 3u);
}

TEST(CrowdsTest, EveryRowLeavesOnceAndTheAloneAreCounted) {
  Country country;
  for (uint32_t person = 0; person < 300; ++person) {
    country.Add(person, 0, 0).Add(person, 0, 0);
  }
  const LabRelations relations = country.Take();
  const Links links = TrueLinks(relations);
  const Crowds crowds = PlayCrowds(
      relations, links, {.rows = 50, .wait_minutes = 60}, /*first_only=*/false);
  EXPECT_EQ(crowds.rows, relations.sendings.size());
  EXPECT_EQ(crowds.persons, 300u);
  EXPECT_LE(crowds.several_alone, crowds.several);
  EXPECT_GE(crowds.crowds, 5u);  // five nights
  // A crowd that nothing fills goes when its wait is over: one a night and hour
  // in which somebody sends.
  const Crowds patient =
      PlayCrowds(relations, links, {.rows = 100'000, .wait_minutes = 1440},
                 /*first_only=*/false);
  EXPECT_EQ(patient.rows, relations.sendings.size());
  EXPECT_LE(patient.crowds, crowds.crowds);
}

// The vault's linker, on what the simulated country delivers; customers are
// those of the files that `garderobe simulate` writes.
TEST(LinksTest, TheVaultLinksASmallCountryWellWithoutPadding) {
  client::SimulateOptions options;
  options.institutions = 8;
  options.visits = 20'000;
  options.seed = 5;
  const LabRelations relations = MakeRelations(options);
  options.out = ::testing::TempDir() + "/lab-country";
  fs::remove_all(options.out);
  const auto report = client::Simulate(options, {});
  ASSERT_THAT(report, IsOk());
  // Some choose not to share, and are in the truth.
  EXPECT_LT(relations.size(), report->customers);
  EXPECT_GT(relations.size(), report->customers * 95 / 100);

  const std::string folder = ::testing::TempDir() + "/lab-store";
  fs::remove_all(folder);
  const auto links = LinkByVault(relations, 0, folder);
  ASSERT_THAT(links, IsOk());
  EXPECT_FALSE(fs::exists(folder));
  EXPECT_GT(links->precision, 0.95);
  EXPECT_GT(links->recall, 0.95);
  EXPECT_GT(links->store_bytes, relations.size() * 100);
  const JoinedBy joined = Join(relations, *links, 0);
  // In a country of a thousand everybody is easier to tell.
  EXPECT_LT(joined.shown.right, joined.shown.persons / 20);
  EXPECT_GE(joined.homes.claimed, joined.home.claimed);

  // Dummies differ from everything: the vault takes them for other values.
  const auto padded = LinkByVault(relations, PaddedKinds("all"), folder);
  ASSERT_THAT(padded, IsOk());
  EXPECT_LT(padded->recall, 0.5);
}

}  // namespace
}  // namespace garderobe::bench
