// The TTP's secrets (protocol.md, 2): the scalars with which it converts, two
// handle keys, what seals what only the TTP reads, what blinds its commitments,
// and what signs its parameters.
#ifndef GARDEROBE_TTP_KEYS_H_
#define GARDEROBE_TTP_KEYS_H_

#include "core/conversion/convert.h"
#include "core/keys/blinding.h"
#include "core/keys/parameter_issue.h"
#include "core/sealing/handles.h"
#include "ttp/sigma.h"

namespace garderobe::ttp {

struct TtpKeys {
  IngressScalar ingress;                     // u
  VaultConversionScalar to_vault;            // s
  VaultStrippingScalar stripping;            // v = s*u, not stored
  AggregatorConversionScalar to_aggregator;  // t
  HomeConversionScalar home;                 // h
  HomeStrippingScalar home_stripping;        // h*u, not stored
  RelationScalar relation;                   // a
  VaultHandleKey vault_handle;               // hv
  AggregatorHandleKey aggregator_handle;     // ha
  SigmaKey sigma;                            // kr
  CommitmentSecret commitment;
  SigningSeed signing;
  StoredIssue issue;

  static constexpr uint32_t kEpoch = 1;

  // Writes fresh keys, and the first issue of the parameters, into `directory`.
  // AlreadyExists: there are keys.
  [[nodiscard]] static absl::Status Generate(const std::string& directory);
  [[nodiscard]] static absl::StatusOr<TtpKeys> Read(
      const std::string& directory);
  // U with its proof of possession, the commitments, and the kinds that every
  // row has to have.
  Parameters Public(uint32_t padding) const;
  ConversionScalars conversion() const {
    return {to_vault, stripping, home, home_stripping, relation};
  }
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_KEYS_H_
