// Accepts a server's connections and hands them to gRPC.
//
// gRPC 1.51's own listener stops for good when the process has no descriptor
// left: a thousand idle connections once made a daemon deaf until it was
// started again. This one stays below the limit, waits, and goes on.
#ifndef GARDEROBE_CORE_DAEMON_ACCEPTOR_H_
#define GARDEROBE_CORE_DAEMON_ACCEPTOR_H_

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "core/base/status.h"
#include "grpcpp/server_builder.h"

namespace garderobe {

// Raises the limit on open descriptors to the most that the system allows this
// process, and returns the limit in force.
size_t RaiseDescriptorLimit();

// Number of descriptors that this process has open.
size_t OpenDescriptors();

// Works on the io_context's thread only.
class Acceptor : public std::enable_shared_from_this<Acceptor> {
 public:
  using GrpcAcceptor = grpc::experimental::ExternalConnectionAcceptor;

  // Listens at `endpoint`. Unavailable: the address can't be bound.
  [[nodiscard]] static absl::StatusOr<std::shared_ptr<Acceptor>> Listen(
      boost::asio::io_context& io,
      const boost::asio::ip::tcp::endpoint& endpoint);

  // Hands connections to `target`, whose server has been started, until Stop.
  // Peers that connect before wait in the system's queue.
  void Start(std::unique_ptr<GrpcAcceptor> target);
  // Stops accepting. May be called after the io_context has stopped.
  void Stop();

 private:
  explicit Acceptor(boost::asio::ip::tcp::acceptor acceptor);
  bool HasRoom();
  void Accept();
  void HandOver(boost::asio::ip::tcp::socket socket);
  void Pause(const std::string& reason);

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer timer_;
  const size_t descriptors_max_;
  std::unique_ptr<GrpcAcceptor> target_;
  // Counted anew now and then. In between only accepted connections are added,
  // so that it may be too high.
  size_t count_ = 0;
  std::chrono::steady_clock::time_point count_again_at_{};
  std::optional<std::chrono::steady_clock::time_point> told_at_;
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_DAEMON_ACCEPTOR_H_
