#include "tests/support/http_call.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/base/integer.h"
#include "core/base/status.h"

namespace garderobe {

nlohmann::json HttpAnswer::json() const {
  return nlohmann::json::parse(body, nullptr, false);
}

HttpAnswer RawHttp(int port, std::string_view bytes, int patience_s) {
  HttpAnswer answer;
  const int socket_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(static_cast<uint16_t>(port));
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval patience{patience_s, 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  std::string all;
  if (connect(socket_, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0) {
    while (!bytes.empty()) {
      const ssize_t sent =
          send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    char buffer[65536];
    for (;;) {
      const ssize_t got = recv(socket_, buffer, sizeof buffer, 0);
      if (got <= 0) break;
      all.append(buffer, static_cast<size_t>(got));
    }
  }
  close(socket_);
  const size_t end = all.find("\r\n\r\n");
  if (all.size() < 12 || end == all.npos) return answer;
  answer.status = ParseInteger<int>(all.substr(9, 3)).value_or(0);
  answer.head = all.substr(0, end);
  answer.body = all.substr(end + 4);
  return answer;
}

HttpAnswer CallHttp(int port, std::string_view method, std::string_view target,
                    std::string_view headers, std::string_view body) {
  return RawHttp(port, fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\n"
                                   "Connection: close\r\nContent-Length: {}\r\n"
                                   "{}\r\n{}",
                                   method, target, body.size(), headers, body));
}

}  // namespace garderobe
