// The normal form of a telephone number: E.164 by libphonenumber (data.md).
#ifndef GARDEROBE_CORE_IDENTIFIERS_PHONE_H_
#define GARDEROBE_CORE_IDENTIFIERS_PHONE_H_

#include <string_view>

#include "core/identifiers/identifier.h"

namespace garderobe {

// `country` is ISO 3166 alpha-2, what a number without country code belongs
// to. The kind is mobile or landline, by the number.
// Letters behind the number are a remark and dropped, in capitals too:
// "06-12345670 ALLEEN NA 18 UUR". They never become digits: 0800-GARDEROBE is
// malformed, and so is a number with an extension, or with a second number
// behind it. Reasons: PHONE_MALFORMED, PHONE_NOT_PERSONAL (service, premium,
// shared cost, and ranges that do not tell mobile from fixed),
// PHONE_PLACEHOLDER (an example number, or one digit repeated).
Normalised NormalisePhone(std::string_view raw, std::string_view country);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_IDENTIFIERS_PHONE_H_
