#include "aggregator/rights/rights.h"

#include <cstdint>
#include <utility>

#include "aggregator/rights/visit_json.h"
#include "core/base/civil_time.h"
#include "core/base/clock.h"
#include "core/group/elgamal.h"
#include "core/keys/access_answer.h"
#include "nlohmann/json.hpp"

namespace garderobe::aggregator {
namespace {

constexpr size_t kVisitsToldMax = 10'000;

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

absl::StatusOr<std::string> Rights::Describe(const std::string& name,
                                             const AggregatorHandle& handle) {
  nlohmann::json held = {{"party", "aggregator"}, {"known", false}};
  const auto institution = institutions_.Find(name, /*create=*/false);
  if (!institution.ok()) return held.dump();
  const MutexLock lock(&(*institution)->mutex);
  GARDEROBE_RETURN_IF_ERROR(institutions_.EnsureLoaded(**institution));
  const auto number = (*institution)->ledger->NumberOf(handle);
  if (!number) return held.dump();
  held["known"] = true;
  const auto value =
      store_.Get(kRelations, KeyOf((*institution)->number, *number));
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

absl::Status Rights::CheckIsOne(const std::string& name,
                                const Subject& subject) {
  const auto institution = institutions_.Find(name, /*create=*/false);
  if (institution.status().code() == absl::StatusCode::kNotFound) {
    return absl::OkStatus();
  }
  GARDEROBE_RETURN_IF_ERROR(institution.status());
  const MutexLock lock(&(*institution)->mutex);
  GARDEROBE_RETURN_IF_ERROR(institutions_.EnsureLoaded(**institution));
  const absl::Status not_one =
      InvalidArgument("handle, reference: of two relations");
  const auto stored = store_.Get(kReferences, subject.reference.view());
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
  if (!number) return absl::OkStatus();
  const auto value =
      store_.Get(kRelations, KeyOf((*institution)->number, *number));
  if (value.status().code() == absl::StatusCode::kNotFound) {
    return absl::OkStatus();
  }
  GARDEROBE_RETURN_IF_ERROR(value.status());
  // It is stored by a reference, and by another one.
  return not_one;
}

absl::Status Rights::ActOn(const v1::ExerciseAtAggregatorRequest& request,
                           const SignedRight& asked,
                           const Forgetting::Beside& beside,
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
    return forgetting_.ExerciseAt(request.right(), request.institution(),
                                  {subject}, beside, response);
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

absl::Status Rights::Exercise(const v1::ExerciseAtAggregatorRequest& request,
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
  const MutexLock lock(&mutex_);
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
    return store_.Sync();
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
    const Forgetting::Beside beside = [&](rocksdb::WriteBatch& batch) {
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
  return store_.Sync();
}

}  // namespace garderobe::aggregator
