// Folders and keys that nobody but their owner may read.
#ifndef GARDEROBE_CLIENT_DEPLOY_PRIVATE_FILES_H_
#define GARDEROBE_CLIENT_DEPLOY_PRIVATE_FILES_H_

#include <string>

#include "core/base/status.h"

namespace garderobe::client {

// Creates `path` and what is above it, where they are not there yet, and gives
// it the mode 0700. Unavailable: it can't be made, or belongs to somebody else.
[[nodiscard]] absl::Status MakePrivateFolder(const std::string& path);

// Draws handle.key and author.key of an institution in `folder`, which is made
// where it is not there. What is there is kept: with another handle key all
// customers would be strangers. Unavailable: the folder can't be written.
[[nodiscard]] absl::Status MakeInstitutionKeys(const std::string& folder);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_DEPLOY_PRIVATE_FILES_H_
