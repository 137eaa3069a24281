#include "aggregator/rights/forgetting.h"

#include <set>

namespace garderobe::aggregator {
namespace {

constexpr char kForgottenKey[] = "forgotten";

}  // namespace

absl::StatusOr<bool> Forgetting::Apply(
    v1::Right right, Institution& institution,
    const std::vector<Subject>& subjects, const Beside& beside,
    v1::ExerciseAtAggregatorResponse* response) {
  rocksdb::WriteBatch batch;
  InstitutionLedger& ledger = *institution.ledger;
  std::set<uint32_t> numbers;
  uint32_t relations = 0;
  for (const auto& [handle, reference] : subjects) {
    const auto number = ledger.NumberOf(handle);
    const bool objects = number && *number == 0;
    const rocksdb::Slice reference_key = AsSlice(reference.view());
    if (right == v1::RIGHT_WITHDRAW) {
      if (!objects) continue;
      ledger.ForgetHandle(handle, batch);
      batch.Delete(store_.family(kReferences), reference_key);
      continue;
    }
    if (number && !objects) {
      numbers.insert(*number);
      const std::string key = KeyOf(institution.number, *number);
      relations += store_.Get(kRelations, key).ok();
      batch.Delete(store_.family(kRelations), key);
    }
    // An objection outlives an erasure.
    if (right == v1::RIGHT_OBJECT && !objects) {
      ledger.SetNobody(handle, batch);
      // By which the vault will say when nobody objects any more.
      batch.Put(store_.family(kReferences), reference_key,
                Encode(RelationPlace{institution.number, handle}));
    } else if (right == v1::RIGHT_ERASE && number && !objects) {
      ledger.ForgetHandle(handle, batch);
      batch.Delete(store_.family(kReferences), reference_key);
    }
    if (!objects) {
      batch.Delete(store_.family(kExpired), AsSlice(handle.view()));
      GARDEROBE_RETURN_IF_ERROR(ToldLately::DropLink(store_, reference, batch));
    }
  }
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto forgotten,
      ledger.Forget(numbers, /*keep_visits=*/right != v1::RIGHT_ERASE, batch));
  if (batch.Count() == 0) return false;
  response->set_relations_removed(response->relations_removed() + relations);
  response->set_visits_removed(response->visits_removed() + forgotten.removed);
  if (beside) beside(batch);
  GARDEROBE_RETURN_IF_ERROR(Write(institution, batch).status());
  return !numbers.empty();
}

absl::StatusOr<bool> Forgetting::Write(Institution& institution,
                                       rocksdb::WriteBatch& batch) {
  if (batch.Count() == 0) return false;
  institutions_.PutChanged(institution, batch);
  batch.Put(store_.family(kMeta), kForgottenKey,
            Number(Last().value_or(0) + 1));
  GARDEROBE_RETURN_IF_ERROR(store_.Write(batch));
  return true;
}

absl::Status Forgetting::ExerciseAt(
    v1::Right right, const std::string& name,
    const std::vector<Subject>& subjects, const Beside& beside,
    v1::ExerciseAtAggregatorResponse* response) {
  // Who objects before anything was delivered is nobody's from the first.
  const auto institution =
      institutions_.Find(name, /*create=*/right == v1::RIGHT_OBJECT);
  if (institution.status().code() == absl::StatusCode::kNotFound) {
    return absl::OkStatus();
  }
  GARDEROBE_RETURN_IF_ERROR(institution.status());
  const MutexLock lock(&(*institution)->mutex);
  GARDEROBE_RETURN_IF_ERROR(institutions_.EnsureLoaded(**institution));
  // A change of links must not write a relation that goes.
  const MutexLock people_lock(&people_.mutex);
  const auto applied = Apply(right, **institution, subjects, beside, response);
  // What it counts is on the disk, and no longer in memory.
  if (!applied.ok() || *applied) (*institution)->ledger.reset();
  return applied.status();
}

std::optional<uint64_t> Forgetting::Last() const {
  const auto value = store_.Get(kMeta, kForgottenKey);
  if (!value.ok()) return std::nullopt;
  return value->size() == 8 ? GetBigEndian<uint64_t>(value->data()) : 0;
}

absl::Status Forgetting::Confirm(uint64_t last) {
  // Who forgets holds it.
  const MutexLock lock(&people_.mutex);
  if (Last() != last) return absl::OkStatus();
  rocksdb::WriteBatch batch;
  batch.Delete(store_.family(kMeta), kForgottenKey);
  return store_.WriteAndSync(batch);
}

}  // namespace garderobe::aggregator
