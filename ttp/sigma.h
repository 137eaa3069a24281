// sigma: the vault's handle of a relation, sealed so that only the TTP reads
// it. The aggregator keeps it, and hands it back when the relation is too old:
// so the vault can be told without knowing any time (protocol.md, 3).
#ifndef GARDEROBE_TTP_SIGMA_H_
#define GARDEROBE_TTP_SIGMA_H_

#include <optional>
#include <string>
#include <string_view>

#include "core/base/secret_bytes.h"
#include "core/sealing/handles.h"

namespace garderobe::ttp {

using SigmaKey = SecretBytes<32, struct SigmaKeyRole>;  // kr

// sigma = XChaCha20-Poly1305-IETF(k1, nonce, handle_v (16), aad = handle_a),
// 32 bytes, where nonce = BLAKE2b-192(k2, handle_a) and
// kN = BLAKE2b-256(kr, "garderobe/sigma/v2" 00 N). One relation has one handle
// in each form, so the nonce is never used for another text. Immutable,
// thread-safe.
class SigmaSealer {
 public:
  static constexpr size_t kBytes = 32;

  explicit SigmaSealer(const SigmaKey& key);

  std::string Seal(const AggregatorHandle& at_aggregator,
                   const VaultHandle& at_vault) const;
  // nullopt: it was not sealed here for this handle.
  std::optional<VaultHandle> Open(const AggregatorHandle& at_aggregator,
                                  std::string_view sigma) const;

 private:
  using DerivedKey = SecretBytes<32, struct DerivedSigmaKeyRole>;
  const DerivedKey sealing_, nonces_;
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_SIGMA_H_
