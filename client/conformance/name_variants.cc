#include "client/conformance/name_variants.h"

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "core/identifiers/normalisation.h"
#include "core/identifiers/text.h"

namespace garderobe::client::conformance {
namespace {

constexpr std::string_view kNameSection = "identifiers.md: Folding a name";
constexpr Rule kNameParticles{"name-particles", kNameSection,
                              "particles of a surname (van, de, der) are kept"};
constexpr Rule kNameMarks{"name-marks", kNameSection,
                          "letters with marks are not folded, or not spelled "
                          "as the table `transliteration` says"};
constexpr Rule kNameMarksLost{"name-marks-lost", kNameSection,
                              "letters with marks are left out"};
constexpr Rule kNameIj{"name-ij", kNameSection, "ij is not read as y"};
constexpr Rule kNameCk{"name-ck", kNameSection, "ck is not read as k"};
constexpr Rule kNameDoubled{"name-doubled", kNameSection,
                            "letters that stand twice are not made one"};
constexpr Rule kNameBlanks{"name-blanks", kNameSection,
                           "the words of a surname are not put together"};
constexpr Rule kNameTitles{"name-titles", kNameSection,
                           "a title before a name is kept"};
constexpr Rule kNameRemarks{"name-remarks", kNameSection,
                            "what stands in brackets is kept"};
constexpr Rule kNameLower{"name-lower", kNameSection,
                          "a name is put into small letters and nothing more"};
constexpr Rule kNameRaw{"name-raw", kNameSection,
                        "a name is taken as it is written"};
constexpr Rule kNameFolding{"name-folding", kNameSection,
                            "several of the rules that fold a name are left "
                            "out"};
constexpr Rule kNameLastWord{"name-last-word", kNameSection,
                             "of a surname of several words one alone is "
                             "taken"};
constexpr Rule kFirstWords{"first-name-words", kNameSection,
                           "of a first name not the first word alone is "
                           "taken"};
constexpr Rule kNameSwapped{"name-swapped", kNameSection,
                            "first name and surname are exchanged"};
constexpr Rule kNameRefused{"name-refused",
                            "identifiers.md, Why a value is not used",
                            "a name is used that is refused as a placeholder"};

// What is left out of folding a name, as bits.
enum Leave : unsigned {
  kParticlesBit = 1,
  kMarksBit = 2,
  kIjBit = 4,
  kCkBit = 8,
  kDoubledBit = 16,
  kBlanksBit = 32,
  kTitlesBit = 64,
  kRemarksBit = 128,
};
constexpr std::array<std::pair<unsigned, const Rule*>, 8> kLeaves = {
    {{kParticlesBit, &kNameParticles},
     {kMarksBit, &kNameMarks},
     {kIjBit, &kNameIj},
     {kCkBit, &kNameCk},
     {kDoubledBit, &kNameDoubled},
     {kBlanksBit, &kNameBlanks},
     {kTitlesBit, &kNameTitles},
     {kRemarksBit, &kNameRemarks}}};
constexpr unsigned kLeavesEnd = 256;

void ReplaceWith(std::string& text, std::string_view from, char to) {
  for (size_t at = 0; (at = text.find(from, at)) != text.npos; ++at) {
    text.replace(at, from.size(), 1, to);
  }
}

std::vector<std::string> WordsOf(const std::string& text, unsigned leave) {
  std::vector<std::string> words(1);
  int depth = 0;
  for (const char c : text) {
    if ((leave & kRemarksBit) == 0) depth += c == '(' || c == '[';
    const bool letter = IsLowerLetter(c) || static_cast<uint8_t>(c) >= 0x80;
    if (letter && depth == 0) {
      words.back().push_back(c);
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
    if (depth > 0 && (c == ')' || c == ']')) --depth;
  }
  if (words.back().empty()) words.pop_back();
  const auto& titles = NormalisationRules().titles;
  while ((leave & kTitlesBit) == 0 && words.size() > 1 &&
         titles.contains(words.front())) {
    words.erase(words.begin());
  }
  return words;
}

std::string Unified(std::string name, unsigned leave) {
  if ((leave & kIjBit) == 0) ReplaceWith(name, "ij", 'y');
  if ((leave & kCkBit) == 0) ReplaceWith(name, "ck", 'k');
  if ((leave & kDoubledBit) == 0) {
    name.erase(std::unique(name.begin(), name.end(),
                           [](char a, char b) {
                             return a == b && static_cast<uint8_t>(a) < 0x80;
                           }),
               name.end());
  }
  return name;
}

std::string LetterText(const std::string& raw, unsigned leave) {
  const auto text = (leave & kMarksBit) != 0 ? FoldCompatible(CleanText(raw))
                                             : FoldLetters(raw);
  return text.value_or(raw);
}

std::string LooseSurname(const std::string& raw, unsigned leave) {
  const auto words = WordsOf(LetterText(raw, leave), leave);
  const auto& particles = NormalisationRules().particles;
  std::string name;
  for (const bool all : {(leave & kParticlesBit) != 0, true}) {
    for (const std::string& word : words) {
      if (!all && particles.contains(word)) continue;
      if (!name.empty() && (leave & kBlanksBit) != 0) name += ' ';
      name += word;
    }
    if (!name.empty()) break;
  }
  return Unified(std::move(name), leave);
}

std::string LooseFirstName(const std::string& raw, unsigned leave, bool all) {
  const auto words = WordsOf(LetterText(raw, leave), leave);
  std::string name;
  for (const std::string& word : words) {
    name += word;
    if (!all) break;
  }
  return Unified(std::move(name), leave);
}

std::string AsciiOf(std::string text) {
  std::erase_if(text, [](char c) { return static_cast<uint8_t>(c) >= 0x80; });
  return text;
}

using Read = std::function<void(PersonFields& fields, unsigned leave)>;

// Each rule left out, and then several.
void AddLeaves(const PersonFields& fields, const Read& read_with,
               std::vector<FieldVariant>* to) {
  for (const auto& [bit, rule] : kLeaves) {
    FieldVariant one{rule, Part::kName, fields};
    read_with(one.fields, bit);
    to->push_back(std::move(one));
  }
  for (unsigned leave = 0; leave < kLeavesEnd; ++leave) {
    if ((leave & (leave - 1)) == 0) continue;
    FieldVariant several{&kNameFolding, Part::kName, fields};
    read_with(several.fields, leave);
    if (several.fields.surname == fields.surname &&
        several.fields.first_name == fields.first_name) {
      continue;
    }
    const bool is_new =
        std::none_of(to->begin(), to->end(), [&](const FieldVariant& other) {
          return other.fields.surname == several.fields.surname &&
                 other.fields.first_name == several.fields.first_name;
        });
    if (is_new) to->push_back(std::move(several));
  }
}

}  // namespace

void AddNameVariants(const ReadFields& read, std::vector<FieldVariant>* to) {
  const std::string& last = read.written.last_name;
  const std::string& first = read.written.first_name;
  if (last.empty() && first.empty()) return;
  const PersonFields& fields = read.fields;
  std::vector<FieldVariant> names;
  const auto add = [&](const Rule& rule, const std::string& surname,
                       const std::string& first_name) {
    FieldVariant variant{&rule, Part::kName, fields};
    variant.fields.surname = surname;
    variant.fields.first_name = first_name;
    names.push_back(std::move(variant));
  };
  if ((fields.surname.empty() && !last.empty()) ||
      (fields.first_name.empty() && !first.empty())) {
    add(kNameRefused,
        fields.surname.empty() ? LooseSurname(last, 0) : fields.surname,
        fields.first_name.empty() ? LooseFirstName(first, 0, false)
                                  : fields.first_name);
  }
  AddLeaves(
      fields,
      [&](PersonFields& into, unsigned leave) {
        into.surname = LooseSurname(last, leave);
        into.first_name = LooseFirstName(first, leave, /*all=*/false);
      },
      &names);
  AddLeaves(
      fields,
      [&](PersonFields& into, unsigned leave) {
        into.surname = LooseSurname(last, leave);
      },
      &names);
  add(kFirstWords, fields.surname, LooseFirstName(first, 0, /*all=*/true));
  add(kNameSwapped, fields.first_name, fields.surname);
  const auto words = WordsOf(LetterText(last, 0), 0);
  if (words.size() > 1) {
    add(kNameLastWord, Unified(words.back(), 0), fields.first_name);
    add(kNameLastWord, Unified(words.front(), 0), fields.first_name);
  }
  const auto lower = [](const std::string& raw) {
    return FoldCompatible(CleanText(raw)).value_or(raw);
  };
  add(kNameMarksLost, LooseSurname(AsciiOf(last), 0),
      LooseFirstName(AsciiOf(first), 0, false));
  add(kNameLower, lower(last), lower(first));
  add(kNameLower, lower(last), fields.first_name);
  add(kFirstWords, fields.surname, lower(first));
  add(kNameRaw, CleanText(last), CleanText(first));
  add(kNameRaw, last, first);
  to->insert(to->end(), names.begin(), names.end());
}

std::vector<const Rule*> NameRules() {
  return {&kNameParticles, &kNameMarks,   &kNameMarksLost, &kNameIj,
          &kNameCk,        &kNameDoubled, &kNameBlanks,    &kNameTitles,
          &kNameRemarks,   &kNameLower,   &kNameRaw,       &kNameFolding,
          &kNameLastWord,  &kFirstWords,  &kNameSwapped,   &kNameRefused};
}

}  // namespace garderobe::client::conformance
