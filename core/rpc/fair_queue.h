// Work of several peers on one pool, in turn: however much one of them has
// handed in, another's next piece waits for those that run and no more.
#ifndef GARDEROBE_CORE_RPC_FAIR_QUEUE_H_
#define GARDEROBE_CORE_RPC_FAIR_QUEUE_H_

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include "core/base/mutex.h"

namespace garderobe {

// Thread-safe. Outlives the work; what bounds it is what each peer may have
// under way.
class FairQueue {
 public:
  // At most `at_once` pieces run at the same time.
  FairQueue(boost::asio::thread_pool& workers, size_t at_once)
      : workers_(workers), at_once_(at_once) {}

  void Post(const std::string& peer, std::function<void()> work) {
    const MutexLock lock(&mutex_);
    auto& queue = queues_[peer];
    if (queue.empty()) turns_.push_back(peer);
    queue.push_back(std::move(work));
    if (running_ >= at_once_) return;
    ++running_;
    boost::asio::post(workers_, [this] { RunOne(); });
  }

 private:
  void RunOne() {
    std::function<void()> work;
    {
      const MutexLock lock(&mutex_);
      if (turns_.empty()) {
        --running_;
        return;
      }
      const auto queue = queues_.find(turns_.front());
      turns_.pop_front();
      work = std::move(queue->second.front());
      queue->second.pop_front();
      // To the end of the line.
      if (queue->second.empty()) {
        queues_.erase(queue);
      } else {
        turns_.push_back(queue->first);
      }
    }
    work();
    // Others who use the pool get their turn as well.
    boost::asio::post(workers_, [this] { RunOne(); });
  }

  boost::asio::thread_pool& workers_;
  const size_t at_once_;
  Mutex mutex_;
  // None of them is empty; each peer stands once in turns_.
  std::map<std::string, std::deque<std::function<void()>>> queues_
      ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> turns_ ABSL_GUARDED_BY(mutex_);
  size_t running_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_RPC_FAIR_QUEUE_H_
