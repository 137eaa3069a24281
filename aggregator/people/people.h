// All that is numbered of persons and households, under one lock.
#ifndef GARDEROBE_AGGREGATOR_PEOPLE_PEOPLE_H_
#define GARDEROBE_AGGREGATOR_PEOPLE_PEOPLE_H_

#include <memory>

#include "aggregator/people/person_directory.h"
#include "aggregator/people/told_lately.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/store/store.h"

namespace garderobe::aggregator {

// Whoever changes whose a relation is holds `mutex`, and so does whoever
// removes a relation: a change of links must not write one that goes.
struct People {
  // `store` outlives it.
  explicit People(Store& store_in) : store(store_in), told_lately(store_in) {}

  // Reads the directory again: what is written, and nothing else, is known
  // afterwards.
  [[nodiscard]] absl::Status Reload() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    directory.reset();
    GARDEROBE_ASSIGN_OR_RETURN(directory, PersonDirectory::Load(store));
    return absl::OkStatus();
  }
  [[nodiscard]] absl::Status Ensure() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    return directory ? absl::OkStatus() : Reload();
  }

  const Store& store;
  // Taken after an institution's lock, never before.
  Mutex mutex;
  // Null after a reload that failed.
  std::unique_ptr<PersonDirectory> directory ABSL_GUARDED_BY(mutex);
  ToldLately told_lately ABSL_GUARDED_BY(mutex);
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_PEOPLE_PEOPLE_H_
