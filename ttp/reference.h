// What the vault keeps for the TTP of each relation: which one it is at the
// aggregator, sealed so that only the TTP reads it. When the vault links or
// unlinks a relation later, the TTP can tell the aggregator which one is
// meant, without having kept anything itself.
#ifndef GARDEROBE_TTP_REFERENCE_H_
#define GARDEROBE_TTP_REFERENCE_H_

#include <optional>
#include <string>
#include <string_view>

#include "core/base/secret_bytes.h"
#include "core/sealing/handles.h"

namespace garderobe::ttp {

struct InstitutionTagTag;
// The first 8 bytes of a hash of the institution's id: all references are of
// one length, whatever the id's.
using InstitutionTag = FixedBytes<8, InstitutionTagTag>;
InstitutionTag TagOf(std::string_view institution);

using ReferenceKey = SecretBytes<32, struct ReferenceKeyRole>;

// reference = XChaCha20-Poly1305-IETF(k1, nonce, tag (8) || handle_a (16),
// aad = handle_v), 40 bytes, where nonce = BLAKE2b-192(k2, handle_v) and
// kN = BLAKE2b-256(reference key, "garderobe/reference/v1" 00 N ha). One
// relation has one reference, and another ha has other keys: the nonce is
// never used for another text. Immutable, thread-safe.
class ReferenceSealer {
 public:
  static constexpr size_t kBytes = 40;

  // `aggregator_handle` (ha) is what maps the handles that are sealed.
  ReferenceSealer(const ReferenceKey& key,
                  const AggregatorHandleKey& aggregator_handle);

  std::string Seal(const VaultHandle& vault_handle, const InstitutionTag& tag,
                   const AggregatorHandle& aggregator_handle) const;

  struct Opened {
    InstitutionTag tag;
    AggregatorHandle handle;
  };
  // Nothing when it was not sealed here for this handle.
  std::optional<Opened> Open(const VaultHandle& vault_handle,
                             std::string_view reference) const;

 private:
  using DerivedKey = SecretBytes<32, struct DerivedReferenceKeyRole>;
  static DerivedKey Derive(const ReferenceKey& key,
                           const AggregatorHandleKey& aggregator_handle,
                           uint8_t number);
  void NonceFor(const VaultHandle& vault_handle, uint8_t* nonce) const;
  const DerivedKey sealing_, nonces_;
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_REFERENCE_H_
