// Rights of visitors at the aggregator (protocol.md, 6), and the sweep of
// pseudonyms that no relation has any more.
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "aggregator/aggregator.h"
#include "aggregator/rights/visit_json.h"
#include "core/base/civil_time.h"
#include "core/base/clock.h"
#include "core/group/elgamal.h"
#include "core/keys/access_answer.h"
#include "nlohmann/json.hpp"

namespace garderobe::aggregator {
namespace {

constexpr size_t kVisitsToldMax = 10'000;
constexpr size_t kDeletesAtOnce = 10'000;
constexpr char kForgottenKey[] = "forgotten";

absl::Status CheckRequest(const v1::ExerciseAtAggregatorRequest& request) {
  const bool is_of_handle = !request.handle().empty();
  if (is_of_handle && (request.handle().size() != AggregatorHandle::kBytes ||
                       request.reference().size() != Ciphertext::kBytes)) {
    return InvalidArgument("handle, reference: 16 and 64 bytes, or neither");
  }
  if (request.right() == v1::RIGHT_ACCESS && !is_of_handle) {
    return InvalidArgument("access: of one relation");
  }
  return absl::OkStatus();
}

// What is asked under a request's id, whoever brings it and how often.
Digest256 DigestOf(v1::ExerciseAtAggregatorRequest request) {
  request.clear_again();
  request.DiscardUnknownFields();
  return Hash(request.SerializeAsString());
}

}  // namespace

absl::StatusOr<bool> Aggregator::Apply(
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
      batch.Delete(store_->family(kReferences), reference_key);
      continue;
    }
    if (number && !objects) {
      numbers.insert(*number);
      const std::string key = KeyOf(institution.number, *number);
      relations += store_->Get(kRelations, key).ok();
      batch.Delete(store_->family(kRelations), key);
    }
    // An objection outlives an erasure.
    if (right == v1::RIGHT_OBJECT && !objects) {
      ledger.SetNobody(handle, batch);
      // By which the vault will say when nobody objects any more.
      batch.Put(store_->family(kReferences), reference_key,
                Encode(RelationPlace{institution.number, handle}));
    } else if (right == v1::RIGHT_ERASE && number && !objects) {
      ledger.ForgetHandle(handle, batch);
      batch.Delete(store_->family(kReferences), reference_key);
    }
    if (!objects) {
      batch.Delete(store_->family(kExpired), AsSlice(handle.view()));
      GARDEROBE_RETURN_IF_ERROR(
          ToldLately::DropLink(*store_, reference, batch));
    }
  }
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto forgotten,
      ledger.Forget(numbers, /*keep_visits=*/right != v1::RIGHT_ERASE, batch));
  if (batch.Count() == 0) return false;
  response->set_relations_removed(response->relations_removed() + relations);
  response->set_visits_removed(response->visits_removed() + forgotten.removed);
  if (beside) beside(batch);
  GARDEROBE_RETURN_IF_ERROR(WriteForgotten(institution, batch).status());
  return !numbers.empty();
}

absl::StatusOr<bool> Aggregator::WriteForgotten(Institution& institution,
                                                rocksdb::WriteBatch& batch) {
  if (batch.Count() == 0) return false;
  ++institution.version;
  batch.Put(store_->family(kMeta), VersionKey(institution.name),
            Number(institution.version));
  batch.Put(store_->family(kDirtyMirrors), institution.name,
            Number(institution.version));
  batch.Put(store_->family(kMeta), kForgottenKey,
            Number(LastForgotten().value_or(0) + 1));
  GARDEROBE_RETURN_IF_ERROR(store_->Write(batch));
  return true;
}

absl::Status Aggregator::ExerciseAt(
    v1::Right right, const std::string& name,
    const std::vector<Subject>& subjects, const Beside& beside,
    v1::ExerciseAtAggregatorResponse* response) {
  // Who objects before anything was delivered is nobody's from the first.
  const auto institution = Find(name, /*create=*/right == v1::RIGHT_OBJECT);
  if (institution.status().code() == absl::StatusCode::kNotFound) {
    return absl::OkStatus();
  }
  GARDEROBE_RETURN_IF_ERROR(institution.status());
  const MutexLock lock(&(*institution)->mutex);
  GARDEROBE_RETURN_IF_ERROR(EnsureLoaded(**institution));
  // A change of links must not write a relation that goes.
  const MutexLock people_lock(&people_mutex_);
  const auto applied = Apply(right, **institution, subjects, beside, response);
  // What it counts is on the disk, and no longer in memory.
  if (!applied.ok() || *applied) (*institution)->ledger.reset();
  return applied.status();
}

absl::StatusOr<std::string> Aggregator::Describe(
    const std::string& name, const AggregatorHandle& handle) {
  nlohmann::json held = {{"party", "aggregator"}, {"known", false}};
  const auto institution = Find(name, /*create=*/false);
  if (!institution.ok()) return held.dump();
  const MutexLock lock(&(*institution)->mutex);
  GARDEROBE_RETURN_IF_ERROR(EnsureLoaded(**institution));
  const auto number = (*institution)->ledger->NumberOf(handle);
  if (!number || *number == 0) return held.dump();
  held["known"] = true;
  const auto value =
      store_->Get(kRelations, KeyOf((*institution)->number, *number));
  Relation relation;
  if (value.ok() && Decode(*value, &relation)) {
    held["delivered"] = ToIso(FromDayNumber(relation.delivered));
    if (relation.pc4 != 0) held["postcode_digits"] = relation.pc4;
    if (relation.birth_year != 0) held["birth_year"] = relation.birth_year;
    held["gender"] = kGenders[relation.gender];
    held["newsletter"] = kNewsletter[relation.newsletter];
    if (!relation.language.empty()) held["language"] = relation.language;
  }
  nlohmann::json visits = nlohmann::json::array();
  uint64_t all = 0;
  GARDEROBE_RETURN_IF_ERROR(
      (*institution)
          ->ledger->ForEachOf(*number, [&](const auto& row, const auto& e) {
            if (++all > kVisitsToldMax) return;
            visits.push_back(VisitJson(row, e));
          }));
  held["visits"] = std::move(visits);
  held["visits_in_all"] = all;
  // A title may hold bytes that are not UTF-8.
  return held.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

absl::Status Aggregator::CheckIsOne(const std::string& name,
                                    const Subject& subject) {
  const auto institution = Find(name, /*create=*/false);
  if (institution.status().code() == absl::StatusCode::kNotFound) {
    return absl::OkStatus();
  }
  GARDEROBE_RETURN_IF_ERROR(institution.status());
  const MutexLock lock(&(*institution)->mutex);
  GARDEROBE_RETURN_IF_ERROR(EnsureLoaded(**institution));
  const absl::Status not_one =
      InvalidArgument("handle, reference: of two relations");
  const auto stored = store_->Get(kReferences, subject.reference.view());
  if (stored.ok()) {
    RelationPlace place;
    if (!Decode(*stored, &place)) {
      return DataLoss("a reference's record is damaged");
    }
    const bool is_one = place.institution == (*institution)->number &&
                        place.handle == subject.handle;
    return is_one ? absl::OkStatus() : not_one;
  }
  if (stored.status().code() != absl::StatusCode::kNotFound) {
    return stored.status();
  }
  const auto number = (*institution)->ledger->NumberOf(subject.handle);
  if (!number || *number == 0) return absl::OkStatus();
  const auto value =
      store_->Get(kRelations, KeyOf((*institution)->number, *number));
  if (value.status().code() == absl::StatusCode::kNotFound) {
    return absl::OkStatus();
  }
  GARDEROBE_RETURN_IF_ERROR(value.status());
  // It is stored by a reference, and by another one.
  return not_one;
}

absl::Status Aggregator::ActOn(const v1::ExerciseAtAggregatorRequest& request,
                               const SignedRight& asked, const Beside& beside,
                               v1::ExerciseAtAggregatorResponse* response) {
  const auto reference = Ciphertext::From(request.reference());
  Subject subject{AggregatorHandle::From(request.handle()), {}};
  if (!garderobe::Decrypt(keys_.pseudonym, reference.point_a, reference.point_b,
                          &subject.reference)) {
    return InvalidArgument("reference: a point is malformed");
  }
  GARDEROBE_RETURN_IF_ERROR(CheckIsOne(request.institution(), subject));
  // Whether an objection is taken back the vault decides, which knows who
  // lodged it, and says so in a round.
  if (request.right() == v1::RIGHT_WITHDRAW) return absl::OkStatus();
  if (request.right() != v1::RIGHT_ACCESS) {
    return ExerciseAt(request.right(), request.institution(), {subject}, beside,
                      response);
  }
  GARDEROBE_ASSIGN_OR_RETURN(const std::string held,
                             Describe(request.institution(), subject.handle));
  GARDEROBE_ASSIGN_OR_RETURN(
      *response->mutable_sealed(),
      SealAccessAnswer(ReceiptSeedOf(keys_.signing),
                       {"aggregator", asked.request.request_id,
                        asked.request.subject, asked.request.access_key},
                       held));
  return absl::OkStatus();
}

absl::Status Aggregator::Exercise(
    const v1::ExerciseAtAggregatorRequest& request,
    const v1::Register::Institution& institution,
    v1::ExerciseAtAggregatorResponse* response) {
  GARDEROBE_ASSIGN_OR_RETURN(
      const SignedRight asked,
      ReadAuthorisation(request.right(),
                        request.handle().empty() ? SubjectType::kIdentity
                                                 : SubjectType::kHandle,
                        request.request_id(), request.authorisation()));
  GARDEROBE_RETURN_IF_ERROR(CheckRequest(request));
  const Digest256 digest = DigestOf(request);
  const int32_t today = DayNumber(Today());
  const bool is_of_handle = !request.handle().empty();
  // One at a time: two of one id must not both find it free.
  const MutexLock lock(&rights_mutex_);
  GARDEROBE_ASSIGN_OR_RETURN(const auto kept,
                             kept_answers_.Find(request.request_id()));
  if (kept && kept->request != digest) return OtherRequest();
  if (kept && !kept->answer.empty()) {
    if (!response->ParseFromString(kept->answer)) {
      return DataLoss("a kept answer is damaged");
    }
    const bool is_again = request.again() && is_of_handle &&
                          request.right() == v1::RIGHT_ERASE &&
                          today <= kept->day + 1;
    if (!is_again) return absl::OkStatus();
    v1::ExerciseAtAggregatorResponse unused;
    GARDEROBE_RETURN_IF_ERROR(ActOn(request, asked, nullptr, &unused));
    return store_->Sync();
  }
  if (!kept) {
    GARDEROBE_RETURN_IF_ERROR(CheckAuthorisation(institution, asked, today));
    GARDEROBE_RETURN_IF_ERROR(
        kept_answers_.Claim(request.request_id(), digest, today));
  }
  const auto sign = [&] {
    Receipt receipt;
    receipt.party = "aggregator";
    receipt.right = asked.request.right;
    receipt.request_id = asked.request.request_id;
    receipt.subject = asked.request.subject;
    if (is_of_handle) {
      receipt.acted_on = Hash(request.reference());
      if (request.right() == v1::RIGHT_ERASE) {
        receipt.counts.emplace(Receipt::Counts{response->relations_removed(),
                                               response->visits_removed()});
      }
    }
    if (!response->sealed().empty()) receipt.answer = Hash(response->sealed());
    receipt.unix_seconds = UnixSeconds();
    const SignedBody made = SignReceipt(ReceiptSeedOf(keys_.signing), receipt);
    response->mutable_receipt()->set_body(made.body);
    response->mutable_receipt()->set_signature(made.signature);
  };
  const int32_t day = kept ? kept->day : today;
  bool is_kept = false;
  if (is_of_handle) {
    // The receipt tells how much was erased: who is killed in between would
    // find nothing the second time, and sign that.
    const Beside beside = [&](rocksdb::WriteBatch& batch) {
      sign();
      kept_answers_.Put(request.request_id(), digest,
                        response->SerializeAsString(), day, batch);
      is_kept = true;
    };
    GARDEROBE_RETURN_IF_ERROR(ActOn(request, asked, beside, response));
  }
  if (!is_kept) {
    sign();
    GARDEROBE_RETURN_IF_ERROR(kept_answers_.Keep(
        request.request_id(), digest, response->SerializeAsString(), day));
  }
  return store_->Sync();
}

std::optional<uint64_t> Aggregator::LastForgotten() const {
  const auto value = store_->Get(kMeta, kForgottenKey);
  if (!value.ok()) return std::nullopt;
  return value->size() == 8 ? GetBigEndian<uint64_t>(value->data()) : 0;
}

absl::Status Aggregator::ConfirmForgotten(uint64_t last) {
  // Who forgets holds it.
  const MutexLock lock(&people_mutex_);
  if (LastForgotten() != last) return absl::OkStatus();
  rocksdb::WriteBatch batch;
  batch.Delete(store_->family(kMeta), kForgottenKey);
  return store_->WriteAndSync(batch);
}

absl::StatusOr<uint64_t> Aggregator::Sweep() {
  std::optional<Moment> begun;
  {
    const MutexLock lock(&people_mutex_);
    GARDEROBE_RETURN_IF_ERROR(EnsurePeople());
    people_->BeginSweep();
    rocksdb::DB& db = store_->db();
    begun.emplace(
        Moment{{}, {db.GetSnapshot(), [&db](const rocksdb::Snapshot* snapshot) {
                      db.ReleaseSnapshot(snapshot);
                    }}});
  }
  const Moment& moment = *begun;
  std::vector<bool> persons, households;
  auto mark = [](std::vector<bool>& list, uint32_t number) {
    if (list.size() <= number) list.resize(number + 1);
    list[number] = true;
  };
  const auto it = store_->NewIterator(kRelations, moment.relations.get());
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    Relation relation;
    if (!Decode(AsView(it->value()), &relation)) {
      return DataLoss("a relation's record is damaged");
    }
    mark(persons, relation.person);
    mark(households, relation.household);
  }
  GARDEROBE_RETURN_IF_ERROR(FromRocks(it->status()));
  const MutexLock lock(&people_mutex_);
  if (!people_ || !people_->sweeping()) {
    return absl::AbortedError("people were read again meanwhile");
  }
  GARDEROBE_ASSIGN_OR_RETURN(const uint64_t gone,
                             SweepWho(Who::kPerson, persons, moment));
  GARDEROBE_ASSIGN_OR_RETURN(const uint64_t empty,
                             SweepWho(Who::kHousehold, households, moment));
  people_->EndSweep();
  return gone + empty;
}

absl::StatusOr<uint64_t> Aggregator::SweepWho(
    Who who, const std::vector<bool>& supported, const Moment& moment) {
  uint64_t removed = 0;
  rocksdb::WriteBatch batch;
  const std::string prefix(1, static_cast<char>(who));
  const auto numbers = store_->NewIterator(kNumbers, moment.relations.get());
  for (numbers->Seek(prefix);
       numbers->Valid() && numbers->key().starts_with(prefix);
       numbers->Next()) {
    if (numbers->key().size() != 5) return DataLoss("a number is damaged");
    const auto number = GetBigEndian<uint32_t>(numbers->key().data() + 1);
    if (number < supported.size() && supported[number]) continue;
    if (!people_->Forget(who, number, Element::From(AsView(numbers->value())),
                         batch)) {
      continue;  // somebody has it since
    }
    ++removed;
    if (removed % kDeletesAtOnce == 0) {
      GARDEROBE_RETURN_IF_ERROR(store_->Write(batch));
      batch.Clear();
    }
  }
  GARDEROBE_RETURN_IF_ERROR(FromRocks(numbers->status()));
  GARDEROBE_RETURN_IF_ERROR(store_->Write(batch));
  return removed;
}

}  // namespace garderobe::aggregator
