// The dates of agreements: whom they cover when, and which of them can no
// longer be moved.
//
// Populations of published periods follow from these dates (docs/answers.md,
// 3): whoever moves a date that has passed chooses afterwards whom an answer
// was about, and reads a house off the difference.
#ifndef GARDEROBE_CORE_REGISTER_AGREEMENTS_H_
#define GARDEROBE_CORE_REGISTER_AGREEMENTS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "core/base/civil_time.h"
#include "core/base/status.h"
#include "garderobe/v1/common.pb.h"

namespace garderobe {

// Institutions by id. Immutable once made.
using Institutions =
    std::map<std::string, v1::Register::Institution, std::less<>>;

// The legal owner: what the register says, otherwise the institution itself.
inline const std::string& OwnerOf(const v1::Register::Institution& i) {
  return i.owner().empty() ? i.id() : i.owner();
}

// Whether the agreement is in force on both days and all between them. Days
// since 2000-01-01.
struct DayRange {
  int32_t first = 0, last = 0;  // both inclusive
};
bool IsInForce(const v1::Register::Institution& institution, DayRange days);
// Whether the agreement is in force on one of these days at least.
bool IsInForceWithin(const v1::Register::Institution& institution,
                     DayRange days);

// FailedPrecondition: `after` moves a date of an agreement in `known` that
// lies before `today`, or moves one to a day before `today`. Names the
// institution and the date. Whoever had no agreement may get one that has
// begun; an institution that is not in `after` is passed over.
[[nodiscard]] absl::Status CheckPastDates(const Institutions& known,
                                          const v1::Register& after,
                                          const CivilDate& today);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_REGISTER_AGREEMENTS_H_
