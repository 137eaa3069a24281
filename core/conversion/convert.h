// The algebra of one relation (protocol.md, 3): what the TTP does with a row
// and with the vault's answer, without being able to open either.
//
// Pure functions: what they return depends on their arguments and on fresh
// randomness only. The letters are the protocol's.
#ifndef GARDEROBE_CORE_CONVERSION_CONVERT_H_
#define GARDEROBE_CORE_CONVERSION_CONVERT_H_

#include <array>
#include <optional>
#include <string_view>

#include "core/conversion/order.h"
#include "core/conversion/rows.h"
#include "core/conversion/scalars.h"
#include "core/group/scalar.h"
#include "core/identifiers/identifier.h"

namespace garderobe {

// The scalars with which the TTP converts rows. All outlive their use.
struct ConversionScalars {
  const VaultConversionScalar& s;
  const VaultStrippingScalar& v;
  const HomeConversionScalar& h;
  const HomeStrippingScalar& hu;
  const RelationScalar& a;
};

// To whom rows are encrypted anew. Valid elements.
struct ConversionKeys {
  std::array<Element, kKindCount> vault;  // Y[kind]; zeros without a slot
  Element home;                           // Y[home] + Z
  Element aggregator;                     // Z
};

// H = HashToGroup(relation, LP(institution) || handle).
Element HashOfRelation(std::string_view institution, const Handle& handle);

// R = a*HashToGroup(relation, LP(institution) || handle): what the aggregator
// calls a relation when the vault speaks of it. The TTP makes it and can't
// recognise it in the vault's encrypted references.
Element ReferenceOf(const RelationScalar& a, std::string_view institution,
                    const Handle& handle);

// A converted row, with the reference for the aggregator, and the scalars that
// a proof of the conversion takes (protocol.md, 8).
struct ConvertedRow {
  Rerandomised<VaultRow> row;
  Element reference;  // R
  WipedScalar q, q_home;
};

// Makes Rerandomised values. Thread-safe: it holds nothing.
class Rerandomiser {
 public:
  // A' = s*A + q*G, B'[k] = s*B[k] - v*A + q*Y[k], A_h = h*A + q'*G,
  // D_h = h*D - (h*u)*A + q'*(Y[home] + Z), rho = (q2*G, R + q2*Z), each with
  // fresh q, q' and q2. `row.handle` is mapped to `vault_handle` by the caller.
  // nullopt: a point of the row does not decode or is the identity.
  [[nodiscard]] static std::optional<ConvertedRow> ConvertRow(
      const ConversionScalars& scalars, const ConversionKeys& keys,
      std::string_view institution, const ClientRow& row,
      const VaultHandle& vault_handle);

  // The identifiers of a row alone, with a q that the caller derives for this
  // request and proves the conversion with. nullopt as of ConvertRow.
  [[nodiscard]] static std::optional<Rerandomised<VaultRow>> ConvertIdentity(
      const ConversionScalars& scalars, const ConversionKeys& keys,
      const ClientRow& row, const WipedScalar& q);

  // rho with a q2 that the caller derives for this request.
  static Rerandomised<Ciphertext> EncryptReferenceWith(const WipedScalar& q2,
                                                       const Element& reference,
                                                       const Element& z);

  // rho = (q2*G, R + q2*Z) with a fresh q2.
  static Rerandomised<Ciphertext> EncryptReference(const Element& reference,
                                                   const Element& z);

  // (A + q*G, B + q*Z) with a fresh q. nullopt: a point does not decode.
  [[nodiscard]] static std::optional<Rerandomised<Ciphertext>> Rerandomise(
      const Ciphertext& ciphertext, const Element& z);

  // (t*A + q*G, t*B + q*Z) with a fresh q: the vault's point becomes the
  // aggregator's pseudonym, and the identity stays the identity. nullopt: a
  // point does not decode or is the identity.
  [[nodiscard]] static std::optional<Rerandomised<Ciphertext>> ConvertAnswer(
      const AggregatorConversionScalar& t, const Ciphertext& answer,
      const Element& z);
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_CONVERSION_CONVERT_H_
