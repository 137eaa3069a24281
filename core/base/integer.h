// Whole numbers out of text. Numbers in files, in pid files and on command
// lines are read here, so that each of them is checked in the same way.
#ifndef GARDEROBE_CORE_BASE_INTEGER_H_
#define GARDEROBE_CORE_BASE_INTEGER_H_

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>
#include <system_error>

namespace garderobe {

// Returns the number that the whole of `text` writes in decimal ASCII digits.
// A signed T takes one leading minus. Returns nullopt for an empty text, a
// plus, a blank, anything behind the digits, and a number that T can't hold;
// the caller trims and checks bounds.
template <std::integral T>
[[nodiscard]] std::optional<T> ParseInteger(std::string_view text) {
  static_assert(!std::same_as<T, bool> && !std::same_as<T, char>);
  T value{};
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end) return std::nullopt;
  return value;
}

}  // namespace garderobe

#endif  // GARDEROBE_CORE_BASE_INTEGER_H_
