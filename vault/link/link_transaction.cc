#include "vault/link/link_transaction.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace garderobe::vault {
namespace {

// Sets of small numbers that grow together.
class DisjointSets {
 public:
  size_t Add() {
    parent_.push_back(parent_.size());
    return parent_.size() - 1;
  }
  size_t Root(size_t x) {
    while (parent_[x] != x) x = parent_[x] = parent_[parent_[x]];
    return x;
  }
  void Unite(size_t a, size_t b) { parent_[Root(a)] = Root(b); }

 private:
  std::vector<size_t> parent_;
};

}  // namespace

absl::StatusOr<RelationRecord*> LinkTransaction::Relation(RelationId id) {
  return relations_.Find(NumberKey(id));
}
absl::StatusOr<GroupRecord*> LinkTransaction::Group(uint64_t id) {
  return groups_.Find(NumberKey(id));
}

absl::StatusOr<RelationId> LinkTransaction::IdOf(const VaultHandle& handle) {
  auto id = GetBigEndian<RelationId>(handle.view().data());
  for (;; ++id) {
    if (id == kNone) continue;
    GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation, Relation(id));
    if (!relation->stored || relation->handle_rest == handle.view().substr(8)) {
      return id;
    }
  }
}

absl::Status LinkTransaction::Prefetch(const std::vector<LinkRow>& rows) {
  std::vector<std::string> relations, tokens;
  for (const LinkRow& row : rows) {
    relations.emplace_back(row.handle.view().substr(0, sizeof(RelationId)));
    for (const Token& token : row.tokens) {
      tokens.push_back(token.Key());
      known_keys_.emplace(FingerprintOf(token), tokens.back());
    }
  }
  GARDEROBE_RETURN_IF_ERROR(relations_.Prefetch(std::move(relations)));
  return tokens_.Prefetch(std::move(tokens));
}

absl::Status LinkTransaction::PrefetchNeighbours() {
  std::vector<std::string> relations, groups;
  std::set<RelationId> seen;
  for (RelationId id : touched_) {
    GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation, Relation(id));
    for (const Fingerprint fingerprint : relation->evidence()) {
      if (fingerprint == 0) continue;
      GARDEROBE_ASSIGN_OR_RETURN(const std::string key, KeyOf(fingerprint, id));
      GARDEROBE_ASSIGN_OR_RETURN(const TokenRecord* token, FindToken(key));
      seen.insert(token->relations.begin(), token->relations.end());
    }
  }
  for (RelationId id : seen) relations.push_back(NumberKey(id));
  GARDEROBE_RETURN_IF_ERROR(relations_.Prefetch(std::move(relations)));
  seen.insert(touched_.begin(), touched_.end());
  for (RelationId id : seen) {
    GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation, Relation(id));
    if (relation->group != kNone) groups.push_back(NumberKey(relation->group));
  }
  return groups_.Prefetch(std::move(groups));
}

absl::StatusOr<RelationId> LinkTransaction::Add(const LinkRow& row) {
  GARDEROBE_ASSIGN_OR_RETURN(const RelationId id, IdOf(row.handle));
  rows_.insert(id);
  GARDEROBE_ASSIGN_OR_RETURN(RelationRecord * relation, Relation(id));
  if (!relation->stored) {
    relation->stored = true;
    relation->handle_rest = row.handle.view().substr(8);
    ++difference_.relations;
    touched_.insert(id);
  }
  relation->reference = row.reference;
  for (const Token& token : row.tokens) {
    const Fingerprint fingerprint = FingerprintOf(token);
    auto& held = relation->tokens;
    const auto old = std::find_if(held.begin(), held.end(), [&](auto& t) {
      return KindOf(t.fingerprint) == token.kind;
    });
    if (old != held.end()) {
      if (old->fingerprint == fingerprint) continue;
      GARDEROBE_ASSIGN_OR_RETURN(const std::string key,
                                 KeyOf(old->fingerprint, id));
      held.erase(old);
      GARDEROBE_RETURN_IF_ERROR(LetGo(key, id));
    }
    held.push_back({fingerprint, false});
    std::sort(held.begin(), held.end(),
              [](auto& x, auto& y) { return x.fingerprint < y.fingerprint; });
    GARDEROBE_RETURN_IF_ERROR(Hold(token.Key(), id, *relation));
    touched_.insert(id);
  }
  relations_.MarkChanged(NumberKey(id));
  return id;
}

absl::StatusOr<std::set<RelationId>> LinkTransaction::LinkedNeighbours(
    RelationId id) {
  GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation, Relation(id));
  const Evidence evidence = relation->evidence();
  std::set<RelationId> seen, linked;
  for (const Fingerprint fingerprint : evidence) {
    if (fingerprint == 0) continue;
    GARDEROBE_ASSIGN_OR_RETURN(const auto holders, Holders(id, fingerprint));
    for (RelationId other : holders) {
      if (!seen.insert(other).second) continue;
      GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* neighbour,
                                 Relation(other));
      if (model_.Links(Compare(evidence, neighbour->evidence()))) {
        linked.insert(other);
      }
    }
  }
  return linked;
}

absl::Status LinkTransaction::FindContradictions() {
  // Whoever holds a pass that a changed relation holds.
  std::set<RelationId> concerned;
  for (RelationId id : touched_) {
    GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation, Relation(id));
    concerned.insert(id);
    if (const Fingerprint pass = relation->usable(Kind::kPass)) {
      GARDEROBE_ASSIGN_OR_RETURN(const auto holders, Holders(id, pass));
      concerned.insert(holders.begin(), holders.end());
    }
  }
  for (RelationId id : concerned) {
    GARDEROBE_ASSIGN_OR_RETURN(RelationRecord * relation, Relation(id));
    bool contradictory = false;
    if (const Fingerprint pass = relation->usable(Kind::kPass)) {
      GARDEROBE_ASSIGN_OR_RETURN(const auto holders, Holders(id, pass));
      for (RelationId other : holders) {
        GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* neighbour,
                                   Relation(other));
        contradictory |= Compare(relation->evidence(), neighbour->evidence())
                             .contradictory();
      }
    }
    if (relation->contradictory == contradictory) continue;
    relation->contradictory = contradictory;
    difference_.contradictory += contradictory ? 1 : UINT64_MAX;
    relations_.MarkChanged(NumberKey(id));
  }
  return absl::OkStatus();
}

absl::Status LinkTransaction::Link() {
  GARDEROBE_RETURN_IF_ERROR(PrefetchNeighbours());
  GARDEROBE_RETURN_IF_ERROR(FindContradictions());
  // A pool is what may have to be grouped anew: whole groups, and relations
  // that have none yet.
  DisjointSets pools;
  std::map<uint64_t, size_t> of_group;
  std::map<RelationId, size_t> of_single;
  auto pool_of = [&](RelationId id) -> absl::StatusOr<size_t> {
    GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation, Relation(id));
    const bool grouped = relation->group != kNone;
    auto& known = grouped ? of_group : of_single;
    const auto [entry, fresh] =
        known.try_emplace(grouped ? relation->group : id);
    if (fresh) entry->second = pools.Add();
    return entry->second;
  };
  std::set<RelationId> looked_from;  // with Reach::kAll
  if (reach_ == Reach::kAll) looked_from = touched_;
  std::vector<RelationId> left(touched_.begin(), touched_.end());
  const auto look_from_group_of = [&](RelationId id) -> absl::Status {
    if (looked_from.insert(id).second) left.push_back(id);
    GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation, Relation(id));
    if (relation->group == kNone) return absl::OkStatus();
    GARDEROBE_ASSIGN_OR_RETURN(const GroupRecord* group,
                               Group(relation->group));
    for (const Person& person : group->persons) {
      for (RelationId member : person.relations) {
        if (looked_from.insert(member).second) left.push_back(member);
      }
    }
    return absl::OkStatus();
  };
  while (!left.empty()) {
    const RelationId id = left.back();
    left.pop_back();
    GARDEROBE_ASSIGN_OR_RETURN(const size_t pool, pool_of(id));
    GARDEROBE_ASSIGN_OR_RETURN(const auto neighbours, LinkedNeighbours(id));
    if (reach_ == Reach::kAll) {
      GARDEROBE_RETURN_IF_ERROR(look_from_group_of(id));
    }
    for (RelationId other : neighbours) {
      GARDEROBE_ASSIGN_OR_RETURN(const size_t its, pool_of(other));
      pools.Unite(pool, its);
      if (reach_ == Reach::kAll) {
        GARDEROBE_RETURN_IF_ERROR(look_from_group_of(other));
      }
    }
  }
  struct Pool {
    std::vector<RelationId> members;
    std::vector<uint64_t> groups;
  };
  std::map<size_t, Pool> by_root;
  for (const auto& [id, pool] : of_single) {
    by_root[pools.Root(pool)].members.push_back(id);
  }
  for (const auto& [group, pool] : of_group) {
    Pool& whole = by_root[pools.Root(pool)];
    whole.groups.push_back(group);
    GARDEROBE_ASSIGN_OR_RETURN(const GroupRecord* record, Group(group));
    for (const Person& person : record->persons) {
      whole.members.insert(whole.members.end(), person.relations.begin(),
                           person.relations.end());
    }
  }
  for (const auto& [root, pool] : by_root) {
    GARDEROBE_RETURN_IF_ERROR(Regroup(pool.members, pool.groups));
  }
  return SpreadObjections();
}

absl::StatusOr<PersonSeed> LinkTransaction::SeedOf(RelationId id) {
  GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation, Relation(id));
  if (relation->objects) return PersonSeed();
  GARDEROBE_ASSIGN_OR_RETURN(const Place place, PlaceOf(id));
  GARDEROBE_ASSIGN_OR_RETURN(const Person* person, PersonAt(place));
  return person->seed;
}

std::vector<LinkTransaction::Told> LinkTransaction::Changes() const {
  std::vector<Told> changes;
  for (const auto& [id, person] : told_) {
    ChangeRecord change;
    change.type = person.is_zero() ? ChangeRecord::Type::kNobody
                                   : ChangeRecord::Type::kLink;
    change.relation = id;
    const bool is_answered = rows_.contains(id);
    change.again = is_answered;
    changes.push_back({std::move(change), is_answered});
  }
  return changes;
}

void LinkTransaction::AddTo(rocksdb::WriteBatch& batch) const {
  tokens_.AddTo(batch);
  relations_.AddTo(batch);
  groups_.AddTo(batch);
  auto write = [&](Family family, const std::map<std::string, bool>& keys) {
    for (const auto& [key, there] : keys) {
      if (there) {
        batch.Put(store_.family(family), key, "");
      } else {
        batch.Delete(store_.family(family), key);
      }
    }
  };
  write(kSetAside, crowds_);
  write(kApart, apart_);
}

}  // namespace garderobe::vault
