#include "ttp/reference.h"

#include <sodium.h>

#include <cstring>

namespace garderobe::ttp {
namespace {
constexpr size_t kTextBytes = InstitutionTag::kBytes + AggregatorHandle::kBytes;
static_assert(ReferenceSealer::kBytes ==
              kTextBytes + crypto_aead_xchacha20poly1305_ietf_ABYTES);
}  // namespace

InstitutionTag TagOf(std::string_view institution) {
  std::string message("garderobe/institution/v1\0", 25);
  message.append(institution);
  uint8_t hash[crypto_generichash_BYTES];
  crypto_generichash(hash, sizeof hash, AsBytes(message).data(), message.size(),
                     nullptr, 0);
  return InstitutionTag::From(
      AsView(std::span<const uint8_t>(hash, InstitutionTag::kBytes)));
}

ReferenceSealer::DerivedKey ReferenceSealer::Derive(
    const ReferenceKey& key, const AggregatorHandleKey& aggregator_handle,
    uint8_t number) {
  constexpr std::string_view kLabel("garderobe/reference/v1\0", 23);
  uint8_t message[kLabel.size() + 1 + AggregatorHandleKey::kBytes];
  const ScopedWipe wipe_message(message, sizeof message);
  std::memcpy(message, kLabel.data(), kLabel.size());
  message[kLabel.size()] = number;
  std::memcpy(message + kLabel.size() + 1, aggregator_handle.ExposeSecret(),
              AggregatorHandleKey::kBytes);
  uint8_t derived[DerivedKey::kBytes];
  const ScopedWipe wipe(derived, sizeof derived);
  crypto_generichash(derived, sizeof derived, message, sizeof message,
                     key.ExposeSecret(), ReferenceKey::kBytes);
  return DerivedKey::CopyFrom(derived);
}

ReferenceSealer::ReferenceSealer(const ReferenceKey& key,
                                 const AggregatorHandleKey& aggregator_handle)
    : sealing_(Derive(key, aggregator_handle, 1)),
      nonces_(Derive(key, aggregator_handle, 2)) {}

void ReferenceSealer::NonceFor(const VaultHandle& vault_handle,
                               uint8_t* nonce) const {
  crypto_generichash(nonce, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
                     vault_handle.data(), VaultHandle::kBytes,
                     nonces_.ExposeSecret(), DerivedKey::kBytes);
}

std::string ReferenceSealer::Seal(
    const VaultHandle& vault_handle, const InstitutionTag& tag,
    const AggregatorHandle& aggregator_handle) const {
  const std::string text =
      std::string(tag.view()) + std::string(aggregator_handle.view());
  uint8_t nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];
  NonceFor(vault_handle, nonce);
  std::string sealed(kBytes, '\0');
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      reinterpret_cast<uint8_t*>(sealed.data()), nullptr, AsBytes(text).data(),
      text.size(), vault_handle.data(), VaultHandle::kBytes, nullptr, nonce,
      sealing_.ExposeSecret());
  return sealed;
}

std::optional<ReferenceSealer::Opened> ReferenceSealer::Open(
    const VaultHandle& vault_handle, std::string_view reference) const {
  if (reference.size() != kBytes) return std::nullopt;
  uint8_t nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];
  NonceFor(vault_handle, nonce);
  std::string text(kTextBytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          reinterpret_cast<uint8_t*>(text.data()), nullptr, nullptr,
          AsBytes(reference).data(), reference.size(), vault_handle.data(),
          VaultHandle::kBytes, nonce, sealing_.ExposeSecret()) != 0) {
    return std::nullopt;
  }
  return Opened{InstitutionTag::From(std::string_view(text).substr(0, 8)),
                AggregatorHandle::From(std::string_view(text).substr(8))};
}

}  // namespace garderobe::ttp
