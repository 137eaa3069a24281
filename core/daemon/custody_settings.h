// Settings `custodians`: whose approvals a party takes (protocol.md, 7).
#ifndef GARDEROBE_CORE_DAEMON_CUSTODY_SETTINGS_H_
#define GARDEROBE_CORE_DAEMON_CUSTODY_SETTINGS_H_

#include <memory>
#include <string>
#include <vector>

#include "core/config/settings.h"
#include "core/custody/custody.h"

namespace garderobe {

struct CustodySettings {
  std::vector<std::string> keys, retired_keys;  // NAME=KEY each
};

void AddCustodySettings(Settings& settings, CustodySettings* custodians);

// InvalidArgument: names the setting.
[[nodiscard]] absl::Status CheckCustody(const CustodySettings& custodians);

// What decides about approvals at `party`; used ones are remembered in the file
// `approvals` of `folder`. InvalidArgument as above. DataLoss, Unavailable: the
// file does not read.
[[nodiscard]] absl::StatusOr<std::unique_ptr<Custody>> OpenCustody(
    const CustodySettings& custodians, const std::string& party,
    const std::string& folder);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_DAEMON_CUSTODY_SETTINGS_H_
