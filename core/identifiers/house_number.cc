#include "core/identifiers/house_number.h"

#include <algorithm>
#include <optional>
#include <regex>
#include <vector>

#include "core/base/integer.h"
#include "core/identifiers/normalisation.h"
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

std::string Unify(const std::string& word) {
  const auto& additions = NormalisationRules().additions;
  const auto found = additions.find(word);
  return found == additions.end() ? word : found->second;
}

// "12-14", "12 t/m 14": the first.
bool IsRangeWord(std::string_view word) {
  return NormalisationRules().ranges.contains(word);
}

HouseNumber Refused(std::string_view reason) {
  HouseNumber refused;
  refused.reason = reason;
  return refused;
}

// What a spreadsheet makes of 12-3, 3-12 and 120: "2026-03-12", "12-3-2026",
// "12-mrt", "1,20E+02". Which number was meant can't be told.
bool IsOfSpreadsheet(const std::string& upper) {
  static const std::regex dates(
      "\\d{4}-\\d{1,2}-\\d{1,2}([ T].*)?|"
      "\\d{1,2}[-/.]\\d{1,2}[-/.](19|20)\\d\\d([ T].*)?|"
      "\\d{1,2}[-/. ](JAN|FEB|FEV|MRT|MAR|MAA|APR|AVR|MEI|MAY|MAI|JUN|JUIN|"
      "JUL|JUIL|AUG|AOU|AOUT|SEP|SEPT|OKT|OCT|NOV|DEC|DEZ)[.]?"
      "([-/. ]\\d{2,4})?|"
      "\\d+([.,]\\d+)?E[+]\\d+",
      std::regex::optimize);
  return upper.size() > 3 && std::regex_match(upper, dates);
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
    const bool floor = i > 0 && NormalisationRules().floors.contains(text) &&
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
    } else if (i + 1 < rest.size() &&
               NormalisationRules().boxes.contains(piece.text)) {
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
  auto text = Upper(CleanText(number));
  auto more = Upper(CleanText(addition));
  if (!text || !more || text->size() > 64 || more->size() > 64 ||
      IsOfSpreadsheet(*text) || IsOfSpreadsheet(*more)) {
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
    } else if (!NormalisationRules().house_prefixes.contains(pieces[0].text)) {
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
  if (!dutch && !added.empty() &&
      !NormalisationRules().boxes.contains(added[0].text)) {
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

}  // namespace garderobe
