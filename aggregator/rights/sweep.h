// The sweep: pseudonyms that no relation has any more.
#ifndef GARDEROBE_AGGREGATOR_RIGHTS_SWEEP_H_
#define GARDEROBE_AGGREGATOR_RIGHTS_SWEEP_H_

#include <cstdint>
#include <vector>

#include "aggregator/people/moments.h"
#include "aggregator/people/people.h"
#include "core/base/status.h"
#include "core/store/store.h"

namespace garderobe::aggregator {

// Thread-safe.
class Sweep {
 public:
  // Both outlive it.
  Sweep(Store& store, People& people) : store_(store), people_(people) {}

  // Removes the pseudonyms of persons that no relation has, and of households
  // where none of these lives. Returns how many. Takes some seconds for a
  // million relations, during which deliveries go on. Aborted: people were read
  // again meanwhile.
  [[nodiscard]] absl::StatusOr<uint64_t> Run();

 private:
  // Forgets the pseudonyms that no relation supports. Returns how many.
  [[nodiscard]] absl::StatusOr<uint64_t> SweepWho(
      Who who, const std::vector<bool>& supported, const Moment& moment)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(people_.mutex);

  Store& store_;
  People& people_;
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_RIGHTS_SWEEP_H_
