// Splits a loop over the worker pool, without ever waiting for a free worker:
// the caller takes part, so a full pool means one thread, not a deadlock.
#ifndef GARDEROBE_CORE_BASE_PARALLEL_H_
#define GARDEROBE_CORE_BASE_PARALLEL_H_

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>

namespace garderobe {

// Calls work(begin, end) for consecutive ranges of at most `chunk` that cover
// 0..count, on this thread and on idle workers; returns when all are done.
// `work` must not throw.
template <typename Work>
void ParallelFor(boost::asio::thread_pool& workers, size_t count, size_t chunk,
                 const Work& work) {
  struct State {
    std::atomic<size_t> next{0};
    std::mutex mutex;
    std::condition_variable idle;
    size_t active = 0;  // helpers inside a range; guarded by mutex
    bool closed = false;
  };
  auto state = std::make_shared<State>();
  auto take = [count, chunk, &work](State& shared) {
    for (;;) {
      const size_t begin = shared.next.fetch_add(chunk);
      if (begin >= count) return;
      work(begin, std::min(begin + chunk, count));
    }
  };
  const size_t ranges = (count + chunk - 1) / chunk;
  for (size_t i = 1; i < std::min<size_t>(ranges, 16); ++i) {
    boost::asio::post(workers, [state, take] {
      {
        // A helper that comes too late must not touch `work` any more.
        std::lock_guard lock(state->mutex);
        if (state->closed) return;
        ++state->active;
      }
      take(*state);
      std::lock_guard lock(state->mutex);
      --state->active;
      state->idle.notify_one();
    });
  }
  take(*state);
  std::unique_lock lock(state->mutex);
  state->closed = true;
  state->idle.wait(lock, [&] { return state->active == 0; });
}

}  // namespace garderobe

#endif  // GARDEROBE_CORE_BASE_PARALLEL_H_
