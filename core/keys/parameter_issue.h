// Which issue of its parameters a party serves: a small text file beside its
// keys, readable, without secrets.
//
//   garderobe-parameters-v3
//   epoch: 1                  (of the party's keys, and of its store)
//   serial: 3
//   issued: 1796000000        (Unix seconds)
//   valid_from: 2026-11-28
//   valid_until: 2028-01-01
//
// Stored, never change; another first line is refused. Version 2 had no epoch,
// which was 1; it is still read.
#ifndef GARDEROBE_CORE_KEYS_PARAMETER_ISSUE_H_
#define GARDEROBE_CORE_KEYS_PARAMETER_ISSUE_H_

#include <string>

#include "core/keys/parameters.h"

namespace garderobe {

// The epoch of scalars that were never rotated; it grows with every rotation.
inline constexpr uint32_t kFirstEpoch = 1;

// For how long the serial before is still taken, so that what was under way
// when a party issued anew is not lost.
inline constexpr uint64_t kFormerSerialSeconds = 86400;

struct StoredIssue {
  ParameterIssue issue;
  uint64_t issued = 0;  // Unix seconds

  // Whether what names `serial` is taken: the one in force, or the one before
  // it within a day of the change.
  bool Accepts(uint32_t serial, uint64_t now) const {
    return serial != 0 &&  // none
           (serial == issue.serial ||
            (serial + 1 == issue.serial && now >= issued &&
             now - issued < kFormerSerialSeconds));
  }
};

// Writes the first issue, valid from `today` for ParameterIssue::kDaysMax
// days. AlreadyExists.
[[nodiscard]] absl::Status CreateIssue(const std::string& directory,
                                       const CivilDate& today, uint64_t now);
// NotFound, InvalidArgument: not such a file.
[[nodiscard]] absl::StatusOr<StoredIssue> ReadIssue(
    const std::string& directory);
// The next serial, valid from `today` for `days`. It is on the disk on return;
// the party serves it after its next start. InvalidArgument: not 1 to
// ParameterIssue::kDaysMax days.
[[nodiscard]] absl::StatusOr<StoredIssue> RenewIssue(
    const std::string& directory, const CivilDate& today, int32_t days,
    uint64_t now);

// The next epoch under the next serial, valid from `today` for
// ParameterIssue::kDaysMax days: the moment from which the keys of a rotation
// are in force (key_rotation.h). It is on the disk on return.
[[nodiscard]] absl::StatusOr<StoredIssue> RotateIssue(
    const std::string& directory, const CivilDate& today, uint64_t now);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_KEYS_PARAMETER_ISSUE_H_
