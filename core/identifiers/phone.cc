#include "core/identifiers/phone.h"

#include <phonenumbers/phonenumberutil.h>

namespace garderobe {

Normalised NormalisePhone(std::string_view raw, std::string_view country) {
  using i18n::phonenumbers::PhoneNumber;
  using i18n::phonenumbers::PhoneNumberUtil;
  static const PhoneNumberUtil* const util = PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  if (raw.size() > 64 ||
      util->Parse(std::string(raw), std::string(country), &number) !=
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
  return result;
}

}  // namespace garderobe
