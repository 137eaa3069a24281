#include "core/conversion/convert.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/group/hash_to_group.h"

namespace garderobe {
namespace {

// result = a*x + q*y.
template <typename A, typename Q>
bool MultiplyAndAdd(const A& a, const Element& x, const Q& q, const Element& y,
                    Element* result) {
  Element first, second;
  return Multiply(a, x, &first) && Multiply(q, y, &second) &&
         Add(first, second, result);
}

// result = a*x + q*G.
template <typename A, typename Q>
bool MultiplyAndBlind(const A& a, const Element& x, const Q& q,
                      Element* result) {
  Element first;
  return Multiply(a, x, &first) && Add(first, MultiplyBase(q), result);
}

// A' and B' of each kind. False: a point does not decode or is the identity, or
// there are fewer points than kinds.
template <typename Scalar>
bool ConvertTokens(const ConversionScalars& scalars, const ConversionKeys& keys,
                   const ClientRow& row, const Scalar& q, VaultRow* out) {
  out->kinds = row.kinds;
  Element stripped;  // v*A
  if (!MultiplyAndBlind(scalars.s, row.point_a, q, &out->point_a) ||
      !Multiply(scalars.v, row.point_a, &stripped)) {
    return false;
  }
  out->points_b.reserve(row.points_b.size());
  size_t at = 0;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if ((row.kinds >> kind & 1) == 0) continue;
    Element masked;
    if (at >= row.points_b.size() ||
        !MultiplyAndAdd(scalars.s, row.points_b[at], q, keys.vault[kind],
                        &masked) ||
        !Subtract(masked, stripped, &out->points_b.emplace_back())) {
      return false;
    }
    ++at;
  }
  return true;
}

}  // namespace

Element HashOfRelation(std::string_view institution, const Handle& handle) {
  std::string message;
  PutLengthPrefixed(message, institution);
  message.append(handle.view());
  return HashToGroup("relation", message);
}

Element ReferenceOf(const RelationScalar& a, std::string_view institution,
                    const Handle& handle) {
  Element result;
  // A hash is the identity with probability 2^-252.
  GARDEROBE_CHECK(Multiply(a, HashOfRelation(institution, handle), &result));
  return result;
}

std::optional<Rerandomised<VaultRow>> Rerandomiser::ConvertIdentity(
    const ConversionScalars& scalars, const ConversionKeys& keys,
    const ClientRow& row, const WipedScalar& q) {
  VaultRow out;
  if (!ConvertTokens(scalars, keys, row, q, &out)) return std::nullopt;
  return Rerandomised<VaultRow>(std::move(out));
}

Rerandomised<Ciphertext> Rerandomiser::EncryptReferenceWith(
    const WipedScalar& q2, const Element& reference, const Element& z) {
  return Rerandomised<Ciphertext>(EncryptWith(q2, reference, z));
}

std::optional<ConvertedRow> Rerandomiser::ConvertRow(
    const ConversionScalars& scalars, const ConversionKeys& keys,
    std::string_view institution, const ClientRow& row,
    const VaultHandle& vault_handle) {
  VaultRow out;
  out.handle = vault_handle;
  // Without a fresh q a client that knows its own r would recognise its rows
  // at the vault by r*S.
  const EphemeralScalar q = EphemeralScalar::Random();
  const EphemeralScalar q_home = EphemeralScalar::Random();
  if (!ConvertTokens(scalars, keys, row, q, &out)) return std::nullopt;
  Element home_stripped, home_masked;  // (h*u)*A, h*D + q'*(Y[home] + Z)
  if (!MultiplyAndBlind(scalars.h, row.point_a, q_home, &out.home.point_a) ||
      !Multiply(scalars.hu, row.point_a, &home_stripped) ||
      !MultiplyAndAdd(scalars.h, row.point_home, q_home, keys.home,
                      &home_masked) ||
      !Subtract(home_masked, home_stripped, &out.home.point_b)) {
    return std::nullopt;
  }
  const Element reference = ReferenceOf(scalars.a, institution, row.handle);
  out.reference = EncryptReference(reference, keys.aggregator).value();
  return ConvertedRow{Rerandomised<VaultRow>(std::move(out)), reference,
                      WipedScalar::CopyOf(q), WipedScalar::CopyOf(q_home)};
}

Rerandomised<Ciphertext> Rerandomiser::EncryptReference(
    const Element& reference, const Element& z) {
  return Rerandomised<Ciphertext>(EncryptFresh(reference, z));
}

std::optional<Rerandomised<Ciphertext>> Rerandomiser::Rerandomise(
    const Ciphertext& ciphertext, const Element& z) {
  const EphemeralScalar q = EphemeralScalar::Random();
  Ciphertext out;
  Element mask;
  if (!Add(ciphertext.point_a, MultiplyBase(q), &out.point_a) ||
      !Multiply(q, z, &mask) || !Add(ciphertext.point_b, mask, &out.point_b)) {
    return std::nullopt;
  }
  return Rerandomised<Ciphertext>(out);
}

std::optional<Rerandomised<Ciphertext>> Rerandomiser::ConvertAnswer(
    const AggregatorConversionScalar& t, const Ciphertext& answer,
    const Element& z) {
  const EphemeralScalar q = EphemeralScalar::Random();
  Ciphertext out;
  if (!MultiplyAndBlind(t, answer.point_a, q, &out.point_a) ||
      !MultiplyAndAdd(t, answer.point_b, q, z, &out.point_b)) {
    return std::nullopt;
  }
  return Rerandomised<Ciphertext>(out);
}

}  // namespace garderobe
