// Numbers for persons and households by pseudonym, and in which household a
// person lives. A late link changes a relation's number, a move an entry here,
// never a visit.
//
// Not thread-safe: its owner locks. Pseudonyms say nothing about anybody; the
// TTP's scalar t stands between them and the vault's points.
#ifndef GARDEROBE_AGGREGATOR_PERSON_DIRECTORY_H_
#define GARDEROBE_AGGREGATOR_PERSON_DIRECTORY_H_

#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "aggregator/tables.h"
#include "core/group/element.h"
#include "core/store/store.h"

namespace garderobe::aggregator {

enum class Who : char { kPerson = 'P', kHousehold = 'H' };

// Who lived where at one moment. Immutable.
class Homes {
 public:
  explicit Homes(std::vector<uint32_t> households)
      : households_(std::move(households)) {}
  // The household's number; 0 of nobody, or of somebody who came later.
  uint32_t Of(uint32_t person) const {
    return person < households_.size() ? households_[person] : 0;
  }

 private:
  std::vector<uint32_t> households_;  // by person
};

class PersonDirectory {
 public:
  // `store` outlives the directory.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<PersonDirectory>> Load(
      const Store& store);

  // The number of a pseudonym, a new one when there is none; adds the writes.
  [[nodiscard]] absl::StatusOr<uint32_t> NumberOf(Who who,
                                                  const Element& pseudonym,
                                                  rocksdb::WriteBatch& batch);
  // From now on the person lives there.
  void SetHousehold(uint32_t person, uint32_t household,
                    rocksdb::WriteBatch& batch);
  Homes AllHomes() const { return Homes(household_of_); }
  // Of a number, at the moment of the snapshot; DataLoss when there is none.
  [[nodiscard]] static absl::StatusOr<Element> PseudonymOf(
      const Store& store, Who who, uint32_t number,
      const rocksdb::Snapshot* snapshot);

  // From now on numbers that are asked for are remembered, until EndSweep.
  void BeginSweep() {
    asked_.clear();
    sweeping_ = true;
  }
  // Ended, or of a directory that was loaded since: nothing may be forgotten.
  bool sweeping() const { return sweeping_; }
  void EndSweep() { sweeping_ = false; }
  // Nobody has the number any more. False, and nothing is done: it was asked
  // for since BeginSweep.
  [[nodiscard]] bool Forget(Who who, uint32_t number, const Element& pseudonym,
                            rocksdb::WriteBatch& batch);

  // The numbers given so far are written; they can be found in the store.
  void Written() { fresh_.clear(); }
  size_t count(Who who) const {
    return (who == Who::kPerson ? household_of_.size() : households_) - 1;
  }

 private:
  explicit PersonDirectory(const Store& store) : store_(store) {}
  const Store& store_;
  // Of each person; number 0 is nobody.
  std::vector<uint32_t> household_of_{0};
  uint32_t households_ = 1;  // numbers given, 0 among them
  // Numbers given in the batch that is not written yet.
  absl::flat_hash_map<std::string, uint32_t> fresh_;
  bool sweeping_ = false;
  absl::flat_hash_set<std::string> asked_;  // `who` and number
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_PERSON_DIRECTORY_H_
