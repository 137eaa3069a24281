#include "core/daemon/acceptor.h"

#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <exception>
#include <filesystem>
#include <iterator>

#include "core/base/check.h"
#include "spdlog/spdlog.h"

namespace garderobe {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPause{50};
constexpr std::chrono::seconds kSilence{60};  // between two lines in the log

// What the process needs besides connections: the store's tables, logs, and
// connections to other parties. A quarter of a small limit, at most this.
constexpr size_t kReservedMax = 640;

size_t DescriptorsMax() {
  rlimit limit{};
  GARDEROBE_CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  const size_t all = limit.rlim_cur;
  return all - std::min(all / 4, kReservedMax);
}

}  // namespace

size_t RaiseDescriptorLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

size_t OpenDescriptors() {
  std::error_code error;
  const std::filesystem::directory_iterator entries("/proc/self/fd", error);
  // Without a descriptor to read the folder by there is none left.
  if (error) return SIZE_MAX;
  return static_cast<size_t>(std::distance(begin(entries), end(entries)));
}

absl::StatusOr<std::shared_ptr<Acceptor>> Acceptor::Listen(
    asio::io_context& io, const tcp::endpoint& endpoint) {
  tcp::acceptor acceptor(io);
  boost::system::error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) {
    // A daemon that is started again does not wait for connections of the one
    // before; two daemons can't share a port by it.
    acceptor.set_option(asio::socket_base::reuse_address(true), error);
  }
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return Unavailable("{}", error.message());
  return std::shared_ptr<Acceptor>(new Acceptor(std::move(acceptor)));
}

Acceptor::Acceptor(tcp::acceptor acceptor)
    : acceptor_(std::move(acceptor)),
      timer_(acceptor_.get_executor()),
      descriptors_max_(DescriptorsMax()) {}

void Acceptor::Start(std::unique_ptr<GrpcAcceptor> target) {
  target_ = std::move(target);
  asio::post(acceptor_.get_executor(),
             [self = shared_from_this()] { self->Accept(); });
}

void Acceptor::Stop() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  timer_.cancel();
}

bool Acceptor::HasRoom() {
  const auto before = steady_clock::now();
  if (before >= count_again_at_) {
    count_ = OpenDescriptors();
    // With very many descriptors counting takes long: it may take a twentieth
    // of this thread's time.
    const auto now = steady_clock::now();
    count_again_at_ =
        now + std::max<steady_clock::duration>(kPause, 20 * (now - before));
  }
  return count_ < descriptors_max_;
}

void Acceptor::Accept() {
  if (!HasRoom()) return Pause("no descriptors left");
  acceptor_.async_accept(
      [self = shared_from_this()](boost::system::error_code error,
                                  tcp::socket socket) {
        if (error == asio::error::operation_aborted) return;
        if (error == asio::error::no_descriptors ||
            error == boost::system::errc::too_many_files_open_in_system ||
            error == asio::error::no_memory ||
            error == asio::error::no_buffer_space) {
          return self->Pause(error.message());
        }
        // Any other error concerns that connection only.
        if (!error) self->HandOver(std::move(socket));
        self->Accept();
      });
}

void Acceptor::HandOver(tcp::socket socket) {
  boost::system::error_code error;
  socket.set_option(tcp::no_delay(true), error);
  if (!error) socket.native_non_blocking(true, error);
  if (error) return;
  GrpcAcceptor::NewConnectionParameters connection;
  connection.listener_fd = acceptor_.native_handle();
  connection.fd = socket.release(error);
  if (error) return;
  ++count_;
  target_->HandleNewConnection(&connection);
}

void Acceptor::Pause(const std::string& reason) {
  const auto now = steady_clock::now();
  if (!told_at_ || now - *told_at_ >= kSilence) {
    told_at_ = now;
    spdlog::warn("event=connections-wait reason=\"{}\" descriptors_max={}",
                 reason, descriptors_max_);
  }
  timer_.expires_after(kPause);
  timer_.async_wait(
      [self = shared_from_this()](boost::system::error_code error) {
        if (!error) self->Accept();
      });
}

}  // namespace garderobe
