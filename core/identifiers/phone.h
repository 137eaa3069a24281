// The normal form of a telephone number: E.164 by libphonenumber (data.md).
#ifndef GARDEROBE_CORE_IDENTIFIERS_PHONE_H_
#define GARDEROBE_CORE_IDENTIFIERS_PHONE_H_

#include "core/identifiers/identifier.h"

namespace garderobe {

// `country` is ISO 3166 alpha-2, what a number without country code belongs
// to. The kind is mobile or landline, by the number.
// Reasons: PHONE_MALFORMED, PHONE_NOT_PERSONAL (service, premium, shared
// cost, and ranges that do not tell mobile from fixed), PHONE_PLACEHOLDER (an
// example number, or one digit repeated).
Normalised NormalisePhone(std::string_view raw, std::string_view country);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_IDENTIFIERS_PHONE_H_
