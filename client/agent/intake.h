// Takes the rows of a request: checks each as `garderobe check` would, and puts
// them in the queue.
#ifndef GARDEROBE_CLIENT_AGENT_INTAKE_H_
#define GARDEROBE_CLIENT_AGENT_INTAKE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "client/agent/agent_row.h"
#include "client/agent/institution_queue.h"
#include "client/mapping/mapping.h"

namespace garderobe::client {

struct Taken {
  // Every row of the request has a number, those refused too: the first this,
  // and so on.
  uint64_t first_row = 0;
  uint64_t rows = 0, refused = 0;
  std::vector<Refusal> reasons;  // of those refused; `line` is the row's number
  std::vector<std::string> oddities;  // a sentence each, without values
};

// Returns when the rows are on the disk. Errors of Spool::Append; nothing of
// the request is taken then. `rows` has one at least.
[[nodiscard]] absl::StatusOr<Taken> TakeRows(const Mapping& mapping,
                                             std::vector<AgentRow> rows,
                                             InstitutionQueue& queue);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_AGENT_INTAKE_H_
