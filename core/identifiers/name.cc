#include "core/identifiers/name.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "core/identifiers/text.h"

namespace garderobe {
namespace {

constexpr std::string_view kParticles[] = {
    "van", "de", "der", "den", "ten", "ter", "te", "t",   "s",  "het",
    "v",   "d",  "vd",  "vdr", "von", "zu",  "la", "le",  "l",  "du",
    "des", "op", "in",  "aan", "bij", "uit", "da", "dos", "di", "del"};

constexpr std::string_view kNamePlaceholders[] = {
    "onbekend", "unknown",     "inconu",   "nvt",   "na",         "geen",
    "test",     "testpersoon", "kasa",     "balie", "anoniem",    "anonymous",
    "gast",     "guest",       "bezoeker", "klant", "x",          "xx",
    "xxx",      "nan",         "nul",      "none",  "particulier"};

std::vector<std::string> Words(std::string_view raw) {
  std::vector<std::string> words(1);
  for (char c : FoldToAscii(raw)) {
    if (IsLowerLetter(c)) {
      words.back().push_back(c);
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

void ReplaceAll(std::string& text, std::string_view from, char to) {
  for (size_t at = 0; (at = text.find(from, at)) != text.npos; ++at) {
    text.replace(at, from.size(), 1, to);
  }
}

FoldedName Unify(std::string name) {
  if (name.empty()) return {"", "NAME_UNREADABLE"};
  ReplaceAll(name, "ij", 'y');
  ReplaceAll(name, "ck", 'k');
  name.erase(std::unique(name.begin(), name.end()), name.end());
  if (std::find(std::begin(kNamePlaceholders), std::end(kNamePlaceholders),
                name) != std::end(kNamePlaceholders)) {
    return {"", "NAME_PLACEHOLDER"};
  }
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
  const std::vector<std::string> words = Words(raw);
  std::string name;
  for (const std::string& word : words) {
    if (std::find(std::begin(kParticles), std::end(kParticles), word) ==
        std::end(kParticles)) {
      name += word;
    }
  }
  if (name.empty()) {
    for (const std::string& word : words) name += word;
  }
  return Unify(std::move(name));
}

FoldedName FoldFirstName(std::string_view raw) {
  const std::vector<std::string> words = Words(raw);
  return Unify(words.empty() ? std::string() : words.front());
}

std::string NameSkeleton(std::string_view folded, size_t most) {
  std::string name(folded);
  ReplaceAll(name, "ph", 'f');
  std::string skeleton;
  for (size_t i = 0; i < name.size() && skeleton.size() < most; ++i) {
    const char sound = Sound(name[i]);
    const char c = i == 0 ? (sound != 0 ? sound : name[0]) : sound;
    if (c == 0) continue;
    // The same sound twice in a row is heard once, but for the first letter.
    if (skeleton.size() > 1 && skeleton.back() == c) continue;
    skeleton.push_back(c);
  }
  return skeleton;
}

}  // namespace garderobe
