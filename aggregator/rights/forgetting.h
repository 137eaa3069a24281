// What a right does to an institution's relations and visits, whoever asks for
// it: a customer's own institution, or the vault in a round.
//
// Thread-safe.
#ifndef GARDEROBE_AGGREGATOR_RIGHTS_FORGETTING_H_
#define GARDEROBE_AGGREGATOR_RIGHTS_FORGETTING_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "aggregator/ledger/institutions.h"
#include "aggregator/ledger/records.h"
#include "aggregator/people/people.h"
#include "core/base/status.h"
#include "core/store/store.h"
#include "garderobe/v1/rights.pb.h"

namespace garderobe::aggregator {

// A relation that a right is about.
struct Subject {
  AggregatorHandle handle;
  Element reference;  // R
};

class Forgetting {
 public:
  // All outlive it.
  Forgetting(Store& store, InstitutionTable& institutions, People& people)
      : store_(store), institutions_(institutions), people_(people) {}

  // What is written together with the changes of a right, once they are counted
  // in the response; not called when there are none.
  using Beside = std::function<void(rocksdb::WriteBatch& batch)>;
  // Exercises a right other than access at one institution. Counts into
  // `response`. Not synced.
  [[nodiscard]] absl::Status ExerciseAt(
      v1::Right right, const std::string& institution,
      const std::vector<Subject>& subjects, const Beside& beside,
      v1::ExerciseAtAggregatorResponse* response);
  // The same, for whoever holds the locks; `people` are those of the
  // constructor. Returns whether visits changed: the
  // ledger must be thrown away then.
  [[nodiscard]] absl::StatusOr<bool> Apply(
      v1::Right right, Institution& institution, const People& people,
      const std::vector<Subject>& subjects, const Beside& beside,
      v1::ExerciseAtAggregatorResponse* response)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(institution.mutex, people.mutex);
  // Writes `batch`, unless it is empty, and notes that bytes have to leave the
  // disk (Last). Returns whether it was written. Not synced.
  [[nodiscard]] absl::StatusOr<bool> Write(const People& people,
                                           rocksdb::WriteBatch& batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(people.mutex);

  // Number of the latest erasure whose bytes may still be on the disk, if any.
  std::optional<uint64_t> Last() const;
  // They have left it, unless something was erased since. Synced.
  [[nodiscard]] absl::Status Confirm(uint64_t last);

 private:
  // Nothing: it is not stored. DataLoss: its record is damaged.
  [[nodiscard]] absl::StatusOr<std::optional<Relation>> FindRelation(
      const Institution& institution, uint32_t number) const;
  // Puts into `batch` that the relation is nobody's and that its visitor
  // objects; of `known`, what the institution delivered stays.
  [[nodiscard]] absl::Status Object(Institution& institution,
                                    const Subject& subject,
                                    std::optional<Relation> known,
                                    rocksdb::WriteBatch& batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(institution.mutex);

  Store& store_;
  InstitutionTable& institutions_;
  People& people_;
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_RIGHTS_FORGETTING_H_
