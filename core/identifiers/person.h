// One customer's fields as a box office wrote them, read into normal forms.
#ifndef GARDEROBE_CORE_IDENTIFIERS_PERSON_H_
#define GARDEROBE_CORE_IDENTIFIERS_PERSON_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/civil_time.h"
#include "core/identifiers/match_keys.h"

namespace garderobe {

// UTF-8; empty: not given.
struct RawPerson {
  std::string_view email, phone, pass, first_name, last_name, birth_date;
  std::string_view country, postcode, street, house_number, addition, city;
};

struct ReadPerson {
  PersonFields fields;
  // Why a value that was given is no identifier: of the closed list in
  // AllReasons.
  std::vector<std::string_view> refused;
};

// `own_domains`: as for NormaliseEmail. A telephone number without country
// code is one of the address's country.
ReadPerson ReadPersonFields(const RawPerson& raw,
                            std::span<const std::string> own_domains,
                            const CivilDate& today);

// A reason of refusal, the field it is about, and what it means.
struct Reason {
  std::string_view reason, field, meaning;
};
// The closed list; documented in docs/identifiers.md.
std::span<const Reason> AllReasons();

}  // namespace garderobe

#endif  // GARDEROBE_CORE_IDENTIFIERS_PERSON_H_
