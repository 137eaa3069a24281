#include "vault/answer_keys.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "vault/link/records.h"

namespace garderobe::vault {
namespace {

constexpr std::string_view kAnswerKeyPrefix = "answer-key/";

// Days are written so that they sort; none lies before 2000.
std::string KeyFor(int32_t day) {
  std::string key(kAnswerKeyPrefix);
  PutBigEndian(key, static_cast<uint32_t>(day));
  return key;
}

}  // namespace

absl::StatusOr<AnswerDayKey> AnswerKeys::Read(int32_t day) const {
  const auto stored = store_.Get(kMeta, KeyFor(day));
  if (stored.status().code() == absl::StatusCode::kNotFound) {
    return NotFound("the key of answers of that day is not kept");
  }
  GARDEROBE_RETURN_IF_ERROR(stored.status());
  if (stored->size() != AnswerDayKey::kBytes) return Damaged();
  std::string bytes = *stored;
  const ScopedWipe wipe(bytes);
  return AnswerDayKey::CopyFrom(AsBytes(bytes));
}

absl::StatusOr<AnswerSeed> AnswerKeys::SeedFor(int32_t day,
                                               const AnswerId& id) {
  const MutexLock lock(&mutex_);
  if (const auto known = last_used_.find(day); known != last_used_.end()) {
    return AnswerSeedOf(known->second, id);
  }
  auto key = Read(day);
  if (key.status().code() == absl::StatusCode::kNotFound) {
    key = AnswerDayKey::Random();
    rocksdb::WriteBatch batch;
    batch.Put(store_.family(kMeta), KeyFor(day),
              AsSlice(AsView({key->ExposeSecret(), AnswerDayKey::kBytes})));
    batch.DeleteRange(store_.family(kMeta), KeyFor(0),
                      KeyFor(std::max(0, day - kKeptDays)));
    GARDEROBE_RETURN_IF_ERROR(store_.WriteAndSync(batch));
  }
  GARDEROBE_RETURN_IF_ERROR(key.status());
  AnswerSeed seed = AnswerSeedOf(*key, id);
  last_used_.clear();
  last_used_.emplace(day, *std::move(key));
  return seed;
}

absl::StatusOr<AnswerSeed> AnswerKeys::SeedOfPast(int32_t day,
                                                  const AnswerId& id) const {
  GARDEROBE_ASSIGN_OR_RETURN(const AnswerDayKey key, Read(day));
  return AnswerSeedOf(key, id);
}

}  // namespace garderobe::vault
