// A peer that speaks HTTP/2 byte by byte, for what no gRPC client would send.
#ifndef GARDEROBE_TESTS_SUPPORT_HTTP2_PEER_H_
#define GARDEROBE_TESTS_SUPPORT_HTTP2_PEER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/rpc/tls.h"

namespace garderobe {

class Http2Peer {
 public:
  using Header = std::pair<std::string, std::string>;

  // Connects to "127.0.0.1:port" and says the preface: over TLS with the
  // certificate in `files`, or in the clear. Null: no connection came about.
  static std::unique_ptr<Http2Peer> Connect(
      const std::string& address, const std::optional<TlsFiles>& files);
  ~Http2Peer();

  // The headers of a gRPC call to `path`, and then `more`, which ends the
  // call: END_HEADERS and END_STREAM.
  void Call(uint32_t stream, const std::string& path,
            const std::vector<Header>& more);

  // Reads until `streams` calls have ended, the peer closes, or `seconds` are
  // over. Returns how many have ended.
  size_t AwaitEnds(size_t streams, int seconds);

 private:
  struct Connection;
  explicit Http2Peer(std::unique_ptr<Connection> connection);
  void Frame(uint8_t type, uint8_t flags, uint32_t stream,
             const std::string& payload);
  const std::unique_ptr<Connection> connection_;
};

}  // namespace garderobe

#endif  // GARDEROBE_TESTS_SUPPORT_HTTP2_PEER_H_
