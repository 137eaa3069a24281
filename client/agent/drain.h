// Delivers what waits in a queue: first the visits of its rows, then, in a call
// of its own, their customers, who may have to wait an hour for a crowd.
#ifndef GARDEROBE_CLIENT_AGENT_DRAIN_H_
#define GARDEROBE_CLIENT_AGENT_DRAIN_H_

#include "client/agent/institution_queue.h"
#include "client/agent/rate_limit.h"
#include "client/endpoint.h"
#include "client/mapping/mapping.h"

namespace garderobe::client {

struct DrainOptions {
  const Endpoint* endpoint;  // all outlive the call
  const Mapping* mapping;    // of rows in JSON
  RateLimit* rate;           // of visits
};

// Both deliver what is there and return; what was answered is noted before they
// do, and does not go again. After a kill the last few seconds of it may. One
// call a flow and queue at a time. Errors as of SendFile. Unavailable also:
// what became of rows can't be noted.
[[nodiscard]] absl::Status DrainVisits(const DrainOptions& options,
                                       InstitutionQueue& queue);
// FailedPrecondition also: a budget holds the rest back.
[[nodiscard]] absl::Status DrainRelations(const DrainOptions& options,
                                          InstitutionQueue& queue);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_AGENT_DRAIN_H_
