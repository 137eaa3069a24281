// What others read of the aggregator: mirrors for answerd, everything of an
// institution at one moment for the publisher.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "aggregator/aggregator.h"

namespace garderobe::aggregator {

absl::StatusOr<std::vector<std::string>> Aggregator::DirtyMirrors() {
  std::vector<std::string> names;
  const auto it = store_->NewIterator(kDirtyMirrors);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    names.push_back(it->key().ToString());
  }
  GARDEROBE_RETURN_IF_ERROR(FromRocks(it->status()));
  return names;
}

absl::StatusOr<v1::Mirror> Aggregator::MakeMirror(const std::string& name) {
  GARDEROBE_ASSIGN_OR_RETURN(const InstitutionPtr institution,
                             Find(name, /*create=*/false));
  const MutexLock lock(&institution->mutex);
  GARDEROBE_RETURN_IF_ERROR(EnsureLoaded(*institution));
  v1::Mirror mirror =
      institution->ledger->MakeMirror(name, institution->version);
  mirror.set_run(run_);
  return mirror;
}

absl::StatusOr<std::vector<std::string>> Aggregator::ReconcileMirrors(
    const std::map<std::string, uint64_t>& held) {
  std::vector<std::string> unknown;
  const std::vector<std::string> names = InstitutionNames();
  const std::set<std::string> known(names.begin(), names.end());
  for (const auto& [name, version] : held) {
    if (!known.contains(name)) unknown.push_back(name);
  }
  rocksdb::WriteBatch batch;
  for (const std::string& name : names) {
    const auto version = store_->Get(kMeta, VersionKey(name));
    if (!version.ok()) continue;  // nothing counted yet
    const auto at_answerd = held.find(name);
    if (at_answerd == held.end() || Number(at_answerd->second) != *version) {
      batch.Put(store_->family(kDirtyMirrors), name, *version);
    }
  }
  GARDEROBE_RETURN_IF_ERROR(store_->Write(batch));
  return unknown;
}

absl::Status Aggregator::ConfirmMirror(const std::string& name,
                                       uint64_t version) {
  GARDEROBE_ASSIGN_OR_RETURN(const InstitutionPtr institution,
                             Find(name, /*create=*/false));
  const MutexLock lock(&institution->mutex);
  if (institution->version != version) return absl::OkStatus();
  rocksdb::WriteBatch batch;
  batch.Delete(store_->family(kDirtyMirrors), name);
  return store_->Write(batch);
}

absl::Status Aggregator::ForEachVisit(const std::string& name,
                                      const VisitVisitor& visit) {
  const auto institution = Find(name, /*create=*/false);
  if (!institution.ok()) return absl::OkStatus();
  {
    const MutexLock lock(&(*institution)->mutex);
    GARDEROBE_RETURN_IF_ERROR(EnsureLoaded(**institution));
    GARDEROBE_RETURN_IF_ERROR((*institution)->ledger->ForEachCounted(visit));
  }
  return absl::OkStatus();
}

absl::Status Aggregator::ForEachRelation(
    const std::string& name, const Moment& moment,
    const std::function<void(uint32_t, const Relation&)>& visit) {
  const auto institution = Find(name, /*create=*/false);
  if (!institution.ok()) return absl::OkStatus();
  const std::string prefix = KeyOf((*institution)->number);
  const auto it = store_->NewIterator(kRelations, moment.relations.get());
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

absl::StatusOr<Aggregator::Moment> Aggregator::TakeMoment() {
  std::optional<Moment> moment;
  {
    // Between two changes of links.
    const MutexLock lock(&people_mutex_);
    rocksdb::DB& db = store_->db();
    moment.emplace(
        Moment{{}, {db.GetSnapshot(), [&db](const rocksdb::Snapshot* snapshot) {
                      db.ReleaseSnapshot(snapshot);
                    }}});
  }
  GARDEROBE_RETURN_IF_ERROR(FillHomes(*moment));
  return *std::move(moment);
}

absl::StatusOr<std::vector<int32_t>> Aggregator::LatestVisits(
    const std::string& name) {
  std::vector<int32_t> latest;
  GARDEROBE_RETURN_IF_ERROR(
      ForEachVisit(name, [&](const VisitRow& row, const Event& event) {
        if (row.relation == 0) return;
        if (row.relation >= latest.size()) {
          latest.resize(row.relation + 1, HomeEvidence::kNoVisit);
        }
        const int32_t day =
            (event.starts_at >= 0 ? event.starts_at : event.starts_at - 1439) /
            1440;
        latest[row.relation] = std::max(latest[row.relation], day);
      }));
  return latest;
}

absl::Status Aggregator::FillHomes(Moment& moment) {
  const auto pseudonym_of = [&](uint32_t household) {
    return PseudonymOf(Who::kHousehold, household, moment);
  };
  for (const std::string& name : InstitutionNames()) {
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

absl::StatusOr<bool> Aggregator::HasDelivered(const std::string& name,
                                              int64_t first, int64_t end) {
  const auto institution = Find(name, /*create=*/false);
  if (!institution.ok()) return false;
  const MutexLock lock(&(*institution)->mutex);
  GARDEROBE_RETURN_IF_ERROR(EnsureLoaded(**institution));
  return (*institution)->ledger->HasEventBetween(first, end);
}

absl::StatusOr<Element> Aggregator::PseudonymOf(Who who, uint32_t number,
                                                const Moment& moment) const {
  return PersonDirectory::PseudonymOf(*store_, who, number,
                                      moment.relations.get());
}

std::vector<std::string> Aggregator::InstitutionNames() {
  const MutexLock lock(&mutex_);
  std::vector<std::string> names;
  for (const auto& [name, institution] : institutions_) names.push_back(name);
  return names;
}

Aggregator::CountsNow Aggregator::counts() {
  CountsNow now;
  {
    const MutexLock lock(&mutex_);
    now.institutions = institutions_.size();
  }
  const MutexLock lock(&people_mutex_);
  if (!people_) return now;
  now.persons = people_->count(Who::kPerson);
  now.households = people_->count(Who::kHousehold);
  return now;
}

}  // namespace garderobe::aggregator
