#include "core/sealing/batch_sealer.h"

#include <sodium.h>

namespace garderobe {
namespace {

constexpr size_t kWrappedKeyBytes = 32 + crypto_box_SEALBYTES;
constexpr size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kWrappedKeyBytes + kNonceBytes + kTagBytes ==
              kSealedOverheadBytes);

absl::Status DoesNotOpen() {
  return InvalidArgument(
      "the sealed payload does not open: it is sealed to another key, or for "
      "another kind, institution, source, offset or count");
}

const uint8_t* Data(std::string_view text) { return AsBytes(text).data(); }
uint8_t* Data(std::string& text) {
  return reinterpret_cast<uint8_t*>(text.data());
}

}  // namespace

SealingPublicKey PublicKeyOf(const SealingSecretKey& secret) {
  SealingPublicKey key;
  crypto_scalarmult_base(key.mutable_data(), secret.ExposeSecret());
  return key;
}

std::string AssociatedData(const BatchPlace& place) {
  std::string data = place.kind == SealedKind::kVisits
                         ? "garderobe/visits/v1"
                         : "garderobe/relations/v1";
  data.push_back('\0');
  PutLengthPrefixed(data, place.institution);
  PutLengthPrefixed(data, place.source);
  PutBigEndian(data, place.offset);
  PutBigEndian(data, place.count);
  return data;
}

std::string SealBatch(const SealingPublicKey& aggregator,
                      const BatchPlace& place, std::string_view payload) {
  uint8_t batch_key[32];
  const ScopedWipe wipe(batch_key, sizeof batch_key);
  randombytes_buf(batch_key, sizeof batch_key);
  const std::string associated = AssociatedData(place);
  std::string sealed(kSealedOverheadBytes + payload.size(), '\0');
  uint8_t* out = Data(sealed);
  GARDEROBE_CHECK(crypto_box_seal(out, batch_key, sizeof batch_key,
                                  aggregator.data()) == 0);
  uint8_t* nonce = out + kWrappedKeyBytes;
  randombytes_buf(nonce, kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      nonce + kNonceBytes, nullptr, Data(payload), payload.size(),
      Data(associated), associated.size(), nullptr, nonce, batch_key);
  return sealed;
}

absl::StatusOr<std::string> OpenSealed(const SealingSecretKey& secret,
                                       const SealingPublicKey& key,
                                       std::string_view associated_data,
                                       std::string_view sealed) {
  if (sealed.size() < kSealedOverheadBytes) return DoesNotOpen();
  uint8_t batch_key[32];
  const ScopedWipe wipe(batch_key, sizeof batch_key);
  if (crypto_box_seal_open(batch_key, Data(sealed), kWrappedKeyBytes,
                           key.data(), secret.ExposeSecret()) != 0) {
    return DoesNotOpen();
  }
  const uint8_t* nonce = Data(sealed) + kWrappedKeyBytes;
  std::string plaintext(sealed.size() - kSealedOverheadBytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          Data(plaintext), nullptr, nullptr, nonce + kNonceBytes,
          plaintext.size() + kTagBytes, Data(associated_data),
          associated_data.size(), nonce, batch_key) != 0) {
    return DoesNotOpen();
  }
  return plaintext;
}

absl::StatusOr<std::string> OpenBatch(const SealingSecretKey& secret,
                                      const SealingPublicKey& key,
                                      const BatchPlace& place,
                                      std::string_view sealed) {
  return OpenSealed(secret, key, AssociatedData(place), sealed);
}

}  // namespace garderobe
