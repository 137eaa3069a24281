// Looking into links that are stored, and undoing them.
#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "vault/link/link_transaction.h"
#include "vault/link/linker.h"

namespace garderobe::vault {
absl::StatusOr<Linker::Explanation> Linker::Explain(
    const VaultHandle& a, const VaultHandle& b) const {
  const MutexLock lock(&mutex_);
  LinkTransaction look = NewTransaction();
  GARDEROBE_ASSIGN_OR_RETURN(const RelationId first, look.IdOf(a));
  GARDEROBE_ASSIGN_OR_RETURN(const RelationId second, look.IdOf(b));
  Explanation told;
  std::map<RelationId, Evidence> evidence;
  for (RelationId id : {first, second}) {
    GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation,
                               look.Relation(id));
    if (!relation->stored || relation->objects) {
      told.gone = true;
      return told;
    }
    evidence[id] = relation->evidence();
    look.Touch(id);
  }
  // While everything is linked again with other weights: as it will be.
  if (relinking_) GARDEROBE_RETURN_IF_ERROR(look.Link());
  auto step = [&](RelationId x, RelationId y) {
    mutex_.AssertHeld();
    const Pattern pattern = Compare(evidence[x], evidence[y]);
    return Step{pattern, model_.MatchBits(pattern)};
  };
  told.direct = step(first, second);
  GARDEROBE_ASSIGN_OR_RETURN(told.kept_apart, look.AreKeptApart(first, second));
  GARDEROBE_ASSIGN_OR_RETURN(const PersonSeed person_a, look.SeedOf(first));
  GARDEROBE_ASSIGN_OR_RETURN(const PersonSeed person_b, look.SeedOf(second));
  told.same_person = person_a == person_b;
  GARDEROBE_ASSIGN_OR_RETURN(const auto person, look.PersonOf(first));
  told.relations_of_person = person.size();
  if (!told.same_person) return told;
  for (RelationId id : person) {
    GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation,
                               look.Relation(id));
    evidence[id] = relation->evidence();
  }
  // The fewest steps.
  std::map<RelationId, RelationId> from = {{second, second}};
  std::deque<RelationId> reached = {second};
  while (!reached.empty() && !from.contains(first)) {
    const RelationId at = reached.front();
    reached.pop_front();
    for (RelationId next : person) {
      if (from.contains(next) || !ShareToken(evidence[at], evidence[next]) ||
          !model_.Links(Compare(evidence[at], evidence[next]))) {
        continue;
      }
      from[next] = at;
      reached.push_back(next);
    }
  }
  if (!from.contains(first)) return Damaged();
  for (RelationId at = first; at != second; at = from[at]) {
    told.steps.push_back(step(at, from[at]));
  }
  return told;
}

absl::Status Linker::KeepApart(const VaultHandle& a, const VaultHandle& b,
                               bool apart) {
  {
    const MutexLock lock(&mutex_);
    LinkTransaction transaction = NewTransaction();
    GARDEROBE_ASSIGN_OR_RETURN(const RelationId first, transaction.IdOf(a));
    GARDEROBE_ASSIGN_OR_RETURN(const RelationId second, transaction.IdOf(b));
    for (RelationId id : {first, second}) {
      GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation,
                                 transaction.Relation(id));
      if (!relation->stored || relation->objects) return absl::OkStatus();
    }
    GARDEROBE_RETURN_IF_ERROR(transaction.KeepApart(first, second, apart));
    GARDEROBE_RETURN_IF_ERROR(transaction.Link());
    GARDEROBE_RETURN_IF_ERROR(Commit(transaction));
  }
  return store_->Sync();
}

}  // namespace garderobe::vault
