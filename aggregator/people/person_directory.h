// Numbers for persons and households by pseudonym. A late link changes a
// relation's number, never a visit.
//
// Not thread-safe: its owner locks. Pseudonyms say nothing about anybody; the
// TTP's scalar t stands between them and the vault's points.
#ifndef GARDEROBE_AGGREGATOR_PEOPLE_PERSON_DIRECTORY_H_
#define GARDEROBE_AGGREGATOR_PEOPLE_PERSON_DIRECTORY_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "aggregator/ledger/records.h"
#include "core/group/element.h"
#include "core/store/store.h"

namespace garderobe::aggregator {

enum class Who : char { kPerson = 'P', kHousehold = 'H' };

class PersonDirectory {
 public:
  // `store` outlives the directory.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<PersonDirectory>> Load(
      const Store& store);

  // The number of a pseudonym, a new one when there is none; adds the writes.
  [[nodiscard]] absl::StatusOr<uint32_t> FindOrAddNumber(
      Who who, const Element& pseudonym, rocksdb::WriteBatch& batch);
  // Returns the pseudonym of a number, at the moment of the snapshot. DataLoss:
  // it does not read, or there is none.
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
  // Removes, in `batch`, a number that no relation has any more. Returns false,
  // and does nothing, when it was asked for since BeginSweep.
  [[nodiscard]] bool Forget(Who who, uint32_t number, const Element& pseudonym,
                            rocksdb::WriteBatch& batch);

  // The numbers given so far are written; they can be found in the store.
  void Written() { fresh_.clear(); }
  size_t count(Who who) const { return given(who) - 1; }

 private:
  explicit PersonDirectory(const Store& store) : store_(store) {}
  const Store& store_;
  // Numbers given, 0 among them: nobody.
  uint32_t persons_ = 1, households_ = 1;
  uint32_t given(Who who) const {
    return who == Who::kPerson ? persons_ : households_;
  }
  // Numbers given in the batch that is not written yet.
  absl::flat_hash_map<std::string, uint32_t> fresh_;
  bool sweeping_ = false;
  absl::flat_hash_set<std::string> asked_;  // `who` and number
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_PEOPLE_PERSON_DIRECTORY_H_
