// What stands behind the figures of a population, as answers say it.
#ifndef GARDEROBE_CLIENT_CLI_COVERAGE_H_
#define GARDEROBE_CLIENT_CLI_COVERAGE_H_

#include <string>

#include "garderobe/v1/answer.pb.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {

// docs/json.md; shares from 0 to 1, null where they are not told.
nlohmann::json CoverageJson(const v1::Coverage& coverage);
// Without a full stop.
std::string CoverageText(const v1::Coverage& coverage);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_CLI_COVERAGE_H_
