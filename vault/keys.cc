#include "vault/keys.h"

#include "core/keys/key_file.h"
#include "core/keys/receipt.h"

namespace garderobe::vault {
namespace {
std::string Role(size_t kind) {
  return "vault-decryption-" + std::string(KindName(static_cast<Kind>(kind)));
}
std::string Path(const std::string& directory, const std::string& role) {
  return directory + "/" + role + ".key";
}
constexpr char kSigning[] = "vault-signing";
}  // namespace

absl::Status VaultKeys::Generate(const std::string& directory) {
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    const auto scalar = DecryptionScalar::Random();
    GARDEROBE_RETURN_IF_ERROR(
        WriteKeyFile(Path(directory, Role(kind)), Role(kind), 1,
                     KeyFileSecret::CopyFrom({scalar.ExposeSecret(), 32})));
  }
  return WriteKeyFile(Path(directory, kSigning), kSigning, 1,
                      KeyFileSecret::Random());
}

absl::StatusOr<VaultKeys> VaultKeys::Read(const std::string& directory) {
  std::vector<DecryptionScalar> decryption;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    GARDEROBE_ASSIGN_OR_RETURN(
        DecryptionScalar scalar,
        ReadScalar<DecryptionScalar>(Path(directory, Role(kind)), Role(kind)));
    decryption.push_back(std::move(scalar));
  }
  GARDEROBE_ASSIGN_OR_RETURN(
      SigningSeed signing,
      ReadSecret<SigningSeed>(Path(directory, kSigning), kSigning));
  return VaultKeys{std::move(decryption), std::move(signing)};
}

VaultParameters VaultKeys::Public() const {
  VaultParameters result;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    result.public_keys[kind] = MultiplyBase(decryption[kind]);
  }
  result.receipt_key = VerifyKeyOf(ReceiptSeedOf(signing));
  return result;
}

}  // namespace garderobe::vault
