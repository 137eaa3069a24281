// Households: who lives where (docs/linking.md). A person has one home at a
// time, the address of which the evidence is the latest; who shows no address
// is at home where those are with whom a fixed line, a mobile or an e-mail is
// shared.
#include <algorithm>
#include <map>

#include "vault/link/link_transaction.h"

namespace garderobe::vault {
namespace {

constexpr Kind kShared[] = {Kind::kLandline, Kind::kMobile, Kind::kEmail};

// What speaks for a home: how recent, then how often; then the smaller one, so
// that the order of arrival does not decide.
struct Support {
  uint32_t latest = 0;
  uint32_t count = 0;
};
Fingerprint Best(const std::map<Fingerprint, Support>& homes) {
  Fingerprint best = 0;
  Support support;
  for (const auto& [home, its] : homes) {
    if (best == 0 || its.latest > support.latest ||
        (its.latest == support.latest && its.count > support.count)) {
      best = home;
      support = its;
    }
  }
  return best;
}

}  // namespace

absl::StatusOr<Fingerprint> LinkTransaction::OwnHome(const Person& person,
                                                     bool with_landline) {
  for (Kind kind : {Kind::kAddress, Kind::kLandline}) {
    if (kind == Kind::kLandline && !with_landline) break;
    std::map<Fingerprint, Support> homes;
    for (RelationId id : person.relations) {
      GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation, Relation(id));
      if (const Fingerprint home = relation->usable(kind)) {
        Support& support = homes[home];
        support.latest = std::max<uint32_t>(support.latest, relation->as_of);
        ++support.count;
      }
    }
    if (!homes.empty()) return Best(homes);
  }
  return Fingerprint{0};
}

absl::StatusOr<std::set<LinkTransaction::Place>> LinkTransaction::Sharers(
    Place place, Kind kind) {
  GARDEROBE_ASSIGN_OR_RETURN(const Person* person, PersonAt(place));
  std::set<Place> sharers;
  for (RelationId id : person->relations) {
    GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation, Relation(id));
    const Fingerprint token = relation->usable(kind);
    if (token == 0) continue;
    GARDEROBE_ASSIGN_OR_RETURN(const auto holders, Holders(id, token));
    for (RelationId other : holders) {
      GARDEROBE_ASSIGN_OR_RETURN(const Place its, PlaceOf(other));
      if (its != place) sharers.insert(its);
    }
  }
  return sharers;
}

absl::StatusOr<Fingerprint> LinkTransaction::HomeOf(Place place) {
  GARDEROBE_ASSIGN_OR_RETURN(const Person* person, PersonAt(place));
  GARDEROBE_ASSIGN_OR_RETURN(const Fingerprint address,
                             OwnHome(*person, /*with_landline=*/false));
  if (address != 0) return address;
  GARDEROBE_ASSIGN_OR_RETURN(const Fingerprint landline,
                             OwnHome(*person, /*with_landline=*/true));
  for (Kind kind : kShared) {
    if (landline != 0 && kind != Kind::kLandline) break;
    GARDEROBE_ASSIGN_OR_RETURN(const auto sharers, Sharers(place, kind));
    std::map<Fingerprint, Support> homes;
    for (Place sharer : sharers) {
      GARDEROBE_ASSIGN_OR_RETURN(const Person* other, PersonAt(sharer));
      GARDEROBE_ASSIGN_OR_RETURN(
          const Fingerprint home,
          OwnHome(*other, /*with_landline=*/kind != Kind::kLandline));
      if (home != 0) ++homes[home].count;
    }
    if (!homes.empty()) return Best(homes);
  }
  if (landline != 0) return landline;
  // Nobody of them has a home: what is shared is one.
  for (Kind kind : {Kind::kMobile, Kind::kEmail}) {
    std::map<Fingerprint, Support> shared;
    for (RelationId id : person->relations) {
      GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation, Relation(id));
      const Fingerprint token = relation->usable(kind);
      if (token == 0) continue;
      GARDEROBE_ASSIGN_OR_RETURN(const auto holders, Holders(id, token));
      for (RelationId other : holders) {
        GARDEROBE_ASSIGN_OR_RETURN(const Place its, PlaceOf(other));
        if (its != place) ++shared[token].count;
      }
    }
    if (!shared.empty()) return Best(shared);
  }
  return Fingerprint{0};
}

absl::Status LinkTransaction::Leave(const Person& person) {
  if (person.home == 0) {
    --difference_.households;
    return absl::OkStatus();
  }
  const std::string key = NumberKey(person.home);
  GARDEROBE_ASSIGN_OR_RETURN(HomeRecord * home, homes_.Find(key));
  if (home->residents == 0) return Damaged();
  difference_.households -= --home->residents == 0;
  homes_.MarkChanged(key);
  return absl::OkStatus();
}

absl::Status LinkTransaction::Move(Place place, Fingerprint home) {
  GARDEROBE_ASSIGN_OR_RETURN(Person * person, PersonAt(place));
  GARDEROBE_RETURN_IF_ERROR(Leave(*person));
  person->home = home;
  groups_.MarkChanged(NumberKey(place.group));
  if (home == 0) {
    person->own_household = RandomElement();
    ++difference_.households;
    return absl::OkStatus();
  }
  const std::string key = NumberKey(home);
  GARDEROBE_ASSIGN_OR_RETURN(HomeRecord * record, homes_.Find(key));
  difference_.households += record->residents == 0;
  // Who only passes through within this batch keeps the household as it was.
  if (record->point.is_zero()) record->point = RandomElement();
  ++record->residents;
  homes_.MarkChanged(key);
  return absl::OkStatus();
}

absl::Status LinkTransaction::SettleHomes() {
  std::set<Place> unsettled = persons_;
  for (RelationId id : neighbours_at_home_) {
    GARDEROBE_ASSIGN_OR_RETURN(const Place place, PlaceOf(id));
    unsettled.insert(place);
  }
  // Whose home depends on theirs: one step, because it depends on what others
  // show themselves and on nothing further.
  for (Place place : persons_) {
    for (Kind kind : kShared) {
      GARDEROBE_ASSIGN_OR_RETURN(const auto sharers, Sharers(place, kind));
      unsettled.insert(sharers.begin(), sharers.end());
    }
  }
  for (Place place : unsettled) {
    GARDEROBE_ASSIGN_OR_RETURN(const Fingerprint home, HomeOf(place));
    GARDEROBE_ASSIGN_OR_RETURN(const Person* person, PersonAt(place));
    if (person->home == home) continue;
    GARDEROBE_RETURN_IF_ERROR(Move(place, home));
    moved_[person->relations.front()] = Answered(*person);
  }
  return absl::OkStatus();
}

}  // namespace garderobe::vault
