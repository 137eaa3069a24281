#include "core/store/kept_answers.h"

#include <memory>

#include "core/base/bytes.h"

namespace garderobe {
namespace {

constexpr std::string_view kAnswerPrefix = "answer/";
constexpr std::string_view kDayPrefix = "answered/";

std::string AnswerKey(int32_t day, std::string_view id) {
  std::string key(kAnswerPrefix);
  PutBigEndian(key, static_cast<uint32_t>(day));
  return key.append(id);
}
std::string DayKey(std::string_view id) {
  return std::string(kDayPrefix).append(id);
}

}  // namespace

absl::StatusOr<std::optional<KeptAnswers::Kept>> KeptAnswers::Find(
    std::string_view id) const {
  const auto day = store_.Get(family_, DayKey(id));
  if (day.status().code() == absl::StatusCode::kNotFound) return std::nullopt;
  GARDEROBE_RETURN_IF_ERROR(day.status());
  if (day->size() != 4) return DataLoss("a kept answer is damaged");
  Kept kept;
  kept.day = static_cast<int32_t>(GetBigEndian<uint32_t>(day->data()));
  GARDEROBE_ASSIGN_OR_RETURN(const std::string value,
                             store_.Get(family_, AnswerKey(kept.day, id)));
  if (value.size() < Digest256::kBytes) {
    return DataLoss("a kept answer is damaged");
  }
  kept.request =
      Digest256::From(std::string_view(value).substr(0, Digest256::kBytes));
  kept.answer = value.substr(Digest256::kBytes);
  return kept;
}

absl::Status KeptAnswers::Claim(std::string_view id, const Digest256& request,
                                int32_t day) {
  GARDEROBE_RETURN_IF_ERROR(Keep(id, request, "", day));
  return store_.Sync();
}

absl::Status KeptAnswers::Keep(std::string_view id, const Digest256& request,
                               std::string_view answer, int32_t day) {
  rocksdb::WriteBatch batch;
  Put(id, request, answer, day, batch);
  GARDEROBE_RETURN_IF_ERROR(ForgetBefore(day - kKeptDays, batch));
  return store_.Write(batch);
}

void KeptAnswers::Put(std::string_view id, const Digest256& request,
                      std::string_view answer, int32_t day,
                      rocksdb::WriteBatch& batch) const {
  std::string day_bytes;
  PutBigEndian(day_bytes, static_cast<uint32_t>(day));
  const std::string value = std::string(request.view()).append(answer);
  batch.Put(store_.family(family_), AnswerKey(day, id), value);
  batch.Put(store_.family(family_), DayKey(id), day_bytes);
}

absl::Status KeptAnswers::ForgetBefore(int32_t day,
                                       rocksdb::WriteBatch& batch) const {
  const auto it = store_.NewIterator(family_);
  for (it->Seek(AsSlice(kAnswerPrefix));
       it->Valid() && it->key().starts_with(AsSlice(kAnswerPrefix));
       it->Next()) {
    const std::string_view key = AsView(it->key());
    if (key.size() < kAnswerPrefix.size() + 4) {
      return DataLoss("a kept answer is damaged");
    }
    const auto kept = static_cast<int32_t>(
        GetBigEndian<uint32_t>(key.data() + kAnswerPrefix.size()));
    if (kept >= day) break;
    batch.Delete(store_.family(family_), it->key());
    batch.Delete(store_.family(family_),
                 DayKey(key.substr(kAnswerPrefix.size() + 4)));
  }
  return FromRocks(it->status());
}

}  // namespace garderobe
