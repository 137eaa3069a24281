#include "core/keys/parameters.h"

#include "core/keys/sign.h"
#include "core/proof/key_proof.h"

namespace garderobe {
namespace {

constexpr std::string_view kParametersLabel("garderobe/parameters/v2\0", 24);

absl::Status Refused() {
  return FailedPrecondition(
      "the parameters are not signed by the key that is pinned");
}

absl::StatusOr<Element> ElementOf(const Parameters& parameters,
                                  const std::string& name) {
  const auto found = parameters.values.find(name);
  if (found == parameters.values.end()) {
    return FailedPrecondition("the parameters of {} lack {}", parameters.party,
                              name);
  }
  auto element = DecodeElement(AsBytes(found->second));
  if (!element.ok()) {
    return FailedPrecondition("{} of {} is not a group element", name,
                              parameters.party);
  }
  return element;
}

// A published key, with the proof that its owner knows its logarithm: else one
// party could publish a key that cancels another's out.
absl::StatusOr<Element> ProvenElementOf(const Parameters& parameters,
                                        const std::string& name) {
  GARDEROBE_ASSIGN_OR_RETURN(const Element element,
                             ElementOf(parameters, name));
  const auto proof = parameters.values.find(ProofName(name));
  if (proof == parameters.values.end() ||
      !VerifyKeyProof(
           {parameters.party, name, parameters.issue.serial, element},
           proof->second)
           .ok()) {
    return FailedPrecondition(
        "{} of {} comes without a proof that its owner has the secret to it",
        name, parameters.party);
  }
  return element;
}

absl::StatusOr<SealingPublicKey> SealingKeyOf(const Parameters& parameters) {
  const auto found = parameters.values.find("seal");
  if (found == parameters.values.end() ||
      found->second.size() != SealingPublicKey::kBytes) {
    return FailedPrecondition("the parameters of {} lack seal",
                              parameters.party);
  }
  return SealingPublicKey::From(found->second);
}

absl::StatusOr<VerifyKey> ReceiptKeyOf(const Parameters& parameters) {
  const auto found = parameters.values.find("receipt");
  if (found == parameters.values.end() ||
      found->second.size() != VerifyKey::kBytes) {
    return FailedPrecondition("the parameters of {} lack receipt",
                              parameters.party);
  }
  return VerifyKey::From(found->second);
}

// The days are the owner's; whoever reads them has a clock of its own.
absl::Status CheckValid(const Parameters& parameters, int32_t today) {
  const ParameterIssue& issue = parameters.issue;
  const std::string& party = parameters.party;
  // In 64 bits: the two ends of 32 bits are -1 days apart otherwise.
  if (issue.valid_until < issue.valid_from ||
      int64_t{issue.valid_until} - issue.valid_from >
          ParameterIssue::kDaysMax) {
    return FailedPrecondition(
        "the parameters of {} are valid for more than {} days", party,
        ParameterIssue::kDaysMax);
  }
  if (today < issue.valid_from) {
    return FailedPrecondition(
        "the parameters of {} (serial {}) are valid from {}, which has not "
        "come; is the clock right?",
        party, issue.serial, ToIso(FromDayNumber(issue.valid_from)));
  }
  if (today > issue.valid_until) {
    return FailedPrecondition(
        "the parameters of {} (serial {}) ended on {}; its operator issues new "
        "ones with --renew-parameters",
        party, issue.serial, ToIso(FromDayNumber(issue.valid_until)));
  }
  return absl::OkStatus();
}

}  // namespace

VerifyKey VerifyKeyOf(const SigningSeed& seed) {
  VerifyKey key;
  uint8_t secret[crypto_sign_SECRETKEYBYTES];
  const ScopedWipe wipe(secret, sizeof secret);
  crypto_sign_seed_keypair(key.mutable_data(), secret, seed.ExposeSecret());
  return key;
}

SignedBody SignParameters(const SigningSeed& seed,
                          const Parameters& parameters) {
  std::string body(kParametersLabel);
  PutLengthPrefixed(body, parameters.party);
  const ParameterIssue& issue = parameters.issue;
  PutBigEndian(body, issue.epoch);
  PutBigEndian(body, issue.serial);
  PutBigEndian(body, static_cast<uint32_t>(issue.valid_from));
  PutBigEndian(body, static_cast<uint32_t>(issue.valid_until));
  PutBigEndian(body, static_cast<uint16_t>(parameters.values.size()));
  for (const auto& [name, value] : parameters.values) {
    PutLengthPrefixed(body, name);
    PutLengthPrefixed(body, value);
  }
  return SignBody(seed, std::move(body));
}

absl::StatusOr<Parameters> VerifyParameters(const VerifyKey& key,
                                            std::string_view party,
                                            std::string_view body,
                                            std::string_view signature,
                                            const CivilDate& today) {
  if (!IsSignedBy(key, body, signature)) {
    return Refused();
  }
  Parameters parameters;
  ByteReader reader(body);
  std::string_view label, name, value;
  uint16_t count;
  ParameterIssue& issue = parameters.issue;
  uint32_t from, until;
  if (!reader.GetBytes(kParametersLabel.size(), &label) ||
      label != kParametersLabel || !reader.GetLengthPrefixed(&name) ||
      name != party || !reader.GetInteger(&issue.epoch) ||
      !reader.GetInteger(&issue.serial) || !reader.GetInteger(&from) ||
      !reader.GetInteger(&until) || !reader.GetInteger(&count) ||
      issue.serial == 0) {
    return Refused();
  }
  parameters.party = party;
  issue.valid_from = static_cast<int32_t>(from);
  issue.valid_until = static_cast<int32_t>(until);
  while (count-- > 0) {
    if (!reader.GetLengthPrefixed(&name) || !reader.GetLengthPrefixed(&value)) {
      return Refused();
    }
    parameters.values.emplace(name, value);
  }
  if (!reader.empty()) return Refused();
  GARDEROBE_RETURN_IF_ERROR(CheckValid(parameters, DayNumber(today)));
  return parameters;
}

absl::StatusOr<TtpParameters> TtpParameters::From(
    const Parameters& parameters) {
  TtpParameters result;
  result.issue = parameters.issue;
  GARDEROBE_ASSIGN_OR_RETURN(result.ingress_key,
                             ProvenElementOf(parameters, "U"));
  for (std::string_view name : {"C_s", "C_v", "C_t", "C_h", "C_hu", "C_a"}) {
    GARDEROBE_ASSIGN_OR_RETURN(result.commitments[std::string(name)],
                               ElementOf(parameters, std::string(name)));
  }
  const auto padding = parameters.values.find("padding");
  if (padding == parameters.values.end() || padding->second.size() != 4) {
    return FailedPrecondition("the parameters of ttp lack padding");
  }
  result.padding = GetBigEndian<uint32_t>(padding->second.data());
  if ((result.padding & ~kSlotKinds) != 0) {
    return FailedPrecondition("padding of ttp names an unknown kind");
  }
  return result;
}

std::string ProofName(std::string_view name) {
  return "proof." + std::string(name);
}

std::string PublicKeyName(size_t kind) {
  return "Y." + std::string(KindName(static_cast<Kind>(kind)));
}

absl::StatusOr<VaultParameters> VaultParameters::From(
    const Parameters& parameters) {
  VaultParameters result;
  result.issue = parameters.issue;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if (!HasSlot(kind)) continue;
    GARDEROBE_ASSIGN_OR_RETURN(
        result.public_keys[kind],
        ProvenElementOf(parameters, PublicKeyName(kind)));
  }
  GARDEROBE_ASSIGN_OR_RETURN(result.home_key,
                             ProvenElementOf(parameters, "Y.home"));
  GARDEROBE_ASSIGN_OR_RETURN(result.household_commitment,
                             ElementOf(parameters, "C_w"));
  GARDEROBE_ASSIGN_OR_RETURN(result.sealing_key, SealingKeyOf(parameters));
  GARDEROBE_ASSIGN_OR_RETURN(result.receipt_key, ReceiptKeyOf(parameters));
  return result;
}

absl::StatusOr<AggregatorParameters> AggregatorParameters::From(
    const Parameters& parameters) {
  AggregatorParameters result;
  result.issue = parameters.issue;
  GARDEROBE_ASSIGN_OR_RETURN(result.pseudonym_key,
                             ProvenElementOf(parameters, "Z"));
  GARDEROBE_ASSIGN_OR_RETURN(result.sealing_key, SealingKeyOf(parameters));
  GARDEROBE_ASSIGN_OR_RETURN(result.receipt_key, ReceiptKeyOf(parameters));
  return result;
}

absl::StatusOr<JointKeys> JointKeys::From(
    const TtpParameters& ttp, const VaultParameters& vault,
    const AggregatorParameters& aggregator) {
  JointKeys joint;
  const auto cancelled = [] {
    return FailedPrecondition(
        "the published keys of the parties cancel each other out");
  };
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if (!HasSlot(kind)) continue;
    if (!Add(vault.public_keys[kind], ttp.ingress_key, &joint.kinds[kind]) ||
        joint.kinds[kind].is_zero()) {
      return cancelled();
    }
  }
  if (!Add(vault.home_key, aggregator.pseudonym_key, &joint.home) ||
      joint.home.is_zero() || !Add(joint.home, ttp.ingress_key, &joint.home) ||
      joint.home.is_zero()) {
    return cancelled();
  }
  return joint;
}

}  // namespace garderobe
