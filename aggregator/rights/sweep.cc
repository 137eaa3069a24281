#include "aggregator/rights/sweep.h"

#include <optional>
#include <string>

#include "aggregator/ledger/records.h"

namespace garderobe::aggregator {
namespace {

constexpr size_t kDeletesAtOnce = 10'000;

}  // namespace

absl::StatusOr<uint64_t> Sweep::Run() {
  std::optional<Moment> begun;
  {
    const MutexLock lock(&people_.mutex);
    GARDEROBE_RETURN_IF_ERROR(people_.Ensure());
    people_.directory->BeginSweep();
    begun.emplace(MomentNow(store_, people_));
  }
  const Moment& moment = *begun;
  std::vector<bool> persons, households;
  auto mark = [](std::vector<bool>& list, uint32_t number) {
    if (list.size() <= number) list.resize(number + 1);
    list[number] = true;
  };
  const auto it = store_.NewIterator(kRelations, moment.relations.get());
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    Relation relation;
    if (!Decode(AsView(it->value()), &relation)) {
      return DataLoss("a relation's record is damaged");
    }
    mark(persons, relation.person);
    mark(households, relation.household);
  }
  GARDEROBE_RETURN_IF_ERROR(FromRocks(it->status()));
  const MutexLock lock(&people_.mutex);
  if (!people_.directory || !people_.directory->sweeping()) {
    return absl::AbortedError("people were read again meanwhile");
  }
  GARDEROBE_ASSIGN_OR_RETURN(const uint64_t gone,
                             SweepWho(Who::kPerson, persons, moment));
  GARDEROBE_ASSIGN_OR_RETURN(const uint64_t empty,
                             SweepWho(Who::kHousehold, households, moment));
  people_.directory->EndSweep();
  return gone + empty;
}

absl::StatusOr<uint64_t> Sweep::SweepWho(Who who,
                                         const std::vector<bool>& supported,
                                         const Moment& moment) {
  uint64_t removed = 0;
  rocksdb::WriteBatch batch;
  const std::string prefix(1, static_cast<char>(who));
  const auto numbers = store_.NewIterator(kNumbers, moment.relations.get());
  for (numbers->Seek(prefix);
       numbers->Valid() && numbers->key().starts_with(prefix);
       numbers->Next()) {
    if (numbers->key().size() != 5) return DataLoss("a number is damaged");
    const auto number = GetBigEndian<uint32_t>(numbers->key().data() + 1);
    if (number < supported.size() && supported[number]) continue;
    if (!people_.directory->Forget(
            who, number, Element::From(AsView(numbers->value())), batch)) {
      continue;  // somebody has it since
    }
    ++removed;
    if (removed % kDeletesAtOnce == 0) {
      GARDEROBE_RETURN_IF_ERROR(store_.Write(batch));
      batch.Clear();
    }
  }
  GARDEROBE_RETURN_IF_ERROR(FromRocks(numbers->status()));
  GARDEROBE_RETURN_IF_ERROR(store_.Write(batch));
  return removed;
}

}  // namespace garderobe::aggregator
