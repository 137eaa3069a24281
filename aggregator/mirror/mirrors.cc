#include "aggregator/mirror/mirrors.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "aggregator/ledger/records.h"
#include "aggregator/mirror/customer_count.h"
#include "core/base/clock.h"

namespace garderobe::aggregator {
namespace {

constexpr std::string_view kRunKey = "run";

// Beside which version of the visits the customers were counted that answerd
// has.
std::string CustomersKey(std::string_view institution) {
  return "customers/" + std::string(institution);
}
absl::StatusOr<uint64_t> ReadVersion(const Store& store,
                                     const std::string& key) {
  const auto value = store.Get(kMeta, key);
  if (value.status().code() == absl::StatusCode::kNotFound) return 0;
  GARDEROBE_RETURN_IF_ERROR(value.status());
  if (value->size() != 8) return DataLoss("a version is damaged");
  return GetBigEndian<uint64_t>(value->data());
}

}  // namespace

absl::Status Mirrors::BeginRun() {
  const auto last = store_.Get(kMeta, kRunKey);
  const uint64_t before =
      last.ok() && last->size() == 8 ? GetBigEndian<uint64_t>(last->data()) : 0;
  // The time, so that it grows even when the store is a restored one; and more
  // than before, whatever the clock says.
  run_ = std::max(before + 1, UnixMilliseconds());
  rocksdb::WriteBatch batch;
  batch.Put(store_.family(kMeta), kRunKey, Number(run_));
  return store_.WriteAndSync(batch);
}

absl::StatusOr<std::vector<std::string>> Mirrors::Dirty() {
  std::vector<std::string> names;
  const auto it = store_.NewIterator(kDirtyMirrors);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    names.push_back(it->key().ToString());
  }
  GARDEROBE_RETURN_IF_ERROR(FromRocks(it->status()));
  return names;
}

absl::StatusOr<v1::Mirror> Mirrors::Make(const std::string& name) {
  GARDEROBE_ASSIGN_OR_RETURN(const InstitutionPtr institution,
                             institutions_.Find(name, /*create=*/false));
  const MutexLock lock(&institution->mutex);
  GARDEROBE_RETURN_IF_ERROR(institutions_.EnsureLoaded(*institution));
  v1::Mirror mirror =
      institution->ledger->MakeMirror(name, institution->version);
  mirror.set_run(run_);
  return mirror;
}

absl::StatusOr<std::vector<std::string>> Mirrors::Reconcile(
    const std::map<std::string, uint64_t>& held) {
  std::vector<std::string> unknown;
  const std::vector<std::string> names = institutions_.Names();
  const std::set<std::string> known(names.begin(), names.end());
  for (const auto& [name, version] : held) {
    if (!known.contains(name)) unknown.push_back(name);
  }
  rocksdb::WriteBatch batch;
  for (const std::string& name : names) {
    const auto version = store_.Get(kMeta, VersionKey(name));
    if (!version.ok()) continue;  // nothing counted yet
    const auto at_answerd = held.find(name);
    if (at_answerd == held.end() || Number(at_answerd->second) != *version) {
      batch.Put(store_.family(kDirtyMirrors), name, *version);
    }
  }
  GARDEROBE_RETURN_IF_ERROR(store_.Write(batch));
  return unknown;
}

absl::Status Mirrors::Confirm(const std::string& name, uint64_t version) {
  GARDEROBE_ASSIGN_OR_RETURN(const InstitutionPtr institution,
                             institutions_.Find(name, /*create=*/false));
  const MutexLock lock(&institution->mutex);
  if (institution->version != version) return absl::OkStatus();
  rocksdb::WriteBatch batch;
  batch.Delete(store_.family(kDirtyMirrors), name);
  return store_.Write(batch);
}

absl::StatusOr<std::map<std::string, Mirrors::Versions>>
Mirrors::AllVersions() {
  std::map<std::string, Versions> all;
  for (const std::string& name : institutions_.Names()) {
    GARDEROBE_ASSIGN_OR_RETURN(const uint64_t visits,
                               ReadVersion(store_, VersionKey(name)));
    GARDEROBE_ASSIGN_OR_RETURN(const uint64_t customers,
                               ReadVersion(store_, CustomersKey(name)));
    all[name] = {visits, customers};
  }
  return all;
}

absl::StatusOr<v1::CustomerMirror> Mirrors::CountCustomersOf(
    const std::string& name, int32_t today) {
  GARDEROBE_ASSIGN_OR_RETURN(const InstitutionPtr institution,
                             institutions_.Find(name, /*create=*/false));
  std::vector<CustomerVisit> visits;
  absl::flat_hash_map<uint32_t, Relation> relations;
  uint64_t version = 0;
  int32_t begins = INT32_MAX;  // the first day of which anything counts
  {
    const MutexLock lock(&institution->mutex);
    GARDEROBE_RETURN_IF_ERROR(institutions_.EnsureLoaded(*institution));
    version = institution->version;
    GARDEROBE_RETURN_IF_ERROR(institution->ledger->ForEachCounted(
        [&](const VisitRow& row, const Event& event) {
          begins = std::min(begins, DayOf(event));
          if (row.relation == 0) return;
          visits.push_back({row.relation, DayOf(event), row.price_cents,
                            event.genre, row.channel});
        }));
    const std::string prefix = KeyOf(institution->number);
    const auto it = store_.NewIterator(kRelations);
    for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix);
         it->Next()) {
      Relation relation;
      if (it->key().size() != 8 || !Decode(AsView(it->value()), &relation)) {
        return DataLoss("a relation's record is damaged");
      }
      relations.emplace(GetBigEndian<uint32_t>(it->key().data() + 4),
                        std::move(relation));
    }
    GARDEROBE_RETURN_IF_ERROR(FromRocks(it->status()));
  }
  v1::CustomerMirror mirror = CountCustomers(
      std::move(visits), relations,
      {.today = today, .is_covered = [&](int32_t first, int32_t end) {
         // Months are not declared complete yet: a gap in what
         // was delivered is not noticed.
         return first >= begins && end <= today + 1;
       }});
  mirror.set_institution(name);
  mirror.set_version(version);
  mirror.set_run(run_);
  return mirror;
}

absl::Status Mirrors::ConfirmCustomers(const std::string& name,
                                       uint64_t version) {
  rocksdb::WriteBatch batch;
  batch.Put(store_.family(kMeta), CustomersKey(name), Number(version));
  return store_.Write(batch);
}

}  // namespace garderobe::aggregator
