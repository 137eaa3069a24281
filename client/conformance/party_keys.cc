#include "client/conformance/party_keys.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/config/toml.h"
#include "core/identifiers/padding.h"
#include "core/keys/blinding.h"
#include "core/keys/key_file.h"
#include "core/keys/key_rotation.h"

namespace garderobe::client::conformance {
namespace {

std::string KeyPath(const std::string& keys, const std::string& role) {
  return keys + "/" + role + ".key";
}
template <typename Scalar>
absl::StatusOr<Scalar> ScalarIn(const std::string& keys,
                                const std::string& role) {
  return ReadScalar<Scalar>(KeyPath(keys, role), role);
}
template <typename Secret>
absl::StatusOr<Secret> SecretIn(const std::string& keys,
                                const std::string& role) {
  return ReadSecret<Secret>(KeyPath(keys, role), role);
}
// What a rotation exchanges may stand beside its former one.
template <typename Scalar>
absl::StatusOr<Scalar> RotatedScalar(const std::string& keys,
                                     const std::string& role, uint32_t epoch) {
  GARDEROBE_ASSIGN_OR_RETURN(const std::string path,
                             KeyPathOf(keys, role, epoch));
  return ReadScalar<Scalar>(path, role);
}
absl::StatusOr<CommitmentSecret> RotatedCommitment(const std::string& keys,
                                                   const std::string& role,
                                                   uint32_t epoch) {
  GARDEROBE_ASSIGN_OR_RETURN(const std::string path,
                             KeyPathOf(keys, role, epoch));
  return ReadSecret<CommitmentSecret>(path, role);
}

// x + y modulo L, as one key that opens what is encrypted to both.
template <typename X, typename Y>
DecryptionScalar SumOf(const X& x, const Y& y) {
  uint8_t sum[32];
  const ScopedWipe wipe(sum, sizeof sum);
  crypto_core_ristretto255_scalar_add(sum, x.ExposeSecret(), y.ExposeSecret());
  auto decoded = DecryptionScalar::Decode(sum);
  GARDEROBE_CHECK(decoded.ok());  // clients refuse keys that cancel out
  return *std::move(decoded);
}
template <typename Scalar>
DecryptionScalar CopyOf(const Scalar& scalar) {
  auto decoded = DecryptionScalar::Decode({scalar.ExposeSecret(), 32});
  GARDEROBE_CHECK(decoded.ok());
  return *std::move(decoded);
}

// The setting protocol.padding of ttpd.
absl::StatusOr<uint32_t> PaddingIn(const std::string& path) {
  GARDEROBE_ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(path));
  GARDEROBE_ASSIGN_OR_RETURN(const auto table, ParseToml(text, path));
  const std::string setting =
      table["protocol"]["padding"].value_or(std::string("none"));
  return PaddedKinds(setting);
}

v1::SignedParameters Signed(const SigningSeed& seed,
                            const Parameters& parameters) {
  const SignedBody body = SignParameters(seed, parameters);
  v1::SignedParameters result;
  result.set_body(body.body);
  result.set_signature(body.signature);
  return result;
}

}  // namespace

// The names of files and parameters are those of each party's keys.cc.
struct PartyKeys::Ttp {
  StoredIssue issue;
  IngressScalar u;
  SigningSeed signing;
  Parameters parameters;
};
struct PartyKeys::Vault {
  StoredIssue issue;
  std::map<size_t, DecryptionScalar> kinds;
  HomeDecryptionScalar home;
  SigningSeed signing;
  Parameters parameters;
};
struct PartyKeys::Aggregator {
  StoredIssue issue;
  PseudonymScalar z;
  SealingSecretKey sealing;
  SigningSeed signing;
  Parameters parameters;
};

absl::StatusOr<PartyKeys::Ttp> PartyKeys::ReadTtp(const std::string& folder) {
  const std::string keys = folder + "/ttp/keys";
  GARDEROBE_ASSIGN_OR_RETURN(const StoredIssue issue, ReadIssue(keys));
  const uint32_t epoch = issue.issue.epoch;
  GARDEROBE_ASSIGN_OR_RETURN(auto u,
                             ScalarIn<IngressScalar>(keys, "ttp-ingress"));
  GARDEROBE_ASSIGN_OR_RETURN(const auto s,
                             RotatedScalar<VaultConversionScalar>(
                                 keys, "ttp-conversion-vault", epoch));
  GARDEROBE_ASSIGN_OR_RETURN(const auto t,
                             RotatedScalar<AggregatorConversionScalar>(
                                 keys, "ttp-conversion-aggregator", epoch));
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto h,
      RotatedScalar<HomeConversionScalar>(keys, "ttp-conversion-home", epoch));
  GARDEROBE_ASSIGN_OR_RETURN(const auto a,
                             ScalarIn<RelationScalar>(keys, "ttp-relation"));
  GARDEROBE_ASSIGN_OR_RETURN(const auto commitment,
                             RotatedCommitment(keys, "ttp-commitment", epoch));
  GARDEROBE_ASSIGN_OR_RETURN(auto signing,
                             SecretIn<SigningSeed>(keys, "ttp-signing"));
  GARDEROBE_ASSIGN_OR_RETURN(const uint32_t padding,
                             PaddingIn(folder + "/ttp/ttpd.toml"));
  Parameters parameters{"ttp", issue.issue, {}};
  PutProvenKey(parameters, "U", u);
  const auto commit = [&](const char* name, const auto& scalar) {
    parameters.values[name] =
        Commit(scalar, BlindingOf(commitment, name)).view();
  };
  commit("C_s", s);
  commit("C_v", ProductOf<VaultStrippingScalar>(s, u));
  commit("C_t", t);
  commit("C_h", h);
  commit("C_hu", ProductOf<HomeStrippingScalar>(h, u));
  commit("C_a", a);
  PutBigEndian(parameters.values["padding"], padding);
  return Ttp{issue, std::move(u), std::move(signing), std::move(parameters)};
}

absl::StatusOr<PartyKeys::Vault> PartyKeys::ReadVault(
    const std::string& folder) {
  const std::string keys = folder + "/vault/keys";
  GARDEROBE_ASSIGN_OR_RETURN(const StoredIssue issue, ReadIssue(keys));
  Parameters parameters{"vault", issue.issue, {}};
  std::map<size_t, DecryptionScalar> kinds;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if (!HasSlot(kind)) continue;
    const std::string name(KindName(static_cast<Kind>(kind)));
    GARDEROBE_ASSIGN_OR_RETURN(
        auto y, ScalarIn<DecryptionScalar>(keys, "vault-decryption-" + name));
    PutProvenKey(parameters, PublicKeyName(kind), y);
    kinds.emplace(kind, std::move(y));
  }
  GARDEROBE_ASSIGN_OR_RETURN(
      auto home, ScalarIn<HomeDecryptionScalar>(keys, "vault-decryption-home"));
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto w, RotatedScalar<HouseholdScalar>(keys, "vault-household",
                                                   issue.issue.epoch));
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto commitment,
      RotatedCommitment(keys, "vault-commitment", issue.issue.epoch));
  GARDEROBE_ASSIGN_OR_RETURN(auto signing,
                             SecretIn<SigningSeed>(keys, "vault-signing"));
  GARDEROBE_ASSIGN_OR_RETURN(const auto sealing,
                             SecretIn<SealingSecretKey>(keys, "vault-sealing"));
  PutProvenKey(parameters, "Y.home", home);
  parameters.values["C_w"] = Commit(w, BlindingOf(commitment, "C_w")).view();
  parameters.values["seal"] = PublicKeyOf(sealing).view();
  parameters.values["receipt"] = VerifyKeyOf(ReceiptSeedOf(signing)).view();
  return Vault{issue, std::move(kinds), std::move(home), std::move(signing),
               std::move(parameters)};
}

absl::StatusOr<PartyKeys::Aggregator> PartyKeys::ReadAggregator(
    const std::string& folder) {
  const std::string keys = folder + "/aggregator/keys";
  GARDEROBE_ASSIGN_OR_RETURN(const StoredIssue issue, ReadIssue(keys));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto z, ScalarIn<PseudonymScalar>(keys, "aggregator-pseudonym"));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto sealing, SecretIn<SealingSecretKey>(keys, "aggregator-sealing"));
  GARDEROBE_ASSIGN_OR_RETURN(auto signing,
                             SecretIn<SigningSeed>(keys, "aggregator-signing"));
  Parameters parameters{"aggregator", issue.issue, {}};
  PutProvenKey(parameters, "Z", z);
  parameters.values["seal"] = PublicKeyOf(sealing).view();
  parameters.values["receipt"] = VerifyKeyOf(ReceiptSeedOf(signing)).view();
  return Aggregator{issue, std::move(z), std::move(sealing), std::move(signing),
                    std::move(parameters)};
}

PartyKeys::PartyKeys(const Ttp& ttp, const Vault& vault, Aggregator aggregator,
                     uint32_t padding)
    : padding_(padding),
      ttp_issue_(ttp.issue),
      vault_issue_(vault.issue),
      aggregator_issue_(aggregator.issue),
      home_(SumOf(SumOf(vault.home, aggregator.z), ttp.u)),
      sealing_(std::move(aggregator.sealing)),
      receipts_(ReceiptSeedOf(aggregator.signing)) {
  *published_.mutable_ttp() = Signed(ttp.signing, ttp.parameters);
  *published_.mutable_vault() = Signed(vault.signing, vault.parameters);
  *published_.mutable_aggregator() =
      Signed(aggregator.signing, aggregator.parameters);
  for (const auto& [kind, y] : vault.kinds) {
    kinds_.emplace(kind, SumOf(y, ttp.u));
    auto& others = kind_others_[kind];
    others.push_back({CopyOf(y), "the vault alone"});
    others.push_back({CopyOf(ttp.u), "the TTP alone"});
  }
  home_others_.push_back(
      {SumOf(vault.home, ttp.u), "vault and TTP, without Z"});
  home_others_.push_back(
      {SumOf(vault.home, aggregator.z), "vault and aggregator, without U"});
  home_others_.push_back({CopyOf(vault.home), "the vault alone"});
}

absl::StatusOr<PartyKeys> PartyKeys::Read(const std::string& folder) {
  GARDEROBE_ASSIGN_OR_RETURN(const Ttp ttp, ReadTtp(folder));
  GARDEROBE_ASSIGN_OR_RETURN(const Vault vault, ReadVault(folder));
  GARDEROBE_ASSIGN_OR_RETURN(Aggregator aggregator, ReadAggregator(folder));
  GARDEROBE_ASSIGN_OR_RETURN(const auto own,
                             TtpParameters::From(ttp.parameters));
  const VerifyKey aggregator_key = VerifyKeyOf(aggregator.signing);
  PartyKeys keys(ttp, vault, std::move(aggregator), own.padding);
  // As a client would read them: an issue that has ended is not served.
  const auto check = [](const VerifyKey& key, std::string_view party,
                        const v1::SignedParameters& published) {
    return VerifyParameters(key, party, published.body(), published.signature(),
                            Today())
        .status();
  };
  GARDEROBE_RETURN_IF_ERROR(
      check(VerifyKeyOf(ttp.signing), "ttp", keys.published_.ttp()));
  GARDEROBE_RETURN_IF_ERROR(
      check(VerifyKeyOf(vault.signing), "vault", keys.published_.vault()));
  GARDEROBE_RETURN_IF_ERROR(
      check(aggregator_key, "aggregator", keys.published_.aggregator()));
  return keys;
}

bool PartyKeys::AcceptsAggregator(uint32_t serial) const {
  return aggregator_issue_.Accepts(serial, UnixSeconds());
}

bool PartyKeys::Accepts(const v1::Serials& serials) const {
  const uint64_t now = UnixSeconds();
  return ttp_issue_.Accepts(serials.ttp(), now) &&
         vault_issue_.Accepts(serials.vault(), now) &&
         AcceptsAggregator(serials.aggregator());
}

}  // namespace garderobe::client::conformance
