// Puts what was prepared in the place of what was there, in one step.
#ifndef GARDEROBE_CORE_BASE_FILE_EXCHANGE_H_
#define GARDEROBE_CORE_BASE_FILE_EXCHANGE_H_

#include <string>

#include "core/base/status.h"

namespace garderobe {

// Exchanges the names of two files or folders of one file system, and syncs
// their folder. Unavailable: this file system can't, or one of them is not
// there; both are as they were, or, where only the folder could not be synced,
// exchanged, which a loss of power may undo.
[[nodiscard]] absl::Status ExchangeNames(const std::string& a,
                                         const std::string& b);

// Overwrites the file `path` with zeros, then gives `with` its name, and syncs
// the folder: of a secret that is not to be found any more. A disk that writes
// elsewhere than it is told may keep it all the same. Unavailable: `with` is
// still there, and the same call does the rest.
[[nodiscard]] absl::Status ReplaceWiped(const std::string& path,
                                        const std::string& with);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_BASE_FILE_EXCHANGE_H_
