#include "core/identifiers/house_number.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/integer.h"
#include "core/identifiers/text.h"

namespace garderobe {
namespace {

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

// A run of digits or of letters, and what stood before it.
struct Piece {
  std::string text;
  char before = 0;  // the last separator; 0: glued to the piece before
  bool digits() const { return IsDigit(text[0]); }
};

// Nothing for what can't be read as numbers and letters.
std::optional<std::string> Upper(std::string_view raw) {
  const auto spelled = SpellNumerals(raw);
  if (!spelled) return std::nullopt;
  const auto folded = FoldCompatible(*spelled);
  if (!folded) return std::nullopt;
  std::string text = FoldToAscii(*folded);
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return text;
}

void ReplaceAll(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != text.npos;
       at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

std::vector<Piece> Pieces(const std::string& text) {
  std::vector<Piece> pieces;
  char before = ' ';
  for (char c : text) {
    if (!IsDigit(c) && !IsUpper(c)) {
      if (c != '.' && c != ',') before = c;
      if (before == 0) before = ' ';
      continue;
    }
    if (before == 0 && !pieces.empty() &&
        IsDigit(pieces.back().text[0]) == IsDigit(c)) {
      pieces.back().text.push_back(c);
    } else {
      pieces.push_back({std::string(1, c), before});
    }
    before = 0;
  }
  return pieces;
}

// One spelling for what means the same.
struct Spelling {
  std::string_view written;
  std::string_view unified;
};
constexpr Spelling kAdditions[] = {
    {"HUIS", "HS"},        {"BENEDENHUIS", "HS"}, {"BENEDEN", "HS"},
    {"BEGANEGROND", "BG"}, {"BOVEN", "BOV"},      {"BOVENHUIS", "BOV"},
    {"BV", "BOV"},         {"ACHTER", "ACHT"},    {"ACHTERHUIS", "ACHT"},
    {"ROOD", "RD"},        {"ZWART", "ZW"},       {"WIT", "WT"},
    {"II", "2"},           {"III", "3"},          {"IV", "4"},
    {"TEGENOVER", "TO"}};
// What says which floor the number before it is.
constexpr std::string_view kFloors[] = {"HOOG", "ETAGE",  "VERDIEPING",
                                        "E",    "EETAGE", "EVERDIEPING"};
constexpr std::string_view kBoxes[] = {"BUS", "B",  "BTE", "BOITE",
                                       "BOX", "BP", "BT"};
constexpr std::string_view kPrefixes[] = {"NR",     "NO",         "NUMMER",
                                          "HUISNR", "HUISNUMMER", "N"};

std::string Unify(const std::string& word) {
  for (const Spelling& spelling : kAdditions) {
    if (word == spelling.written) return std::string(spelling.unified);
  }
  return word;
}

// "12-14", "12 t/m 14": the first.
bool IsRangeWord(std::string_view word) {
  return word == "TM" || word == "TOT";
}

HouseNumber Refused(std::string_view reason) {
  HouseNumber refused;
  refused.reason = reason;
  return refused;
}

void ReadDutch(const std::vector<Piece>& rest, HouseNumber* result) {
  for (size_t i = 0; i < rest.size(); ++i) {
    const std::string& text = rest[i].text;
    if (IsRangeWord(text)) return;
    if (rest[i].digits()) {
      result->addition += text;
      continue;
    }
    // "3e etage", "3 hoog"
    const bool floor = i > 0 && IsOneOf(kFloors, text) &&
                       (rest[i - 1].digits() || rest[i - 1].text == "E");
    if (floor) continue;
    if (text.size() == 1 && text != "I") {
      (result->letter.empty() ? result->letter : result->addition) += text;
    } else if (text.size() > 3 && text.starts_with("BIS")) {
      // "bisA"
      result->addition += "BIS";
      result->letter += text.substr(3);
    } else {
      result->addition += text == "I" ? "1" : Unify(text);
    }
  }
}

void ReadBelgian(const std::vector<Piece>& rest, HouseNumber* result) {
  bool in_box = false;
  for (size_t i = 0; i < rest.size(); ++i) {
    const Piece& piece = rest[i];
    if (in_box) {
      result->box += piece.text;
    } else if (i + 1 < rest.size() && IsOneOf(kBoxes, piece.text)) {
      in_box = true;
    } else if (piece.before == '/' || piece.before == '_') {
      in_box = true;
      result->box = piece.text;
    } else if (piece.before == '-' && piece.digits()) {
      return;  // a range
    } else if (!piece.digits() && piece.text.size() == 1 &&
               result->letter.empty()) {
      result->letter = piece.text;
    } else {
      in_box = true;
      result->box = piece.text;
    }
  }
  // Box 05 is box 5. 0101 stays: the first box of the first floor is not box
  // 101.
  std::string& box = result->box;
  if (box.size() == 2 && box[0] == '0' && box[1] >= '1' && box[1] <= '9') {
    box.erase(0, 1);
  }
}

}  // namespace

HouseNumber ReadHouseNumber(std::string_view number, std::string_view addition,
                            bool dutch) {
  auto text = Upper(number);
  auto more = Upper(addition);
  if (!text || !more || text->size() > 64 || more->size() > 64) {
    return Refused("HOUSE_NUMBER_MALFORMED");
  }
  for (std::string* part : {&*text, &*more}) {
    ReplaceAll(*part, "T/O", "TEGENOVER");
    ReplaceAll(*part, "T.O.", "TEGENOVER ");
    ReplaceAll(*part, "T/M", " TM ");
  }
  std::vector<Piece> pieces = Pieces(*text);
  HouseNumber result;
  if (!pieces.empty() && !pieces[0].digits()) {
    if (pieces[0].text == "TO" || pieces[0].text == "TEGENOVER") {
      result.addition = "TO";
    } else if (!IsOneOf(kPrefixes, pieces[0].text)) {
      return Refused("HOUSE_NUMBER_MALFORMED");
    }
    pieces.erase(pieces.begin());
  }
  // A number that is set apart follows another, and none is before it.
  if (pieces.empty() || !pieces[0].digits() || pieces[0].before == kSetApart) {
    return Refused("HOUSE_NUMBER_MALFORMED");
  }
  std::string digits = pieces[0].text;
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.empty() || digits == "99999") return Refused("HOUSE_NUMBER_DUMMY");
  if (digits.size() > 5) return Refused("HOUSE_NUMBER_MALFORMED");
  result.number = ParseInteger<int>(digits).value_or(0);
  pieces.erase(pieces.begin());
  const std::vector<Piece> added = Pieces(*more);
  // In a field of its own the box needs no word.
  if (!dutch && !added.empty() && !IsOneOf(kBoxes, added[0].text)) {
    pieces.push_back({"BUS", ' '});
  }
  pieces.insert(pieces.end(), added.begin(), added.end());
  if (dutch) {
    ReadDutch(pieces, &result);
  } else {
    ReadBelgian(pieces, &result);
  }
  if (result.letter.size() > 1 || result.addition.size() > 12 ||
      result.box.size() > 12) {
    return Refused("HOUSE_NUMBER_MALFORMED");
  }
  return result;
}

StreetLine SplitStreetLine(std::string_view line) {
  // What follows a comma is a place, unless it is where the number stands.
  std::string text(TrimBlanks(line));
  std::string lower = FoldToAscii(text);
  for (std::string_view box :
       {"postbus", "antwoordnummer", "boite postale", "po box", "p.o. box"}) {
    if (lower.starts_with(box)) return {text, ""};
  }
  auto blank = [](char c) { return c == ' ' || c == '\t' || c == ','; };
  if (const size_t comma = text.find(','); comma != text.npos && comma > 0) {
    const bool number_before = std::any_of(
        text.begin(), text.begin() + static_cast<long>(comma), IsDigit);
    const bool letters_before =
        std::any_of(text.begin(), text.begin() + static_cast<long>(comma),
                    [](char c) { return !IsDigit(c) && c != ' '; });
    if (number_before && letters_before) text.resize(comma);
  }
  // Numbers that begin a word.
  struct Candidate {
    size_t at, end;
  };
  std::vector<Candidate> candidates;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!IsDigit(text[i]) || (i > 0 && !blank(text[i - 1]))) continue;
    size_t end = i;
    while (end < text.size() && IsDigit(text[end])) ++end;
    candidates.push_back({i, end});
  }
  auto street_of = [&](size_t at) {
    return std::string(TrimBlanks(std::string_view(text).substr(0, at)));
  };
  for (size_t i = 0; i < candidates.size(); ++i) {
    const Candidate c = candidates[i];
    if (c.at == 0) continue;
    // "Plein 1944 12": a year is part of the name when a number follows.
    const bool year = c.end - c.at == 4 && i + 1 < candidates.size() &&
                      (text[c.at] == '1' || text[c.at] == '2') &&
                      (c.end == text.size() || text[c.end] == ' ');
    if (year) continue;
    std::string street = street_of(c.at);
    while (!street.empty() && street.back() == ',') street.pop_back();
    return {street,
            std::string(TrimBlanks(std::string_view(text).substr(c.at)))};
  }
  // "12 Damrak", but not "1e Jan Steenstraat".
  if (!candidates.empty() && candidates[0].at == 0 &&
      candidates[0].end < text.size() && blank(text[candidates[0].end])) {
    size_t after = candidates[0].end;
    while (after < text.size() && blank(text[after])) ++after;
    return {text.substr(after), text.substr(0, candidates[0].end)};
  }
  return {text, ""};
}

std::string FoldStreet(std::string_view raw) {
  constexpr Spelling kEndings[] = {{"str", "straat"},
                                   {"ln", "laan"},
                                   {"pln", "plein"},
                                   {"wg", "weg"},
                                   {"st", "straat"}};
  std::string folded;
  for (char c : FoldToAscii(raw)) {
    if (IsDigit(c) || (c >= 'a' && c <= 'z')) {
      folded.push_back(c);
    } else if (c == '.') {
      // An abbreviation: only these are written out.
      for (const Spelling& ending : kEndings) {
        if (folded.size() > ending.written.size() + 2 &&
            folded.ends_with(ending.written)) {
          folded.resize(folded.size() - ending.written.size());
          folded += ending.unified;
          break;
        }
      }
    }
  }
  return folded;
}

}  // namespace garderobe
