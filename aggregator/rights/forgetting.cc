#include "aggregator/rights/forgetting.h"

#include <set>
#include <utility>

#include "core/base/civil_time.h"

namespace garderobe::aggregator {
namespace {

constexpr char kForgottenKey[] = "forgotten";

}  // namespace

absl::StatusOr<std::optional<Relation>> Forgetting::FindRelation(
    const Institution& institution, uint32_t number) const {
  const auto value = store_.Get(kRelations, KeyOf(institution.number, number));
  if (value.status().code() == absl::StatusCode::kNotFound) {
    return std::nullopt;
  }
  GARDEROBE_RETURN_IF_ERROR(value.status());
  Relation relation;
  if (!Decode(*value, &relation)) {
    return DataLoss("a relation's record is damaged");
  }
  return relation;
}

absl::Status Forgetting::Object(Institution& institution,
                                const Subject& subject,
                                std::optional<Relation> known,
                                rocksdb::WriteBatch& batch) {
  Relation relation;
  if (known) {
    relation = *std::move(known);
  } else {
    relation.delivered = static_cast<uint16_t>(DayNumber(Today()));
  }
  relation.person = relation.household = 0;
  relation.shown |= kObjects;
  // By which the vault will say when nobody objects any more.
  relation.reference = subject.reference;
  const uint32_t number =
      institution.ledger->FindOrAddRelation(subject.handle, batch);
  batch.Put(store_.family(kRelations), KeyOf(institution.number, number),
            Encode(relation));
  batch.Put(store_.family(kReferences), AsSlice(subject.reference.view()),
            Encode(RelationPlace{institution.number, subject.handle}));
  return absl::OkStatus();
}

absl::StatusOr<bool> Forgetting::Apply(
    v1::Right right, Institution& institution, const People& people,
    const std::vector<Subject>& subjects, const Beside& beside,
    v1::ExerciseAtAggregatorResponse* response) {
  rocksdb::WriteBatch batch;
  InstitutionLedger& ledger = *institution.ledger;
  std::set<uint32_t> erased;
  uint32_t relations = 0;
  for (const Subject& subject : subjects) {
    const auto& [handle, reference] = subject;
    const auto number = ledger.NumberOf(handle);
    std::optional<Relation> known;
    if (number) {
      GARDEROBE_ASSIGN_OR_RETURN(known, FindRelation(institution, *number));
    }
    const bool objects = known && known->objects();
    const rocksdb::Slice reference_key = AsSlice(reference.view());
    if (right == v1::RIGHT_WITHDRAW) {
      if (!objects) continue;
      // Who it is the next delivery says.
      known->shown &= static_cast<uint8_t>(~kObjects);
      batch.Put(store_.family(kRelations), KeyOf(institution.number, *number),
                Encode(*known));
      continue;
    }
    relations += known.has_value() && !objects;
    if (right == v1::RIGHT_OBJECT) {
      if (objects) continue;
      GARDEROBE_RETURN_IF_ERROR(
          Object(institution, subject, std::move(known), batch));
    } else if (number) {
      erased.insert(*number);
      batch.Delete(store_.family(kRelations),
                   KeyOf(institution.number, *number));
      ledger.ForgetHandle(handle, batch);
      batch.Delete(store_.family(kReferences), reference_key);
      // An objection outlives an erasure, and nothing else does.
      if (objects) {
        GARDEROBE_RETURN_IF_ERROR(
            Object(institution, subject, std::nullopt, batch));
      }
    }
    batch.Delete(store_.family(kExpired), AsSlice(handle.view()));
    GARDEROBE_RETURN_IF_ERROR(ToldLately::DropLink(store_, reference, batch));
  }
  GARDEROBE_ASSIGN_OR_RETURN(const auto forgotten,
                             ledger.Forget(erased, batch));
  if (batch.Count() == 0) return false;
  response->set_relations_removed(response->relations_removed() + relations);
  response->set_visits_removed(response->visits_removed() + forgotten.removed);
  if (beside) beside(batch);
  // An objection changes no byte of an institution's own figures: who objected
  // elsewhere could be told from it.
  if (!erased.empty()) institutions_.PutChanged(institution, batch);
  GARDEROBE_RETURN_IF_ERROR(Write(people, batch).status());
  return !erased.empty();
}

absl::StatusOr<bool> Forgetting::Write(const People&,
                                       rocksdb::WriteBatch& batch) {
  if (batch.Count() == 0) return false;
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
  const auto applied =
      Apply(right, **institution, people_, subjects, beside, response);
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
