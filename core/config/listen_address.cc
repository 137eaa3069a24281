#include "core/config/listen_address.h"

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/integer.h"

namespace garderobe {

absl::StatusOr<boost::asio::ip::tcp::endpoint> ParseListenAddress(
    std::string_view text) {
  const auto wrong = [] {
    return InvalidArgument(
        "not an IP address and port, such as 127.0.0.1:7000");
  };
  const size_t colon = text.rfind(':');
  if (colon == text.npos) return wrong();
  std::string host(text.substr(0, colon));
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  }
  const auto port = ParseInteger<uint16_t>(text.substr(colon + 1));
  if (!port || *port == 0) return wrong();
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  if (error) return wrong();
  return boost::asio::ip::tcp::endpoint(address, *port);
}

}  // namespace garderobe
