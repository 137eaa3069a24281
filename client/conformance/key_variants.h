// A kind's value as somebody may have put it together otherwise, of fields that
// are read as the rules read them.
#ifndef GARDEROBE_CLIENT_CONFORMANCE_KEY_VARIANTS_H_
#define GARDEROBE_CLIENT_CONFORMANCE_KEY_VARIANTS_H_

#include <string>
#include <vector>

#include "client/conformance/rule.h"
#include "core/identifiers/match_keys.h"

namespace garderobe::client::conformance {

struct KeyVariant {
  const Rule* rule;
  std::string value;
};

// `value` is the right one of `kind`, and not empty.
std::vector<KeyVariant> KeyVariants(Kind kind, const PersonFields& fields,
                                    const std::string& value);

std::vector<const Rule*> KeyRules();

}  // namespace garderobe::client::conformance

#endif  // GARDEROBE_CLIENT_CONFORMANCE_KEY_VARIANTS_H_
