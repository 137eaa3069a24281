#include "ttp/retention_day.h"

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/checked_file.h"
#include "core/base/checked_message.h"
#include "garderobe/v1/retention.pb.h"

namespace garderobe::ttp {
namespace {
constexpr std::string_view kKind = "retention";
}  // namespace

absl::StatusOr<std::unique_ptr<RunCalendar>> OpenRunCalendar(
    const std::string& path, RunCalendar::Clock clock) {
  v1::RetentionState stored;
  GARDEROBE_ASSIGN_OR_RETURN(const bool is_there,
                             ReadCheckedMessage(path, kKind, stored));
  std::optional<int32_t> last_run;
  if (is_there) last_run = stored.last_run();
  return RunCalendar::Create(last_run, std::move(clock), [path](int32_t day) {
    v1::RetentionState state;
    state.set_last_run(day);
    return WriteCheckedFile(path, kKind, state.SerializeAsString());
  });
}

}  // namespace garderobe::ttp
