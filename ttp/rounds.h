// Rounds: at fixed times, what the vault has for the aggregator is carried
// there, and what visitors have asked for is done (protocol.md, 4 and 6). A
// round is as large and comes as often whether there is anything or not, so
// that neither its size nor its time tells whom it is about.
#ifndef GARDEROBE_TTP_ROUNDS_H_
#define GARDEROBE_TTP_ROUNDS_H_

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "core/base/mutex.h"
#include "ttp/converter.h"
#include "ttp/upstream.h"

namespace garderobe::ttp {

// Thread-safe. All arguments of the constructor outlive it.
class Rounds {
 public:
  using Done = std::function<void(const absl::Status&)>;
  // Does what is to be done in a round, before its changes are carried. On the
  // rounds' own thread.
  using Before = std::function<void()>;
  // Called after each round: its number at the vault, up to which round the
  // aggregator has stored everything that was due, and what confirms that to
  // the vault. 0 and empty when it failed.
  struct Carried {
    absl::Status status;
    std::string confirmation = {};
    uint64_t number = 0;
    uint64_t done_through = 0;
    uint64_t rights_done_through = 0;  // the same of what follows from rights
  };
  using After = std::function<void(const Carried&)>;

  Rounds(boost::asio::io_context& io, const Converter& converter,
         Upstream& upstream, std::chrono::milliseconds interval)
      : converter_(converter),
        upstream_(upstream),
        interval_(interval),
        timer_(io) {}
  ~Rounds() { Stop(); }

  void Start(Before before, After after);
  void Stop();

  // Calls `done` after the first round in which everything was carried that was
  // due at the time of the call, or with the error of a round that failed.
  void WhenCarried(Done done);

 private:
  void SetTimer();
  void RunOnce();
  [[nodiscard]] absl::StatusOr<Carried> Carry();

  const Converter& converter_;
  Upstream& upstream_;
  const std::chrono::milliseconds interval_;
  Before before_;  // set by Start, as the next
  After after_;
  boost::asio::thread_pool thread_{1};  // a round at a time
  // As the aggregator confirmed the last round. Touched on the rounds' thread
  // only.
  std::string confirmation_;

  Mutex mutex_;
  boost::asio::steady_timer timer_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  bool running_ ABSL_GUARDED_BY(mutex_) = false;
  struct Waiter {
    uint64_t round = 0;  // of which what is due is waited for; 0: the next
    Done done;
  };
  std::vector<Waiter> waiters_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_ROUNDS_H_
