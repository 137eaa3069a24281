// Writes a daemon's store again from time to time (Store::ForgetOrder), so that
// neither what was deleted nor the order of arrival stays on the disk.
#ifndef GARDEROBE_CORE_DAEMON_STORE_REWRITER_H_
#define GARDEROBE_CORE_DAEMON_STORE_REWRITER_H_

#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>

#include "core/daemon/daemon.h"
#include "core/store/store.h"

namespace garderobe {

// On a thread of its own, for it takes long; its destructor ends what is under
// way.
class StoreRewriter {
 public:
  struct Options {
    std::chrono::seconds period;
    bool at_start = true;
    std::function<bool()> needed;          // whether there is anything to do
    std::function<absl::Status()> before;  // null for nothing
    std::function<absl::Status()> after;   // null for nothing
  };
  // `store` and `daemon` outlive it.
  StoreRewriter(Store& store, Daemon& daemon, Options options);
  ~StoreRewriter();

 private:
  absl::Status Rewrite();

  Store& store_;
  const Options options_;
  boost::asio::thread_pool thread_{1};
  std::chrono::steady_clock::time_point due_;  // only on that thread
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_DAEMON_STORE_REWRITER_H_
