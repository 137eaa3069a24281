// The option with which a party issues its parameters anew, before they end.
#ifndef GARDEROBE_CORE_DAEMON_RENEW_PARAMETERS_H_
#define GARDEROBE_CORE_DAEMON_RENEW_PARAMETERS_H_

#include <string>

#include "core/daemon/command_line.h"

namespace garderobe {

// `--renew-parameters DAYS`: writes the next issue into the folder of keys,
// which is read when the daemon starts again. `keys` outlives the action.
DaemonProgram::Action RenewParametersAction(const std::string& keys);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_DAEMON_RENEW_PARAMETERS_H_
