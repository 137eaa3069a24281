#include "core/daemon/renew_parameters.h"

#include <cstdint>
#include <functional>
#include <iostream>
#include <optional>

#include "core/base/clock.h"
#include "core/base/integer.h"
#include "core/keys/parameter_issue.h"

namespace garderobe {

DaemonProgram::Action RenewParametersAction(const std::string& keys) {
  return {"--renew-parameters", "DAYS",
          "issue the parameters anew, valid from today for DAYS (at most 400), "
          "and stop; start the daemon again to serve them",
          [&keys](const std::string& text) -> absl::Status {
            const auto days = ParseInteger<int32_t>(text);
            if (!days) {
              return InvalidArgument("--renew-parameters: a number of days");
            }
            GARDEROBE_ASSIGN_OR_RETURN(
                const StoredIssue next,
                RenewIssue(keys, Today(), *days, UnixSeconds()));
            std::cout << fmt::format(
                "serial {}, valid until {}; the one before it is taken for a "
                "day more\n",
                next.issue.serial,
                ToIso(FromDayNumber(next.issue.valid_until)));
            return absl::OkStatus();
          }};
}

}  // namespace garderobe
