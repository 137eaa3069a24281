// Says of customers of one institution which of them the vault holds for one
// person. Plays the TTP and the institution together: it
// takes both their keys, and the vault's store. For measuring only.
//
//   bench_linked_customers DEPLOYMENT INSTITUTION < customer-ids
//
// Prints "customer,person,tokens" a line: the vault's name for the person, and
// how many tokens the relation shows.
#include <algorithm>
#include <iostream>

#include "bench/vault_names.h"
#include "vault/link/records.h"

namespace garderobe {
namespace {

absl::Status Run(const std::string& deployment,
                 const std::string& institution) {
  GARDEROBE_ASSIGN_OR_RETURN(const auto names,
                             bench::VaultNames::Of(deployment, institution));
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto store,
      Store::OpenToRead(deployment + "/vault/data/store", vault::kFamilyNames,
                        vault::kStoreOptions));
  for (std::string customer; std::getline(std::cin, customer);) {
    const VaultHandle handle = names.HandleOf(customer);
    const auto value =
        store->Get(vault::kRelations, handle.view().substr(0, 8));
    if (!value.ok()) continue;  // without identifiers nothing was delivered
    vault::RelationRecord relation;
    vault::GroupRecord group;
    if (!Decode(*value, &relation)) return vault::Damaged();
    GARDEROBE_ASSIGN_OR_RETURN(
        const std::string record,
        store->Get(vault::kGroups, vault::NumberKey(relation.group)));
    if (!Decode(record, &group)) return vault::Damaged();
    const auto id = GetBigEndian<vault::RelationId>(handle.view().data());
    for (const vault::Person& person : group.persons) {
      if (!std::binary_search(person.relations.begin(), person.relations.end(),
                              id)) {
        continue;
      }
      std::cout << customer << ',' << ToHex(person.seed.bytes()) << ','
                << relation.tokens.size() << '\n';
    }
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace garderobe

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "bench_linked_customers DEPLOYMENT INSTITUTION < customers\n";
    return 2;
  }
  const absl::Status status = garderobe::Run(argv[1], argv[2]);
  if (!status.ok()) std::cerr << garderobe::Message(status) << "\n";
  return status.ok() ? 0 : 1;
}
