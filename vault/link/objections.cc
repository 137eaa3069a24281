// What the rights of visitors change of the links (protocol.md, 6).
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "vault/link/link_transaction.h"

namespace garderobe::vault {
namespace {
// As many as institutions there are, some day.
constexpr size_t kLodgedMax = 10'000;
}  // namespace

absl::Status LinkTransaction::Remove(const std::vector<RelationId>& ids) {
  for (RelationId id : ids) {
    GARDEROBE_ASSIGN_OR_RETURN(RelationRecord * relation, Relation(id));
    if (!relation->stored) continue;
    const RelationRecord old = *relation;
    GARDEROBE_ASSIGN_OR_RETURN(const auto apart, ApartFrom(id));
    *relation = RelationRecord();
    for (RelationId other : apart) {
      GARDEROBE_RETURN_IF_ERROR(KeepApart(id, other, false));
    }
    relations_.MarkChanged(NumberKey(id));
    --difference_.relations;
    difference_.contradictory -= old.contradictory;
    for (const HeldToken& held : old.tokens) {
      GARDEROBE_ASSIGN_OR_RETURN(const std::string key,
                                 KeyOf(held.fingerprint, id));
      GARDEROBE_RETURN_IF_ERROR(LetGo(key, id));
    }
    if (old.group != kNone) {
      GARDEROBE_RETURN_IF_ERROR(LeaveGroup(id, old.group));
    }
  }
  for (RelationId id : ids) {
    touched_.erase(id);
  }
  return absl::OkStatus();
}

absl::Status LinkTransaction::Object(RelationId id, const ObjectionMark& mark) {
  GARDEROBE_ASSIGN_OR_RETURN(RelationRecord * relation, Relation(id));
  const auto at =
      std::lower_bound(relation->lodged.begin(), relation->lodged.end(), mark);
  if (at == relation->lodged.end() || *at != mark) {
    if (relation->lodged.size() >= kLodgedMax) {
      // No ResourceExhausted, which is asked again: this does not pass.
      return FailedPrecondition("{} objections of this visitor stand already",
                                kLodgedMax);
    }
    relation->lodged.insert(at, mark);
    relations_.MarkChanged(NumberKey(id));
  }
  if (relation->objects) return absl::OkStatus();
  relation->objects = true;
  relations_.MarkChanged(NumberKey(id));
  touched_.insert(id);
  // An answer that is under way to the aggregator may still call it somebody.
  if (!relation->nowhere()) told_[id] = PersonSeed();
  return absl::OkStatus();
}

absl::Status LinkTransaction::TakeBack(RelationId id,
                                       const ObjectionMark& mark) {
  GARDEROBE_ASSIGN_OR_RETURN(RelationRecord * relation, Relation(id));
  std::erase(relation->lodged, mark);
  relations_.MarkChanged(NumberKey(id));
  return absl::OkStatus();
}

absl::Status LinkTransaction::TellObjection(RelationId id) {
  GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation, Relation(id));
  if (!relation->nowhere()) told_[id] = PersonSeed();
  // No delivery is answered that would tell it.
  rows_.erase(id);
  return absl::OkStatus();
}

absl::Status LinkTransaction::SpreadObjections() {
  for (Place place : persons_) {
    GARDEROBE_ASSIGN_OR_RETURN(const Person* person, PersonAt(place));
    bool somebody = false, everybody = true;
    for (RelationId id : person->relations) {
      GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation, Relation(id));
      somebody |= relation->objects;
      everybody &= relation->objects;
    }
    if (!somebody || everybody) continue;
    for (RelationId id : person->relations) {
      GARDEROBE_ASSIGN_OR_RETURN(RelationRecord * relation, Relation(id));
      if (relation->objects) continue;
      relation->objects = true;
      relations_.MarkChanged(NumberKey(id));
      told_[id] = PersonSeed();
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<RelationId>> LinkTransaction::NoLongerObjecting() {
  std::vector<RelationId> free;
  for (Place place : persons_) {
    GARDEROBE_ASSIGN_OR_RETURN(const Person* person, PersonAt(place));
    std::vector<RelationId> objecting;
    bool stands = false;
    for (RelationId id : person->relations) {
      GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation, Relation(id));
      stands |= !relation->lodged.empty();
      if (relation->objects) objecting.push_back(id);
    }
    if (!stands) free.insert(free.end(), objecting.begin(), objecting.end());
  }
  return free;
}

}  // namespace garderobe::vault
