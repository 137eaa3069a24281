#include "core/identifiers/name.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/identifiers/normalisation.h"
#include "core/identifiers/text.h"

namespace garderobe {
namespace {

// Where a name's code points begin, and its end.
std::vector<size_t> Boundaries(std::string_view text) {
  std::vector<size_t> at;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<uint8_t>(text[i]) & 0xc0) != 0x80) at.push_back(i);
  }
  at.push_back(text.size());
  return at;
}

bool IsNameLetter(std::string_view code_point) {
  if (code_point.size() == 1) return IsLowerLetter(code_point[0]);
  int32_t at = 0;
  UChar32 c;
  U8_NEXT(code_point.data(), at, static_cast<int32_t>(code_point.size()), c);
  return c >= 0 && (u_isalpha(c) || u_charType(c) == U_COMBINING_SPACING_MARK);
}

// What stands in brackets is a remark. One that is not closed ends the name.
std::string WithoutRemarks(std::string_view text) {
  std::string plain;
  int depth = 0;
  for (char c : text) {
    depth += c == '(' || c == '[';
    if (depth == 0) plain.push_back(c);
    if (depth > 0 && (c == ')' || c == ']') && --depth == 0) plain += ' ';
  }
  return plain;
}

// The folded words of a name, titles before it left out where anything else
// stands there.
std::vector<std::string> NameWords(std::string_view raw, bool* title_only) {
  const std::string folded = WithoutRemarks(FoldLetters(raw).value_or(""));
  const std::vector<size_t> at = Boundaries(folded);
  std::vector<std::string> words(1);
  for (size_t i = 0; i + 1 < at.size(); ++i) {
    const std::string_view letter =
        std::string_view(folded).substr(at[i], at[i + 1] - at[i]);
    if (IsNameLetter(letter)) {
      words.back() += letter;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  const auto& titles = NormalisationRules().titles;
  size_t first = 0;
  while (first < words.size() &&
         (titles.contains(words[first]) ||
          // "de heer"
          (words[first] == "de" && first + 1 < words.size() &&
           titles.contains(words[first + 1])))) {
    ++first;
  }
  *title_only = first == words.size() && !words.empty();
  if (!*title_only) {
    words.erase(words.begin(), words.begin() + static_cast<long>(first));
  }
  return words;
}

void ReplaceLetters(std::string& text, std::string_view from, char to) {
  for (size_t at = 0; (at = text.find(from, at)) != text.npos; ++at) {
    text.replace(at, from.size(), 1, to);
  }
}

std::string UnifySpelling(std::string name) {
  ReplaceLetters(name, "ij", 'y');
  ReplaceLetters(name, "ck", 'k');
  // Only of ASCII: bytes of other letters may be alike and are not one letter.
  name.erase(std::unique(name.begin(), name.end(),
                         [](char a, char b) {
                           return a == b && static_cast<uint8_t>(a) < 0x80;
                         }),
             name.end());
  return name;
}

bool IsNamePlaceholder(const std::string& name) {
  static const Normalisation::Words placeholders = [] {
    Normalisation::Words unified;
    for (const std::string& word : NormalisationRules().name_placeholders) {
      unified.insert(UnifySpelling(word));
    }
    return unified;
  }();
  return placeholders.contains(name);
}

FoldedName UnifiedName(std::string name) {
  if (name.empty()) return {"", "NAME_UNREADABLE"};
  name = UnifySpelling(std::move(name));
  if (IsNamePlaceholder(name)) return {"", "NAME_PLACEHOLDER"};
  return {std::move(name), {}};
}

// Consonants that sound alike, as one letter; 0 for what is left out.
char Sound(char c) {
  switch (c) {
    case 'a':
    case 'e':
    case 'i':
    case 'o':
    case 'u':
    case 'y':
    case 'h':
    case 'w':
      return 0;
    case 'c':
    case 'q':
      return 'k';
    case 'z':
      return 's';
    case 'v':
      return 'f';
    case 'd':
      return 't';
    default:
      return c;
  }
}

}  // namespace

FoldedName FoldSurname(std::string_view raw) {
  bool title_only = false;
  const std::vector<std::string> words = NameWords(raw, &title_only);
  const auto& particles = NormalisationRules().particles;
  std::string name;
  for (const std::string& word : words) {
    if (!particles.contains(word)) name += word;
  }
  if (name.empty()) {
    for (const std::string& word : words) name += word;
  }
  return UnifiedName(std::move(name));
}

FoldedName FoldFirstName(std::string_view raw) {
  bool title_only = false;
  const std::vector<std::string> words = NameWords(raw, &title_only);
  if (title_only) return {"", "NAME_PLACEHOLDER"};
  return UnifiedName(words.empty() ? std::string() : words.front());
}

std::string FirstLetter(std::string_view folded) {
  const std::vector<size_t> at = Boundaries(folded);
  return folded.empty() ? std::string() : std::string(folded.substr(0, at[1]));
}

std::string NameSkeleton(std::string_view folded, size_t most) {
  std::string name(folded);
  ReplaceLetters(name, "ph", 'f');
  const std::vector<size_t> at = Boundaries(name);
  std::string skeleton;
  size_t letters = 0;
  char last = 0;  // the sound before, 0 for none and for other scripts
  for (size_t i = 0; i + 1 < at.size() && letters < most; ++i) {
    const std::string_view letter =
        std::string_view(name).substr(at[i], at[i + 1] - at[i]);
    if (letter.size() > 1) {
      // Of other scripts every letter counts.
      skeleton += letter;
      last = 0;
      ++letters;
      continue;
    }
    const char sound = Sound(letter[0]);
    const char c = i == 0 && sound == 0 ? letter[0] : sound;
    // The same sound twice in a row is heard once, but for the first letter.
    if (c == 0 || (letters > 1 && last == c)) continue;
    skeleton.push_back(c);
    last = c;
    ++letters;
  }
  return skeleton;
}

}  // namespace garderobe
