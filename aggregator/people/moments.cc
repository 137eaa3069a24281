#include "aggregator/people/moments.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "aggregator/ledger/records.h"

namespace garderobe::aggregator {

Moment MomentNow(Store& store, const People&) {
  rocksdb::DB& db = store.db();
  return {{}, {db.GetSnapshot(), [&db](const rocksdb::Snapshot* snapshot) {
                 db.ReleaseSnapshot(snapshot);
               }}};
}

absl::StatusOr<Moment> Moments::Take() {
  std::optional<Moment> moment;
  {
    const MutexLock lock(&people_.mutex);
    moment.emplace(MomentNow(store_, people_));
  }
  GARDEROBE_RETURN_IF_ERROR(FillHomes(*moment));
  return *std::move(moment);
}

absl::Status Moments::ForEachVisit(const std::string& name,
                                   const VisitVisitor& visit) {
  const auto institution = institutions_.Find(name, /*create=*/false);
  if (!institution.ok()) return absl::OkStatus();
  {
    const MutexLock lock(&(*institution)->mutex);
    GARDEROBE_RETURN_IF_ERROR(institutions_.EnsureLoaded(**institution));
    GARDEROBE_RETURN_IF_ERROR((*institution)->ledger->ForEachCounted(visit));
  }
  return absl::OkStatus();
}

absl::Status Moments::ForEachRelation(
    const std::string& name, const Moment& moment,
    const std::function<void(uint32_t, const Relation&)>& visit) {
  const auto institution = institutions_.Find(name, /*create=*/false);
  if (!institution.ok()) return absl::OkStatus();
  const std::string prefix = KeyOf((*institution)->number);
  const auto it = store_.NewIterator(kRelations, moment.relations.get());
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix);
       it->Next()) {
    Relation relation;
    if (it->key().size() != 8 || !Decode(AsView(it->value()), &relation)) {
      return DataLoss("a relation's record is damaged");
    }
    visit(GetBigEndian<uint32_t>(it->key().data() + 4), relation);
  }
  return FromRocks(it->status());
}

absl::StatusOr<std::vector<int32_t>> Moments::LatestVisits(
    const std::string& name) {
  std::vector<int32_t> latest;
  GARDEROBE_RETURN_IF_ERROR(
      ForEachVisit(name, [&](const VisitRow& row, const Event& event) {
        if (row.relation == 0) return;
        if (row.relation >= latest.size()) {
          latest.resize(row.relation + 1, HomeEvidence::kNoVisit);
        }
        latest[row.relation] = std::max(latest[row.relation], DayOf(event));
      }));
  return latest;
}

absl::Status Moments::FillHomes(Moment& moment) {
  const auto pseudonym_of = [&](uint32_t household) {
    return PseudonymOf(Who::kHousehold, household, moment);
  };
  for (const std::string& name : institutions_.Names()) {
    GARDEROBE_ASSIGN_OR_RETURN(const std::vector<int32_t> latest,
                               LatestVisits(name));
    absl::Status taken;
    GARDEROBE_RETURN_IF_ERROR(ForEachRelation(
        name, moment, [&](uint32_t number, const Relation& relation) {
          taken.Update(moment.homes.Take(
              relation.person,
              {.latest_visit = number < latest.size() ? latest[number]
                                                      : HomeEvidence::kNoVisit,
               .delivered = relation.delivered,
               .household = relation.household},
              pseudonym_of));
        }));
    GARDEROBE_RETURN_IF_ERROR(taken);
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Moments::HasDelivered(const std::string& name,
                                           int64_t first, int64_t end) {
  const auto institution = institutions_.Find(name, /*create=*/false);
  if (!institution.ok()) return false;
  const MutexLock lock(&(*institution)->mutex);
  GARDEROBE_RETURN_IF_ERROR(institutions_.EnsureLoaded(**institution));
  return (*institution)->ledger->HasEventBetween(first, end);
}

absl::StatusOr<Element> Moments::PseudonymOf(Who who, uint32_t number,
                                             const Moment& moment) const {
  return PersonDirectory::PseudonymOf(store_, who, number,
                                      moment.relations.get());
}

}  // namespace garderobe::aggregator
