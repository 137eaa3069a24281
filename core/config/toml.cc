#include "core/config/toml.h"

namespace garderobe {

void ThrowTomlAssertion() { throw TomlAssertion(); }

absl::StatusOr<toml::table> ParseToml(std::string_view text,
                                      const std::string& source) {
  try {
    return toml::parse(text, source);
  } catch (const toml::parse_error& error) {
    return InvalidArgument("{}:{}:{}: {}", source, error.source().begin.line,
                           error.source().begin.column, error.description());
  } catch (const std::exception&) {
    return InvalidArgument("{}: is not TOML", source);
  }
}

}  // namespace garderobe
