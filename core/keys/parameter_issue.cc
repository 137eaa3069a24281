#include "core/keys/parameter_issue.h"

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/files.h"
#include "core/base/integer.h"
#include "core/keys/text_fields.h"

namespace garderobe {
namespace {

constexpr std::string_view kIssueFirstLine = "garderobe-parameters-v3";
constexpr std::string_view kFirstLineWithoutEpoch = "garderobe-parameters-v2";

std::string Path(const std::string& directory) {
  return directory + "/parameters";
}

std::string Text(const StoredIssue& stored) {
  return fmt::format(
      "{}\nepoch: {}\nserial: {}\nissued: {}\nvalid_from: {}\n"
      "valid_until: {}\n",
      kIssueFirstLine, stored.issue.epoch, stored.issue.serial, stored.issued,
      ToIso(FromDayNumber(stored.issue.valid_from)),
      ToIso(FromDayNumber(stored.issue.valid_until)));
}

// The next serial, in the epoch of `before`.
StoredIssue IssueAfter(const ParameterIssue& before, const CivilDate& today,
                       int32_t days, uint64_t now) {
  StoredIssue stored;
  stored.issue.epoch = before.epoch;
  stored.issue.serial = before.serial + 1;
  stored.issue.valid_from = DayNumber(today);
  stored.issue.valid_until = DayNumber(today) + days;
  stored.issued = now;
  return stored;
}

}  // namespace

absl::Status CreateIssue(const std::string& directory, const CivilDate& today,
                         uint64_t now) {
  return CreateFile(
      Path(directory),
      Text(IssueAfter({.serial = 0}, today, ParameterIssue::kDaysMax, now)),
      0644);
}

absl::StatusOr<StoredIssue> ReadIssue(const std::string& directory) {
  const std::string path = Path(directory);
  GARDEROBE_ASSIGN_OR_RETURN(const std::string file, ReadWholeFile(path));
  std::string_view text = file;
  const size_t end = text.find('\n');
  const std::string_view first = text.substr(0, end);
  if (end == text.npos ||
      (first != kIssueFirstLine && first != kFirstLineWithoutEpoch)) {
    return InvalidArgument("{} is not a {} file", path, kIssueFirstLine);
  }
  text.remove_prefix(end + 1);
  const auto epoch = first == kFirstLineWithoutEpoch
                         ? std::optional(kFirstEpoch)
                         : ParseInteger<uint32_t>(TakeField(&text, "epoch"));
  const auto serial = ParseInteger<uint32_t>(TakeField(&text, "serial"));
  const auto issued = ParseInteger<uint64_t>(TakeField(&text, "issued"));
  const auto from = ParseDate(TakeField(&text, "valid_from"));
  const auto until = ParseDate(TakeField(&text, "valid_until"));
  if (!epoch || *epoch == 0 || !serial || *serial == 0 || !issued || !from ||
      !until || !text.empty()) {
    return InvalidArgument("{} is damaged", path);
  }
  StoredIssue stored;
  stored.issue.epoch = *epoch;
  stored.issue.serial = *serial;
  stored.issue.valid_from = DayNumber(*from);
  stored.issue.valid_until = DayNumber(*until);
  stored.issued = *issued;
  return stored;
}

absl::StatusOr<StoredIssue> RenewIssue(const std::string& directory,
                                       const CivilDate& today, int32_t days,
                                       uint64_t now) {
  if (days < 1 || days > ParameterIssue::kDaysMax) {
    return InvalidArgument("1 to {} days", ParameterIssue::kDaysMax);
  }
  GARDEROBE_ASSIGN_OR_RETURN(const StoredIssue before, ReadIssue(directory));
  const StoredIssue next = IssueAfter(before.issue, today, days, now);
  GARDEROBE_RETURN_IF_ERROR(ReplaceFile(Path(directory), Text(next), 0644));
  return next;
}

absl::StatusOr<StoredIssue> RotateIssue(const std::string& directory,
                                        const CivilDate& today, uint64_t now) {
  GARDEROBE_ASSIGN_OR_RETURN(const StoredIssue before, ReadIssue(directory));
  StoredIssue next =
      IssueAfter(before.issue, today, ParameterIssue::kDaysMax, now);
  ++next.issue.epoch;
  GARDEROBE_RETURN_IF_ERROR(ReplaceFile(Path(directory), Text(next), 0644));
  return next;
}

}  // namespace garderobe
