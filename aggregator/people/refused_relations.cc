#include "aggregator/people/refused_relations.h"

#include <memory>
#include <string>
#include <string_view>

namespace garderobe::aggregator {
namespace {

constexpr std::string_view kRefusedPrefix = "refused/";

std::string KeyFor(const AggregatorHandle& handle) {
  return std::string(kRefusedPrefix) + std::string(handle.view());
}

}  // namespace

void RefusedRelations::Note(const AggregatorHandle& handle, const Sigma& sigma,
                            int32_t today, rocksdb::WriteBatch& batch) const {
  std::string value(sigma.view());
  PutBigEndian(value, static_cast<uint32_t>(today));
  batch.Put(store_.family(kMeta), KeyFor(handle), value);
}

void RefusedRelations::Forget(const AggregatorHandle& handle,
                              rocksdb::WriteBatch& batch) const {
  batch.Delete(store_.family(kMeta), KeyFor(handle));
}

absl::Status RefusedRelations::List(int32_t today, size_t most,
                                    rocksdb::WriteBatch& batch) const {
  const auto it = store_.NewIterator(kMeta);
  for (it->Seek(AsSlice(kRefusedPrefix));
       it->Valid() && it->key().starts_with(AsSlice(kRefusedPrefix)) &&
       most > 0;
       it->Next()) {
    const std::string_view key = AsView(it->key());
    if (key.size() != kRefusedPrefix.size() + AggregatorHandle::kBytes ||
        it->value().size() != Sigma::kBytes + 4) {
      return DataLoss("a relation that was refused is damaged");
    }
    const auto day = static_cast<int32_t>(
        GetBigEndian<uint32_t>(it->value().data() + Sigma::kBytes));
    if (today - day < kWaitDays) continue;
    batch.Put(store_.family(kExpired),
              AsSlice(key.substr(kRefusedPrefix.size())),
              AsSlice(AsView(it->value()).substr(0, Sigma::kBytes)));
    batch.Delete(store_.family(kMeta), it->key());
    --most;
  }
  return FromRocks(it->status());
}

}  // namespace garderobe::aggregator
