// Takes the rows of a request: checks each as `garderobe check` would, and puts
// them in the queue.
#ifndef GARDEROBE_CLIENT_AGENT_INTAKE_H_
#define GARDEROBE_CLIENT_AGENT_INTAKE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "client/agent/agent_row.h"
#include "client/agent/institution_queue.h"
#include "client/mapping/mapping.h"
#include "core/base/mutex.h"

namespace garderobe::client {

struct Taken {
  // Every row of the request has a number, those refused too: the first this,
  // and so on.
  uint64_t first_row = 0;
  uint64_t rows = 0, refused = 0;
  std::vector<Refusal> reasons;  // of those refused; `line` is the row's number
  std::vector<std::string> oddities;  // a sentence each, without values
};

// Thread-safe.
class Intake {
 public:
  // `mapping` outlives it.
  explicit Intake(const Mapping& mapping);
  ~Intake();

  // Returns when the rows are on the disk. Errors of Spool::Append; nothing of
  // the request is taken then. `rows` has one at least.
  [[nodiscard]] absl::StatusOr<Taken> Take(std::vector<AgentRow> rows,
                                           InstitutionQueue& queue);

 private:
  class Checker;
  std::unique_ptr<Checker> Borrow();
  void GiveBack(std::unique_ptr<Checker> checker);

  const Mapping& mapping_;
  Mutex mutex_;
  // To make one takes longer than to check a row.
  std::vector<std::unique_ptr<Checker>> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_AGENT_INTAKE_H_
