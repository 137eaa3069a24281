// Asks a daemon's own port whether it still answers.
//
// A process can be alive and deaf: its state says ready, and no connection gets
// through. So health is asked of the port, as a client would.
#ifndef GARDEROBE_CORE_DAEMON_PORT_PROBE_H_
#define GARDEROBE_CORE_DAEMON_PORT_PROBE_H_

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/rpc/tls.h"

namespace garderobe {

// Works on the io_context's thread only.
class PortProbe : public std::enable_shared_from_this<PortProbe> {
 public:
  // Gets whether the port answered, and what went wrong where it did not.
  using Done = std::function<void(bool answers, const std::string& why)>;

  // The certificate in `files` is shown to the port.
  PortProbe(boost::asio::io_context& io,
            const boost::asio::ip::tcp::endpoint& endpoint, TlsFiles files);

  // Connects, completes a TLS handshake and waits for the first HTTP/2 frame,
  // two seconds at most. Those who ask meanwhile get the same answer, and an
  // answer is good for one second, so that asking often costs little.
  void Ask(Done done);

 private:
  struct Connection;
  void Answer(bool answers, const std::string& why);

  boost::asio::io_context& io_;
  const boost::asio::ip::tcp::endpoint endpoint_;
  const TlsFiles files_;
  std::vector<Done> waiting_;
  std::optional<std::chrono::steady_clock::time_point> asked_at_;
  bool answers_ = false;
  std::string why_;
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_DAEMON_PORT_PROBE_H_
