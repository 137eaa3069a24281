#include "aggregator/mirror/mirrors.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "aggregator/ledger/records.h"
#include "core/base/clock.h"

namespace garderobe::aggregator {
namespace {

constexpr std::string_view kRunKey = "run";

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

}  // namespace garderobe::aggregator
