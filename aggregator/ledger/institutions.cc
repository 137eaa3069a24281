#include "aggregator/ledger/institutions.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "aggregator/ledger/records.h"

namespace garderobe::aggregator {
namespace {

constexpr std::string_view kInstitutionPrefix = "institution/";

std::string InstitutionKey(std::string_view name) {
  return std::string(kInstitutionPrefix) + std::string(name);
}

}  // namespace

absl::Status InstitutionTable::Load() {
  const MutexLock lock(&mutex_);
  const auto it = store_.NewIterator(kMeta);
  for (it->Seek(AsSlice(kInstitutionPrefix));
       it->Valid() && it->key().starts_with(AsSlice(kInstitutionPrefix));
       it->Next()) {
    if (it->value().size() != 4) {
      return DataLoss("the table of names is damaged");
    }
    auto institution = std::make_shared<Institution>();
    institution->name = AsView(it->key()).substr(kInstitutionPrefix.size());
    institution->number = GetBigEndian<uint32_t>(it->value().data());
    next_institution_ = std::max(next_institution_, institution->number + 1);
    institutions_[institution->name] = institution;
  }
  return FromRocks(it->status());
}

absl::StatusOr<InstitutionPtr> InstitutionTable::Find(const std::string& name,
                                                      bool create) {
  const MutexLock lock(&mutex_);
  auto found = institutions_.find(name);
  if (found == institutions_.end()) {
    if (!create) return NotFound("nothing was delivered for {}", name);
    auto institution = std::make_shared<Institution>();
    institution->name = name;
    institution->number = next_institution_;
    rocksdb::WriteBatch batch;
    batch.Put(store_.family(kMeta), InstitutionKey(name),
              Number(institution->number));
    GARDEROBE_RETURN_IF_ERROR(store_.Write(batch));
    ++next_institution_;
    found = institutions_.emplace(name, std::move(institution)).first;
  }
  found->second->last_used = ++uses_;
  return found->second;
}

std::vector<std::string> InstitutionTable::Names() {
  const MutexLock lock(&mutex_);
  std::vector<std::string> names;
  for (const auto& [name, institution] : institutions_) names.push_back(name);
  return names;
}

std::map<uint32_t, std::string> InstitutionTable::NamesByNumber() {
  const MutexLock lock(&mutex_);
  std::map<uint32_t, std::string> names;
  for (const auto& [name, institution] : institutions_) {
    names[institution->number] = name;
  }
  return names;
}

void InstitutionTable::EvictIdle() {
  const MutexLock lock(&mutex_);
  size_t total = 0;
  std::vector<InstitutionPtr> idle;
  for (auto& [name, institution] : institutions_) {
    // Nobody else can get hold of it while the map is locked.
    if (institution.use_count() > 1) continue;
    const MutexLock idle_lock(&institution->mutex);
    if (!institution->ledger) continue;
    total += institution->ledger->bytes();
    idle.push_back(institution);
  }
  if (total <= ledger_bytes_max_) return;
  std::sort(idle.begin(), idle.end(),
            [](auto& a, auto& b) { return a->last_used < b->last_used; });
  for (auto& institution : idle) {
    if (total <= ledger_bytes_max_) break;
    const MutexLock idle_lock(&institution->mutex);
    total -= institution->ledger->bytes();
    institution->ledger.reset();
  }
}

absl::Status InstitutionTable::EnsureLoaded(Institution& institution) {
  if (institution.ledger) return absl::OkStatus();
  GARDEROBE_ASSIGN_OR_RETURN(
      institution.ledger, InstitutionLedger::Load(store_, institution.number));
  const auto version = store_.Get(kMeta, VersionKey(institution.name));
  institution.version = version.ok() && version->size() == 8
                            ? GetBigEndian<uint64_t>(version->data())
                            : 0;
  return absl::OkStatus();
}

void InstitutionTable::PutChanged(Institution& institution,
                                  rocksdb::WriteBatch& batch) {
  ++institution.version;
  batch.Put(store_.family(kMeta), VersionKey(institution.name),
            Number(institution.version));
  batch.Put(store_.family(kDirtyMirrors), institution.name,
            Number(institution.version));
}

absl::Status InstitutionTable::Write(Institution& institution,
                                     rocksdb::WriteBatch& batch) {
  const absl::Status status = store_.Write(batch);
  if (!status.ok()) {
    institution.ledger.reset();
  }
  return status;
}

}  // namespace garderobe::aggregator
