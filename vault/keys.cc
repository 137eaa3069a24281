#include "vault/keys.h"

#include "core/base/clock.h"
#include "core/keys/key_file.h"
#include "core/keys/receipt.h"

namespace garderobe::vault {
namespace {

constexpr char kHome[] = "vault-decryption-home";
constexpr char kHousehold[] = "vault-household";
constexpr char kCommitment[] = "vault-commitment";
constexpr char kSigning[] = "vault-signing";

std::string Role(size_t kind) {
  return "vault-decryption-" + std::string(KindName(static_cast<Kind>(kind)));
}
std::string Path(const std::string& directory, const std::string& role) {
  return directory + "/" + role + ".key";
}

}  // namespace

absl::Status VaultKeys::Generate(const std::string& directory) {
  std::vector<std::string> scalars = {kHome, kHousehold};
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if (HasSlot(kind)) scalars.push_back(Role(kind));
  }
  for (const std::string& role : scalars) {
    const auto scalar = DecryptionScalar::Random();
    GARDEROBE_RETURN_IF_ERROR(
        WriteKeyFile(Path(directory, role), role, 1,
                     KeyFileSecret::CopyFrom({scalar.ExposeSecret(), 32})));
  }
  for (const char* role : {kCommitment, kSigning}) {
    GARDEROBE_RETURN_IF_ERROR(
        WriteKeyFile(Path(directory, role), role, 1, KeyFileSecret::Random()));
  }
  return CreateIssue(directory, Today(), UnixSeconds());
}

absl::StatusOr<VaultKeys> VaultKeys::Read(const std::string& directory) {
  std::map<size_t, DecryptionScalar> decryption;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if (!HasSlot(kind)) continue;
    GARDEROBE_ASSIGN_OR_RETURN(
        DecryptionScalar scalar,
        ReadScalar<DecryptionScalar>(Path(directory, Role(kind)), Role(kind)));
    decryption.emplace(kind, std::move(scalar));
  }
  GARDEROBE_ASSIGN_OR_RETURN(auto home, ReadScalar<HomeDecryptionScalar>(
                                            Path(directory, kHome), kHome));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto household,
      ReadScalar<HouseholdScalar>(Path(directory, kHousehold), kHousehold));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto commitment,
      ReadSecret<CommitmentSecret>(Path(directory, kCommitment), kCommitment));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto signing,
      ReadSecret<SigningSeed>(Path(directory, kSigning), kSigning));
  GARDEROBE_ASSIGN_OR_RETURN(const StoredIssue issue, ReadIssue(directory));
  auto stripping = ProductOf<HouseholdStrippingScalar>(household, home);
  return VaultKeys{std::move(decryption),
                   std::move(home),
                   std::move(household),
                   std::move(stripping),
                   std::move(commitment),
                   std::move(signing),
                   issue};
}

Parameters VaultKeys::Public() const {
  Parameters parameters{"vault", issue.issue, {}};
  for (const auto& [kind, scalar] : decryption) {
    PutProvenKey(parameters, PublicKeyName(kind), scalar);
  }
  PutProvenKey(parameters, "Y.home", home);
  parameters.values["C_w"] =
      Commit(household, BlindingOf(commitment, "C_w")).view();
  parameters.values["receipt"] = VerifyKeyOf(ReceiptSeedOf(signing)).view();
  return parameters;
}

}  // namespace garderobe::vault
