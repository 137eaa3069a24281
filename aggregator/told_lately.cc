#include "aggregator/told_lately.h"

#include <memory>
#include <string>
#include <string_view>

#include "aggregator/tables.h"
#include "core/base/hash.h"

namespace garderobe::aggregator {
namespace {

constexpr std::string_view kPrefix = "told/";
constexpr std::string_view kLabel("garderobe/told/v1\0", 18);

struct Record {
  uint64_t number = 0;
  RoundAction action = RoundAction::kNone;
  int32_t day = 0;
};

std::string KeyFor(const Element& reference) {
  return std::string(kPrefix) +
         AsString(Hash({kLabel, reference.view()}).bytes());
}

absl::StatusOr<Record> Read(std::string_view bytes) {
  ByteReader reader(bytes);
  Record record;
  uint8_t action;
  uint32_t day;
  if (!reader.GetInteger(&record.number) || !reader.GetInteger(&action) ||
      !reader.GetInteger(&day) || !reader.empty() ||
      action > static_cast<uint8_t>(RoundAction::kWithdraw)) {
    return DataLoss("what a round said of a relation is damaged");
  }
  record.action = static_cast<RoundAction>(action);
  record.day = static_cast<int32_t>(day);
  return record;
}

}  // namespace

void ToldLately::Note(const Element& reference, RoundAction action,
                      uint64_t number, int32_t today,
                      rocksdb::WriteBatch& batch) const {
  std::string value;
  PutBigEndian(value, number);
  value.push_back(static_cast<char>(action));
  PutBigEndian(value, static_cast<uint32_t>(today));
  batch.Put(store_.family(kMeta), KeyFor(reference), value);
}

absl::StatusOr<RoundAction> ToldLately::After(const Element& reference,
                                              uint64_t received_after) const {
  const auto value = store_.Get(kMeta, KeyFor(reference));
  if (value.status().code() == absl::StatusCode::kNotFound) {
    return RoundAction::kNone;
  }
  GARDEROBE_RETURN_IF_ERROR(value.status());
  GARDEROBE_ASSIGN_OR_RETURN(const Record record, Read(*value));
  return record.number > received_after ? record.action : RoundAction::kNone;
}

absl::Status ToldLately::Forget(int32_t today, rocksdb::WriteBatch& batch) {
  if (forgotten_on_ == today) return absl::OkStatus();
  const auto it = store_.NewIterator(kMeta);
  for (it->Seek(AsSlice(kPrefix));
       it->Valid() && it->key().starts_with(AsSlice(kPrefix)); it->Next()) {
    GARDEROBE_ASSIGN_OR_RETURN(const Record record, Read(AsView(it->value())));
    if (today - record.day > kKeptDays) {
      batch.Delete(store_.family(kMeta), it->key());
    }
  }
  GARDEROBE_RETURN_IF_ERROR(FromRocks(it->status()));
  forgotten_on_ = today;
  return absl::OkStatus();
}

}  // namespace garderobe::aggregator
