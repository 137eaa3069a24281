// What the parties have published, as a client takes it: signed by the keys it
// pins, in force today, and not older than what it has seen before.
#ifndef GARDEROBE_CLIENT_PUBLISHED_H_
#define GARDEROBE_CLIENT_PUBLISHED_H_

#include <string>

#include "client/endpoint.h"
#include "core/keys/parameters.h"
#include "garderobe/v1/delivery.pb.h"

namespace garderobe::client {

struct Published {
  TtpParameters ttp;
  VaultParameters vault;
  AggregatorParameters aggregator;
  JointKeys keys;  // what rows are encrypted to

  v1::Serials serials() const;
};

// `state` is the client's folder, in which the serials that were taken are
// remembered; it is made where it is not there. FailedPrecondition: a
// signature, a proof of possession, a day or a serial is not in order; names
// the party. Unavailable: the folder can't be written.
[[nodiscard]] absl::StatusOr<Published> ReadPublished(
    const v1::GetParametersResponse& response, const Endpoint& endpoint,
    const std::string& state);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_PUBLISHED_H_
