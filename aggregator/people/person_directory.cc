#include "aggregator/people/person_directory.h"

namespace garderobe::aggregator {
namespace {

std::string PseudonymKey(Who who, const Element& pseudonym) {
  return static_cast<char>(who) + std::string(pseudonym.view());
}
std::string NumberKey(Who who, uint32_t number) {
  std::string key(1, static_cast<char>(who));
  PutBigEndian(key, number);
  return key;
}
}  // namespace

absl::StatusOr<std::unique_ptr<PersonDirectory>> PersonDirectory::Load(
    const Store& store) {
  std::unique_ptr<PersonDirectory> directory(new PersonDirectory(store));
  // The largest number tells how many there are; some may be forgotten.
  auto last_number = [&](Who who) -> absl::StatusOr<uint32_t> {
    const auto last = store.NewIterator(kNumbers);
    last->SeekForPrev(NumberKey(who, UINT32_MAX));
    GARDEROBE_RETURN_IF_ERROR(FromRocks(last->status()));
    if (!last->Valid() || last->key().size() != 5 ||
        last->key()[0] != static_cast<char>(who)) {
      return 0;
    }
    return GetBigEndian<uint32_t>(last->key().data() + 1);
  };
  GARDEROBE_ASSIGN_OR_RETURN(const uint32_t persons, last_number(Who::kPerson));
  GARDEROBE_ASSIGN_OR_RETURN(const uint32_t households,
                             last_number(Who::kHousehold));
  directory->persons_ = persons + 1;
  directory->households_ = households + 1;
  return directory;
}

absl::StatusOr<uint32_t> PersonDirectory::FindOrAddNumber(
    Who who, const Element& pseudonym, rocksdb::WriteBatch& batch) {
  const std::string key = PseudonymKey(who, pseudonym);
  auto asked = [&](uint32_t number) {
    if (!sweeping_) return number;
    asked_.insert(NumberKey(who, number));
    return number;
  };
  if (const auto found = fresh_.find(key); found != fresh_.end()) {
    return asked(found->second);
  }
  auto stored = store_.Get(kPseudonyms, key);
  if (stored.ok() && stored->size() == 4) {
    return asked(GetBigEndian<uint32_t>(stored->data()));
  }
  if (stored.status().code() != absl::StatusCode::kNotFound) {
    return stored.status();
  }
  const uint32_t number = who == Who::kPerson ? persons_++ : households_++;
  fresh_[key] = number;
  batch.Put(store_.family(kPseudonyms), key, Number(number));
  batch.Put(store_.family(kNumbers), NumberKey(who, number),
            AsSlice(pseudonym.view()));
  return asked(number);
}

bool PersonDirectory::Forget(Who who, uint32_t number, const Element& pseudonym,
                             rocksdb::WriteBatch& batch) {
  const std::string key = NumberKey(who, number);
  if (asked_.contains(key)) return false;
  batch.Delete(store_.family(kNumbers), key);
  batch.Delete(store_.family(kPseudonyms), PseudonymKey(who, pseudonym));
  return true;
}

absl::StatusOr<Element> PersonDirectory::PseudonymOf(
    const Store& store, Who who, uint32_t number,
    const rocksdb::Snapshot* snapshot) {
  auto stored = store.Get(kNumbers, NumberKey(who, number), snapshot);
  if (!stored.ok() || stored->size() != Element::kBytes) {
    return DataLoss("a number has no pseudonym");
  }
  return Element::From(*stored);
}

}  // namespace garderobe::aggregator
