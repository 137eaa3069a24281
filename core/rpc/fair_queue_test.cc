#include "core/rpc/fair_queue.h"

#include <atomic>
#include <future>
#include <vector>

#include "gtest/gtest.h"

namespace garderobe {
namespace {

TEST(FairQueueTest, ALatePeerDoesNotWaitForAllOfAnEarlierOne) {
  boost::asio::thread_pool workers(1);
  FairQueue queue(workers, 1);
  std::promise<void> go;
  std::shared_future<void> gone = go.get_future().share();
  std::vector<char> order;  // of one thread
  queue.Post("first", [gone] { gone.wait(); });
  for (int i = 0; i < 5; ++i) {
    queue.Post("first", [&order] { order.push_back('a'); });
  }
  queue.Post("second", [&order] { order.push_back('b'); });
  queue.Post("third", [&order] { order.push_back('c'); });
  go.set_value();
  workers.join();
  const std::string ran(order.begin(), order.end());
  EXPECT_EQ(ran.size(), 7u);
  EXPECT_LE(ran.find('b'), 1u) << ran;
  EXPECT_LE(ran.find('c'), 2u) << ran;
}

TEST(FairQueueTest, RunsEverythingOnceAndNoMoreThanItMayAtOnce) {
  boost::asio::thread_pool workers(4);
  FairQueue queue(workers, 2);
  std::atomic<int> running{0}, most{0}, done{0};
  for (int i = 0; i < 200; ++i) {
    queue.Post(std::to_string(i % 7), [&] {
      const int now = ++running;
      int seen = most;
      while (now > seen && !most.compare_exchange_weak(seen, now)) {
      }
      --running;
      ++done;
    });
  }
  workers.join();
  EXPECT_EQ(done, 200);
  EXPECT_LE(most, 2);
}

}  // namespace
}  // namespace garderobe
