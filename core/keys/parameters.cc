#include "core/keys/parameters.h"

#include "core/keys/sign.h"

namespace garderobe {
namespace {

constexpr std::string_view kLabel("garderobe/parameters/v1\0", 24);

std::string VaultKeyName(size_t kind) {
  return "Y." + std::string(KindName(static_cast<Kind>(kind)));
}

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

absl::StatusOr<VerifyKey> ReceiptKeyOf(const Parameters& parameters) {
  const auto found = parameters.values.find("receipt");
  if (found == parameters.values.end() ||
      found->second.size() != VerifyKey::kBytes) {
    return FailedPrecondition("the parameters of {} lack receipt",
                              parameters.party);
  }
  return VerifyKey::From(found->second);
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
  std::string body(kLabel);
  PutLengthPrefixed(body, parameters.party);
  PutBigEndian(body, parameters.epoch);
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
                                            std::string_view signature) {
  if (!IsSignedBy(key, body, signature)) {
    return Refused();
  }
  Parameters parameters;
  ByteReader reader(body);
  std::string_view label, name, value;
  uint16_t count;
  if (!reader.GetBytes(kLabel.size(), &label) || label != kLabel ||
      !reader.GetLengthPrefixed(&name) || name != party ||
      !reader.GetInteger(&parameters.epoch) || !reader.GetInteger(&count)) {
    return Refused();
  }
  parameters.party = party;
  while (count-- > 0) {
    if (!reader.GetLengthPrefixed(&name) || !reader.GetLengthPrefixed(&value)) {
      return Refused();
    }
    parameters.values.emplace(name, value);
  }
  if (!reader.empty()) return Refused();
  return parameters;
}

absl::StatusOr<VaultParameters> VaultParameters::From(
    const Parameters& parameters) {
  VaultParameters result;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    GARDEROBE_ASSIGN_OR_RETURN(result.public_keys[kind],
                               ElementOf(parameters, VaultKeyName(kind)));
  }
  GARDEROBE_ASSIGN_OR_RETURN(result.receipt_key, ReceiptKeyOf(parameters));
  return result;
}

Parameters VaultParameters::ToParameters() const {
  Parameters result{"vault", 1, {}};
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    result.values[VaultKeyName(kind)] = public_keys[kind].view();
  }
  result.values["receipt"] = receipt_key.view();
  return result;
}

absl::StatusOr<AggregatorParameters> AggregatorParameters::From(
    const Parameters& parameters) {
  AggregatorParameters result;
  GARDEROBE_ASSIGN_OR_RETURN(result.pseudonym_key, ElementOf(parameters, "Z"));
  const auto seal = parameters.values.find("seal");
  if (seal == parameters.values.end() ||
      seal->second.size() != SealingPublicKey::kBytes) {
    return FailedPrecondition("the parameters of aggregator lack seal");
  }
  result.sealing_key = SealingPublicKey::From(seal->second);
  GARDEROBE_ASSIGN_OR_RETURN(result.receipt_key, ReceiptKeyOf(parameters));
  return result;
}

Parameters AggregatorParameters::ToParameters() const {
  return {"aggregator",
          1,
          {{"Z", std::string(pseudonym_key.view())},
           {"seal", std::string(sealing_key.view())},
           {"receipt", std::string(receipt_key.view())}}};
}

}  // namespace garderobe
