// Numbers for persons and households by pseudonym, and which of them turned
// out to be one. A late link changes one entry here, never a visit.
//
// Not thread-safe: its owner locks. Pseudonyms say nothing about anybody; the
// TTP's scalar t stands between them and the vault's points.
#ifndef GARDEROBE_AGGREGATOR_PERSON_DIRECTORY_H_
#define GARDEROBE_AGGREGATOR_PERSON_DIRECTORY_H_

#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "aggregator/tables.h"
#include "core/group/element.h"
#include "core/store/store.h"

namespace garderobe::aggregator {

enum class Who : char { kPerson = 'P', kHousehold = 'H' };

// Who was one with whom at one moment. Immutable.
class Roots {
 public:
  Roots(std::vector<uint32_t> persons, std::vector<uint32_t> households)
      : persons_(std::move(persons)), households_(std::move(households)) {}
  // The number that stays. A number given later is its own.
  uint32_t Of(Who who, uint32_t number) const {
    const auto& all = who == Who::kPerson ? persons_ : households_;
    while (number < all.size() && all[number] != number) number = all[number];
    return number;
  }

 private:
  std::vector<uint32_t> persons_, households_;  // parents
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
  // The two are one from now on; the smaller number stays.
  void Merge(Who who, uint32_t a, uint32_t b, rocksdb::WriteBatch& batch);
  // The number that stays.
  uint32_t Root(Who who, uint32_t number) const;
  Roots AllRoots() const { return {persons_, households_}; }
  // Of a number; DataLoss when there is none.
  [[nodiscard]] absl::StatusOr<Element> PseudonymOf(Who who,
                                                    uint32_t number) const;

  // The numbers given so far are written; they can be found in the store.
  void Written() { fresh_.clear(); }
  size_t count(Who who) const { return parents(who).size() - 1; }

 private:
  explicit PersonDirectory(const Store& store) : store_(store) {}
  const std::vector<uint32_t>& parents(Who who) const {
    return who == Who::kPerson ? persons_ : households_;
  }
  std::vector<uint32_t>& parents(Who who) {
    return who == Who::kPerson ? persons_ : households_;
  }

  const Store& store_;
  // parent of each number; itself when it stays. Number 0 is nobody.
  std::vector<uint32_t> persons_{0}, households_{0};
  // Numbers given in the batch that is not written yet.
  absl::flat_hash_map<std::string, uint32_t> fresh_;
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_PERSON_DIRECTORY_H_
