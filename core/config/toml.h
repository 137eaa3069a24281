// toml++ as this project uses it: included here only, so that its switches
// are the same in every file.
#ifndef GARDEROBE_CORE_CONFIG_TOML_H_
#define GARDEROBE_CORE_CONFIG_TOML_H_

#include <exception>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace garderobe {
// Thrown where toml++ 3.3 would stop the process: some malformed text breaks
// its own assertions ("0=[}[", found by a fuzzer).
struct TomlAssertion : std::exception {};
[[noreturn]] void ThrowTomlAssertion();
}  // namespace garderobe

#pragma push_macro("NDEBUG")
#undef NDEBUG  // with it the parser would trust what it asserts
#define TOML_ASSERT(expression) \
  ((expression) ? void() : ::garderobe::ThrowTomlAssertion())
#define TOML_EXCEPTIONS 1
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

namespace garderobe {

// InvalidArgument: not TOML; "<source>:<line>:<column>: <what>". `source`
// names the text for messages.
[[nodiscard]] absl::StatusOr<toml::table> ParseToml(std::string_view text,
                                                    const std::string& source);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_CONFIG_TOML_H_
