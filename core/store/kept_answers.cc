#include "core/store/kept_answers.h"

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

absl::StatusOr<std::optional<std::string>> KeptAnswers::Find(
    std::string_view id) const {
  const auto day = store_.Get(family_, DayKey(id));
  if (day.status().code() == absl::StatusCode::kNotFound) return std::nullopt;
  GARDEROBE_RETURN_IF_ERROR(day.status());
  if (day->size() != 4) return DataLoss("a kept answer is damaged");
  GARDEROBE_ASSIGN_OR_RETURN(
      std::string answer,
      store_.Get(family_, AnswerKey(static_cast<int32_t>(
                                        GetBigEndian<uint32_t>(day->data())),
                                    id)));
  return answer;
}

absl::Status KeptAnswers::Keep(std::string_view id, std::string_view answer,
                               int32_t day) {
  rocksdb::WriteBatch batch;
  std::string day_bytes;
  PutBigEndian(day_bytes, static_cast<uint32_t>(day));
  batch.Put(store_.family(family_), AnswerKey(day, id), AsSlice(answer));
  batch.Put(store_.family(family_), DayKey(id), day_bytes);
  GARDEROBE_RETURN_IF_ERROR(ForgetBefore(day - kKeptDays, batch));
  return store_.Write(batch);
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
