// A conversion with known secrets, and rows to convert, for tests of proofs.
#ifndef GARDEROBE_CORE_PROOF_PROOF_FIXTURE_H_
#define GARDEROBE_CORE_PROOF_PROOF_FIXTURE_H_

#include <string>
#include <vector>

#include "core/proof/conversion.h"
#include "core/proof/pedersen.h"
#include "tests/support/vectors.h"

namespace garderobe {

inline WipedScalar RandomScalar() {
  return WipedScalar::CopyOf(EphemeralScalar::Random());
}
// A scalar of a vector file.
inline WipedScalar ScalarOf(const nlohmann::json& hex) {
  return WipedScalar::CopyOf(
      EphemeralScalar::FixedForTesting(AsBytes(Hex(hex))));
}
inline Element PointOf(const nlohmann::json& hex) {
  return Element::From(Hex(hex));
}
inline std::vector<WipedScalar> ScalarsOf(const nlohmann::json& list) {
  std::vector<WipedScalar> scalars;
  for (const auto& hex : list) scalars.push_back(ScalarOf(hex));
  return scalars;
}

inline Element Times(const WipedScalar& scalar, const Element& element) {
  Element result;
  GARDEROBE_CHECK(MultiplyOrIdentity(scalar, element, &result));
  return result;
}
inline Element Sum(const Element& a, const Element& b) {
  Element result;
  GARDEROBE_CHECK(Add(a, b, &result));
  return result;
}
inline Element Minus(const Element& a, const Element& b) {
  Element result;
  GARDEROBE_CHECK(Subtract(a, b, &result));
  return result;
}

inline ConversionSecrets CopyOf(const ConversionSecrets& secrets) {
  return {WipedScalar::CopyOf(secrets.s), WipedScalar::CopyOf(secrets.v),
          WipedScalar::CopyOf(secrets.rho_s),
          WipedScalar::CopyOf(secrets.rho_v)};
}

// The scalars of protocol-v2.json, or random ones, with what is published of
// them.
struct KnownConversion {
  WipedScalar u;
  ConversionSecrets secrets;
  ConversionCommitments commitments;
  KindKeys keys;

  static KnownConversion From(WipedScalar u, ConversionSecrets secrets) {
    const ConversionCommitments commitments = {
        .scalar_s = CommitWiped(secrets.s, secrets.rho_s),
        .scalar_v = CommitWiped(secrets.v, secrets.rho_v),
        .ingress_key = Times(u, BasePoint())};
    return {std::move(u), std::move(secrets), commitments, {}};
  }
  // With the keys of the kinds 0 to `kinds` - 1.
  static KnownConversion Random(uint32_t kinds) {
    WipedScalar u = RandomScalar(), s = RandomScalar();
    WipedScalar v = MultiplyScalars(s, u);
    KnownConversion result =
        From(std::move(u),
             {std::move(s), std::move(v), RandomScalar(), RandomScalar()});
    for (uint32_t kind = 0; kind < kinds; ++kind) {
      result.keys[kind] = RandomElement();
    }
    return result;
  }

  // A row of random identifiers of these kinds, as a client encrypts it.
  CiphertextRow Encrypt(const std::vector<uint32_t>& kinds) const {
    const WipedScalar r = RandomScalar();
    CiphertextRow row{Times(r, BasePoint()), {}};
    for (const uint32_t kind : kinds) {
      const Element joint = Sum(keys.at(kind), commitments.ingress_key);
      row.points_b.push_back({kind, Sum(RandomElement(), Times(r, joint))});
    }
    return row;
  }

  // The row converted with `secrets`, or with other scalars.
  CiphertextRow Convert(const CiphertextRow& row, const WipedScalar& q) const {
    return ConvertWith(secrets.s, secrets.v, row, q);
  }
  CiphertextRow ConvertWith(const WipedScalar& s, const WipedScalar& v,
                            const CiphertextRow& row,
                            const WipedScalar& q) const {
    CiphertextRow result{Sum(Times(s, row.point_a), Times(q, BasePoint())), {}};
    for (const auto& [kind, B] : row.points_b) {
      const Element stripped = Minus(Times(s, B), Times(v, row.point_a));
      result.points_b.push_back({kind, Sum(stripped, Times(q, keys.at(kind)))});
    }
    return result;
  }
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_PROOF_PROOF_FIXTURE_H_
