// The TTP's secrets: two shuffle scalars, two handle keys, what seals the
// references that the vault keeps, and what signs its parameters (protocol.md,
// 2).
#ifndef GARDEROBE_TTP_KEYS_H_
#define GARDEROBE_TTP_KEYS_H_

#include "core/group/element.h"
#include "core/keys/parameters.h"
#include "core/sealing/handles.h"
#include "ttp/reference.h"

namespace garderobe::ttp {

using VaultShuffleScalar = SecretScalar<struct VaultShuffleRole>;  // s
using AggregatorShuffleScalar =
    SecretScalar<struct AggregatorShuffleRole>;  // t

struct TtpKeys {
  VaultShuffleScalar vault_shuffle;
  AggregatorShuffleScalar aggregator_shuffle;
  VaultHandleKey vault_handle;            // hv
  AggregatorHandleKey aggregator_handle;  // ha
  ReferenceKey reference;
  SigningSeed signing;

  static constexpr uint32_t kEpoch = 1;

  // Writes fresh keys into `directory`. AlreadyExists: there are keys.
  [[nodiscard]] static absl::Status Generate(const std::string& directory);
  [[nodiscard]] static absl::StatusOr<TtpKeys> Read(
      const std::string& directory);
  // The commitments S and T.
  Parameters Public() const;
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_KEYS_H_
