#include "aggregator/people/told_lately.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "aggregator/ledger/records.h"
#include "core/base/hash.h"

namespace garderobe::aggregator {
namespace {

constexpr std::string_view kToldPrefix = "told/";
constexpr std::string_view kLabel("garderobe/told/v1\0", 18);

struct Record {
  uint64_t number = 0;
  Told told;
  int32_t day = 0;
};

std::string KeyFor(const Element& reference) {
  return std::string(kToldPrefix) +
         AsString(Hash({kLabel, reference.view()}).bytes());
}

absl::StatusOr<Record> Read(std::string_view bytes) {
  ByteReader reader(bytes);
  Record record;
  uint8_t action;
  uint32_t day;
  if (!reader.GetInteger(&record.number) || !reader.GetInteger(&action) ||
      !reader.GetInteger(&day) ||
      action > static_cast<uint8_t>(RoundAction::kWithdraw)) {
    return DataLoss("what a round said of a relation is damaged");
  }
  record.told.action = static_cast<RoundAction>(action);
  record.day = static_cast<int32_t>(day);
  std::string_view person;
  const bool is_link = record.told.action == RoundAction::kLink;
  if ((is_link && !reader.GetBytes(Element::kBytes, &person)) ||
      !reader.empty()) {
    return DataLoss("what a round said of a relation is damaged");
  }
  if (is_link) record.told.person = Element::From(person);
  return record;
}

// nullopt: no round has spoken of the relation lately.
absl::StatusOr<std::optional<Record>> Find(const Store& store,
                                           const Element& reference) {
  const auto value = store.Get(kMeta, KeyFor(reference));
  if (value.status().code() == absl::StatusCode::kNotFound) {
    return std::nullopt;
  }
  GARDEROBE_RETURN_IF_ERROR(value.status());
  return Read(*value);
}

}  // namespace

void ToldLately::Note(const Element& reference, const Told& told,
                      uint64_t number, int32_t today,
                      rocksdb::WriteBatch& batch) const {
  std::string value;
  PutBigEndian(value, number);
  value.push_back(static_cast<char>(told.action));
  PutBigEndian(value, static_cast<uint32_t>(today));
  if (told.action == RoundAction::kLink) value += told.person.view();
  batch.Put(store_.family(kMeta), KeyFor(reference), value);
}

absl::StatusOr<Told> ToldLately::After(const Element& reference,
                                       uint64_t answered_after) const {
  GARDEROBE_ASSIGN_OR_RETURN(const auto record, Find(store_, reference));
  return record && record->number > answered_after ? record->told : Told();
}

absl::Status ToldLately::DropLink(const Store& store, const Element& reference,
                                  rocksdb::WriteBatch& batch) {
  GARDEROBE_ASSIGN_OR_RETURN(const auto record, Find(store, reference));
  if (record && record->told.action == RoundAction::kLink) {
    batch.Delete(store.family(kMeta), KeyFor(reference));
  }
  return absl::OkStatus();
}

absl::Status ToldLately::Forget(int32_t today, rocksdb::WriteBatch& batch) {
  if (forgotten_on_ == today) return absl::OkStatus();
  const auto it = store_.NewIterator(kMeta);
  for (it->Seek(AsSlice(kToldPrefix));
       it->Valid() && it->key().starts_with(AsSlice(kToldPrefix)); it->Next()) {
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
