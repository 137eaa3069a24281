// Records of one column family as a transaction sees them: read through to the
// store once, changed in memory, written together.
#ifndef GARDEROBE_VAULT_OVERLAY_H_
#define GARDEROBE_VAULT_OVERLAY_H_

#include <unordered_map>

#include "vault/records.h"

namespace garderobe::vault {

// Not thread-safe. Pointers to records stay good for its life.
template <typename Record>
class Overlay {
 public:
  Overlay(const Store& store, Family family) : store_(store), family_(family) {}

  // A record that is not stored reads as an empty one.
  [[nodiscard]] absl::StatusOr<Record*> Find(const std::string& key) {
    auto [entry, fresh] = entries_.try_emplace(key);
    if (fresh) {
      auto value = store_.Get(family_, key);
      if (value.ok()) {
        if (!Decode(*value, &entry->second.record)) return Damaged();
        entry->second.stored = true;
      } else if (value.status().code() != absl::StatusCode::kNotFound) {
        return value.status();
      }
    }
    return &entry->second.record;
  }
  void MarkChanged(const std::string& key) { entries_[key].changed = true; }

  void AddTo(rocksdb::WriteBatch& batch) const {
    for (const auto& [key, entry] : entries_) {
      if (!entry.changed) continue;
      if (!IsEmpty(entry.record)) {
        batch.Put(store_.family(family_), key, Encode(entry.record));
      } else if (entry.stored) {
        batch.Delete(store_.family(family_), key);
      }
    }
  }

 private:
  struct Entry {
    Record record;
    bool stored = false;
    bool changed = false;
  };
  const Store& store_;
  const Family family_;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_OVERLAY_H_
