// What was compared, for people: a summary, then differences by rule with the
// first lines of each.
#ifndef GARDEROBE_CLIENT_CONFORMANCE_REPORT_TEXT_H_
#define GARDEROBE_CLIENT_CONFORMANCE_REPORT_TEXT_H_

#include <string>

#include "client/conformance/conformance.h"
#include "nlohmann/json_fwd.hpp"

namespace garderobe::client::conformance {

std::string ReportText(const Report& report);
// All that is kept of the differences, in one object.
nlohmann::json ReportJson(const Report& report);

}  // namespace garderobe::client::conformance

#endif  // GARDEROBE_CLIENT_CONFORMANCE_REPORT_TEXT_H_
