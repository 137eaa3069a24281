#include "answer/mirror_shelf.h"

#include <type_traits>

#include "core/base/bytes.h"

namespace garderobe::answer {
namespace {

constexpr size_t kHeldBytes = 4 * 8;

}  // namespace

template <>
MirrorShelf::Age& MirrorShelf::AgeIn<v1::Mirror>(Held& held) const {
  return held.visits;
}
template <>
MirrorShelf::Age& MirrorShelf::AgeIn<v1::CustomerMirror>(Held& held) const {
  return held.customers;
}

absl::Status MirrorShelf::Load() {
  const MutexLock lock(&mutex_);
  const auto it = store_.NewIterator(families_.held);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    if (it->value().size() != kHeldBytes) {
      return DataLoss("the list of own figures is damaged");
    }
    const auto number = [&](size_t index) {
      return GetBigEndian<uint64_t>(it->value().data() + 8 * index);
    };
    held_[it->key().ToString()] = {{number(0), number(1)},
                                   {number(2), number(3)}};
  }
  return FromRocks(it->status());
}

template <typename Figures>
absl::Status MirrorShelf::PutFigures(const Figures& figures) {
  const std::string& institution = figures.institution();
  const Age age{figures.run(), figures.version()};
  {
    const MutexLock lock(&mutex_);
    const auto known = held_.find(institution);
    Held held = known == held_.end() ? Held() : known->second;
    if (known != held_.end() && AgeIn<Figures>(held) >= age) {
      return absl::OkStatus();
    }
    AgeIn<Figures>(held) = age;
    std::string record;
    for (const Age& one : {held.visits, held.customers}) {
      PutBigEndian(record, one.first);
      PutBigEndian(record, one.second);
    }
    rocksdb::WriteBatch batch;
    batch.Put(store_.family(families_.held), institution, record);
    batch.Put(store_.family(kIsOfVisits<Figures> ? families_.mirrors
                                                 : families_.customers),
              institution, figures.SerializeAsString());
    GARDEROBE_RETURN_IF_ERROR(store_.Write(batch));
    held_[institution] = held;
    Drop<Figures>(institution);
  }
  return store_.Sync();
}

absl::Status MirrorShelf::Put(const v1::Mirror& mirror) {
  return PutFigures(mirror);
}
absl::Status MirrorShelf::Put(const v1::CustomerMirror& customers) {
  return PutFigures(customers);
}

template <typename Figures>
void MirrorShelf::Drop(const std::string& institution) {
  const auto found = cached_.find({kIsOfVisits<Figures>, institution});
  if (found == cached_.end()) return;
  bytes_ -= found->second->bytes;
  cache_.erase(found->second);
  cached_.erase(found);
}

void MirrorShelf::Keep(Cached cached) {
  const std::pair key{cached.visits != nullptr, cached.institution};
  bytes_ += cached.bytes;
  cache_.push_front(std::move(cached));
  cached_[key] = cache_.begin();
  while (bytes_ > bytes_max_ && !cache_.empty()) {
    const Cached& oldest = cache_.back();
    bytes_ -= oldest.bytes;
    cached_.erase({oldest.visits != nullptr, oldest.institution});
    cache_.pop_back();
  }
}

template <typename Figures>
absl::StatusOr<std::shared_ptr<const Figures>> MirrorShelf::Find(
    const std::string& institution) {
  const MutexLock lock(&mutex_);
  const auto found = cached_.find({kIsOfVisits<Figures>, institution});
  if (found != cached_.end()) {
    cache_.splice(cache_.begin(), cache_, found->second);
    if constexpr (kIsOfVisits<Figures>) {
      return found->second->visits;
    } else {
      return found->second->customers;
    }
  }
  // Under the lock: figures that are replaced meanwhile must not come back.
  const auto bytes =
      store_.Get(kIsOfVisits<Figures> ? families_.mirrors : families_.customers,
                 institution);
  if (bytes.status().code() == absl::StatusCode::kNotFound) {
    return kIsOfVisits<Figures>
               ? NotFound("nothing was delivered for {} yet", institution)
               : NotFound("the customers of {} are not counted yet",
                          institution);
  }
  GARDEROBE_RETURN_IF_ERROR(bytes.status());
  auto figures = std::make_shared<Figures>();
  if (!figures->ParseFromString(*bytes)) {
    return DataLoss("stored figures of {} are damaged", institution);
  }
  Cached cached{institution, nullptr, nullptr, figures->SpaceUsedLong()};
  if constexpr (kIsOfVisits<Figures>) {
    cached.visits = figures;
  } else {
    cached.customers = figures;
  }
  Keep(std::move(cached));
  return figures;
}

absl::StatusOr<std::shared_ptr<const v1::Mirror>> MirrorShelf::FindVisits(
    const std::string& institution) {
  return Find<v1::Mirror>(institution);
}
absl::StatusOr<std::shared_ptr<const v1::CustomerMirror>>
MirrorShelf::FindCustomers(const std::string& institution) {
  return Find<v1::CustomerMirror>(institution);
}

void MirrorShelf::AddHeld(v1::ListHeldResponse* held) {
  const MutexLock lock(&mutex_);
  for (const auto& [institution, ages] : held_) {
    auto* entry = held->add_mirrors();
    entry->set_institution(institution);
    entry->set_version(ages.visits.second);
    entry->set_customers_version(ages.customers.second);
  }
}

size_t MirrorShelf::bytes() {
  const MutexLock lock(&mutex_);
  return bytes_;
}

}  // namespace garderobe::answer
