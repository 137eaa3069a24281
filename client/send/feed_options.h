// Which feed a delivery goes in, and whose keys it is made with.
#ifndef GARDEROBE_CLIENT_SEND_FEED_OPTIONS_H_
#define GARDEROBE_CLIENT_SEND_FEED_OPTIONS_H_

#include <chrono>
#include <string>
#include <vector>

namespace garderobe::client {

struct FeedOptions {
  std::string institution;
  std::string source = "files";  // the feed's name
  std::string handle_key;        // path of the institution's handle key
  std::string author_key;        // path of the key that signs for it
  std::string state;             // folder for what must be remembered
  std::vector<std::string> own_domains;
  std::chrono::milliseconds give_up{600'000};
  // Where what the aggregator signs is kept, a file of its own for each session
  // at a time; empty: in `state`, by institution and source.
  std::string book = {};
  bool plain = false;  // identifiers in the clear to plaind, if agreed
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_SEND_FEED_OPTIONS_H_
