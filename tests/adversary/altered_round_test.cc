// A TTP that changes what the vault tells the aggregator of relations, on the
// built daemons (protocol.md, 4: "Rounds").
#include <thread>

#include "aggregator/ledger/records.h"
#include "core/store/store.h"
#include "tests/adversary/recording_fixture.h"
#include "tests/support/figures.h"

namespace garderobe {
namespace {

class AlteredRoundTest : public RecordingFixture {
 protected:
  static constexpr size_t kRounds = 5;

  // Whom the aggregator keeps, as it is now.
  bool Keeps(const std::string& customer) const {
    const auto store =
        Store::OpenToRead(deployment_.folder() + "/aggregator/data/store",
                          aggregator::kFamilyNames, aggregator::kStoreOptions);
    EXPECT_THAT(store, IsOk());
    return (*store)
        ->Get(aggregator::kReferences, ReferenceOf(customer).view())
        .ok();
  }

  bool TellsOf(const std::string& references,
               const std::string& customer) const {
    const auto told_of = Opened(references);
    return std::find(told_of.begin(), told_of.end(), ReferenceOf(customer)) !=
           told_of.end();
  }
  size_t DroppedThatTellOf(const std::string& customer) const {
    const auto dropped = recorder_.recorded().rounds_dropped;
    return static_cast<size_t>(
        std::count_if(dropped.begin(), dropped.end(), [&](const auto& round) {
          return TellsOf(round.references(), customer);
        }));
  }
  // Sends the customers E0 to E3 and, once `prepare` was called, has the second
  // erased by identity. Waits until so many rounds as `told` says, which is
  // asked again and again, have told of it.
  LocalDeployment::Background EraseOneOfFour(
      const std::function<void()>& prepare,
      const std::function<size_t()>& told) {
    std::vector<std::string> rows;
    for (int i = 0; i < 4; ++i) {
      rows.push_back(Row(i, "E", fmt::format("erased{}@example.nl", i), ""));
    }
    Send(rows);
    for (const char* customer : {"E1", "E2"}) EXPECT_TRUE(Keeps(customer));
    prepare();
    const std::string who =
        deployment_.Write("who.json", R"({"email": "erased1@example.nl"})");
    auto erase = deployment_.Start(
        {"erase", "--institution", kMuseum, "--identity", who});
    for (int tenths = 0; tenths < 300 && told() < kRounds; ++tenths) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    EXPECT_GE(told(), kRounds);
    EXPECT_TRUE(Keeps("E1"));
    EXPECT_FALSE(erase.Ended());
    return erase;
  }
  // The control: what was begun ends when rounds go as the vault made them.
  void ExpectErased(LocalDeployment::Background& erase) {
    const RunResult erased = erase.Wait();
    EXPECT_EQ(erased.exit, 0) << erased.err;
    EXPECT_GE(RoundsThatTellOf("E1").stored, 1u);
    EXPECT_FALSE(Keeps("E1"));
    for (const char* customer : {"E0", "E2", "E3"}) {
      EXPECT_TRUE(Keeps(customer));
    }
  }

  // The rounds that told of this customer, and how many of them the aggregator
  // stored; any other answer than FAILED_PRECONDITION fails the test.
  struct Told {
    size_t rounds = 0, stored = 0;
  };
  Told RoundsThatTellOf(const std::string& customer) const {
    const Recorded recorded = recorder_.recorded();
    Told told;
    // The answer to the last one may not be there yet.
    for (size_t i = 0; i < recorded.rounds_answered.size(); ++i) {
      if (!TellsOf(recorded.rounds.at(i).first.references(), customer))
        continue;
      ++told.rounds;
      const grpc::StatusCode answer = recorded.rounds_answered[i];
      told.stored += answer == grpc::StatusCode::OK;
      if (answer != grpc::StatusCode::OK) {
        EXPECT_EQ(answer, grpc::StatusCode::FAILED_PRECONDITION);
      }
    }
    return told;
  }

  // Puts the reference of an entry that `chosen` names in the place of another,
  // and that in its place. Only a judge can choose: it opens them.
  void ExchangeReferencesOf(const std::string& chosen) {
    aggregator_.alter_round.Set([this, chosen](v1::StoreRoundRequest* round) {
      const auto told_of = Opened(round->references());
      const Element reference = ReferenceOf(chosen);
      std::string* const references = round->mutable_references();
      for (size_t i = 0; i < told_of.size(); ++i) {
        if (told_of[i] != reference) continue;
        const size_t other = (i + 1) % told_of.size();
        const std::string mine = references->substr(i * 64, 64);
        references->replace(i * 64, 64, references->substr(other * 64, 64));
        references->replace(other * 64, 64, mine);
        return;
      }
    });
  }
};

TEST_F(AlteredRoundTest, NothingOfARoundWithExchangedReferencesIsDone) {
  auto erase = EraseOneOfFour([&] { ExchangeReferencesOf("E1"); },
                              [&] { return RoundsThatTellOf("E1").rounds; });
  const Told told = RoundsThatTellOf("E1");
  Note({"recording_test", "exchanged references.stored",
        static_cast<double>(told.stored), static_cast<double>(told.rounds)});
  EXPECT_EQ(told.stored, 0u);
  aggregator_.alter_round.Set(nullptr);
  ExpectErased(erase);
}

// The TTP once could drop a round and confirm it, and both receipts came.
TEST_F(AlteredRoundTest, ARoundThatNobodyStoredGivesNoReceipts) {
  auto erase = EraseOneOfFour([&] { aggregator_.drop_rounds = true; },
                              [&] { return DroppedThatTellOf("E1"); });
  aggregator_.drop_rounds = false;
  ExpectErased(erase);
}

}  // namespace
}  // namespace garderobe
