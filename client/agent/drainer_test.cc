#include "client/agent/drainer.h"

#include <atomic>
#include <set>

#include "client/agent/agent_fixture.h"
#include "core/base/mutex.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

using std::chrono::milliseconds;

// Drains by noting that all is delivered; fails as often as it is told to.
class DrainerTest : public AgentFixture {
 protected:
  static absl::Status NoteAll(Flow flow, InstitutionQueue& queue) {
    BatchResult result;
    result.from = queue.delivered(flow) + 1;
    result.to = result.from + queue.waiting(flow) - 1;
    result.stored = result.to - result.from + 1;
    return queue.outcomes(flow).Append(result);
  }
  static DrainerOptions Quick() {
    DrainerOptions options;
    options.gather = {std::chrono::seconds(0), std::chrono::seconds(0)};
    options.pause_least = milliseconds(1);
    options.pause_most = milliseconds(4);
    return options;
  }
  // Waits until `done`; false after half a minute.
  static bool Eventually(const std::function<bool()>& done) {
    for (int i = 0; i < 3000; ++i) {
      if (done()) return true;
      std::this_thread::sleep_for(milliseconds(10));
    }
    return false;
  }
};

TEST_F(DrainerTest, VisitsGoFirstThenCustomersThenTheRowsAreForgotten) {
  auto queue = OpenQueue();
  ASSERT_THAT(queue, IsOk());
  Drainer drainer(Quick(), {queue->get()}, NoteAll,
                  [](Flow, const InstitutionQueue&, const absl::Status&) {});
  drainer.Start();
  ASSERT_THAT((*queue)->spool().Append(Rows(10)), IsOk());
  drainer.Wake();
  ASSERT_TRUE(Eventually([&] { return (*queue)->spool().bytes() == 0; }));
  const QueueStatus status = (*queue)->Status();
  EXPECT_EQ(status.taken, 10u);
  EXPECT_EQ(status.waiting + status.customers_waiting, 0u);
  EXPECT_EQ(status.stored, 10u);
  EXPECT_TRUE(status.complete_until.has_value());
}

TEST_F(DrainerTest, WhatFailsIsTriedAgainAndToldOnceEachWay) {
  auto queue = OpenQueue();
  ASSERT_THAT(queue, IsOk());
  std::atomic<int> failures{0}, told_failed{0}, told_well{0};
  Drainer drainer(
      Quick(), {queue->get()},
      [&](Flow flow, InstitutionQueue& one) -> absl::Status {
        if (flow == Flow::kVisits && failures < 20) {
          ++failures;
          return PermissionDenied("no agreement");
        }
        return NoteAll(flow, one);
      },
      [&](Flow, const InstitutionQueue& one, const absl::Status& status) {
        if (status.ok()) {
          ++told_well;
        } else {
          ++told_failed;
          EXPECT_EQ(one.Status().hindered_by[0], "no agreement");
          EXPECT_EQ(one.Status().waiting, 10u);
        }
      });
  drainer.Start();
  ASSERT_THAT((*queue)->spool().Append(Rows(10)), IsOk());
  ASSERT_TRUE(Eventually([&] { return told_well > 0; }));
  EXPECT_EQ(failures, 20);
  EXPECT_EQ(told_failed, 20);
  ASSERT_TRUE(Eventually([&] { return (*queue)->spool().bytes() == 0; }));
  EXPECT_EQ((*queue)->Status().hindered_by[0], "");
}

TEST_F(DrainerTest, TheQueueIsTheSameAfterARestart) {
  {
    auto queue = OpenQueue();
    ASSERT_THAT(queue, IsOk());
    ASSERT_THAT((*queue)->spool().Append(Rows(10)), IsOk());
    ASSERT_THAT(NoteAll(Flow::kVisits, **queue), IsOk());
    // Two agents never work with one folder.
    EXPECT_THAT(OpenQueue(), StatusIs(absl::StatusCode::kUnavailable));
  }
  {
    auto queue = OpenQueue();
    ASSERT_THAT(queue, IsOk());
    EXPECT_EQ((*queue)->waiting(Flow::kVisits), 0u);
    EXPECT_EQ((*queue)->waiting(Flow::kRelations), 10u);
    ASSERT_THAT(NoteAll(Flow::kRelations, **queue), IsOk());
    ASSERT_THAT((*queue)->Forget(), IsOk());
    EXPECT_EQ((*queue)->spool().bytes(), 0u);
  }
  auto queue = OpenQueue();
  ASSERT_THAT(queue, IsOk());
  EXPECT_THAT((*queue)->spool().Append(Rows(1)), IsOkAndHolds(11u));
}

// Whatever became of the visits of rows whose customers were delivered, they
// were delivered; the rows that follow once went without their customers.
TEST_F(DrainerTest, AListOfOutcomesThatIsLostHidesNoCustomers) {
  {
    auto queue = OpenQueue();
    ASSERT_THAT(queue, IsOk());
    ASSERT_THAT((*queue)->spool().Append(Rows(12)), IsOk());
    ASSERT_THAT(NoteAll(Flow::kVisits, **queue), IsOk());
    ASSERT_THAT(NoteAll(Flow::kRelations, **queue), IsOk());
    ASSERT_THAT((*queue)->Forget(), IsOk());
  }
  std::filesystem::remove(folder_ + "/museum-01/outcomes");
  auto queue = OpenQueue();
  ASSERT_THAT(queue, IsOk());
  EXPECT_THAT((*queue)->spool().Append(Rows(3)), IsOkAndHolds(13u));
  ASSERT_THAT(NoteAll(Flow::kVisits, **queue), IsOk());
  EXPECT_EQ((*queue)->waiting(Flow::kRelations), 3u);
}

}  // namespace
}  // namespace garderobe::client
