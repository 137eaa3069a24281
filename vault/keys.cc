#include "vault/keys.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/keys/key_file.h"
#include "core/keys/receipt.h"

namespace garderobe::vault {
namespace {

constexpr char kHome[] = "vault-decryption-home";
constexpr char kHousehold[] = "vault-household";
constexpr char kCommitment[] = "vault-commitment";
constexpr char kSigning[] = "vault-signing";
constexpr char kSealing[] = "vault-sealing";

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
        WriteKeyFile(Path(directory, role), role, kFirstEpoch,
                     KeyFileSecret::CopyFrom({scalar.ExposeSecret(), 32})));
  }
  for (const char* role : {kCommitment, kSigning, kSealing}) {
    GARDEROBE_RETURN_IF_ERROR(WriteKeyFile(
        Path(directory, role), role, kFirstEpoch, KeyFileSecret::Random()));
  }
  return CreateIssue(directory, Today(), UnixSeconds());
}

absl::StatusOr<VaultKeys> VaultKeys::Read(const std::string& directory) {
  GARDEROBE_ASSIGN_OR_RETURN(const StoredIssue issue, ReadIssue(directory));
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
      const std::string household_path,
      KeyPathOf(directory, kHousehold, issue.issue.epoch));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto household, ReadScalar<HouseholdScalar>(household_path, kHousehold));
  GARDEROBE_ASSIGN_OR_RETURN(
      const std::string commitment_path,
      KeyPathOf(directory, kCommitment, issue.issue.epoch));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto commitment,
      ReadSecret<CommitmentSecret>(commitment_path, kCommitment));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto signing,
      ReadSecret<SigningSeed>(Path(directory, kSigning), kSigning));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto sealing,
      ReadSecret<SealingSecretKey>(Path(directory, kSealing), kSealing));
  auto stripping = ProductOf<HouseholdStrippingScalar>(household, home);
  return VaultKeys{std::move(decryption), std::move(home),
                   std::move(household),  std::move(stripping),
                   std::move(commitment), std::move(signing),
                   std::move(sealing),    issue};
}

absl::StatusOr<HouseholdScalar> VaultKeys::DrawNext(
    const std::string& directory, uint32_t epoch) {
  GARDEROBE_RETURN_IF_ERROR(
      DrawNextKey(directory, kHousehold, epoch, KeyShape::kScalar));
  GARDEROBE_RETURN_IF_ERROR(
      DrawNextKey(directory, kCommitment, epoch, KeyShape::kBytes));
  return ReadScalar<HouseholdScalar>(NextKeyPath(directory, kHousehold),
                                     kHousehold);
}

absl::StatusOr<bool> VaultKeys::TakeOverNext(const std::string& directory) {
  GARDEROBE_ASSIGN_OR_RETURN(const StoredIssue issue, ReadIssue(directory));
  bool any = false;
  for (const char* role : {kHousehold, kCommitment}) {
    GARDEROBE_ASSIGN_OR_RETURN(
        const bool taken, TakeOverNextKey(directory, role, issue.issue.epoch));
    any |= taken;
  }
  return any;
}

Parameters VaultKeys::Public() const {
  Parameters parameters{"vault", issue.issue, {}};
  for (const auto& [kind, scalar] : decryption) {
    PutProvenKey(parameters, PublicKeyName(kind), scalar);
  }
  PutProvenKey(parameters, "Y.home", home);
  parameters.values["C_w"] =
      Commit(household, BlindingOf(commitment, "C_w")).view();
  parameters.values["seal"] = PublicKeyOf(sealing).view();
  parameters.values["receipt"] = VerifyKeyOf(ReceiptSeedOf(signing)).view();
  return parameters;
}

}  // namespace garderobe::vault
