#include "ttp/retention_day.h"

#include <filesystem>

#include "core/base/checked_file.h"
#include "garderobe/v1/retention.pb.h"

namespace garderobe::ttp {
namespace {
constexpr std::string_view kKind = "retention";
}  // namespace

absl::StatusOr<std::unique_ptr<RunCalendar>> OpenRunCalendar(
    const std::string& path, RunCalendar::Clock clock) {
  std::optional<int32_t> last_run;
  if (std::filesystem::exists(path)) {
    GARDEROBE_ASSIGN_OR_RETURN(const std::string bytes,
                               ReadCheckedFile(path, kKind));
    v1::RetentionState state;
    if (!state.ParseFromString(bytes)) {
      return DataLoss("{} is damaged; without it, today counts as the last run",
                      path);
    }
    last_run = state.last_run();
  }
  return RunCalendar::Create(last_run, std::move(clock), [path](int32_t day) {
    v1::RetentionState state;
    state.set_last_run(day);
    return WriteCheckedFile(path, kKind, state.SerializeAsString());
  });
}

}  // namespace garderobe::ttp
