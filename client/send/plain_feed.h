// Which feed of plaind's carries that of a client in plain mode: both sides
// name it in the same way.
#ifndef GARDEROBE_CLIENT_SEND_PLAIN_FEED_H_
#define GARDEROBE_CLIENT_SEND_PLAIN_FEED_H_

#include <string>
#include <string_view>

namespace garderobe::client {

// The source of plaind's feed: the client's name, a dot, and its source. Names
// of clients have no dot, so that no two feeds become one. At most 64 bytes
// make a source; what is longer is no feed.
inline std::string PlainSource(std::string_view client,
                               std::string_view source) {
  return std::string(client) + "." + std::string(source);
}

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_SEND_PLAIN_FEED_H_
