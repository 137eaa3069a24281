#include "aggregator/door/author_check.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "core/register/authors.h"

namespace garderobe::aggregator {
namespace {

// Verifying one takes some 60 us.
constexpr size_t kOtherKeysTriedMax = 256;
// Where a status carries its fault; inside this process only.
constexpr char kFaultUrl[] = "garderobe/author-fault";
constexpr AuthorFault kFaults[] = {
    AuthorFault::kNoSignature,      AuthorFault::kNoKey,
    AuthorFault::kRetiredKey,       AuthorFault::kOtherInstitution,
    AuthorFault::kWrongSignature,   AuthorFault::kPointsMissing,
    AuthorFault::kPointsUnexpected,
};

std::string_view TextOf(AuthorFault fault) {
  switch (fault) {
    case AuthorFault::kNone:
      return "";
    case AuthorFault::kNoSignature:
      return kNotAuthored;
    case AuthorFault::kNoKey:
      return "the aggregator's register has no author key of the institution; "
             "`garderobe author-key` prints it for the coordinating body";
    case AuthorFault::kRetiredKey:
      return "the batch is signed with an author key that is retired";
    case AuthorFault::kOtherInstitution:
      return "the batch is signed with the author key of another institution";
    case AuthorFault::kWrongSignature:
      return "the batch is not signed with an author key of the institution, "
             "or it is signed for another place, serial, handles, points or "
             "columns";
    case AuthorFault::kPointsMissing:
      return "the author has signed no points of relations";
    case AuthorFault::kPointsUnexpected:
      return "the author has signed points of visits, which have none";
  }
  return "";
}

bool IsByAny(const std::vector<AuthorKey>& keys, const BatchPlace& place,
             uint32_t serial, const AuthoredPayload& payload) {
  return std::any_of(keys.begin(), keys.end(), [&](const AuthorKey& key) {
    return IsAuthoredBy(key, place, serial, payload);
  });
}

bool IsByAnother(const Institutions& institutions, const BatchPlace& place,
                 uint32_t serial, const AuthoredPayload& payload) {
  // A vendor's key stands at many.
  std::set<AuthorKey> keys;
  for (const auto& [id, institution] : institutions) {
    if (id == place.institution) continue;
    for (const AuthorKey& key :
         AuthorKeysOf(institution, AuthorState::kInForce)) {
      if (keys.size() < kOtherKeysTriedMax) keys.insert(key);
    }
  }
  return IsByAny({keys.begin(), keys.end()}, place, serial, payload);
}

AuthorFault FindPointsFault(SealedKind kind, const AuthoredParts& parts) {
  const bool has_points = !parts.points.is_zero();
  if (kind == SealedKind::kVisits) {
    return has_points ? AuthorFault::kPointsUnexpected : AuthorFault::kNone;
  }
  return has_points ? AuthorFault::kNone : AuthorFault::kPointsMissing;
}

}  // namespace

std::string_view ReasonOf(AuthorFault fault) {
  switch (fault) {
    case AuthorFault::kNone:
      return "";
    case AuthorFault::kNoSignature:
      return "AUTHOR_SIGNATURE_MISSING";
    case AuthorFault::kNoKey:
      return "AUTHOR_KEY_MISSING";
    case AuthorFault::kRetiredKey:
      return "AUTHOR_KEY_RETIRED";
    case AuthorFault::kOtherInstitution:
      return "AUTHOR_OF_ANOTHER_INSTITUTION";
    case AuthorFault::kWrongSignature:
      return "AUTHOR_SIGNATURE_WRONG";
    case AuthorFault::kPointsMissing:
      return "AUTHOR_POINTS_MISSING";
    case AuthorFault::kPointsUnexpected:
      return "AUTHOR_POINTS_UNEXPECTED";
  }
  return "";
}

absl::Status Refusal(AuthorFault fault) {
  const bool is_form = fault == AuthorFault::kNoSignature ||
                       fault == AuthorFault::kPointsMissing ||
                       fault == AuthorFault::kPointsUnexpected;
  absl::Status status = is_form ? InvalidArgument("{}", TextOf(fault))
                                : PermissionDenied("{}", TextOf(fault));
  status.SetPayload(kFaultUrl, absl::Cord(std::string(ReasonOf(fault))));
  return status;
}

AuthorFault AuthorFaultOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kFaultUrl);
  if (!payload) return AuthorFault::kNone;
  for (const AuthorFault fault : kFaults) {
    if (*payload == std::string(ReasonOf(fault))) return fault;
  }
  return AuthorFault::kNone;
}

AuthorFault FindAuthorFault(const Institutions& institutions,
                            const BatchPlace& place, uint32_t serial,
                            const AuthoredPayload& payload) {
  const auto found = institutions.find(place.institution);
  if (found == institutions.end()) return AuthorFault::kNoKey;
  const auto& institution = found->second;
  const auto keys = AuthorKeysOf(institution, AuthorState::kInForce);
  if (IsByAny(keys, place, serial, payload)) {
    return FindPointsFault(place.kind, payload.parts);
  }
  if (IsByAny(AuthorKeysOf(institution, AuthorState::kRetired), place, serial,
              payload)) {
    return AuthorFault::kRetiredKey;
  }
  if (IsByAnother(institutions, place, serial, payload)) {
    return AuthorFault::kOtherInstitution;
  }
  return keys.empty() ? AuthorFault::kNoKey : AuthorFault::kWrongSignature;
}

}  // namespace garderobe::aggregator
