// Seals a batch to the aggregator, and opens it there (protocol.md, 5):
// crypto_box_seal of a fresh batch key, a nonce, and
// XChaCha20-Poly1305-IETF of the payload bound to its place in the feed. What
// the payload is: core/sealing/author_payload.h.
#ifndef GARDEROBE_CORE_SEALING_BATCH_SEALER_H_
#define GARDEROBE_CORE_SEALING_BATCH_SEALER_H_

#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/secret_bytes.h"

namespace garderobe {

struct SealingPublicKeyTag;
using SealingPublicKey = FixedBytes<32, SealingPublicKeyTag>;  // X25519
using SealingSecretKey = SecretBytes<32, struct SealingSecretKeyRole>;

// The public half of `secret`.
SealingPublicKey PublicKeyOf(const SealingSecretKey& secret);

enum class SealedKind { kVisits, kRelations };

// Where the batch stands; authenticated with it.
struct BatchPlace {
  SealedKind kind;
  std::string_view institution;
  std::string_view source;  // the feed's source name
  uint64_t offset;
  uint32_t count;
};

// The associated data, bytes as in protocol.md, 5. Stored nowhere, never
// change.
std::string AssociatedData(const BatchPlace& place);

inline constexpr size_t kSealedOverheadBytes = 80 + 24 + 16;
// What a payload may hold once it is decompressed.
inline constexpr size_t kPayloadBytesMax = 16 << 20;

// Seals `payload` as it is.
std::string SealBatch(const SealingPublicKey& aggregator,
                      const BatchPlace& place, std::string_view payload);

// Opens a sealed batch. InvalidArgument, one fixed text: the batch does not
// authenticate, or is for another place or key.
[[nodiscard]] absl::StatusOr<std::string> OpenBatch(
    const SealingSecretKey& secret, const SealingPublicKey& key,
    const BatchPlace& place, std::string_view sealed);

// As OpenBatch, of what is bound to other associated data.
[[nodiscard]] absl::StatusOr<std::string> OpenSealed(
    const SealingSecretKey& secret, const SealingPublicKey& key,
    std::string_view associated_data, std::string_view sealed);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_SEALING_BATCH_SEALER_H_
