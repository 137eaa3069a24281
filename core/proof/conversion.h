// What proofs of conversion speak about: rows of ciphertexts before and after,
// and the commitments to the scalars that convert them (protocol.md, 3 and 8).
#ifndef GARDEROBE_CORE_PROOF_CONVERSION_H_
#define GARDEROBE_CORE_PROOF_CONVERSION_H_

#include <cstdint>
#include <map>
#include <vector>

#include "core/group/element.h"
#include "core/group/scalar.h"
#include "core/proof/linear_proof.h"

namespace garderobe {

// The commitments to a conversion scalar and to its product with u. For the
// home slot the two scalars are h and h*u.
struct ConversionCommitments {
  Element scalar_s;     // C_s = s*G + rho_s*K
  Element scalar_v;     // C_v = v*G + rho_v*K, v = s*u
  Element ingress_key;  // U = u*G, of which the verifier has seen the proof
                        // of possession
};

// What opens both commitments. Move-only.
struct ConversionSecrets {
  WipedScalar s;
  WipedScalar v;
  WipedScalar rho_s;
  WipedScalar rho_v;
};

// Y[k] of each kind k, by its number.
using KindKeys = std::map<uint32_t, Element>;

struct KindPoint {
  uint32_t kind = 0;
  Element point_b;  // B[k], or B'[k]
};

// One relation's ciphertexts, which share A. There may be no kinds.
struct CiphertextRow {
  Element point_a;
  std::vector<KindPoint> points_b;  // in ascending order of kinds
};

// The places of the secrets in a statement's list of witnesses.
struct ConversionPlaces {
  uint32_t s, v, rho_s, rho_v;
};

// Writes the equations that all conversion proofs share, and those of
// converting one pair of points or of sums of them. The statement's label,
// context and number of witnesses are the caller's.
class ConversionEquations {
 public:
  // Adds C_s = s*G + rho_s*K, C_v = v*G + rho_v*K and C_v = s*U + rho_v*K. The
  // last two together mean v = s*u, for they share rho_v. `statement` outlives
  // this object.
  // InvalidArgument: a commitment or U does not decode or is the identity.
  [[nodiscard]] static absl::StatusOr<ConversionEquations> Begin(
      const ConversionCommitments& commitments, const ConversionPlaces& places,
      LinearStatement* statement);

  // Adds A' = s*A + q*G, where `q` is the place of q.
  void AddA(const Element& point_a, const Element& converted_a, uint32_t q);

  // Adds B' = s*B - v*A + q*Y. B and B' may be the identity.
  // InvalidArgument: A does not decode, or Y does not or is the identity.
  [[nodiscard]] absl::Status AddB(const Element& point_a,
                                  const Element& point_b,
                                  const Element& converted_b,
                                  const Element& kind_key, uint32_t q);

 private:
  ConversionEquations(const ConversionPlaces& places,
                      LinearStatement* statement)
      : places_(places), statement_(statement) {}
  ConversionPlaces places_;
  LinearStatement* statement_;  // not owned
};

// Checks that `output` may be `input` converted, before any algebra.
// InvalidArgument: A or A' does not decode or is the identity, the kinds of
// the two differ or do not ascend, or a kind has no key.
[[nodiscard]] absl::Status CheckRows(const KindKeys& keys,
                                     const CiphertextRow& input,
                                     const CiphertextRow& output);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_PROOF_CONVERSION_H_
