// An address to listen at, as configurations write it.
#ifndef GARDEROBE_CORE_CONFIG_LISTEN_ADDRESS_H_
#define GARDEROBE_CORE_CONFIG_LISTEN_ADDRESS_H_

#include <boost/asio/ip/tcp.hpp>
#include <string_view>

#include "core/base/status.h"

namespace garderobe {

// Reads "127.0.0.1:7000" or "[::1]:7000", port 1 to 65535. InvalidArgument: it
// is neither.
[[nodiscard]] absl::StatusOr<boost::asio::ip::tcp::endpoint> ParseListenAddress(
    std::string_view text);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_CONFIG_LISTEN_ADDRESS_H_
