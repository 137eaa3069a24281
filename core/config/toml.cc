#include "core/config/toml.h"

namespace garderobe {

void ThrowTomlAssertion() { throw TomlAssertion(); }

namespace {

// toml++ 3.3 does not stop at a letter like é outside of quotes: what happens
// then is undefined ("unreachable", found by a fuzzer). Nothing but ASCII
// belongs there, so it is refused before. Within texts of several lines the
// parser looks for blanks, too.
absl::Status OnlyQuotedLetters(std::string_view text,
                               const std::string& source) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  enum { kBare, kComment, kBasic, kLiteral, kLines } inside = kBare;
  std::string end;  // of a text of several lines
  size_t line = 1;
  bool escaped = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<uint8_t>(c) >= 0x80 &&
        (inside == kBare || inside == kLines)) {
      return InvalidArgument(
          "{}:{}: a letter that is not ASCII stands outside of \"quotes\" on "
          "one line",
          source, line);
    }
    line += c == '\n';
    if (escaped && c != '\n') {
      escaped = false;
      continue;
    }
    escaped = false;
    switch (inside) {
      case kBare:
        if (c == '#') inside = kComment;
        if (c != '"' && c != '\'') break;
        end = std::string(3, c);
        if (text.substr(i).starts_with(end)) {
          inside = kLines;
          i += 2;
        } else {
          inside = c == '"' ? kBasic : kLiteral;
        }
        break;
      case kComment:
        if (c == '\n') inside = kBare;
        break;
      case kBasic:
        escaped = c == '\\';
        if (c == '"' || c == '\n') inside = kBare;
        break;
      case kLiteral:
        if (c == '\'' || c == '\n') inside = kBare;
        break;
      case kLines:
        escaped = c == '\\' && end[0] == '"';
        if (text.substr(i).starts_with(end)) {
          inside = kBare;
          i += 2;
        }
        break;
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<toml::table> ParseToml(std::string_view text,
                                      const std::string& source) {
  GARDEROBE_RETURN_IF_ERROR(OnlyQuotedLetters(text, source));
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
