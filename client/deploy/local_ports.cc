#include "client/deploy/local_ports.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <numeric>
#include <random>
#include <set>

namespace garderobe::client {
namespace {

constexpr int kFirstDrawn = 20000, kLastDrawn = 29999;
constexpr int kLastOfAll = 65535;

bool NothingListensOn(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // A connection that has ended a moment ago does not count.
  const int reuse = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
  const bool free =
      bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return free;
}

}  // namespace

absl::StatusOr<std::vector<int>> FreePorts(int count) {
  const auto wanted = static_cast<size_t>(count);
  std::mt19937 random(std::random_device{}());
  std::uniform_int_distribution<int> port(kFirstDrawn, kLastDrawn);
  std::set<int> found;
  for (int attempt = 0; attempt < 1000 && found.size() < wanted; ++attempt) {
    const int candidate = port(random);
    if (NothingListensOn(candidate)) found.insert(candidate);
  }
  if (found.size() < wanted) {
    return Unavailable("fewer than {} free ports between {} and {}", count,
                       kFirstDrawn, kLastDrawn);
  }
  return std::vector<int>(found.begin(), found.end());
}

absl::StatusOr<std::vector<int>> PortsFrom(int first, int count) {
  const int last_first = kLastOfAll - count + 1;
  if (first < 1 || first > last_first) {
    return InvalidArgument("the first port is from 1 to {}, and not {}",
                           last_first, first);
  }
  std::vector<int> ports(static_cast<size_t>(count));
  std::iota(ports.begin(), ports.end(), first);
  for (const int port : ports) {
    if (NothingListensOn(port)) continue;
    return Unavailable("something listens on port {} of 127.0.0.1", port);
  }
  return ports;
}

}  // namespace garderobe::client
