#include "core/identifiers/phone.h"

#include <phonenumbers/phonenumberutil.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>

#include "core/identifiers/normalisation.h"
#include "core/identifiers/text.h"

namespace garderobe {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

constexpr size_t kFieldBytesMax = 256;
constexpr size_t kNumberBytesMax = 64;

const PhoneNumberUtil& Util() {
  static const PhoneNumberUtil* const util = PhoneNumberUtil::GetInstance();
  return *util;
}

// What forms show as an example, and clerks type to get on.
bool IsPlaceholder(std::string_view e164) {
  if (NormalisationRules().phone_placeholders.contains(e164)) return true;
  // 06 and one digit eight times; likewise elsewhere.
  const std::string_view last = e164.substr(e164.size() - 7);
  return last.find_first_not_of(last[0]) == last.npos;
}

bool IsNumber(const std::string& written, const std::string& country,
              PhoneNumber* number) {
  return Util().Parse(written, country, number) ==
             PhoneNumberUtil::NO_PARSING_ERROR &&
         Util().IsValidNumber(*number);
}

// A field, cut where letters begin behind the first digit.
struct Field {
  std::string_view number;  // ends with a digit, unless there are no letters
  std::string_view between;
  std::string_view remark;
};
Field Cut(std::string_view raw) {
  const auto size = static_cast<int32_t>(raw.size());
  int32_t after_digit = 0;
  for (int32_t at = 0; at < size;) {
    const int32_t begin = at;
    UChar32 c;
    U8_NEXT(raw.data(), at, size, c);
    if (c >= 0 && u_isdigit(c)) after_digit = at;
    if (c >= 0 && u_isalpha(c) && after_digit > 0) {
      const auto number = static_cast<size_t>(after_digit);
      const auto letters = static_cast<size_t>(begin);
      return {raw.substr(0, number), raw.substr(number, letters - number),
              raw.substr(letters)};
    }
  }
  return {raw, {}, {}};
}

// "x12", "toestel: 12", "ext=12".
bool IsExtension(std::string_view folded) {
  size_t end = 0;
  while (end < folded.size() && IsLowerLetter(folded[end])) ++end;
  if (!NormalisationRules().phone_extensions.contains(folded.substr(0, end))) {
    return false;
  }
  const size_t next = folded.find_first_not_of(" .:=-", end);
  return next != folded.npos && IsDigit(folded[next]);
}

// Whether the letters stand where digits do, as those of 0800-GARDEROBE: then
// the number before them is the beginning of another.
bool TouchesTheNumber(const Field& field, std::string_view folded) {
  if (field.between.find_first_not_of('-') != field.between.npos) return false;
  size_t end = 0;
  while (end < folded.size() && IsLowerLetter(folded[end])) ++end;
  const std::string_view word = folded.substr(0, end);
  if (NormalisationRules().phone_remarks.contains(word)) return false;
  // A letter that looks like a digit.
  if (word.find_first_not_of("oil") == word.npos) return true;
  const std::string_view written = field.remark.substr(0, end);
  return word.size() >= 3 &&
         std::all_of(written.begin(), written.end(),
                     [](char c) { return c >= 'A' && c <= 'Z'; });
}

// A second number: which of the two is the person's can't be told.
bool HoldsANumber(std::string_view remark, const std::string& country) {
  constexpr std::string_view kOfNumbers = "0123456789+-/.() ";
  for (size_t at = 0; at < remark.size();) {
    at = remark.find_first_of(kOfNumbers, at);
    if (at == remark.npos) return false;
    const size_t end =
        std::min(remark.find_first_not_of(kOfNumbers, at), remark.size());
    PhoneNumber number;
    if (end - at >= 7 &&
        IsNumber(std::string(remark.substr(at, end - at)), country, &number)) {
      return true;
    }
    at = end;
  }
  return false;
}

// "0612345670 thuis", "020-1234567 (WERK)", "06-12345670 alleen na 18 uur": the
// number without what a clerk added. Nothing when what follows makes it
// no number of a person, or another number.
std::optional<std::string> WithoutRemark(std::string_view raw,
                                         const std::string& country) {
  const Field field = Cut(raw);
  if (!field.remark.empty()) {
    const std::string folded = FoldToAscii(field.remark);
    if (IsExtension(folded) || TouchesTheNumber(field, folded) ||
        HoldsANumber(folded, country)) {
      return std::nullopt;
    }
  }
  return std::string(field.number);
}

}  // namespace

Normalised NormalisePhone(std::string_view raw, std::string_view country) {
  const auto malformed = [] { return Normalised::Refused("PHONE_MALFORMED"); };
  if (raw.size() > kFieldBytesMax) return malformed();
  const std::string region(country);
  PhoneNumber number;
  const std::string clean = CleanText(raw);
  const auto written = WithoutRemark(clean, region);
  // A numeral would be passed over, or read as a digit.
  if (!written || written->size() > kNumberBytesMax || HasNumeral(*written) ||
      !IsNumber(*written, region, &number) || number.has_extension()) {
    return malformed();
  }
  Kind kind;
  switch (Util().GetNumberType(number)) {
    case PhoneNumberUtil::MOBILE:
      kind = Kind::kMobile;
      break;
    case PhoneNumberUtil::FIXED_LINE:
      kind = Kind::kLandline;
      break;
    default:
      return Normalised::Refused("PHONE_NOT_PERSONAL");
  }
  Normalised result{kind, "", {}};
  Util().Format(number, PhoneNumberUtil::E164, &result.value);
  if (IsPlaceholder(result.value)) {
    return Normalised::Refused("PHONE_PLACEHOLDER");
  }
  return result;
}

}  // namespace garderobe
