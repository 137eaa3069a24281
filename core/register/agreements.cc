#include "core/register/agreements.h"

#include <optional>
#include <string_view>

namespace garderobe {
namespace {

using Institution = v1::Register::Institution;

// A date of the register, checked there; `otherwise` for an empty one.
int32_t DayOr(const std::string& date, int32_t otherwise) {
  const auto parsed = ParseDate(date);
  return parsed ? DayNumber(*parsed) : otherwise;
}

struct DateName {
  std::string_view name;
  const std::string& (Institution::*value)() const;
};
constexpr DateName kDates[] = {{"agreement_from", &Institution::agreement_from},
                               {"agreement_to", &Institution::agreement_to}};

}  // namespace

bool IsInForce(const Institution& institution, DayRange days) {
  return DayOr(institution.agreement_from(), INT32_MAX) <= days.first &&
         DayOr(institution.agreement_to(), INT32_MAX) >= days.last;
}

bool IsInForceWithin(const Institution& institution, DayRange days) {
  const int32_t from = DayOr(institution.agreement_from(), INT32_MAX);
  return from != INT32_MAX && from <= days.last &&
         DayOr(institution.agreement_to(), INT32_MAX) >= days.first;
}

absl::Status CheckPastDates(const Institutions& known,
                            const v1::Register& after, const CivilDate& today) {
  const int32_t now = DayNumber(today);
  for (const Institution& institution : after.institutions()) {
    const auto found = known.find(institution.id());
    if (found == known.end() || found->second.agreement_from().empty()) {
      continue;
    }
    for (const DateName& date : kDates) {
      const std::string& was = (found->second.*date.value)();
      const std::string& is = (institution.*date.value)();
      if (was == is) continue;
      if (DayOr(was, INT32_MAX) >= now && DayOr(is, INT32_MAX) >= now) continue;
      return FailedPrecondition(
          "{}: {} was {} and would be {}; a date before {} is not moved, and "
          "nothing is moved to one. Who leaves gets agreement_to = {} or later",
          institution.id(), date.name, was.empty() ? "open" : was,
          is.empty() ? "open" : is, ToIso(today), ToIso(today));
    }
  }
  return absl::OkStatus();
}

}  // namespace garderobe
