// The agent's HTTP/1.1 server: on loopback, on a socket of the file system, or
// both. Bounds what a caller can take of memory, time and connections.
#ifndef GARDEROBE_CLIENT_AGENT_HTTP_SERVER_H_
#define GARDEROBE_CLIENT_AGENT_HTTP_SERVER_H_

#include <memory>
#include <string>

#include "client/agent/api.h"
#include "core/base/status.h"

namespace garderobe::client {

// Bytes of a socket's path (sockaddr_un, without its zero).
inline constexpr size_t kSocketPathMax = 107;

struct HttpOptions {
  std::string listen;  // "127.0.0.1:7480"; loopback only; empty: none
  std::string socket;  // path of a socket, mode 0600; empty: none
  size_t threads = 16;
};

class HttpServer {
 public:
  // Begins to answer with `api`, which outlives it. InvalidArgument: `listen`
  // is no address of loopback, or `socket` is too long or names another kind of
  // file. Unavailable: the address or the path is taken.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<HttpServer>> Start(
      const HttpOptions& options, Api& api);
  // Ends without waiting for callers: what was not answered was not promised.
  ~HttpServer();

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);
  const std::unique_ptr<State> state_;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_AGENT_HTTP_SERVER_H_
