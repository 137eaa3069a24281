// The day on which this TTP last ran retention, in a file of its own: a clock
// that jumps is noticed also after a restart.
#ifndef GARDEROBE_TTP_RETENTION_DAY_H_
#define GARDEROBE_TTP_RETENTION_DAY_H_

#include <memory>
#include <string>

#include "core/retention/run_calendar.h"

namespace garderobe::ttp {

// Reads `path` if it is there. Unavailable: it does not read. DataLoss: it is
// damaged; otherwise the errors of ReplaceFile.
[[nodiscard]] absl::StatusOr<std::unique_ptr<RunCalendar>> OpenRunCalendar(
    const std::string& path, RunCalendar::Clock clock = Today);

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_RETENTION_DAY_H_
