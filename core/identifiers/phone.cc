#include "core/identifiers/phone.h"

#include <phonenumbers/phonenumberutil.h>

namespace garderobe {
namespace {

// What forms show as an example, and clerks type to get on.
bool IsPlaceholder(std::string_view e164) {
  for (std::string_view known :
       {"+31612345678", "+31612345679", "+31687654321", "+32470123456"}) {
    if (e164 == known) return true;
  }
  // 06 and one digit eight times; likewise elsewhere.
  const std::string_view last = e164.substr(e164.size() - 7);
  return last.find_first_not_of(last[0]) == last.npos;
}

// "0612345670 thuis", "020-1234567 (werk)": what a clerk added. An extension
// stays, and makes it no number of a person.
std::string WithoutRemark(std::string_view raw) {
  for (std::string_view remark :
       {"thuis", "werk", "mobiel", "mob", "prive", "priv\xc3\xa9", "gsm"}) {
    const size_t at = raw.rfind(remark);
    if (at == raw.npos || at < 7) continue;
    raw = raw.substr(0, at);
    while (!raw.empty() && (raw.back() == ' ' || raw.back() == '(' ||
                            raw.back() == '-' || raw.back() == '/')) {
      raw.remove_suffix(1);
    }
    break;
  }
  return std::string(raw);
}

}  // namespace

Normalised NormalisePhone(std::string_view raw, std::string_view country) {
  using i18n::phonenumbers::PhoneNumber;
  using i18n::phonenumbers::PhoneNumberUtil;
  static const PhoneNumberUtil* const util = PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  const std::string written = WithoutRemark(raw);
  if (raw.size() > 64 ||
      util->Parse(written, std::string(country), &number) !=
          PhoneNumberUtil::NO_PARSING_ERROR ||
      number.has_extension() || !util->IsValidNumber(number)) {
    return Normalised::Refused("PHONE_MALFORMED");
  }
  Kind kind;
  switch (util->GetNumberType(number)) {
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
  util->Format(number, PhoneNumberUtil::E164, &result.value);
  if (IsPlaceholder(result.value)) {
    return Normalised::Refused("PHONE_PLACEHOLDER");
  }
  return result;
}

}  // namespace garderobe
