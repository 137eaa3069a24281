// What waits, what is due, and that nothing is lost, told on the queue itself;
// then with a linker, where persons and erasures are real.
#include "vault/link/change_queue.h"

#include "gmock/gmock.h"
#include "vault/link/linker_fixture.h"

namespace garderobe::vault {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Type = ChangeRecord::Type;

class ChangeQueueTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(directory_);
    Reopen();
  }
  void Reopen() {
    queue_.reset();
    store_.reset();
    auto store = Store::Open(directory_, kFamilyNames, kStoreOptions);
    ASSERT_THAT(store, IsOk());
    store_ = *std::move(store);
    auto queue = ChangeQueue::Open(*store_, [this] { return now_; },
                                   {.persons = 64, .wait_seconds = 500});
    ASSERT_THAT(queue, IsOk());
    queue_ = *std::move(queue);
  }
  // Adds a change of this relation; returns its number.
  uint64_t Add(RelationId relation, Type type = Type::kLink,
               bool later = false) {
    ChangeRecord change;
    change.type = type;
    change.relation = relation;
    change.again = later;
    if (type == Type::kErase || type == Type::kWithdraw) {
      change.reference = std::string(kReferenceBytes, 'r');
    }
    rocksdb::WriteBatch batch;
    queue_->Add(change, later, batch);
    EXPECT_THAT(store_->Write(batch), IsOk());
    return queue_->newest();
  }
  void Drop(const std::set<RelationId>& relations) {
    rocksdb::WriteBatch batch;
    ASSERT_THAT(queue_->DropChangesOf(relations, batch), IsOk());
    ASSERT_THAT(store_->Write(batch), IsOk());
  }
  // The relations of a round, after what was confirmed.
  std::vector<RelationId> Take(const RoundConfirmation& confirmed = {},
                               size_t most = 1000) {
    EXPECT_THAT(queue_->Confirm(confirmed), IsOk());
    EXPECT_THAT(queue_->Release(person_of_), IsOk());
    const auto taken = queue_->Take(most);
    EXPECT_THAT(taken, IsOk());
    std::vector<RelationId> relations;
    // What follows from rights, then links; each the oldest first.
    std::pair<bool, uint64_t> before;
    for (const ChangeQueue::Due& one : taken->due) {
      const std::pair place{one.change.type == Type::kLink, one.sequence};
      EXPECT_GT(place, before);
      before = place;
      relations.push_back(one.change.relation);
    }
    last_ = taken->confirmation;
    EXPECT_LE(taken->done_through, taken->number);
    EXPECT_GT(taken->number, number_);
    number_ = taken->number;
    done_through_ = taken->done_through;
    rights_done_through_ = taken->rights_done_through;
    return relations;
  }
  std::vector<RelationId> TakeAfterLast() { return Take(last_); }

  uint64_t now_ = 1'000'000;
  RoundConfirmation last_;  // of the last round
  uint64_t number_ = 0, done_through_ = 0, rights_done_through_ = 0;
  // A hundred relations are one person: 1 to 99, 100 to 199.
  ChangeQueue::PersonOf person_of_ =
      [](RelationId relation) -> absl::StatusOr<PersonSeed> {
    std::string bytes(PersonSeed::kBytes, '\0');
    bytes[0] = static_cast<char>(1 + relation / 100);
    return PersonSeed::From(bytes);
  };
  const std::string directory_ = ::testing::TempDir() + "/change_queue_test";
  std::unique_ptr<Store> store_;
  std::unique_ptr<ChangeQueue> queue_;
};

TEST_F(ChangeQueueTest, LinksGoWhenTheyConcernEnoughPersons) {
  for (uint64_t person = 1; person <= 63; ++person) Add(100 * person);
  // More relations of the same persons make no crowd.
  for (uint64_t relation = 101; relation < 164; ++relation) Add(relation);
  EXPECT_THAT(Take(), IsEmpty());
  Add(6400);
  EXPECT_THAT(Take(), SizeIs(127));
  // What comes after waits for a crowd of its own.
  const uint64_t alone = Add(6500);
  EXPECT_THAT(Take(last_), IsEmpty());
  EXPECT_EQ(queue_->newest(), alone + 127);  // to be told again
}

// Erased, or objecting: whoever has no person makes no crowd either.
TEST_F(ChangeQueueTest, NobodyDoesNotCountAsAPerson) {
  person_of_ = [](RelationId) { return PersonSeed(); };
  for (uint64_t person = 1; person <= 100; ++person) Add(100 * person);
  EXPECT_THAT(Take(), IsEmpty());
}

TEST_F(ChangeQueueTest, LinksGoWhenTheyHaveWaited) {
  Add(100);
  now_ += 499;
  EXPECT_THAT(Take(), IsEmpty());
  now_ += 1;
  EXPECT_THAT(Take(), ElementsAre(100));
}

// Neither what was due at once nor a quiet time shortens the wait of the first
// link after it.
TEST_F(ChangeQueueTest, TheWaitBeginsWithTheFirstLinkThatWaits) {
  now_ += 400;
  EXPECT_THAT(Take(), IsEmpty());
  Add(100, Type::kErase);
  EXPECT_THAT(Take(), ElementsAre(100));
  now_ += 400;
  Add(200);
  EXPECT_THAT(TakeAfterLast(), IsEmpty());
  now_ += 400;
  EXPECT_THAT(Take(), IsEmpty());
  // One that was erased while it waited leaves nothing of its wait.
  Drop({200});
  EXPECT_THAT(Take(), IsEmpty());
  Add(300);
  now_ += 499;
  EXPECT_THAT(Take(), IsEmpty());
  now_ += 1;
  EXPECT_THAT(Take(), ElementsAre(300));
}

TEST_F(ChangeQueueTest, AClockThatGoesBackLetsNothingGo) {
  Add(100);
  now_ -= 10'000;
  EXPECT_THAT(Take(), IsEmpty());
}

TEST_F(ChangeQueueTest, WhatFollowsFromRightsIsDueAtOnce) {
  Add(100);
  Add(200, Type::kErase);
  Add(300, Type::kWithdraw);
  Add(400, Type::kNobody);
  EXPECT_THAT(Take(), ElementsAre(200, 300, 400));
}

TEST_F(ChangeQueueTest, ALinkIsToldOnceMoreAndThenNever) {
  Add(100);
  now_ += 500;
  EXPECT_THAT(Take(), ElementsAre(100));
  EXPECT_THAT(TakeAfterLast(), IsEmpty());
  now_ += ChangeQueue::kTellAgainSeconds - 1;
  EXPECT_THAT(Take(), IsEmpty());
  now_ += 1;
  // Alone as it is: it was told with others.
  EXPECT_THAT(Take(), ElementsAre(100));
  EXPECT_THAT(TakeAfterLast(), IsEmpty());
  now_ += 100 * ChangeQueue::kTellAgainSeconds;
  EXPECT_THAT(Take(), IsEmpty());
}

TEST_F(ChangeQueueTest, AnObjectionIsToldTwiceAnErasureOnce) {
  Add(100, Type::kNobody);
  Add(200, Type::kErase);
  Add(300, Type::kWithdraw);
  EXPECT_THAT(Take(), ElementsAre(100, 200, 300));
  EXPECT_THAT(TakeAfterLast(), IsEmpty());
  now_ += ChangeQueue::kTellAgainSeconds;
  EXPECT_THAT(Take(), ElementsAre(100));
  EXPECT_THAT(TakeAfterLast(), IsEmpty());
}

TEST_F(ChangeQueueTest, WhatIsNotConfirmedIsToldAgainAfterAReopen) {
  Add(100, Type::kErase);
  Add(200);
  now_ += 500;
  ASSERT_THAT(Take(), ElementsAre(100, 200));
  const RoundConfirmation before = last_;
  Reopen();
  // This queue has handed out nothing that could be confirmed. Links wait
  // anew, for when they came is not stored.
  EXPECT_THAT(Take(before), ElementsAre(100));
  now_ += 500;
  EXPECT_THAT(Take(), ElementsAre(100, 200));
  // What was to be told later is due after the next reopen.
  EXPECT_THAT(TakeAfterLast(), IsEmpty());
  Reopen();
  EXPECT_THAT(Take(), ElementsAre(200));
  EXPECT_THAT(TakeAfterLast(), IsEmpty());
  Reopen();
  EXPECT_THAT(Take(), IsEmpty());
}

TEST_F(ChangeQueueTest, NoNumberIsGivenTwice) {
  std::set<uint64_t> given;
  std::set<RoundConfirmation> confirmations;
  for (int round = 0; round < 4; ++round) {
    EXPECT_TRUE(given.insert(Add(100, Type::kErase)).second);
    EXPECT_TRUE(given.insert(Add(200, Type::kNobody)).second);
    // All is confirmed and nothing is left whose number could be read.
    Take();
    TakeAfterLast();
    now_ += ChangeQueue::kTellAgainSeconds;
    Take();
    EXPECT_TRUE(confirmations.insert(last_).second);
    TakeAfterLast();
    EXPECT_THAT(Take(), IsEmpty());
    const uint64_t newest = queue_->newest();
    Reopen();
    EXPECT_EQ(queue_->newest(), newest);
  }
}

TEST_F(ChangeQueueTest, ARoundHasAtMostSoManyAndTheRestComesLater) {
  std::vector<RelationId> expected, taken;
  for (RelationId relation = 1; relation <= 10; ++relation) {
    Add(relation, Type::kErase);
    expected.push_back(relation);
  }
  for (;;) {
    const auto round = Take(last_, 4);
    if (round.empty()) break;
    EXPECT_LE(round.size(), 4u);
    // Until it is confirmed the same comes again.
    EXPECT_EQ(Take({}, 4), round);
    taken.insert(taken.end(), round.begin(), round.end());
  }
  EXPECT_EQ(taken, expected);
}

TEST_F(ChangeQueueTest, SaysThroughWhichRoundEverythingIsDone) {
  Take();
  EXPECT_EQ(done_through_, number_);
  for (RelationId relation = 1; relation <= 10; ++relation) {
    Add(relation, Type::kErase);
  }
  TakeAfterLast();  // all are in it, and nobody confirms it
  const uint64_t with_ten = number_;
  EXPECT_EQ(done_through_, with_ten);
  Take({}, 4);
  EXPECT_LT(done_through_, with_ten);
  // What comes meanwhile is not waited for.
  Add(11, Type::kErase);
  Take(last_, 4);
  EXPECT_LT(done_through_, with_ten);
  const uint64_t with_eleven = number_;
  EXPECT_THAT(Take(last_, 2), ElementsAre(9, 10));
  EXPECT_GE(done_through_, with_ten);
  EXPECT_LT(done_through_, with_eleven);
  // Nor what was dropped.
  Drop({11});
  TakeAfterLast();
  TakeAfterLast();
  EXPECT_EQ(done_through_, number_);
}

// What the aggregator has stored, and not what was only handed out.
TEST_F(ChangeQueueTest, SaysThroughWhichRoundEverythingIsConfirmed) {
  EXPECT_EQ(queue_->confirmed_through(), 0u);
  Take();
  EXPECT_EQ(queue_->last_number(), number_);
  const uint64_t empty = number_;
  for (RelationId relation = 1; relation <= 10; ++relation) {
    Add(relation, Type::kErase);
  }
  Take(last_, 4);
  EXPECT_EQ(queue_->confirmed_through(), empty);
  const uint64_t with_ten = number_;
  // Handed out, confirmed in part, and by something else.
  Take({}, 4);
  Take(RoundConfirmation::From(std::string(16, 'x')), 4);
  EXPECT_EQ(queue_->confirmed_through(), empty);
  Take(last_, 4);
  EXPECT_GE(queue_->confirmed_through(), empty);
  EXPECT_LT(queue_->confirmed_through(), with_ten);
  Take(last_, 4);
  EXPECT_LT(queue_->confirmed_through(), with_ten);
  EXPECT_THAT(queue_->Confirm(last_), IsOk());
  EXPECT_GE(queue_->confirmed_through(), with_ten);
}

// Ten are due and four go at a time; the process ends in between.
TEST_F(ChangeQueueTest, AReopenDoesNotMakeDoneWhatIsNot) {
  for (RelationId relation = 1; relation <= 10; ++relation) {
    Add(relation, Type::kErase);
  }
  Take({}, 4);
  const uint64_t with_ten = number_;
  Take({}, 4);
  Reopen();
  EXPECT_GT(queue_->last_number(), with_ten);
  for (int left = 10; left > 4; left -= 4) {
    EXPECT_THAT(Take(last_, 4), SizeIs(4));
    EXPECT_LT(done_through_, with_ten);
    EXPECT_LT(queue_->confirmed_through(), with_ten);
  }
  EXPECT_THAT(Take(last_, 4), SizeIs(2));
  EXPECT_GE(done_through_, with_ten);
  EXPECT_THAT(queue_->Confirm(last_), IsOk());
  EXPECT_GE(queue_->confirmed_through(), with_ten);
}

// A visitor waits for no link.
TEST_F(ChangeQueueTest, WhatFollowsFromRightsGoesBeforeLinks) {
  for (RelationId relation = 1; relation <= 100; ++relation) Add(relation);
  now_ += 500;
  Take({}, 4);
  Add(200, Type::kErase);
  Add(201, Type::kNobody);
  EXPECT_THAT(Take(last_, 4), ElementsAre(200, 201, 5, 6));
  const uint64_t with_rights = number_;
  EXPECT_EQ(rights_done_through_, with_rights);
  EXPECT_LT(done_through_, with_rights);
  EXPECT_THAT(queue_->Confirm(last_), IsOk());
  EXPECT_EQ(queue_->confirmed_through(), with_rights);
  // Links are not forgotten for it.
  size_t links = 6;
  while (done_through_ < with_rights) links += Take(last_, 4).size();
  EXPECT_EQ(links, 100u);
  // More rights than go in a round.
  for (RelationId relation = 1; relation <= 6; ++relation) {
    Add(relation, Type::kErase);
  }
  EXPECT_THAT(Take(last_, 4), ElementsAre(1, 2, 3, 4));
  EXPECT_LT(rights_done_through_, number_);
  EXPECT_THAT(Take(last_, 4), ElementsAre(5, 6));
  EXPECT_EQ(rights_done_through_, number_);
}

TEST_F(ChangeQueueTest, AReopenBeforeAnyRoundMakesNothingDone) {
  for (RelationId relation = 1; relation <= 10; ++relation) {
    Add(relation, Type::kErase);
  }
  Reopen();
  Take({}, 4);
  EXPECT_EQ(done_through_, 0u);
  EXPECT_THAT(queue_->Confirm(last_), IsOk());
  EXPECT_EQ(queue_->confirmed_through(), 0u);
}

TEST_F(ChangeQueueTest, NumbersOfRoundsGrowThroughARestart) {
  Take();
  Reopen();
  Take();
  // Also when the clock is set back.
  now_ -= 1000;
  Reopen();
  Take();
}

// When the answer gets lost, the caller says again what it has confirmed
// before: of what was handed out since, nothing is forgotten.
TEST_F(ChangeQueueTest, ARepeatedConfirmationLosesNothing) {
  Add(100);
  Add(200, Type::kErase);
  EXPECT_THAT(Take(), ElementsAre(200));
  const RoundConfirmation erased = last_;
  now_ += 500;
  EXPECT_THAT(Take(erased), ElementsAre(100));
  EXPECT_THAT(Take(erased), ElementsAre(100));
  // Nor does what was never handed out.
  EXPECT_THAT(Take(RoundConfirmation::From(std::string(16, 'x'))),
              ElementsAre(100));
  EXPECT_THAT(TakeAfterLast(), IsEmpty());
}

TEST_F(ChangeQueueTest, LinksOfTheErasedAreDroppedTheErasureIsNot) {
  Add(100);
  Add(200);
  Add(100, Type::kNobody);
  Add(100, Type::kLink, /*later=*/true);
  Add(100, Type::kErase);
  Drop({100});
  now_ += 500;
  EXPECT_THAT(Take(), ElementsAre(100, 200));
  EXPECT_THAT(TakeAfterLast(), IsEmpty());
  // Also when it was handed out before: then nothing is told again.
  Add(300, Type::kNobody);
  EXPECT_THAT(Take(), ElementsAre(300));
  Drop({200, 300});
  EXPECT_THAT(TakeAfterLast(), IsEmpty());
  now_ += 10 * ChangeQueue::kTellAgainSeconds;
  EXPECT_THAT(Take(), IsEmpty());
}

TEST_F(ChangeQueueTest, DamagedRecordsAreAnError) {
  Add(100);
  rocksdb::WriteBatch batch;
  batch.Put(store_->family(kChanges), NumberKey(7), "X");
  ASSERT_THAT(store_->Write(batch), IsOk());
  EXPECT_THAT(queue_->Take(10).status(), StatusIs(absl::StatusCode::kDataLoss));
}

class LinkRoundTest : public LinkerTest {
 protected:
  // A person whose link changes: two that a third makes one. Their numbers are
  // 3*n, 3*n+1 and 3*n+2; `n` is at least 1, for relation 0 has a reference of
  // nobody.
  void LinkLate(int n) {
    const std::string email = "p" + std::to_string(n) + "@x.nl";
    const std::string mobile = "+3161" + std::to_string(1'000'000 + n);
    Link(3 * n, {.email = email, .first = "anna"});
    Link(3 * n + 1, {.mobile = mobile, .first = "anna"});
    Link(3 * n + 2, {.email = email, .mobile = mobile, .first = "anna"});
    ASSERT_TRUE(SamePerson(3 * n, 3 * n + 1));
  }
  void ReopenWith(size_t persons) {
    Reopen(/*fresh=*/true, MatchParameters::Default(),
           {.persons = persons, .wait_seconds = 86400});
  }
};

TEST_F(LinkRoundTest, SixtyThreePersonsWaitAndSixtyFourGo) {
  ReopenWith(64);
  for (int n = 1; n <= 63; ++n) LinkLate(n);
  EXPECT_THAT(Hear(), IsEmpty());
  // One relation more of somebody who waits already.
  Link(200, {.mobile = "+31699999999", .first = "anna"});
  Link(201, {.email = "p1@x.nl", .mobile = "+31699999999", .first = "anna"});
  ASSERT_TRUE(SamePerson(200, 3));
  EXPECT_THAT(Hear(), IsEmpty());
  LinkLate(64);
  const auto heard = Hear();
  std::set<PersonSeed> persons;
  for (const RoundEntry& entry : heard) {
    EXPECT_EQ(entry.type, Type::kLink);
    persons.insert(entry.person);
  }
  EXPECT_THAT(heard, SizeIs(65));
  EXPECT_THAT(persons, SizeIs(64));
}

TEST_F(LinkRoundTest, FewGoAfterADay) {
  ReopenWith(64);
  LinkLate(1);
  now_ += 86399;
  EXPECT_THAT(Hear(), IsEmpty());
  now_ += 1;
  EXPECT_THAT(Hear(), SizeIs(1));
}

TEST_F(LinkRoundTest, NothingIsLostAndNothingTwiceInSmallRounds) {
  for (int n = 1; n <= 30; ++n) LinkLate(n);
  std::vector<size_t> sizes;
  std::multiset<PersonSeed> told;
  for (RoundConfirmation confirmed;;) {
    const auto round = linker_->NextRound(confirmed, 7);
    ASSERT_THAT(round, IsOk());
    if (round->changes == 0) break;
    confirmed = round->confirmation;
    sizes.push_back(round->entries.size());
    for (const RoundEntry& entry : round->entries) told.insert(entry.person);
  }
  EXPECT_THAT(sizes, ElementsAre(7, 7, 7, 7, 2));
  EXPECT_THAT(told, SizeIs(30));
  EXPECT_THAT(std::set<PersonSeed>(told.begin(), told.end()), SizeIs(30));
}

// Which change came first would tell what arrived first.
TEST_F(LinkRoundTest, ARoundIsInRandomOrder) {
  for (int n = 1; n <= 10; ++n) LinkLate(n);
  std::set<std::vector<PersonSeed>> orders;
  for (int i = 0; i < 10; ++i) {
    std::vector<PersonSeed> order;
    const auto round = linker_->NextRound({}, 256);
    ASSERT_THAT(round, IsOk());
    for (const auto& entry : round->entries) {
      order.push_back(entry.person);
    }
    EXPECT_THAT(order, SizeIs(10));
    orders.insert(order);
  }
  EXPECT_GT(orders.size(), 5u);
}

TEST_F(LinkRoundTest, AnErasedRelationsLinksAreDroppedItsErasureIsNot) {
  ReopenWith(64);
  LinkLate(1);  // 3, 4 and 5: of 3 and 4 one changed
  ASSERT_THAT(linker_->Erase({.handle = {},
                              .reference = {},
                              .tokens = Row(0, {.email = "p1@x.nl",
                                                .mobile = "+31611000001",
                                                .first = "anna"})
                                            .tokens}),
              IsOk());
  const Heard erased{{Type::kErase, {3, 4, 5}}};
  EXPECT_EQ(HearNumbers(), erased);
  now_ += 10 * 86400;
  EXPECT_EQ(HearNumbers(), Heard());
}

// By its handle there is no erasure to tell, and of its links nothing either.
TEST_F(LinkRoundTest, ARelationErasedByItsHandleLeavesNothingToTell) {
  ReopenWith(64);
  LinkLate(1);
  for (int number : {3, 4}) {
    ASSERT_THAT(linker_->Erase({.handle = HandleOf(number),
                                .reference = std::string(
                                    kReferenceBytes, static_cast<char>(number)),
                                .tokens = {}}),
                IsOk());
  }
  now_ += 10 * 86400;
  EXPECT_EQ(HearNumbers(), Heard());
}

}  // namespace
}  // namespace garderobe::vault
