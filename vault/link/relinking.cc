#include "vault/link/relinking.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/hash.h"
#include "vault/link/estimate.h"
#include "vault/link/link_transaction.h"
#include "vault/link/linker.h"

namespace garderobe::vault {
namespace {

// What everything was linked with; there while nothing is linked again.
constexpr std::string_view kModelKey = "model/v1";
// What it is linked again with, and how far that is.
constexpr std::string_view kRelinkingKey = "relinking/v1";
// Weights that were estimated, and what from.
constexpr std::string_view kWeightsKey = "weights/v1";
// The version of what else decides who is linked: comparisons, limits,
// clustering. Grows when one of them changes; everything is linked again then.
constexpr int kRulesVersion = 4;

// What links, as one value: whether the store was linked by the same.
std::string DigestOf(const MatchParameters& parameters) {
  const std::string rules = fmt::format("rules {}\n", kRulesVersion);
  return AsString(Hash({rules, parameters.ToToml()}).bytes());
}

void NoteLinked(const Store& store, const std::string& digest,
                rocksdb::WriteBatch& batch) {
  batch.Delete(store.family(kMeta), AsSlice(kRelinkingKey));
  batch.Put(store.family(kMeta), AsSlice(kModelKey), digest);
}

void NoteRelinking(const Store& store, const std::string& digest,
                   RelationId next, uint64_t done, rocksdb::WriteBatch& batch) {
  std::string value = digest;
  PutBigEndian(value, next);
  PutBigEndian(value, done);
  batch.Put(store.family(kMeta), AsSlice(kRelinkingKey), value);
}

}  // namespace

absl::Status Linker::LoadModel() {
  MatchParameters weights = options_.model;
  if (options_.estimates) {
    const auto kept = store_->Get(kMeta, kWeightsKey);
    if (kept.ok()) {
      const std::string guess = DigestOf(options_.model);
      ByteReader reader(*kept);
      std::string_view of;
      uint64_t from = 0;
      if (!reader.GetBytes(guess.size(), &of) || !reader.GetInteger(&from)) {
        return Damaged();
      }
      // Those that came of another first guess are estimated anew.
      if (of == guess) {
        GARDEROBE_ASSIGN_OR_RETURN(
            weights, MatchParameters::Parse(std::string_view(*kept).substr(
                                                of.size() + sizeof from),
                                            kWeightsKey));
        estimated_from_ = from;
      }
    } else if (kept.status().code() != absl::StatusCode::kNotFound) {
      return kept.status();
    }
  }
  rocksdb::WriteBatch batch;
  return UseModel(weights, batch);
}

absl::Status Linker::UseModel(const MatchParameters& weights,
                              rocksdb::WriteBatch& batch) {
  const std::string digest = DigestOf(weights);
  const auto linked_with = store_->Get(kMeta, kModelKey);
  const auto begun = store_->Get(kMeta, kRelinkingKey);
  for (const auto& read : {linked_with, begun}) {
    if (!read.ok() && read.status().code() != absl::StatusCode::kNotFound) {
      return read.status();
    }
  }
  std::optional<Relinking> relinking;
  if (counts_.relations == 0) {
    NoteLinked(*store_, digest, batch);
  } else if (!linked_with.ok() || *linked_with != digest) {
    relinking = Relinking{.next = kNone, .done = 0};
    if (begun.ok() && begun->starts_with(digest)) {
      ByteReader reader(std::string_view(*begun).substr(digest.size()));
      if (!reader.GetInteger(&relinking->next) ||
          !reader.GetInteger(&relinking->done)) {
        return Damaged();
      }
    }
    // Until all is linked again it is linked by neither.
    batch.Delete(store_->family(kMeta), AsSlice(kModelKey));
    NoteRelinking(*store_, digest, relinking->next, relinking->done, batch);
  }
  GARDEROBE_RETURN_IF_ERROR(store_->WriteAndSync(batch));
  relinking_ = relinking;
  model_ = MatchModel(weights);
  return absl::OkStatus();
}

LinkTransaction Linker::NewTransaction(LinkPurpose purpose) const {
  return LinkTransaction(*store_, model_, purpose,
                         relinking_ ? LinkTransaction::Reach::kAll
                                    : LinkTransaction::Reach::kGroups);
}

absl::StatusOr<bool> Linker::RelinkSome(size_t most) {
  const MutexLock lock(&mutex_);
  if (!relinking_) return true;
  Relinking relinking = *relinking_;
  LinkTransaction transaction = NewTransaction();
  const auto it = store_->NewIterator(kRelations);
  it->Seek(NumberKey(relinking.next));
  for (size_t i = 0; i < most && it->Valid(); ++i, it->Next()) {
    transaction.Touch(GetBigEndian<RelationId>(it->key().data()));
    ++relinking.done;
  }
  GARDEROBE_RETURN_IF_ERROR(FromRocks(it->status()));
  const bool ended = !it->Valid();
  if (!ended) relinking.next = GetBigEndian<RelationId>(it->key().data());
  GARDEROBE_RETURN_IF_ERROR(transaction.Link());
  GARDEROBE_RETURN_IF_ERROR(Commit(transaction));
  // After the links: what is linked twice is linked once.
  rocksdb::WriteBatch batch;
  const std::string digest = DigestOf(model_.parameters());
  if (!ended) {
    NoteRelinking(*store_, digest, relinking.next, relinking.done, batch);
    GARDEROBE_RETURN_IF_ERROR(store_->Write(batch));
    relinking_ = relinking;
    return false;
  }
  NoteLinked(*store_, digest, batch);
  GARDEROBE_RETURN_IF_ERROR(store_->WriteAndSync(batch));
  relinking_.reset();
  return true;
}

absl::Status Linker::RelinkAll() {
  constexpr size_t kAtOnce = 500;
  for (;;) {
    GARDEROBE_ASSIGN_OR_RETURN(const bool ended, RelinkSome(kAtOnce));
    if (ended) return absl::OkStatus();
  }
}

std::optional<double> Linker::relinking() const {
  const MutexLock lock(&mutex_);
  if (!relinking_) return std::nullopt;
  const auto all =
      static_cast<double>(std::max<uint64_t>(counts_.relations, 1));
  return std::min(1.0, static_cast<double>(relinking_->done) / all);
}

bool Linker::EstimateIsDue() const {
  const MutexLock lock(&mutex_);
  if (!options_.estimates) return false;
  const uint64_t now = counts_.relations;
  // Before anything is linked again with weights that are not to stay.
  if (estimated_from_ == 0) return now >= kRelationsToEstimate;
  if (relinking_) return false;
  return 2 * now >= 3 * estimated_from_ || 3 * now <= 2 * estimated_from_;
}

absl::Status Linker::Estimate(const std::atomic<bool>& stop) {
  uint64_t from;
  {
    const MutexLock lock(&mutex_);
    from = counts_.relations;
  }
  MatchParameters weights = options_.model;
  if (2 * from < kRelationsToEstimate) {
    from = 0;
  } else {
    // Beside everything else: what is erased meanwhile is passed over.
    GARDEROBE_ASSIGN_OR_RETURN(
        const PatternCounts counts,
        CountPatterns(*store_, kRelationsLookedAt, &stop));
    // As they will be read again, to the last digit.
    GARDEROBE_ASSIGN_OR_RETURN(
        weights,
        MatchParameters::Parse(
            EstimateParameters(counts, options_.model).parameters.ToToml(),
            kWeightsKey));
  }
  const MutexLock lock(&mutex_);
  rocksdb::WriteBatch batch;
  if (from == 0) {
    batch.Delete(store_->family(kMeta), AsSlice(kWeightsKey));
  } else {
    std::string value = DigestOf(options_.model);
    PutBigEndian(value, from);
    value += weights.ToToml();
    batch.Put(store_->family(kMeta), AsSlice(kWeightsKey), value);
  }
  GARDEROBE_RETURN_IF_ERROR(UseModel(weights, batch));
  estimated_from_ = from;
  return absl::OkStatus();
}

absl::Status LinkAgainFromTheBeginning(Store& store) {
  rocksdb::WriteBatch batch;
  batch.Delete(store.family(kMeta), AsSlice(kRelinkingKey));
  return store.Write(batch);
}

}  // namespace garderobe::vault
