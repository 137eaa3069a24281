// A customer's fields as somebody may have read them otherwise: each variant
// changes one of them, and all that is derived of it follows.
#ifndef GARDEROBE_CLIENT_CONFORMANCE_FIELD_VARIANTS_H_
#define GARDEROBE_CLIENT_CONFORMANCE_FIELD_VARIANTS_H_

#include <span>
#include <string>
#include <vector>

#include "client/conformance/expected.h"
#include "client/conformance/rule.h"
#include "core/identifiers/match_keys.h"

namespace garderobe::client::conformance {

enum class Part { kEmail, kPhone, kName, kBirthDate, kAddress, kPass, kRow };

struct FieldVariant {
  const Rule* rule;
  Part part;
  PersonFields fields;
};

// What a customer's fields say, and how the rules read them.
struct ReadFields {
  const WrittenPerson& written;
  const PersonFields& fields;
  std::span<const std::string> own_domains;
};

// What every field may be read as otherwise, and what each of `rows` alone says
// of the customer.
std::vector<FieldVariant> FieldVariants(const ReadFields& read,
                                        const std::vector<WrittenPerson>& rows);

std::vector<const Rule*> RowRules();

}  // namespace garderobe::client::conformance

#endif  // GARDEROBE_CLIENT_CONFORMANCE_FIELD_VARIANTS_H_
