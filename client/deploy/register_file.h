// The register of institutions as the coordinating body writes it.
#ifndef GARDEROBE_CLIENT_DEPLOY_REGISTER_FILE_H_
#define GARDEROBE_CLIENT_DEPLOY_REGISTER_FILE_H_

#include <string>
#include <string_view>

#include "core/base/status.h"
#include "garderobe/v1/common.pb.h"

namespace garderobe::client {

// Reads a register.toml: tables [[institution]] and [[client]],
// docs/operating.md has an example. An institution without `clients` has one
// that is called as it is. NotFound: no such file. InvalidArgument: names file,
// line and rule.
[[nodiscard]] absl::StatusOr<v1::Register> ReadRegisterFile(
    const std::string& path);
// The same of a text; `source` names it in messages.
[[nodiscard]] absl::StatusOr<v1::Register> ReadRegisterText(
    std::string_view text, const std::string& source);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_DEPLOY_REGISTER_FILE_H_
