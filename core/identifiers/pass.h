// Numbers of cards and passes: `scheme:number` (data.md).
#ifndef GARDEROBE_CORE_IDENTIFIERS_PASS_H_
#define GARDEROBE_CORE_IDENTIFIERS_PASS_H_

#include <string_view>

#include "core/identifiers/identifier.h"

namespace garderobe {

// "uitpas:0930 0004 20206". The scheme is lower-cased, the number upper-cased
// without separators. Check digits are verified where a scheme has them.
// Reasons: PASS_MALFORMED, PASS_PLACEHOLDER (one digit repeated),
// PASS_CHECK_DIGIT.
Normalised NormalisePass(std::string_view raw);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_IDENTIFIERS_PASS_H_
