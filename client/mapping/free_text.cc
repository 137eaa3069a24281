#include "client/mapping/free_text.h"

#include <algorithm>
#include <vector>

#include "client/orders/words.h"
#include "core/identifiers/normalisation.h"
#include "core/identifiers/text.h"

namespace garderobe::client {
namespace {

std::string_view TakeTitles(std::string_view name) {
  for (bool again = true; again;) {
    again = false;
    const size_t end = name.find_first_of(" ./");
    if (end == name.npos) break;
    const std::string word = PlainWord(name.substr(0, end));
    // "M. Jansen" is an initial, and "de" a title's only in "de heer".
    if (word.size() < 2) break;
    const auto& titles = NormalisationRules().titles;
    if (word == "de") {
      const std::string_view next = TrimField(name.substr(end));
      if (!titles.contains(PlainWord(next.substr(0, next.find(' '))))) break;
    } else if (!titles.contains(word)) {
      break;
    }
    name = TrimField(name.substr(end));
    while (name.starts_with('.') || name.starts_with('/')) {
      name = TrimField(name.substr(1));
    }
    again = true;
  }
  return name;
}

bool IsLetter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
bool IsWordEnd(std::string_view text, size_t at) {
  return at >= text.size() || (!IsDigit(text[at]) && !IsLetter(text[at]));
}

struct Span {
  size_t begin = std::string_view::npos, end = 0;
  bool found() const { return begin != std::string_view::npos; }
};

// 1012 LG or 1012LG, as a word.
Span FindDutchPostcode(std::string_view text) {
  for (size_t i = 0; i + 6 <= text.size(); ++i) {
    if (i > 0 && !IsWordEnd(text, i - 1)) continue;
    if (text[i] == '0' ||
        !std::all_of(text.begin() + static_cast<long>(i),
                     text.begin() + static_cast<long>(i) + 4, IsDigit)) {
      continue;
    }
    const size_t letters = text[i + 4] == ' ' ? i + 5 : i + 4;
    if (letters + 2 <= text.size() && IsLetter(text[letters]) &&
        IsLetter(text[letters + 1]) && IsWordEnd(text, letters + 2)) {
      return {i, letters + 2};
    }
  }
  return {};
}

// Four digits with a town behind them, at the beginning of a part between
// commas or as the last such word: "9000 Gent", "B-9000 Gent".
Span FindBelgianPostcode(std::string_view text) {
  for (size_t i = text.size(); i-- > 0;) {
    if (i + 5 > text.size() || (i > 0 && IsDigit(text[i - 1]))) continue;
    if (text[i] == '0' ||
        !std::all_of(text.begin() + static_cast<long>(i),
                     text.begin() + static_cast<long>(i) + 4, IsDigit)) {
      continue;
    }
    if (text[i + 4] != ' ' || i + 5 >= text.size()) continue;
    const auto next = static_cast<uint8_t>(text[i + 5]);
    if (!IsLetter(static_cast<char>(next)) && next < 0x80) continue;
    size_t begin = i;
    for (std::string_view prefix : {"B-", "BE-", "b-", "be-"}) {
      if (text.substr(0, i).ends_with(prefix)) begin = i - prefix.size();
    }
    // A house number of four digits has a street before it and no comma.
    if (begin > 0 && text[begin - 1] != ' ' && text[begin - 1] != ',') continue;
    return {begin, i + 4};
  }
  return {};
}

std::string_view TrimPart(std::string_view text) {
  const auto strip = [](char c) {
    return static_cast<uint8_t>(c) <= ' ' || c == ',' || c == ';' || c == '-';
  };
  while (!text.empty() && strip(text.front())) text.remove_prefix(1);
  while (!text.empty() && strip(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

NameParts SplitFullName(std::string_view name) {
  name = TakeTitles(TrimField(name));
  const size_t comma = name.find(',');
  if (comma != name.npos) {
    return {std::string(TakeTitles(TrimField(name.substr(comma + 1)))),
            std::string(TrimField(name.substr(0, comma)))};
  }
  const size_t blank = name.find(' ');
  if (blank == name.npos) return {"", std::string(name)};
  return {std::string(name.substr(0, blank)),
          std::string(TrimField(name.substr(blank)))};
}

AddressParts SplitAddressLine(std::string_view line) {
  AddressParts parts;
  Span postcode = FindDutchPostcode(line);
  const bool dutch = postcode.found();
  if (!dutch) postcode = FindBelgianPostcode(line);
  if (!postcode.found()) {
    parts.street = std::string(TrimPart(line));
    return parts;
  }
  parts.postcode =
      std::string(line.substr(postcode.begin, postcode.end - postcode.begin));
  std::string_view before = TrimPart(line.substr(0, postcode.begin));
  std::string_view after = line.substr(postcode.end);
  const size_t comma = after.find_first_of(",(");
  parts.city = std::string(TrimPart(after.substr(0, comma)));
  const std::string_view rest =
      comma == after.npos ? std::string_view() : TrimPart(after.substr(comma));
  if (before.empty()) {
    parts.street = std::string(rest);  // the postcode came first
  } else {
    parts.street = std::string(before);
    parts.country = std::string(rest);
  }
  if (parts.country.empty()) parts.country = dutch ? "NL" : "BE";
  return parts;
}

}  // namespace garderobe::client
