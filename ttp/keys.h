// The TTP's secrets (protocol.md, 2): the scalars with which it converts, two
// handle keys, what seals what only the TTP reads, what blinds its commitments,
// and what signs its parameters.
#ifndef GARDEROBE_TTP_KEYS_H_
#define GARDEROBE_TTP_KEYS_H_

#include <string>

#include "core/conversion/convert.h"
#include "core/keys/blinding.h"
#include "core/keys/key_rotation.h"
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

  uint32_t epoch() const { return issue.issue.epoch; }

  // Writes fresh keys, and the first issue of the parameters, into `directory`.
  // AlreadyExists: there are keys.
  [[nodiscard]] static absl::Status Generate(const std::string& directory);
  // Those in force. Errors of ReadKeyFile, ReadIssue and KeyPathOf.
  [[nodiscard]] static absl::StatusOr<TtpKeys> Read(
      const std::string& directory);

  // Scalars of the next epoch, drawn beside those in force, with a secret for
  // their commitments: C_s of both epochs under one blinding would tell whoever
  // knows s*/s the point S = sG. Drawn once for an epoch, however often it is
  // asked for. Errors of DrawNextKey.
  struct Next {
    VaultConversionScalar to_vault;            // s*
    AggregatorConversionScalar to_aggregator;  // t*
    HomeConversionScalar home;                 // h*
  };
  [[nodiscard]] static absl::StatusOr<Next> DrawNext(
      const std::string& directory, uint32_t epoch);
  // Puts what was drawn in the place of the former keys, which are wiped, once
  // its epoch is in force. Returns whether there was anything to do.
  [[nodiscard]] static absl::StatusOr<bool> TakeOverNext(
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
