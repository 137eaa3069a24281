#include "vault/link/link_transaction.h"

#include <algorithm>
#include <numeric>

namespace garderobe::vault {
namespace {

// Never kNone.
uint64_t RandomNumber() {
  uint64_t number;
  do {
    randombytes_buf(&number, sizeof number);
  } while (number == kNone);
  return number;
}

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
    for (const HeldToken& held : relation->tokens) {
      // Who lives at one address is not compared for that.
      if (held.set_aside || KindOf(held.fingerprint) == Kind::kAddress) {
        continue;
      }
      GARDEROBE_ASSIGN_OR_RETURN(const std::string key,
                                 KeyOf(held.fingerprint, id));
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

absl::StatusOr<RelationId> LinkTransaction::Add(const LinkRow& row,
                                                uint16_t now) {
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
  // Nothing is sold in the future.
  const uint16_t seen = row.as_of == 0 ? now : std::min(row.as_of, now);
  relation->latest = std::max(relation->latest, seen);
  for (const Token& token : row.tokens) {
    const Fingerprint fingerprint = FingerprintOf(token);
    if (!SaysPerson(token.kind)) {
      // The quarter is that of the address: of another one it begins anew.
      const bool same = relation->usable(token.kind) == fingerprint;
      const uint16_t as_of =
          same ? std::max(relation->as_of, row.as_of) : row.as_of;
      if (as_of != relation->as_of) touched_.insert(id);
      relation->as_of = as_of;
    }
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
  for (const HeldToken& held : relation->tokens) {
    if (held.set_aside || !SaysPerson(KindOf(held.fingerprint))) continue;
    GARDEROBE_ASSIGN_OR_RETURN(const auto holders,
                               Holders(id, held.fingerprint));
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
  for (RelationId id : touched_) {
    GARDEROBE_ASSIGN_OR_RETURN(const size_t pool, pool_of(id));
    GARDEROBE_ASSIGN_OR_RETURN(const auto neighbours, LinkedNeighbours(id));
    for (RelationId other : neighbours) {
      GARDEROBE_ASSIGN_OR_RETURN(const size_t its, pool_of(other));
      pools.Unite(pool, its);
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
  GARDEROBE_RETURN_IF_ERROR(SettleHomes());
  return SpreadObjections();
}

absl::StatusOr<uint64_t> LinkTransaction::NewGroup() {
  for (;;) {
    const uint64_t id = RandomNumber();
    GARDEROBE_ASSIGN_OR_RETURN(const GroupRecord* record, Group(id));
    if (record->persons.empty()) return id;
  }
}

absl::Status LinkTransaction::Regroup(const std::vector<RelationId>& members,
                                      const std::vector<uint64_t>& old_groups) {
  std::vector<Evidence> evidence(members.size());
  std::vector<ClusterMember> compared(members.size());
  for (size_t i = 0; i < members.size(); ++i) {
    GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation,
                               Relation(members[i]));
    evidence[i] = relation->evidence();
    compared[i] = {members[i], &evidence[i]};
  }
  std::vector<std::pair<uint64_t, uint64_t>> apart;
  for (RelationId id : members) {
    GARDEROBE_ASSIGN_OR_RETURN(const auto others, ApartFrom(id));
    for (RelationId other : others) apart.emplace_back(id, other);
  }
  const Clusters clusters = FindClusters(compared, model_, apart);
  std::vector<Person> persons(clusters.count);
  for (size_t i = 0; i < members.size(); ++i) {
    persons[clusters.cluster_of[i]].relations.push_back(members[i]);
  }
  for (Person& person : persons) {
    std::sort(person.relations.begin(), person.relations.end());
  }

  // Who was who before.
  std::vector<Person> before;
  std::map<RelationId, size_t> person_before;
  for (uint64_t group : old_groups) {
    GARDEROBE_ASSIGN_OR_RETURN(GroupRecord * record, Group(group));
    for (Person& person : record->persons) {
      for (RelationId id : person.relations) {
        person_before[id] = before.size();
      }
      before.push_back(std::move(person));
    }
    record->persons.clear();
    groups_.MarkChanged(NumberKey(group));
  }
  // Somebody keeps the element when most of them stay together.
  struct Claim {
    size_t shared, person, old;
  };
  std::vector<Claim> claims;
  for (size_t p = 0; p < persons.size(); ++p) {
    std::map<size_t, size_t> shared;
    for (RelationId id : persons[p].relations) {
      if (const auto known = person_before.find(id);
          known != person_before.end()) {
        ++shared[known->second];
      }
    }
    for (const auto& [old, count] : shared) claims.push_back({count, p, old});
  }
  std::sort(claims.begin(), claims.end(), [](const Claim& x, const Claim& y) {
    if (x.shared != y.shared) return x.shared > y.shared;
    return std::pair(x.person, x.old) < std::pair(y.person, y.old);
  });
  std::vector<bool> has_point(persons.size()), kept(before.size());
  std::vector<bool> lost_somebody(persons.size());
  for (const Claim& claim : claims) {
    if (has_point[claim.person] || kept[claim.old]) continue;
    has_point[claim.person] = kept[claim.old] = true;
    Person& person = persons[claim.person];
    const Person& old = before[claim.old];
    person.point = old.point;
    person.home = old.home;
    person.own_household = old.own_household;
    lost_somebody[claim.person] =
        !std::includes(person.relations.begin(), person.relations.end(),
                       old.relations.begin(), old.relations.end());
  }
  for (size_t i = 0; i < before.size(); ++i) {
    if (kept[i]) continue;
    --difference_.persons;
    GARDEROBE_RETURN_IF_ERROR(Leave(before[i]));
  }
  for (size_t p = 0; p < persons.size(); ++p) {
    Person& person = persons[p];
    if (!has_point[p]) {
      person.point = RandomElement();
      person.own_household = RandomElement();
      ++difference_.persons;
      ++difference_.households;
    }
    bool was_somebody = false;
    for (RelationId id : person.relations) {
      const auto old = person_before.find(id);
      if (old != person_before.end() &&
          !(before[old->second].point == person.point)) {
        told_[id] = person.point;
        was_somebody = true;
      }
    }
    // Of a new person that is not made of new rows only; and of one that lost
    // somebody, by whom a change that waits may have called it.
    if (was_somebody || lost_somebody[p]) {
      moved_[person.relations.front()] = Answered(person);
    }
  }
  // A part is a group, and takes an old group's number while there are any.
  for (uint32_t part = 0; part < clusters.part_count; ++part) {
    uint64_t id;
    if (part < old_groups.size()) {
      id = old_groups[part];
    } else {
      GARDEROBE_ASSIGN_OR_RETURN(id, NewGroup());
    }
    GARDEROBE_ASSIGN_OR_RETURN(GroupRecord * record, Group(id));
    for (size_t p = 0; p < persons.size(); ++p) {
      if (clusters.part_of[p] != part) continue;
      for (RelationId member : persons[p].relations) {
        GARDEROBE_ASSIGN_OR_RETURN(RelationRecord * relation, Relation(member));
        if (relation->group != id) {
          relation->group = id;
          relations_.MarkChanged(NumberKey(member));
        }
      }
      persons_.insert({id, record->persons.size()});
      record->persons.push_back(std::move(persons[p]));
    }
    groups_.MarkChanged(NumberKey(id));
  }
  return absl::OkStatus();
}

bool LinkTransaction::Answered(const Person& person) const {
  return std::any_of(person.relations.begin(), person.relations.end(),
                     [&](RelationId id) { return rows_.contains(id); });
}

absl::StatusOr<LinkTransaction::Place> LinkTransaction::PlaceOf(RelationId id) {
  GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation, Relation(id));
  GARDEROBE_ASSIGN_OR_RETURN(const GroupRecord* group, Group(relation->group));
  for (size_t i = 0; i < group->persons.size(); ++i) {
    const auto& ids = group->persons[i].relations;
    if (std::binary_search(ids.begin(), ids.end(), id)) {
      return Place{relation->group, i};
    }
  }
  return Damaged();
}

absl::StatusOr<Person*> LinkTransaction::PersonAt(Place place) {
  GARDEROBE_ASSIGN_OR_RETURN(GroupRecord * group, Group(place.group));
  return &group->persons[place.index];
}

absl::StatusOr<LinkedRow> LinkTransaction::PointsOf(RelationId id) {
  GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation, Relation(id));
  if (relation->objects) return LinkedRow{};
  GARDEROBE_ASSIGN_OR_RETURN(const Place place, PlaceOf(id));
  GARDEROBE_ASSIGN_OR_RETURN(const Person* person, PersonAt(place));
  if (person->home == 0) return LinkedRow{person->point, person->own_household};
  GARDEROBE_ASSIGN_OR_RETURN(const HomeRecord* home,
                             homes_.Find(NumberKey(person->home)));
  return LinkedRow{person->point, home->point};
}

std::vector<ChangeRecord> LinkTransaction::Changes(uint64_t later) const {
  std::vector<ChangeRecord> changes;
  auto add = [&](bool is_relation, RelationId id, bool answered) {
    changes.push_back(answered ? ChangeRecord{is_relation, id, later, true}
                               : ChangeRecord{is_relation, id, 0, false});
  };
  for (const auto& [id, point] : told_) add(true, id, rows_.contains(id));
  for (const auto& [id, answered] : moved_) add(false, id, answered);
  return changes;
}

void LinkTransaction::AddTo(rocksdb::WriteBatch& batch) const {
  tokens_.AddTo(batch);
  relations_.AddTo(batch);
  groups_.AddTo(batch);
  homes_.AddTo(batch);
  auto write = [&](Family family, const std::map<std::string, bool>& keys) {
    for (const auto& [key, there] : keys) {
      if (there) {
        batch.Put(store_.family(family), key, "");
      } else {
        batch.Delete(store_.family(family), key);
      }
    }
  };
  write(kCrowds, crowds_);
  write(kApart, apart_);
}

}  // namespace garderobe::vault
