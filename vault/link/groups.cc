// Groups of relations that were compared, and the persons among them.
#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "vault/link/link_transaction.h"
#include "vault/link/point_claims.h"

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

}  // namespace

absl::StatusOr<uint64_t> LinkTransaction::NewGroup() {
  for (;;) {
    const uint64_t id = RandomNumber();
    GARDEROBE_ASSIGN_OR_RETURN(const GroupRecord* record, Group(id));
    if (record->persons.empty()) return id;
  }
}

absl::StatusOr<LinkTransaction::Clustered> LinkTransaction::Cluster(
    const std::vector<RelationId>& members) {
  std::vector<Evidence> evidence(members.size());
  std::vector<ClusterMember> compared(members.size());
  std::vector<std::pair<uint64_t, uint64_t>> apart;
  for (size_t i = 0; i < members.size(); ++i) {
    GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation,
                               Relation(members[i]));
    evidence[i] = relation->evidence();
    compared[i] = {members[i], &evidence[i]};
    GARDEROBE_ASSIGN_OR_RETURN(const auto others, ApartFrom(members[i]));
    for (RelationId other : others) apart.emplace_back(members[i], other);
  }
  Clustered result{FindClusters(compared, model_, apart), {}};
  result.persons.resize(result.clusters.count);
  for (size_t i = 0; i < members.size(); ++i) {
    result.persons[result.clusters.cluster_of[i]].relations.push_back(
        members[i]);
  }
  for (Person& person : result.persons) {
    std::sort(person.relations.begin(), person.relations.end());
  }
  return result;
}

absl::StatusOr<std::vector<Person>> LinkTransaction::TakePersons(
    const std::vector<uint64_t>& groups) {
  std::vector<Person> persons;
  for (uint64_t group : groups) {
    GARDEROBE_ASSIGN_OR_RETURN(GroupRecord * record, Group(group));
    for (Person& person : record->persons) {
      persons.push_back(std::move(person));
    }
    record->persons.clear();
    groups_.MarkChanged(NumberKey(group));
  }
  return persons;
}

void LinkTransaction::GivePoints(const std::vector<Person>& before,
                                 std::vector<Person>& persons) {
  const auto continued = ClaimPoints(persons, before);
  for (size_t p = 0; p < persons.size(); ++p) {
    persons[p].seed =
        continued[p] ? before[*continued[p]].seed : NewPersonSeed();
  }
  difference_.persons += persons.size() - before.size();
  std::map<RelationId, PersonSeed> person_before;
  for (const Person& person : before) {
    for (RelationId id : person.relations) person_before[id] = person.seed;
  }
  for (const Person& person : persons) {
    for (RelationId id : person.relations) {
      const auto old = person_before.find(id);
      if (old != person_before.end() && old->second != person.seed) {
        told_[id] = person.seed;
      }
    }
  }
}

absl::Status LinkTransaction::Regroup(const std::vector<RelationId>& members,
                                      const std::vector<uint64_t>& old_groups) {
  GARDEROBE_ASSIGN_OR_RETURN(Clustered clustered, Cluster(members));
  GARDEROBE_ASSIGN_OR_RETURN(const std::vector<Person> before,
                             TakePersons(old_groups));
  std::vector<Person>& persons = clustered.persons;
  GivePoints(before, persons);
  // A part is a group, and takes an old group's number while there are any.
  for (uint32_t part = 0; part < clustered.clusters.part_count; ++part) {
    uint64_t id;
    if (part < old_groups.size()) {
      id = old_groups[part];
    } else {
      GARDEROBE_ASSIGN_OR_RETURN(id, NewGroup());
    }
    GARDEROBE_ASSIGN_OR_RETURN(GroupRecord * record, Group(id));
    for (size_t p = 0; p < persons.size(); ++p) {
      if (clustered.clusters.part_of[p] != part) continue;
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

absl::StatusOr<std::vector<RelationId>> LinkTransaction::PersonOf(
    RelationId id) {
  GARDEROBE_ASSIGN_OR_RETURN(const Place place, PlaceOf(id));
  GARDEROBE_ASSIGN_OR_RETURN(const Person* person, PersonAt(place));
  return person->relations;
}

absl::Status LinkTransaction::LeaveGroup(RelationId id, uint64_t group) {
  GARDEROBE_ASSIGN_OR_RETURN(GroupRecord * record, Group(group));
  groups_.MarkChanged(NumberKey(group));
  for (size_t i = 0; i < record->persons.size(); ++i) {
    auto& ids = record->persons[i].relations;
    const auto found = std::lower_bound(ids.begin(), ids.end(), id);
    if (found == ids.end() || *found != id) continue;
    ids.erase(found);
    if (ids.empty()) {
      --difference_.persons;
      record->persons.erase(record->persons.begin() +
                            static_cast<ptrdiff_t>(i));
    }
    break;
  }
  // Who was linked through it may be somebody else now.
  for (const Person& person : record->persons) {
    touched_.insert(person.relations.begin(), person.relations.end());
  }
  return absl::OkStatus();
}

}  // namespace garderobe::vault
