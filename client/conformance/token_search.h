// Why a token is not the one that is expected: variants are tried, one after
// the other, until one makes the element that came.
#ifndef GARDEROBE_CLIENT_CONFORMANCE_TOKEN_SEARCH_H_
#define GARDEROBE_CLIENT_CONFORMANCE_TOKEN_SEARCH_H_

#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "client/conformance/expected.h"
#include "client/conformance/field_variants.h"
#include "client/conformance/party_keys.h"
#include "core/group/element.h"

namespace garderobe::client::conformance {

struct Explanation {
  const Rule* rule = nullptr;
  std::string detail = {};  // a second rule, or whom it was encrypted to
};

// A token of a row: B of a kind, or D, whose kind is `address`.
struct TokenPoints {
  Kind kind;
  Element point_a, point_b;
  Element opened;  // zeros: it does not open
};

// Variants of one customer. Not thread-safe: makes its variants when they are
// needed.
class TokenSearch {
 public:
  // All outlive it.
  TokenSearch(const PartyKeys& keys, const Expected& expected,
              const Handle& handle, const Expected::Identity& identity);

  using Rules = std::set<const Rule*>;
  // Nothing: none fits. `only` bounds the search to some rules; null: all.
  std::optional<Explanation> Explain(const TokenPoints& token,
                                     const Rules* only);
  // What the TTP's padding puts where a kind is not shown.
  Element Dummy(Kind kind) const;

 private:
  struct Try;
  std::string_view Value(size_t kind) const {
    return identity_.delivered.identifiers[kind];
  }
  void MakeVariants();
  std::optional<Explanation> ByFields(Try& attempt);
  std::optional<Explanation> ByKey(Try& attempt);
  std::optional<Explanation> ByBoth(Try& attempt);
  std::optional<Explanation> ByCondition(Try& attempt);
  std::optional<Explanation> ByElement(Try& attempt);
  std::optional<Explanation> ByOpening(Try& attempt);

  const PartyKeys& keys_;
  const Expected& expected_;
  const Handle handle_;
  const Expected::Identity& identity_;
  PersonFields fields_;
  std::vector<FieldVariant> variants_;  // made by the first Explain
  std::vector<Identifiers> derived_;    // of each
};

std::vector<const Rule*> TokenRules();

}  // namespace garderobe::client::conformance

#endif  // GARDEROBE_CLIENT_CONFORMANCE_TOKEN_SEARCH_H_
