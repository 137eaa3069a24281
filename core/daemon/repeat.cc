#include "core/daemon/repeat.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <utility>

namespace garderobe {
namespace {

// Owns the timer and the work between runs.
struct Repeater : std::enable_shared_from_this<Repeater> {
  Repeater(boost::asio::io_context& io, boost::asio::thread_pool& pool,
           std::chrono::milliseconds every, std::function<void()> what)
      : timer(io), workers(pool), period(every), work(std::move(what)) {}
  void Arm() {
    timer.expires_after(period);
    timer.async_wait([self = shared_from_this()](const auto& error) {
      if (error) return;
      boost::asio::post(self->workers, [self] {
        self->work();
        boost::asio::post(self->timer.get_executor(), [self] { self->Arm(); });
      });
    });
  }
  boost::asio::steady_timer timer;
  boost::asio::thread_pool& workers;
  const std::chrono::milliseconds period;
  const std::function<void()> work;
};

}  // namespace

void RunEvery(boost::asio::io_context& io, boost::asio::thread_pool& workers,
              std::chrono::milliseconds period, std::function<void()> work) {
  std::make_shared<Repeater>(io, workers, period, std::move(work))->Arm();
}

}  // namespace garderobe
