// What people did, put together into a population.
#include "aggregator/publish/population_count.h"

#include "aggregator/people/rounds_fixture.h"

namespace garderobe::aggregator {
namespace {

using PopulationCountTest = RoundsTest;

TEST_F(PopulationCountTest, WhoHasNoHomeAndWhoShowsOnlyAnAddressIsCounted) {
  Deliver('a', {anna_, home_});
  Deliver('p', {piet_, RandomElement(), /*has_address=*/false});
  const auto moment = aggregator_->moments().Take();
  ASSERT_THAT(moment, IsOk());
  Hashes hashes(aggregator_->moments(), *moment);
  auto counts_of = [&](char name, uint8_t shown) {
    PersonCounts counts;
    counts.visits = 1;
    counts.shown = shown;
    counts.AddHousehold(moment->homes.Of(Find(name)->person));
    return counts;
  };
  const uint32_t anna = Find('a')->person, piet = Find('p')->person;
  PersonCountMap people = {{anna, counts_of('a', kShownAddress)},
                           {piet, counts_of('p', kShownPerson)}};
  auto exact = CountPopulation("national", people, 30, hashes);
  ASSERT_THAT(exact, IsOk());
  EXPECT_EQ(exact->whole.persons.count(), 2u);
  EXPECT_EQ(exact->without_home, 1);
  EXPECT_EQ(exact->address_only, 1);

  // Anna shows more at another institution: put together, she is not known by
  // her address only.
  people[anna].Take(counts_of('a', kShownPerson));
  exact = CountPopulation("national", people, 30, hashes);
  ASSERT_THAT(exact, IsOk());
  EXPECT_EQ(exact->address_only, 0);
  EXPECT_EQ(exact->without_home, 1);
}

}  // namespace
}  // namespace garderobe::aggregator
