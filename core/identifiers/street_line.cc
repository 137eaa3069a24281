#include "core/identifiers/street_line.h"

#include <algorithm>
#include <vector>

#include "core/identifiers/normalisation.h"
#include "core/identifiers/text.h"

namespace garderobe {
namespace {

bool IsGap(char c) { return c == ' ' || c == '\t' || c == ','; }

// A word of the line, between blanks and commas.
struct Word {
  size_t at = 0;
  std::string_view text;
  size_t digits = 0;  // that it begins with

  bool is_number() const { return digits > 0; }
  int value() const {
    int number = 0;
    for (char c : text.substr(0, std::min<size_t>(digits, 6))) {
      number = number * 10 + (c - '0');
    }
    return number;
  }
  std::string_view behind() const { return text.substr(digits); }
};

std::vector<Word> WordsOf(std::string_view line) {
  std::vector<Word> words;
  for (size_t at = 0; at < line.size();) {
    if (IsGap(line[at])) {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < line.size() && !IsGap(line[end])) ++end;
    Word word{at, line.substr(at, end - at)};
    while (word.digits < word.text.size() && IsDigit(word.text[word.digits])) {
      ++word.digits;
    }
    words.push_back(word);
    at = end;
  }
  return words;
}

std::string UpperLetters(std::string_view text) {
  std::string letters;
  for (char c : FoldToAscii(text)) {
    if (IsLowerLetter(c)) letters.push_back(static_cast<char>(c - 32));
  }
  return letters;
}

bool IsFloor(const Word& word) {
  return NormalisationRules().floors.contains(UpperLetters(word.text));
}

// 2e, 3de, 1ste, 5ème.
bool IsOrdinal(const Word& word) {
  const std::string ending = UpperLetters(word.behind());
  return word.is_number() &&
         (ending == "E" || ending == "DE" || ending == "STE" ||
          ending == "EME" || ending == "IEME" || ending == "ER" ||
          ending == "ND" || ending == "RD" || ending == "TH" || ending == "ST");
}

// 1944, and 1940-1945, '40-'45 as they stand in names of streets.
bool IsYear(const Word& word) {
  const std::string_view year = word.text.substr(0, word.digits);
  if (year.size() != 4 || (year[0] != '1' && year[0] != '2')) return false;
  const std::string_view behind = word.behind();
  return behind.empty() ||
         (behind.front() == '-' && behind.size() == 5 &&
          std::all_of(behind.begin() + 1, behind.end(), IsDigit));
}

// Whether the word may stand between a house number and a further number of
// its addition: "12 A 3", "12 bus 3", "12 hs 2", "12 t/m 14".
bool IsOfAddition(const Word& word) {
  if (word.is_number()) return true;
  const std::string letters = UpperLetters(word.text);
  const Normalisation& rules = NormalisationRules();
  return letters.size() <= 1 || rules.additions.contains(letters) ||
         rules.boxes.contains(letters) || rules.floors.contains(letters) ||
         rules.ranges.contains(letters) ||
         rules.house_prefixes.contains(letters) ||
         rules.house_parts.contains(letters);
}

// 1012AB, or 1012 and AB: from here on it is the postcode. Also four digits
// before the name of a town, as in Belgium.
bool BeginsPostcode(const std::vector<Word>& words, size_t i) {
  const Word& word = words[i];
  if (word.digits != 4) return false;
  const bool last = i + 1 == words.size();
  if (UpperLetters(word.behind()).size() == 2 && word.text.size() == 6) {
    return true;
  }
  if (!word.behind().empty() || last) return false;
  const Word& next = words[i + 1];
  return !next.is_number() && UpperLetters(next.text).size() >= 2 &&
         !IsOfAddition(next);
}

// Which word begins the house number; the number of words for none.
size_t FindHouse(const std::vector<Word>& words, size_t* end) {
  size_t house = words.size();
  *end = words.size();
  for (size_t i = 1; i < words.size(); ++i) {
    const Word& word = words[i];
    if (!word.is_number()) continue;
    if (house != words.size() && BeginsPostcode(words, i)) {
      *end = i;
      break;
    }
    const bool followed = i + 1 < words.size() && !words[i + 1].is_number();
    if (IsOrdinal(word) && followed && !IsOfAddition(words[i + 1])) continue;
    if (house == words.size()) {
      house = i;
      continue;
    }
    if (IsOrdinal(word) && followed && IsFloor(words[i + 1])) continue;
    const auto between = words.begin() + static_cast<long>(house) + 1;
    const auto here = words.begin() + static_cast<long>(i);
    const bool goes_on = !std::all_of(between, here, IsOfAddition);
    // A house number of its own directly behind: the one before was a name's.
    const bool bare =
        between == here && (word.value() >= 10 || IsYear(words[house]));
    if (goes_on || bare) house = i;
  }
  return house;
}

}  // namespace

StreetLine SplitStreetLine(std::string_view line) {
  std::string text = CleanText(line);
  const std::string lower = FoldToAscii(text);
  for (const std::string& box : NormalisationRules().post_boxes) {
    if (lower.starts_with(box)) return {text, ""};
  }
  // What follows a comma is a place, unless it is where the number stands.
  if (const size_t comma = text.find(','); comma != text.npos && comma > 0) {
    const std::string_view before = std::string_view(text).substr(0, comma);
    const bool number = std::any_of(before.begin(), before.end(), IsDigit);
    const bool letters = std::any_of(before.begin(), before.end(), [](char c) {
      return !IsDigit(c) && c != ' ';
    });
    if (number && letters) text.resize(comma);
  }
  const std::vector<Word> words = WordsOf(text);
  if (words.empty()) return {text, ""};
  size_t end = 0;
  const size_t house = FindHouse(words, &end);
  const auto from = [&](size_t word) {
    return word < words.size() ? words[word].at : text.size();
  };
  if (house < words.size()) {
    std::string street(TrimBlanks(text.substr(0, from(house))));
    while (!street.empty() && (street.back() == ',' || street.back() == ' ')) {
      street.pop_back();
    }
    return {street, std::string(TrimBlanks(
                        text.substr(from(house), from(end) - from(house))))};
  }
  // "12 Damrak", but not "1e Jan Steenstraat".
  if (words.size() > 1 && words[0].is_number() && words[0].behind().empty()) {
    return {text.substr(words[1].at), std::string(words[0].text)};
  }
  return {text, ""};
}

std::string FoldStreet(std::string_view raw) {
  const auto& endings = NormalisationRules().street_endings;
  std::string folded;
  for (char c : FoldToAscii(raw)) {
    if (IsDigit(c) || IsLowerLetter(c)) {
      folded.push_back(c);
    } else if (c == '.') {
      // An abbreviation: only these are written out.
      for (const auto& [written, whole] : endings) {
        if (folded.size() > written.size() + 2 && folded.ends_with(written)) {
          folded.resize(folded.size() - written.size());
          folded += whole;
          break;
        }
      }
    }
  }
  return folded;
}

}  // namespace garderobe
