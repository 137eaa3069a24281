#include "aggregator/people/relations.h"

#include <optional>
#include <utility>

#include "aggregator/ledger/records.h"
#include "core/base/civil_time.h"
#include "core/base/columns.h"

namespace garderobe::aggregator {

absl::Status Relations::Apply(Institution& institution,
                              const v1::StoreRelationsRequest& request,
                              const std::vector<Element>& pseudonyms,
                              const std::vector<bool>& is_dropped,
                              RelationBatch rows, const BatchSource& source,
                              Feed feed, v1::BatchOutcome* outcome) {
  rocksdb::WriteBatch batch;
  uint32_t accepted = 0;
  // The day and nothing finer: the order of arrival is what the vault may know
  // as well.
  const auto today = static_cast<uint16_t>(DayNumber(Today()));
  const Column<AggregatorHandle> handles(request.handles());
  const Column<Element> references(request.references());
  const Column<Sigma> sigmas(request.sigmas());
  for (uint32_t i = 0; i < request.count(); ++i) {
    if (rows.is_refused[i]) {
      GARDEROBE_ASSIGN_OR_RETURN(const bool is_stored,
                                 HasRelation(institution, handles[i]));
      if (!is_stored) refused_.Note(handles[i], sigmas[i], today, batch);
      continue;
    }
    ++accepted;
    if (is_dropped[i]) continue;
    const AggregatorHandle handle = handles[i];
    Relation& row = rows.rows[i];
    // Of somebody who objects: what was delivered is the institution's own, and
    // nobody's for anybody else.
    const bool objects = pseudonyms[2 * i].is_zero();
    if (objects) {
      row.shown |= kObjects;
      GARDEROBE_RETURN_IF_ERROR(
          ToldLately::DropLink(store_, references[i], batch));
    } else {
      GARDEROBE_ASSIGN_OR_RETURN(row.person,
                                 people_.directory->FindOrAddNumber(
                                     Who::kPerson, pseudonyms[2 * i], batch));
    }
    // The slot is there in every row; without an address it holds a point of
    // nobody.
    if (!objects && (row.shown & kShownAddress) != 0 &&
        !pseudonyms[2 * i + 1].is_zero()) {
      GARDEROBE_ASSIGN_OR_RETURN(
          row.household, people_.directory->FindOrAddNumber(
                             Who::kHousehold, pseudonyms[2 * i + 1], batch));
    }
    row.delivered = today;
    row.reference = references[i];
    row.sigma = sigmas[i];
    const uint32_t number =
        institution.ledger->FindOrAddRelation(handle, batch);
    const std::string key = KeyOf(institution.number, number);
    if (!objects) GARDEROBE_RETURN_IF_ERROR(KeepHousehold(key, &row));
    batch.Put(store_.family(kRelations), key, Encode(row));
    batch.Put(store_.family(kReferences), AsSlice(row.reference.view()),
              Encode(RelationPlace{institution.number, handle}));
    // It was too old before, and is not any more.
    batch.Delete(store_.family(kExpired), AsSlice(handle.view()));
    refused_.Forget(handle, batch);
  }
  // Nothing else is told, and this follows from the batch alone: whether a
  // relation was there before would tell who was erased elsewhere.
  outcome->set_accepted(accepted);
  for (auto& refusal : rows.refused) {
    *outcome->add_refused() = std::move(refusal);
  }
  feeds_.PutOutcome(institution.number, source, std::move(feed),
                    MarkOf(request.sealed()), outcome, batch);
  return store_.Write(batch);
}

absl::Status Relations::KeepHousehold(const std::string& key,
                                      Relation* row) const {
  if (row->household != 0) return absl::OkStatus();
  const auto before = store_.Get(kRelations, key);
  if (before.status().code() == absl::StatusCode::kNotFound) {
    return absl::OkStatus();
  }
  GARDEROBE_RETURN_IF_ERROR(before.status());
  Relation known;
  if (!Decode(*before, &known)) {
    return DataLoss("a relation's record is damaged");
  }
  row->household = known.household;
  row->shown |= known.shown & (kShownAddress | kShownPerson);
  return absl::OkStatus();
}

absl::StatusOr<bool> Relations::HasRelation(
    const Institution& institution, const AggregatorHandle& handle) const {
  const auto number = institution.ledger->NumberOf(handle);
  if (!number) return false;
  const auto value = store_.Get(kRelations, KeyOf(institution.number, *number));
  if (value.status().code() == absl::StatusCode::kNotFound) return false;
  GARDEROBE_RETURN_IF_ERROR(value.status());
  Relation relation;
  if (!Decode(*value, &relation)) {
    return DataLoss("a relation's record is damaged");
  }
  // The vault keeps what recognises somebody who objects.
  return relation.person != 0 || relation.objects();
}

absl::Status Relations::RefuseAll(Institution& institution,
                                  const v1::StoreRelationsRequest& request,
                                  const absl::Status& refusal) {
  const Column<AggregatorHandle> handles(request.handles());
  const Column<Sigma> sigmas(request.sigmas());
  const int32_t today = DayNumber(Today());
  rocksdb::WriteBatch batch;
  GARDEROBE_RETURN_IF_ERROR(institutions_.EnsureLoaded(institution));
  for (size_t i = 0; i < request.count(); ++i) {
    GARDEROBE_ASSIGN_OR_RETURN(const bool is_stored,
                               HasRelation(institution, handles[i]));
    if (!is_stored) refused_.Note(handles[i], sigmas[i], today, batch);
  }
  GARDEROBE_RETURN_IF_ERROR(store_.WriteAndSync(batch));
  return refusal;
}

absl::Status Relations::EraseAndLoad(Institution& institution,
                                     const std::vector<Subject>& subjects) {
  if (subjects.empty()) return absl::OkStatus();
  v1::ExerciseAtAggregatorResponse done;
  const auto applied = forgetting_.Apply(v1::RIGHT_ERASE, institution, people_,
                                         subjects, nullptr, &done);
  if (applied.ok() && !*applied) return absl::OkStatus();
  // What it counts has changed on the disk.
  institution.ledger.reset();
  GARDEROBE_RETURN_IF_ERROR(applied.status());
  return institutions_.EnsureLoaded(institution);
}

absl::StatusOr<std::vector<bool>> Relations::TakeWhatWasTold(
    Institution& institution, const v1::StoreRelationsRequest& request,
    std::vector<Element>& pseudonyms) {
  const Column<AggregatorHandle> handles(request.handles());
  const Column<Element> references(request.references());
  const Column<Sigma> sigmas(request.sigmas());
  const int32_t today = DayNumber(Today());
  std::vector<bool> is_dropped(request.count());
  std::vector<Subject> erased;
  rocksdb::WriteBatch dropped;
  for (size_t i = 0; i < request.count(); ++i) {
    GARDEROBE_ASSIGN_OR_RETURN(
        const Told told,
        people_.told_lately.After(references[i], request.answered_after()));
    Element& person = pseudonyms[2 * i];
    // The vault may have linked the row after the erasure, which the number
    // can't tell: the TTP has it erase once more what was under way then. After
    // a withdrawal nothing does, so the vault forgets the row two days later,
    // unless it is delivered again.
    if (told.action == RoundAction::kErase) {
      erased.push_back({handles[i], references[i]});
      is_dropped[i] = true;
    } else if (told.action == RoundAction::kWithdraw) {
      if (!person.is_zero()) {
        refused_.Note(handles[i], sigmas[i], today, dropped);
      }
      is_dropped[i] = true;
    } else if (told.action == RoundAction::kObject) {
      person = Element();
    } else if (told.action == RoundAction::kLink && !person.is_zero()) {
      person = told.person;
    }
  }
  if (dropped.Count() > 0) GARDEROBE_RETURN_IF_ERROR(store_.Write(dropped));
  GARDEROBE_RETURN_IF_ERROR(EraseAndLoad(institution, erased));
  return is_dropped;
}

absl::StatusOr<v1::BatchOutcome> Relations::Take(
    v1::StoreRelationsRequest request, const Institutions& registered) {
  v1::FeedName& feed_name = *request.mutable_feed();
  feed_name.set_kind(v1::FEED_KIND_RELATIONS);
  const uint32_t count = request.count();
  GARDEROBE_RETURN_IF_ERROR(
      CheckShape(feed_name, count, request.handles().size(), 4096));
  GARDEROBE_RETURN_IF_ERROR(door_.CheckEpoch(request.epoch()));
  if (!Column<Ciphertext>(request.pseudonyms()).HasRows(size_t{count} * 2) ||
      !Column<Element>(request.references()).HasRows(count) ||
      !Column<Sigma>(request.sigmas()).HasRows(count)) {
    return InvalidArgument(
        "pseudonyms, references, sigmas: 128, 32 and 32 bytes for each of "
        "count rows");
  }
  GARDEROBE_RETURN_IF_ERROR(door_.CheckSerial(request.serial()));
  const FeedBatch place{request.offset(), count, MarkOf(request.sealed())};
  GARDEROBE_ASSIGN_OR_RETURN(
      const InstitutionPtr institution,
      institutions_.Find(feed_name.institution(), /*create=*/true));
  {
    // Cheap, and spares the group operations of a batch that is sent again.
    const MutexLock lock(&institution->mutex);
    GARDEROBE_ASSIGN_OR_RETURN(const Feed feed,
                               feeds_.Read(institution->number, feed_name));
    auto stored = feeds_.PlaceOf(feed, feed_name, request.stream(), place);
    if (!stored.ok()) return RefuseAll(*institution, request, stored.status());
    if (*stored) return feeds_.OnceSynced(**std::move(stored));
  }
  auto opened = door_.Open(request, registered);
  if (!opened.ok()) {
    const MutexLock lock(&institution->mutex);
    return RefuseAll(*institution, request, opened.status());
  }
  auto rows = ReadRelationBatch(opened->columns, count);
  if (!rows.ok()) {
    const MutexLock lock(&institution->mutex);
    return RefuseAll(*institution, request, rows.status());
  }
  GARDEROBE_ASSIGN_OR_RETURN(std::vector<Element> pseudonyms,
                             door_.Decrypt(request.pseudonyms()));
  v1::BatchOutcome outcome;
  outcome.set_offset(request.offset());
  outcome.set_count(count);
  {
    const MutexLock lock(&institution->mutex);
    GARDEROBE_ASSIGN_OR_RETURN(Feed feed,
                               feeds_.Read(institution->number, feed_name));
    auto stored = feeds_.PlaceOf(feed, feed_name, request.stream(), place);
    if (!stored.ok()) return RefuseAll(*institution, request, stored.status());
    if (*stored) return feeds_.OnceSynced(**std::move(stored));
    GARDEROBE_RETURN_IF_ERROR(institutions_.EnsureLoaded(*institution));
    const MutexLock people_lock(&people_.mutex);
    GARDEROBE_RETURN_IF_ERROR(people_.Ensure());
    // First, so that a batch that is answered has taken it.
    GARDEROBE_ASSIGN_OR_RETURN(
        const std::vector<bool> is_dropped,
        TakeWhatWasTold(*institution, request, pseudonyms));
    const absl::Status applied =
        Apply(*institution, request, pseudonyms, is_dropped, *std::move(rows),
              opened->source, std::move(feed), &outcome);
    if (!applied.ok()) {
      // Ledger and directory have taken what is not stored: start again from
      // what is.
      institution->ledger.reset();
      GARDEROBE_RETURN_IF_ERROR(people_.Reload());
      return applied;
    }
    people_.directory->Written();
  }
  GARDEROBE_RETURN_IF_ERROR(store_.Sync());
  institutions_.EvictIdle();
  return outcome;
}

}  // namespace garderobe::aggregator
