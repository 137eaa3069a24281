// What vault and aggregator both know of a relation, side by side: the
// counterparts of docs/leakage.toml over which the join test joins.
#ifndef GARDEROBE_TESTS_ADVERSARY_JOIN_COUNTERPARTS_H_
#define GARDEROBE_TESTS_ADVERSARY_JOIN_COUNTERPARTS_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "aggregator/ledger/records.h"
#include "vault/link/records.h"

namespace garderobe {

// One side's relation.
struct Row {
  uint64_t sequence = 0;  // of its first write in RocksDB
  std::string relation;   // which one it is, as that side's key
  std::string person;     // whose it is, in that side's own terms
  bool birth = false, address = false, anybody = false, postcode = false,
       objects = false;
  // Of the latest sale, since 2000. Neither side stores it: a judge puts it
  // there, as the control.
  uint64_t quarter = 0;
  // What another relation with the same birth date, or the same address, has
  // in common with this one: tokens at the vault, year and household at the
  // aggregator.
  std::set<std::string> births, homes;
};
using Rows = std::vector<Row>;

// What a side stores of a relation that has a counterpart on the other.
// Handles, references, points and pseudonyms are in each side's own form, the
// rest is on one side only.
Row RowOf(const vault::RelationRecord& relation);
Row RowOf(const aggregator::Relation& relation);

// Person to what is known of them; whoever is alone in that is recognised.
using Fingerprints = std::map<std::string, std::vector<uint64_t>>;

// The name of a counterpart that is on no list, for nobody stores it.
inline constexpr char kQuarter[] = "quarter";
// Names of the counterparts that are of a single relation.
std::set<std::string> NamesOfRelations();
// What those counterparts say that `names` has, of each relation of a person
// together; kQuarter may be among them.
Fingerprints PrintsOf(const Rows& rows, const std::set<std::string>& names);
// All of it, with the same of everybody with whom somebody shares an address,
// as far as a side sees that: family of one name shares the keys that join it
// with the address, and lives at one address.
Fingerprints WithCompany(const Rows& rows);

}  // namespace garderobe

#endif  // GARDEROBE_TESTS_ADVERSARY_JOIN_COUNTERPARTS_H_
