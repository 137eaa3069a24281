// Relations and whose they are: what is stored of them, who objects, and who
// turns out to be one person or to live elsewhere.
#include <map>

#include "aggregator/aggregator.h"
#include "aggregator/relation_batch.h"
#include "core/base/civil_time.h"
#include "core/group/elgamal.h"

namespace garderobe::aggregator {

absl::Status Aggregator::ReloadPeople() {
  people_.reset();
  GARDEROBE_ASSIGN_OR_RETURN(people_, PersonDirectory::Load(*store_));
  return absl::OkStatus();
}

absl::Status Aggregator::EnsurePeople() {
  return people_ ? absl::OkStatus() : ReloadPeople();
}

absl::Status Aggregator::ApplyRelations(
    Institution& institution, const v1::StoreRelationsRequest& request,
    const std::vector<Element>& pseudonyms, RelationBatch rows, Feed feed,
    const v1::FeedName& feed_name, v1::BatchOutcome* outcome) {
  rocksdb::WriteBatch batch;
  uint32_t accepted = 0;
  // The day and nothing finer: the order of arrival is what the vault may know
  // as well.
  const auto today = static_cast<uint16_t>(DayNumber(Today()));
  for (uint32_t i = 0; i < request.count(); ++i) {
    if (rows.is_refused[i]) continue;
    const auto handle = AggregatorHandle::From(
        std::string_view(request.handles()).substr(i * 16, 16));
    if (pseudonyms[2 * i].is_zero()) {
      ++accepted;  // of somebody who objects: nothing of it is kept
      continue;
    }
    Relation& row = rows.rows[i];
    GARDEROBE_ASSIGN_OR_RETURN(
        row.person, people_->NumberOf(Who::kPerson, pseudonyms[2 * i], batch));
    GARDEROBE_ASSIGN_OR_RETURN(
        const uint32_t household,
        people_->NumberOf(Who::kHousehold, pseudonyms[2 * i + 1], batch));
    people_->SetHousehold(row.person, household, batch);
    row.delivered = today;
    // An objection that was withdrawn.
    if (institution.ledger->NumberOf(handle) == 0u) {
      institution.ledger->ForgetHandle(handle, batch);
    }
    const uint32_t number = institution.ledger->RelationOf(handle, batch);
    batch.Put(store_->family(kRelations), KeyOf(institution.number, number),
              Encode(row));
    ++accepted;
  }
  // Nothing else is told, and this follows from the batch alone: whether a
  // relation was there before would tell who objects, for nothing is kept of
  // them, and who was erased elsewhere.
  outcome->set_accepted(accepted);
  for (auto& refusal : rows.refused) {
    *outcome->add_refused() = std::move(refusal);
  }
  feed.Advance({request.offset(), request.count(), MarkOf(request.sealed())},
               *outcome);
  batch.Put(store_->family(kFeeds), FeedKey(institution.number, feed_name),
            feed.Encode());
  return store_->Write(batch);
}

absl::Status Aggregator::TakeObjections(
    Institution& institution, const v1::StoreRelationsRequest& request,
    const std::vector<Element>& pseudonyms) {
  std::vector<AggregatorHandle> nobodies;
  for (size_t i = 0; i < request.count(); ++i) {
    if (!pseudonyms[2 * i].is_zero()) continue;
    const auto handle = AggregatorHandle::From(
        std::string_view(request.handles()).substr(i * 16, 16));
    if (institution.ledger->NumberOf(handle) != 0u) nobodies.push_back(handle);
  }
  if (nobodies.empty()) return absl::OkStatus();
  v1::ExerciseAtAggregatorResponse done;
  const auto applied = Apply(v1::RIGHT_OBJECT, institution, nobodies, &done);
  if (applied.ok() && !*applied) return absl::OkStatus();
  // What it counts has changed on the disk.
  institution.ledger.reset();
  GARDEROBE_RETURN_IF_ERROR(applied.status());
  return EnsureLoaded(institution);
}

absl::StatusOr<v1::BatchOutcome> Aggregator::StoreRelations(
    const v1::StoreRelationsRequest& request) {
  v1::FeedName feed_name = request.feed();
  feed_name.set_kind(v1::FEED_KIND_RELATIONS);
  const uint32_t count = request.count();
  GARDEROBE_RETURN_IF_ERROR(
      CheckShape(feed_name, count, request.handles().size(), 4096));
  if (request.epoch() != AggregatorKeys::kEpoch) {
    return FailedPrecondition("the aggregator serves epoch {}",
                              AggregatorKeys::kEpoch);
  }
  if (request.pseudonyms().size() != size_t{count} * 2 * Ciphertext::kBytes) {
    return InvalidArgument("pseudonyms: 128 bytes for each of count rows");
  }
  const FeedBatch place{request.offset(), count, MarkOf(request.sealed())};
  GARDEROBE_ASSIGN_OR_RETURN(const InstitutionPtr institution,
                             Find(feed_name.institution(), /*create=*/true));
  {
    // Cheap, and spares the group operations of a batch that is sent again.
    const MutexLock lock(&institution->mutex);
    GARDEROBE_ASSIGN_OR_RETURN(const Feed feed,
                               ReadFeed(institution->number, feed_name));
    GARDEROBE_RETURN_IF_ERROR(CheckStream(feed_name, request.stream()));
    GARDEROBE_ASSIGN_OR_RETURN(auto stored, feed.Place(place));
    if (stored) return Again(*std::move(stored));
  }
  GARDEROBE_ASSIGN_OR_RETURN(
      const std::string payload,
      Open(feed_name, request.offset(), count, request.sealed()));
  GARDEROBE_ASSIGN_OR_RETURN(RelationBatch rows,
                             ReadRelationBatch(payload, count));
  GARDEROBE_ASSIGN_OR_RETURN(const std::vector<Element> pseudonyms,
                             Decrypt(request.pseudonyms()));
  v1::BatchOutcome outcome;
  outcome.set_offset(request.offset());
  outcome.set_count(count);
  {
    const MutexLock lock(&institution->mutex);
    GARDEROBE_ASSIGN_OR_RETURN(Feed feed,
                               ReadFeed(institution->number, feed_name));
    GARDEROBE_RETURN_IF_ERROR(CheckStream(feed_name, request.stream()));
    GARDEROBE_ASSIGN_OR_RETURN(auto stored, feed.Place(place));
    if (stored) return Again(*std::move(stored));
    GARDEROBE_RETURN_IF_ERROR(EnsureLoaded(*institution));
    const MutexLock people_lock(&people_mutex_);
    GARDEROBE_RETURN_IF_ERROR(EnsurePeople());
    // First, so that a batch that is answered has taken them.
    GARDEROBE_RETURN_IF_ERROR(
        TakeObjections(*institution, request, pseudonyms));
    const absl::Status applied =
        ApplyRelations(*institution, request, pseudonyms, std::move(rows),
                       std::move(feed), feed_name, &outcome);
    if (!applied.ok()) {
      // Ledger and directory have taken what is not stored: start again from
      // what is.
      institution->ledger.reset();
      GARDEROBE_RETURN_IF_ERROR(ReloadPeople());
      return applied;
    }
    people_->Written();
  }
  GARDEROBE_RETURN_IF_ERROR(store_->Sync());
  EvictLedgers();
  return outcome;
}

namespace {

absl::Status CheckLinkChanges(const v1::StoreLinkChangesRequest& request) {
  const auto count = static_cast<size_t>(request.institution_size());
  if (request.handles().size() != count * AggregatorHandle::kBytes ||
      request.persons().size() != count * Ciphertext::kBytes) {
    return InvalidArgument("handles, persons: 16 and 64 bytes a relation");
  }
  for (uint32_t index : request.institution()) {
    if (index >= static_cast<uint32_t>(request.institutions_size())) {
      return InvalidArgument("institution: beyond institutions");
    }
  }
  if (request.residents().size() % (2 * Ciphertext::kBytes) != 0) {
    return InvalidArgument("residents: 128 bytes a person");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Aggregator::StoreLinkChanges(
    const v1::StoreLinkChangesRequest& request) {
  if (request.epoch() != AggregatorKeys::kEpoch) {
    return FailedPrecondition("the aggregator serves epoch {}",
                              AggregatorKeys::kEpoch);
  }
  GARDEROBE_RETURN_IF_ERROR(CheckLinkChanges(request));
  GARDEROBE_ASSIGN_OR_RETURN(const auto persons, Decrypt(request.persons()));
  GARDEROBE_ASSIGN_OR_RETURN(const auto residents,
                             Decrypt(request.residents()));
  // Of somebody who objects since: before the others, for these need the
  // institutions' locks.
  std::map<std::string, std::vector<AggregatorHandle>> objectors;
  for (size_t i = 0; i < persons.size(); ++i) {
    if (!persons[i].is_zero()) continue;
    objectors[request.institutions(
                  static_cast<int>(request.institution(static_cast<int>(i))))]
        .push_back(AggregatorHandle::From(
            std::string_view(request.handles()).substr(i * 16, 16)));
  }
  for (const auto& [name, handles] : objectors) {
    v1::ExerciseAtAggregatorResponse done;
    GARDEROBE_RETURN_IF_ERROR(
        ExerciseAt(v1::RIGHT_OBJECT, name, handles, &done));
  }
  std::vector<uint32_t> institutions;  // numbers; 0: never delivered
  for (const std::string& name : request.institutions()) {
    const auto institution = Find(name, /*create=*/false);
    institutions.push_back(institution.ok() ? (*institution)->number : 0);
  }
  {
    const MutexLock lock(&people_mutex_);
    GARDEROBE_RETURN_IF_ERROR(EnsurePeople());
    const absl::Status applied =
        ApplyLinkChanges(request, institutions, persons, residents);
    if (!applied.ok()) {
      GARDEROBE_RETURN_IF_ERROR(ReloadPeople());
      return applied;
    }
    people_->Written();
  }
  return store_->Sync();
}

absl::Status Aggregator::ApplyLinkChanges(
    const v1::StoreLinkChangesRequest& request,
    const std::vector<uint32_t>& institutions,
    const std::vector<Element>& persons,
    const std::vector<Element>& residents) {
  rocksdb::WriteBatch batch;
  std::map<std::string, Relation> changed;
  for (size_t i = 0; i < persons.size(); ++i) {
    if (persons[i].is_zero()) continue;
    const uint32_t institution =
        institutions[request.institution(static_cast<int>(i))];
    const auto handle = AggregatorHandle::From(
        std::string_view(request.handles()).substr(i * 16, 16));
    // A relation that is not stored yet comes with the person it has by then.
    const auto number = store_->Get(kHandles, HandleKey(institution, handle));
    if (number.status().code() == absl::StatusCode::kNotFound) continue;
    GARDEROBE_RETURN_IF_ERROR(number.status());
    const std::string key = KeyOf(institution) + *number;
    const auto value = store_->Get(kRelations, key);
    if (value.status().code() == absl::StatusCode::kNotFound) continue;
    GARDEROBE_RETURN_IF_ERROR(value.status());
    Relation& relation = changed[key];
    if (!Decode(*value, &relation)) {
      return DataLoss("a relation's record is damaged");
    }
    GARDEROBE_ASSIGN_OR_RETURN(
        relation.person, people_->NumberOf(Who::kPerson, persons[i], batch));
  }
  for (const auto& [key, relation] : changed) {
    batch.Put(store_->family(kRelations), key, Encode(relation));
  }
  for (size_t i = 0; i + 1 < residents.size(); i += 2) {
    if (residents[i].is_zero()) continue;
    GARDEROBE_ASSIGN_OR_RETURN(
        const uint32_t person,
        people_->NumberOf(Who::kPerson, residents[i], batch));
    GARDEROBE_ASSIGN_OR_RETURN(
        const uint32_t household,
        people_->NumberOf(Who::kHousehold, residents[i + 1], batch));
    people_->SetHousehold(person, household, batch);
  }
  return store_->Write(batch);
}

}  // namespace garderobe::aggregator
