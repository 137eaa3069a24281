// Records of one column family as a transaction sees them: read through to the
// store once, changed in memory, written together.
#ifndef GARDEROBE_VAULT_LINK_OVERLAY_H_
#define GARDEROBE_VAULT_LINK_OVERLAY_H_

#include <algorithm>

#include "absl/container/node_hash_map.h"
#include "vault/link/records.h"

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
  // Reads the records of all `keys` together, which is quicker than one by one.
  [[nodiscard]] absl::Status Prefetch(std::vector<std::string> keys) {
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    std::erase_if(
        keys, [&](const std::string& key) { return entries_.contains(key); });
    std::vector<absl::StatusOr<std::string>> values =
        store_.GetAll(family_, keys);
    for (size_t i = 0; i < keys.size(); ++i) {
      Entry& entry = entries_[keys[i]];
      if (values[i].ok()) {
        if (!Decode(*values[i], &entry.record)) return Damaged();
        entry.stored = true;
      } else if (values[i].status().code() != absl::StatusCode::kNotFound) {
        return values[i].status();
      }
    }
    return absl::OkStatus();
  }
  void MarkChanged(const std::string& key) { entries_[key].changed = true; }

  void AddTo(rocksdb::WriteBatch& batch) const {
    std::vector<const std::pair<const std::string, Entry>*> changed;
    for (const auto& entry : entries_) {
      if (entry.second.changed) changed.push_back(&entry);
    }
    std::sort(changed.begin(), changed.end(),
              [](auto* x, auto* y) { return x->first < y->first; });
    for (const auto* entry : changed) {
      if (!IsEmpty(entry->second.record)) {
        batch.Put(store_.family(family_), entry->first,
                  Encode(entry->second.record));
      } else if (entry->second.stored) {
        batch.Delete(store_.family(family_), entry->first);
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
  absl::node_hash_map<std::string, Entry> entries_;
};

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_LINK_OVERLAY_H_
