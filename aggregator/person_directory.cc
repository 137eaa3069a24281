#include "aggregator/person_directory.h"

#include <numeric>

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
  for (Who who : {Who::kPerson, Who::kHousehold}) {
    auto& parents = directory->parents(who);
    // The largest number tells how many there are: none is ever taken back.
    const auto last = store.NewIterator(kNumbers);
    last->SeekForPrev(NumberKey(who, UINT32_MAX));
    if (last->Valid() && last->key().size() == 5 &&
        last->key()[0] == static_cast<char>(who)) {
      parents.resize(GetBigEndian<uint32_t>(last->key().data() + 1) + 1);
    }
    GARDEROBE_RETURN_IF_ERROR(FromRocks(last->status()));
    std::iota(parents.begin(), parents.end(), 0);
    const auto it = store.NewIterator(kMerges);
    for (it->Seek(std::string(1, static_cast<char>(who)));
         it->Valid() && it->key()[0] == static_cast<char>(who); it->Next()) {
      const auto given_up = GetBigEndian<uint32_t>(it->key().data() + 1);
      const auto stays = GetBigEndian<uint32_t>(it->value().data());
      if (it->key().size() != 5 || it->value().size() != 4 ||
          given_up >= parents.size() || stays >= given_up) {
        return DataLoss("the table of merges is damaged");
      }
      parents[given_up] = stays;
    }
    GARDEROBE_RETURN_IF_ERROR(FromRocks(it->status()));
  }
  return directory;
}

absl::StatusOr<uint32_t> PersonDirectory::NumberOf(Who who,
                                                   const Element& pseudonym,
                                                   rocksdb::WriteBatch& batch) {
  const std::string key = PseudonymKey(who, pseudonym);
  if (const auto found = fresh_.find(key); found != fresh_.end()) {
    return found->second;
  }
  auto stored = store_.Get(kPseudonyms, key);
  if (stored.ok() && stored->size() == 4) {
    return GetBigEndian<uint32_t>(stored->data());
  }
  if (stored.status().code() != absl::StatusCode::kNotFound) {
    return stored.status();
  }
  auto& all = parents(who);
  const auto number = static_cast<uint32_t>(all.size());
  all.push_back(number);
  fresh_[key] = number;
  batch.Put(store_.family(kPseudonyms), key, Number(number));
  batch.Put(store_.family(kNumbers), NumberKey(who, number),
            AsSlice(pseudonym.view()));
  return number;
}

uint32_t PersonDirectory::Root(Who who, uint32_t number) const {
  const auto& all = parents(who);
  while (all[number] != number) number = all[number];
  return number;
}

void PersonDirectory::Merge(Who who, uint32_t a, uint32_t b,
                            rocksdb::WriteBatch& batch) {
  a = Root(who, a);
  b = Root(who, b);
  if (a == b) return;
  const uint32_t stays = std::min(a, b), given_up = std::max(a, b);
  parents(who)[given_up] = stays;
  batch.Put(store_.family(kMerges), NumberKey(who, given_up), Number(stays));
}

absl::StatusOr<Element> PersonDirectory::PseudonymOf(Who who,
                                                     uint32_t number) const {
  auto stored = store_.Get(kNumbers, NumberKey(who, number));
  if (!stored.ok() || stored->size() != Element::kBytes) {
    return DataLoss("a number has no pseudonym");
  }
  return Element::From(*stored);
}

}  // namespace garderobe::aggregator
