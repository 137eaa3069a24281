// Relations as the TTP delivers them, and rounds of the vault's: what is done
// for whom.
#include "aggregator/people/rounds_fixture.h"

namespace garderobe::aggregator {
namespace {

TEST_F(RoundsTest, ADeliveredRelationIsStoredWithItsAddress) {
  Deliver('a', {anna_, home_});
  const auto relation = Find('a');
  ASSERT_TRUE(relation.has_value());
  EXPECT_EQ(PersonOf('a'), anna_);
  EXPECT_EQ(HouseholdOf('a'), home_);
  EXPECT_EQ(relation->reference, ReferenceOf('a'));
  EXPECT_EQ(relation->sigma, SigmaOf('a'));
  EXPECT_EQ(relation->shown, kShownAddress);
  RelationPlace place;
  const auto stored =
      aggregator_->store().Get(kReferences, ReferenceOf('a').view());
  ASSERT_THAT(stored, IsOk());
  ASSERT_TRUE(Decode(*stored, &place));
  EXPECT_EQ(place.institution, 1u);
  EXPECT_EQ(place.handle, HandleOf('a'));
}

// What a customer does not show again has not ended.
TEST_F(RoundsTest, ARelationThatShowsNoAddressKeepsTheHouseholdItHad) {
  Deliver('a', {anna_, home_});
  // A slot of nobody's, as a row without an address has.
  Deliver('a', {anna_, RandomElement(), /*has_address=*/false});
  EXPECT_EQ(HouseholdOf('a'), home_);
  EXPECT_EQ(Find('a')->shown, kShownAddress);
  // A new one replaces it.
  Deliver('a', {anna_, other_home_});
  EXPECT_EQ(HouseholdOf('a'), other_home_);
}

TEST_F(RoundsTest, ASlotWithoutAnAddressIsNoHousehold) {
  Deliver('a', {anna_, home_, /*has_address=*/false});
  EXPECT_EQ(HouseholdOf('a'), Element());
  EXPECT_EQ(aggregator_->counts().households, 0u);
}

// It was on the list because it was too old; delivered, it is not any more, and
// the vault must not remove it.
TEST_F(RoundsTest, ARelationDeliveredAgainIsTakenOffTheListOfTheAged) {
  Deliver('a', {anna_, home_});
  {
    rocksdb::WriteBatch batch;
    for (const char name : {'a', 'b'}) {
      batch.Put(aggregator_->store().family(kExpired),
                AsSlice(HandleOf(name).view()), AsSlice(SigmaOf(name).view()));
    }
    ASSERT_THAT(aggregator_->store().Write(batch), IsOk());
  }
  Deliver('a', {anna_, home_});
  v1::ListExpiredRequest request;
  request.set_today(DayNumber(Today()));
  v1::ListExpiredResponse response;
  ASSERT_THAT(aggregator_->retention().ListExpired(request, &response), IsOk());
  EXPECT_EQ(response.handles(), HandleOf('b').view());
  EXPECT_EQ(response.sigmas(), SigmaOf('b').view());
}

// The vault has its row, and nobody else would ever have it removed.
TEST_F(RoundsTest, ARefusedRelationIsRemovedAtTheVaultUnlessItComesAgain) {
  Deliver('k', {anna_, home_});
  const AuthorSeed nobody = AuthorSeed::Random();
  for (const char name : {'k', 'n', 'o'}) {
    EXPECT_THAT(DeliverBy(nobody, name, {anna_, home_}),
                StatusIs(absl::StatusCode::kPermissionDenied));
  }
  // One that is stored stays.
  EXPECT_FALSE(IsRefused('k'));
  EXPECT_TRUE(IsRefused('n'));
  EXPECT_TRUE(IsRefused('o'));
  Deliver('o', {anna_, home_});
  EXPECT_FALSE(IsRefused('o'));
  // Two days later it is on the list.
  rocksdb::WriteBatch batch;
  const RefusedRelations refused(aggregator_->store());
  const int32_t today = DayNumber(Today());
  ASSERT_THAT(refused.List(today + 1, 10, batch), IsOk());
  EXPECT_EQ(batch.Count(), 0u);
  ASSERT_THAT(refused.List(today + 2, 10, batch), IsOk());
  ASSERT_THAT(aggregator_->store().Write(batch), IsOk());
  EXPECT_FALSE(IsRefused('n'));
  v1::ListExpiredRequest request;
  request.set_today(today);
  v1::ListExpiredResponse response;
  ASSERT_THAT(aggregator_->retention().ListExpired(request, &response), IsOk());
  EXPECT_EQ(response.handles(), HandleOf('n').view());
  EXPECT_EQ(response.sigmas(), SigmaOf('n').view());
}

TEST_F(RoundsTest, ALinkMovesARelationToAnotherPerson) {
  Deliver('a', {anna_, home_});
  Deliver('b', {piet_, home_});
  EXPECT_THAT(Round({{ReferenceOf('a'), RoundAction::kLink, piet_}}), IsOk());
  EXPECT_EQ(PersonOf('a'), piet_);
  EXPECT_EQ(PersonOf('b'), piet_);
  // The rest of the relation is as it was.
  EXPECT_EQ(HouseholdOf('a'), home_);
  EXPECT_EQ(Find('a')->sigma, SigmaOf('a'));
  Reopen();
  EXPECT_EQ(PersonOf('a'), piet_);
}

TEST_F(RoundsTest, ALinkOfOneRelationTwiceInARoundIsNoError) {
  Deliver('a', {anna_, home_});
  EXPECT_THAT(Round({{ReferenceOf('a'), RoundAction::kLink, piet_},
                     {ReferenceOf('a'), RoundAction::kLink, piet_}}),
              IsOk());
  EXPECT_EQ(PersonOf('a'), piet_);
}

TEST_F(RoundsTest, ErasedIsGone) {
  Deliver('a', {anna_, home_});
  Deliver('b', {anna_, home_});
  EXPECT_THAT(Round({{ReferenceOf('a'), RoundAction::kErase}}), IsOk());
  EXPECT_FALSE(Find('a').has_value());
  EXPECT_FALSE(Objects('a'));
  EXPECT_TRUE(Find('b').has_value());
  EXPECT_EQ(Everything().find(HandleOf('a').view()), std::string::npos);
  EXPECT_EQ(Everything().find(ReferenceOf('a').view()), std::string::npos);
  EXPECT_EQ(Everything().find(SigmaOf('a').view()), std::string::npos);
  // Told once more it is unknown.
  EXPECT_THAT(Round({{ReferenceOf('a'), RoundAction::kErase}}), IsOk());
}

// A link to nobody is an objection: as long as it stands the relation is only
// what its institution delivered.
TEST_F(RoundsTest, LinkedToNobodyIsNobodyUntilItIsWithdrawn) {
  Deliver('a', {anna_, home_});
  Deliver('b', {anna_, home_});
  EXPECT_THAT(Round({{ReferenceOf('a'), RoundAction::kObject}}), IsOk());
  EXPECT_TRUE(Objects('a'));
  EXPECT_EQ(Find('a')->pc4, Find('b')->pc4);
  EXPECT_EQ(PersonOf('b'), anna_);
  // Delivered again, answered with nobody, it still is.
  Deliver('a', {Element(), home_});
  EXPECT_TRUE(Objects('a'));
  // An erasure leaves the objection.
  EXPECT_THAT(Round({{ReferenceOf('a'), RoundAction::kErase}}), IsOk());
  EXPECT_TRUE(Objects('a'));
  // By its reference the vault says when it is over.
  EXPECT_THAT(Round({{ReferenceOf('a'), RoundAction::kWithdraw}}), IsOk());
  EXPECT_FALSE(Objects('a'));
  EXPECT_EQ(Find('a')->person, 0u);
  // Its reference is still its own: access asks by it.
  EXPECT_NE(Everything().find(ReferenceOf('a').view()), std::string::npos);
  Deliver('a', {anna_, home_});
  EXPECT_EQ(PersonOf('a'), anna_);
}

TEST_F(RoundsTest, WithdrawnOfWhoDoesNotObjectChangesNothing) {
  Deliver('a', {anna_, home_});
  EXPECT_THAT(Round({{ReferenceOf('a'), RoundAction::kWithdraw}}), IsOk());
  EXPECT_EQ(PersonOf('a'), anna_);
}

// A batch waits at the TTP for its crowds, and rounds overtake it. Rounds have
// the numbers 1, 2, ... here.
TEST_F(RoundsTest, WhatARoundSaidHoldsForABatchThatWasThereBefore) {
  EXPECT_THAT(Round({{ReferenceOf('e'), RoundAction::kErase},
                     {ReferenceOf('o'), RoundAction::kObject},
                     {ReferenceOf('w'), RoundAction::kWithdraw},
                     {ReferenceOf('l'), RoundAction::kLink, piet_}}),
              IsOk());
  Reopen();
  const Known before{.person = anna_, .household = home_, .answered_after = 0};
  for (const char name : {'e', 'o', 'w', 'l', 'x'}) Deliver(name, before);
  for (const char name : {'e', 'w'}) EXPECT_FALSE(Find(name)) << name;
  // The vault may have linked it after the withdrawal, and forgets it then. Of
  // whom is erased nothing is kept, not even for that: the TTP has the vault
  // erase once more what was under way.
  EXPECT_TRUE(IsRefused('w'));
  for (const char name : {'e', 'o', 'l', 'x'}) {
    EXPECT_FALSE(IsRefused(name)) << name;
  }
  EXPECT_FALSE(Objects('e'));
  EXPECT_TRUE(Objects('o'));
  EXPECT_FALSE(Objects('w'));
  EXPECT_EQ(PersonOf('l'), piet_);
  EXPECT_EQ(PersonOf('x'), anna_);  // of whom nothing was said
  // The control: what the TTP got afterwards is stored.
  const Known after{.person = anna_, .household = home_, .answered_after = 1};
  for (const char name : {'e', 'o', 'w', 'l'}) {
    Deliver(name, after);
    EXPECT_EQ(PersonOf(name), anna_) << name;
  }
}

// Known from an earlier batch, erased, and brought by one under way.
TEST_F(RoundsTest, ABatchUnderWayBringsNobodyBack) {
  Deliver('a', {anna_, home_});
  EXPECT_THAT(Round({{ReferenceOf('a'), RoundAction::kErase}}), IsOk());
  Deliver('a', {.person = anna_, .household = home_, .answered_after = 0});
  EXPECT_FALSE(Find('a').has_value());
  // The last that was said counts.
  EXPECT_THAT(Round({{ReferenceOf('a'), RoundAction::kObject}}), IsOk());
  Deliver('a', {.person = anna_, .household = home_, .answered_after = 1});
  EXPECT_TRUE(Objects('a'));
}

// They fill the round up, or were erased meanwhile.
TEST_F(RoundsTest, UnknownReferencesAndFillersArePassedOver) {
  Deliver('a', {anna_, home_});
  const std::string before = Everything();
  EXPECT_THAT(Round({{RandomElement(), RoundAction::kNone},
                     {RandomElement(), RoundAction::kLink, piet_},
                     {RandomElement(), RoundAction::kErase},
                     // Known, and nothing is to be done about it.
                     {ReferenceOf('a'), RoundAction::kNone, piet_}}),
              IsOk());
  EXPECT_EQ(Everything(), before);
  EXPECT_THAT(Round({{RandomElement(), RoundAction::kNone},
                     {ReferenceOf('a'), RoundAction::kLink, piet_}}),
              IsOk());
  EXPECT_EQ(PersonOf('a'), piet_);
}

}  // namespace
}  // namespace garderobe::aggregator
