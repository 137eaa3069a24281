// Birth dates that say something about somebody (data.md).
#ifndef GARDEROBE_CORE_IDENTIFIERS_BIRTH_DATE_H_
#define GARDEROBE_CORE_IDENTIFIERS_BIRTH_DATE_H_

#include <string>
#include <string_view>

#include "core/base/civil_time.h"

namespace garderobe {

struct BirthDate {
  CivilDate date;
  std::string_view reason;  // UPPER_SNAKE_CASE, empty when fine
  bool ok() const { return reason.empty(); }
  std::string Compact() const;  // YYYYMMDD
};

// Reasons: BIRTH_DATE_UNREADABLE, BIRTH_DATE_BEFORE_1900,
// BIRTH_DATE_IN_FUTURE, BIRTH_DATE_PLACEHOLDER (1 January and others that
// forms fill in by themselves).
BirthDate ReadBirthDate(std::string_view raw, const CivilDate& today);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_IDENTIFIERS_BIRTH_DATE_H_
