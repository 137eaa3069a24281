#include "core/identifiers/address.h"

#include <algorithm>

namespace garderobe {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return c >= 'A' && c <= 'Z'; }

// Upper-cased, only the characters that pass.
template <typename Keep>
std::string Upper(std::string_view text, Keep keep) {
  std::string result;
  for (char c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    if (keep(c)) result.push_back(c);
  }
  return result;
}
bool IsAlphanumeric(char c) { return IsDigit(c) || IsLetter(c); }

// One spelling for what means the same.
struct Spelling {
  std::string_view written;
  std::string_view unified;
};
constexpr Spelling kSpellings[] = {
    {"HUIS", "HS"},        {"BENEDENHUIS", "HS"},
    {"BEGANEGROND", "BG"}, {"BOVENHUIS", "BOVEN"},
    {"BV", "BOVEN"},       {"I", "1"},
    {"II", "2"},           {"III", "3"},
    {"IV", "4"},
};

std::string UnifyAddition(std::string addition) {
  for (const Spelling& spelling : kSpellings) {
    if (addition == spelling.written) return std::string(spelling.unified);
  }
  return addition;
}

}  // namespace

std::string_view CountryCode(std::string_view country) {
  const std::string name = Upper(country, IsLetter);
  if (name.empty() || name == "NL" || name == "NLD" || name == "NEDERLAND" ||
      name == "NETHERLANDS" || name == "THENETHERLANDS" || name == "HOLLAND") {
    return "NL";
  }
  if (name == "BE" || name == "BEL" || name == "BELGIE" || name == "BELGI" ||
      name == "BELGIUM" || name == "BELGIQUE") {
    return "BE";
  }
  return "";
}

std::optional<std::string> NormalisePostcodeNl(std::string_view raw) {
  std::string postcode;
  for (char c : raw) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    if (IsAlphanumeric(c)) {
      postcode.push_back(c);
    } else if (c != ' ' && c != '\t' && c != '-' && c != '.') {
      return std::nullopt;
    }
  }
  if (postcode.size() == 8 && postcode.starts_with("NL")) postcode.erase(0, 2);
  if (postcode.size() != 6 || postcode[0] == '0' ||
      !std::all_of(postcode.begin(), postcode.begin() + 4, IsDigit) ||
      !IsLetter(postcode[4]) || !IsLetter(postcode[5])) {
    return std::nullopt;
  }
  // Never issued: SA, SD and SS.
  if (postcode[4] == 'S' &&
      (postcode[5] == 'A' || postcode[5] == 'D' || postcode[5] == 'S')) {
    return std::nullopt;
  }
  return postcode;
}

Normalised NormaliseAddress(const RawAddress& raw) {
  if (CountryCode(raw.country) != "NL") {
    return Normalised::Refused("COUNTRY_NOT_SUPPORTED");
  }
  const auto postcode = NormalisePostcodeNl(raw.postcode);
  if (!postcode) return Normalised::Refused("POSTCODE_MALFORMED");
  std::string_view text = raw.house_number;
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  size_t number_end = 0;
  while (number_end < text.size() && IsDigit(text[number_end])) ++number_end;
  if (number_end == 0 || number_end > 7) {
    return Normalised::Refused("HOUSE_NUMBER_MALFORMED");
  }
  const int number = std::stoi(std::string(text.substr(0, number_end)));
  if (number == 0 || number == 99999) {
    return Normalised::Refused("HOUSE_NUMBER_DUMMY");
  }
  if (number > 99999) return Normalised::Refused("HOUSE_NUMBER_MALFORMED");
  std::string addition =
      UnifyAddition(Upper(text.substr(number_end), IsAlphanumeric)) +
      UnifyAddition(Upper(raw.addition, IsAlphanumeric));
  if (addition.size() > 12) {
    return Normalised::Refused("HOUSE_NUMBER_MALFORMED");
  }
  return {Kind::kAddress,
          "NL:" + *postcode + ":" + std::to_string(number) + ":" +
              UnifyAddition(addition),
          {}};
}

}  // namespace garderobe
