#include "vault/link/rotate_tokens.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/parallel.h"
#include "vault/link/records.h"
#include "vault/link/relinking.h"
#include "vault/link/rename_identities.h"

namespace garderobe::vault {
namespace {

constexpr size_t kTokensAtOnce = 4096;
constexpr size_t kRelationsAtOnce = 16384;
constexpr size_t kChunk = 64;  // some 5 ms of group operations

Fingerprint FingerprintIn(std::string_view key) {
  return GetBigEndian<Fingerprint>(key.data());
}

class Rotation {
 public:
  Rotation(Store& store, const RotationFactor& d,
           boost::asio::thread_pool& workers)
      : store_(store),
        d_(d),
        workers_(workers),
        // As they were: what is written meanwhile is not read.
        tokens_(store.NewIterator(kTokens)),
        crowds_(store.NewIterator(kSetAside)) {
    tokens_->SeekToFirst();
  }

  bool AtEnd() const { return !tokens_->Valid(); }

  // Returns how many tokens it has taken.
  absl::StatusOr<size_t> TakeSome() {
    std::vector<std::string> keys, values;
    for (; keys.size() < kTokensAtOnce && tokens_->Valid(); tokens_->Next()) {
      keys.push_back(tokens_->key().ToString());
      values.push_back(tokens_->value().ToString());
    }
    GARDEROBE_ASSIGN_OR_RETURN(const std::vector<std::string> next,
                               Multiplied(keys));
    for (size_t i = 0; i < keys.size(); ++i) {
      GARDEROBE_RETURN_IF_ERROR(Move(keys[i], next[i], values[i]));
    }
    GARDEROBE_RETURN_IF_ERROR(Flush());
    return keys.size();
  }
  absl::Status End() const {
    GARDEROBE_RETURN_IF_ERROR(FromRocks(tokens_->status()));
    return FromRocks(crowds_->status());
  }

 private:
  absl::StatusOr<std::vector<std::string>> Multiplied(
      const std::vector<std::string>& keys) {
    std::vector<std::string> next(keys.size());
    std::atomic<bool> damaged{false};
    ParallelFor(workers_, keys.size(), kChunk, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) {
        const std::string_view key = keys[i];
        Element point;
        if (key.size() != 1 + Element::kBytes ||
            !Multiply(d_, Element::From(key.substr(1)), &point)) {
          damaged = true;
          continue;
        }
        next[i] = key.substr(0, 1);
        next[i] += point.view();
      }
    });
    if (damaged) return Damaged();
    return next;
  }

  absl::Status Move(const std::string& key, const std::string& next,
                    const std::string& value) {
    TokenRecord token;
    if (!Decode(value, &token)) return Damaged();
    batch_.Delete(store_.family(kTokens), key);
    batch_.Put(store_.family(kTokens), next, value);
    for (const RelationId id : token.relations) {
      GARDEROBE_RETURN_IF_ERROR(Note(id, key, next));
    }
    if (!token.relations.empty()) return absl::OkStatus();
    // It is set aside: who holds it stands elsewhere.
    for (crowds_->Seek(key);
         crowds_->Valid() && crowds_->key().starts_with(key); crowds_->Next()) {
      const std::string held = crowds_->key().ToString();
      if (held.size() != key.size() + sizeof(RelationId)) return Damaged();
      batch_.Delete(store_.family(kSetAside), held);
      batch_.Put(store_.family(kSetAside), next + held.substr(key.size()), "");
      GARDEROBE_RETURN_IF_ERROR(
          Note(GetBigEndian<RelationId>(held.data() + key.size()), key, next));
    }
    return FromRocks(crowds_->status());
  }

  absl::Status Note(RelationId id, std::string_view key,
                    std::string_view next) {
    noted_[id].push_back({FingerprintIn(key), FingerprintIn(next)});
    return noted_.size() < kRelationsAtOnce ? absl::OkStatus() : Flush();
  }

  // Writes what was moved, and what relations hold of it.
  absl::Status Flush() {
    std::vector<std::string> ids;
    for (const auto& [id, changes] : noted_) ids.push_back(NumberKey(id));
    const auto records = store_.GetAll(kRelations, ids);
    size_t at = 0;
    for (const auto& [id, changes] : noted_) {
      GARDEROBE_RETURN_IF_ERROR(records[at].status());
      RelationRecord relation;
      if (!Decode(*records[at], &relation)) return Damaged();
      for (const Change& change : changes) {
        GARDEROBE_RETURN_IF_ERROR(Exchange(change, relation));
      }
      batch_.Put(store_.family(kRelations), ids[at], Encode(relation));
      ++at;
    }
    noted_.clear();
    GARDEROBE_RETURN_IF_ERROR(store_.Write(batch_));
    batch_.Clear();
    return absl::OkStatus();
  }

  struct Change {
    Fingerprint from, to;  // of the same kind, of which a relation has one
  };
  static absl::Status Exchange(const Change& change, RelationRecord& relation) {
    for (HeldToken& held : relation.tokens) {
      if (held.fingerprint != change.from) continue;
      held.fingerprint = change.to;
      return absl::OkStatus();
    }
    return Damaged();
  }

  Store& store_;
  const RotationFactor& d_;
  boost::asio::thread_pool& workers_;
  const Store::Iterator tokens_, crowds_;
  rocksdb::WriteBatch batch_;
  std::map<RelationId, std::vector<Change>> noted_;
};

}  // namespace

std::vector<size_t> RotatedFamilies() {
  // Identities have ids that tokens hash to, in groups and beside their months.
  return {kTokens, kSetAside, kRelations, kGroups, kMeta};
}

absl::Status RotateTokens(Store& store, const RotationFactor& d,
                          boost::asio::thread_pool& workers,
                          const std::function<void(double)>& progress) {
  uint64_t all = 0, done = 0;
  store.db().GetIntProperty(store.family(kTokens),
                            rocksdb::DB::Properties::kEstimateNumKeys, &all);
  Rotation rotation(store, d, workers);
  while (!rotation.AtEnd()) {
    GARDEROBE_ASSIGN_OR_RETURN(const size_t taken, rotation.TakeSome());
    done += taken;
    if (progress) {
      progress(std::min(1.0, static_cast<double>(done) /
                                 static_cast<double>(std::max(all, done))));
    }
  }
  GARDEROBE_RETURN_IF_ERROR(rotation.End());
  GARDEROBE_RETURN_IF_ERROR(LinkAgainFromTheBeginning(store));
  return RenameIdentities(store);
}

}  // namespace garderobe::vault
