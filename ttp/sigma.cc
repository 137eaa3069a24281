#include "ttp/sigma.h"

#include <sodium.h>

#include "core/base/hash.h"

namespace garderobe::ttp {
namespace {

constexpr std::string_view kLabel("garderobe/sigma/v2\0", 19);
constexpr size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
static_assert(SigmaSealer::kBytes ==
              VaultHandle::kBytes + crypto_aead_xchacha20poly1305_ietf_ABYTES);

ByteSpan SpanOf(const SigmaKey& key) {
  return {key.ExposeSecret(), SigmaKey::kBytes};
}

template <typename Key>
FixedBytes<kNonceBytes, struct SigmaNonceTag> NonceFor(
    const Key& key, const AggregatorHandle& handle) {
  return Hash<FixedBytes<kNonceBytes, struct SigmaNonceTag>>(
      handle.view(), {key.ExposeSecret(), Key::kBytes});
}

}  // namespace

SigmaSealer::SigmaSealer(const SigmaKey& key)
    : sealing_(DeriveSecret<DerivedKey>(SpanOf(key), {kLabel, "\x01"})),
      nonces_(DeriveSecret<DerivedKey>(SpanOf(key), {kLabel, "\x02"})) {}

std::string SigmaSealer::Seal(const AggregatorHandle& at_aggregator,
                              const VaultHandle& at_vault) const {
  const auto nonce = NonceFor(nonces_, at_aggregator);
  std::string sealed(kBytes, '\0');
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      reinterpret_cast<uint8_t*>(sealed.data()), nullptr, at_vault.data(),
      VaultHandle::kBytes, at_aggregator.data(), AggregatorHandle::kBytes,
      nullptr, nonce.data(), sealing_.ExposeSecret());
  return sealed;
}

std::optional<VaultHandle> SigmaSealer::Open(
    const AggregatorHandle& at_aggregator, std::string_view sigma) const {
  if (sigma.size() != kBytes) return std::nullopt;
  const auto nonce = NonceFor(nonces_, at_aggregator);
  VaultHandle handle;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          handle.mutable_data(), nullptr, nullptr, AsBytes(sigma).data(),
          sigma.size(), at_aggregator.data(), AggregatorHandle::kBytes,
          nonce.data(), sealing_.ExposeSecret()) != 0) {
    return std::nullopt;
  }
  return handle;
}

}  // namespace garderobe::ttp
