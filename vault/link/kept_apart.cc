// Pairs of relations of which custodians have said that they are not one
// person.
#include <map>
#include <memory>
#include <set>
#include <string>

#include "vault/link/link_transaction.h"

namespace garderobe::vault {

absl::StatusOr<std::set<RelationId>> LinkTransaction::ApartFrom(RelationId id) {
  std::set<RelationId> others;
  GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation, Relation(id));
  if (!relation->kept_apart) return others;
  const std::string prefix = NumberKey(id);
  const auto it = store_.NewIterator(kApart);
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix);
       it->Next()) {
    if (it->key().size() != 16) return Damaged();
    others.insert(GetBigEndian<RelationId>(it->key().data() + 8));
  }
  GARDEROBE_RETURN_IF_ERROR(FromRocks(it->status()));
  for (auto change = apart_.lower_bound(prefix);
       change != apart_.end() && change->first.starts_with(prefix); ++change) {
    const auto other = GetBigEndian<RelationId>(change->first.data() + 8);
    if (change->second) {
      others.insert(other);
    } else {
      others.erase(other);
    }
  }
  return others;
}

absl::StatusOr<bool> LinkTransaction::AreKeptApart(RelationId a, RelationId b) {
  GARDEROBE_ASSIGN_OR_RETURN(const auto others, ApartFrom(a));
  return others.contains(b);
}

absl::Status LinkTransaction::KeepApart(RelationId a, RelationId b,
                                        bool apart) {
  for (const auto& [one, other] : {std::pair(a, b), std::pair(b, a)}) {
    apart_[NumberKey(one) + NumberKey(other)] = apart;
    GARDEROBE_ASSIGN_OR_RETURN(RelationRecord * relation, Relation(one));
    if (!relation->stored) continue;  // it goes
    // The flag says where to look; ApartFrom looks only where it is.
    relation->kept_apart = true;
    GARDEROBE_ASSIGN_OR_RETURN(const auto others, ApartFrom(one));
    relation->kept_apart = !others.empty();
    relations_.MarkChanged(NumberKey(one));
    touched_.insert(one);
  }
  return absl::OkStatus();
}

}  // namespace garderobe::vault
