// HTTP/1.1 on loopback, for tests.
#ifndef GARDEROBE_TESTS_SUPPORT_HTTP_CALL_H_
#define GARDEROBE_TESTS_SUPPORT_HTTP_CALL_H_

#include <string>
#include <string_view>

#include "nlohmann/json.hpp"

namespace garderobe {

struct HttpAnswer {
  int status = 0;  // 0: nobody answered, or the connection broke
  std::string head, body;
  nlohmann::json json() const;  // of `body`; a discarded value when it is none
};

// Sends `bytes` as they are, and reads until the other side closes, or nothing
// comes for `patience_s`.
HttpAnswer RawHttp(int port, std::string_view bytes, int patience_s = 30);

// One request with a connection of its own. `headers`: further lines, each with
// \r\n.
HttpAnswer CallHttp(int port, std::string_view method, std::string_view target,
                    std::string_view headers, std::string_view body = "");

}  // namespace garderobe

#endif  // GARDEROBE_TESTS_SUPPORT_HTTP_CALL_H_
