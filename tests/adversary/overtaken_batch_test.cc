// A batch that a round overtakes, on the built daemons: its customer is erased
// while it is on its way from the vault to the aggregator (protocol.md, 4).
#include <atomic>
#include <thread>

#include "aggregator/ledger/records.h"
#include "core/store/store.h"
#include "tests/adversary/recording_fixture.h"

namespace garderobe {
namespace {

class OvertakenBatchTest : public RecordingFixture {
 protected:
  // Sends four customers, has the second erased by identity while the batch is
  // held before the aggregator, and lets it go. Whom the aggregator keeps then.
  std::set<std::string> KeptAfterAnErasure(
      const std::function<void(v1::StoreRelationsRequest*)>& alter) {
    std::atomic<bool> is_held{false}, is_let_go{false};
    aggregator_.alter_relations.Set([&](v1::StoreRelationsRequest* request) {
      is_held = true;
      while (!is_let_go) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
      alter(request);
    });
    std::vector<std::string> rows;
    for (int i = 0; i < 4; ++i) {
      rows.push_back(Row(i, "B", fmt::format("under.way{}@example.nl", i), ""));
    }
    auto sending = StartToSend(rows);
    for (int tenths = 0; tenths < 300 && !is_held; ++tenths) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    EXPECT_TRUE(is_held);
    const RunResult erased = deployment_.Run(
        {"erase", "--institution", kMuseum, "--identity",
         deployment_.Write("who.json",
                           R"({"email": "under.way1@example.nl"})")});
    EXPECT_EQ(erased.exit, 0) << erased.err;
    is_let_go = true;
    const RunResult sent = sending.Wait();
    EXPECT_TRUE(sent.exit == 0 || sent.exit == 4) << sent.err;
    aggregator_.alter_relations.Set(nullptr);
    deployment_.Down();
    std::set<std::string> kept;
    const auto store =
        Store::OpenToRead(deployment_.folder() + "/aggregator/data/store",
                          aggregator::kFamilyNames, aggregator::kStoreOptions);
    EXPECT_THAT(store, IsOk());
    for (int i = 0; i < 4; ++i) {
      const std::string customer = fmt::format("B{}", i);
      if ((*store)
              ->Get(aggregator::kReferences, ReferenceOf(customer).view())
              .ok()) {
        kept.insert(customer);
      }
    }
    return kept;
  }
};

TEST_F(OvertakenBatchTest, BringsNobodyBack) {
  EXPECT_EQ(KeptAfterAnErasure([](auto*) {}),
            (std::set<std::string>{"B0", "B2", "B3"}));
}

// The control: with a TTP that says the vault answered later, the erased
// customer is there again.
TEST_F(OvertakenBatchTest, TheTtpIsBelievedWhenItGotTheBatch) {
  EXPECT_EQ(KeptAfterAnErasure([](v1::StoreRelationsRequest* request) {
              request->set_answered_after(UINT64_MAX);
            }),
            (std::set<std::string>{"B0", "B1", "B2", "B3"}));
}

}  // namespace
}  // namespace garderobe
