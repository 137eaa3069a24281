// What an auditor asks ttpd for (protocol.md, 8).
#ifndef GARDEROBE_CLIENT_AUDIT_FETCH_CROWD_H_
#define GARDEROBE_CLIENT_AUDIT_FETCH_CROWD_H_

#include <string>
#include <vector>

#include "client/audit/crowd_check.h"
#include "client/send/delivery.h"

namespace garderobe::client {

struct HeldCrowd {
  AnswerId id;
  uint32_t rows = 0;
  uint64_t unix_seconds = 0;  // when the vault had answered, by ttpd's clock
};

// The crowds that can be proved, the latest first. DataLoss: the answer is
// malformed. Others as the service says.
[[nodiscard]] absl::StatusOr<std::vector<HeldCrowd>> ListCrowds(
    const Endpoint& endpoint);

// Has a crowd proved, and reads it; checks nothing of it but the parameters,
// which are believed as any client does (published.h). `state` is the auditor's
// folder for the serials that it has seen. Waits some seconds for the proof.
// FailedPrecondition: the crowd is not held (any more), or the parameters are
// not in order. DataLoss: what is shown is malformed. Others as the service
// says.
[[nodiscard]] absl::StatusOr<AuditedCrowd> FetchCrowd(const Endpoint& endpoint,
                                                      const AnswerId& id,
                                                      const std::string& state);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_AUDIT_FETCH_CROWD_H_
