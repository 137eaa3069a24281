// Work that is done again and again.
#ifndef GARDEROBE_CORE_DAEMON_REPEAT_H_
#define GARDEROBE_CORE_DAEMON_REPEAT_H_

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>

namespace garderobe {

// A timer on the daemon's own thread that runs `work` every `period` until
// the io_context stops. Each run is handed to `workers`, never two at once.
void RunEvery(boost::asio::io_context& io, boost::asio::thread_pool& workers,
              std::chrono::milliseconds period, std::function<void()> work);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_DAEMON_REPEAT_H_
