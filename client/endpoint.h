// How a client reaches those that it delivers to, and whom it believes.
#ifndef GARDEROBE_CLIENT_ENDPOINT_H_
#define GARDEROBE_CLIENT_ENDPOINT_H_

#include <string>

#include "core/keys/parameters.h"
#include "core/rpc/tls.h"

namespace garderobe::client {

struct Endpoint {
  CalledDaemon ttpd;
  CalledDaemon plaind;  // of plain mode; without an address there is none
  std::string client;   // name in the certificate
  TlsFiles tls;
  VerifyKey ttp_pin, vault_pin, aggregator_pin;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_ENDPOINT_H_
