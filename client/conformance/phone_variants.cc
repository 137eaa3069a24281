#include "client/conformance/phone_variants.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "core/identifiers/phone.h"
#include "core/identifiers/text.h"

namespace garderobe::client::conformance {
namespace {

constexpr std::string_view kPhoneSection = "identifiers.md: Telephones";
constexpr Rule kPhoneRaw{"phone-raw", kPhoneSection,
                         "the telephone number is taken as it is written"};
constexpr Rule kPhoneDigits{"phone-digits", kPhoneSection,
                            "the digits of the telephone number are taken as "
                            "they are written, not as E.164"};
constexpr Rule kPhoneNational{"phone-national", kPhoneSection,
                              "the telephone number is delivered without its "
                              "country code"};
constexpr Rule kPhonePlus{"phone-plus", kPhoneSection,
                          "the + before the country code is left out, or "
                          "written as 00"};
constexpr Rule kPhoneZero{"phone-zero", kPhoneSection,
                          "the 0 of a national number is kept behind the "
                          "country code"};
constexpr Rule kPhoneCountry{"phone-country", kPhoneSection,
                             "a number without country code is read as one of "
                             "another country than the address's"};
constexpr Rule kPhoneLandline{"phone-landline", kPhoneSection,
                              "a landline is delivered as a mobile"};
constexpr Rule kPhoneRefused{"phone-refused",
                             "identifiers.md, Why a value is not used",
                             "a telephone number is delivered that is refused: "
                             "malformed, an example, or nobody's own"};

}  // namespace

void AddPhoneVariants(const ReadFields& read, std::vector<FieldVariant>* to) {
  const std::string& raw = read.written.phone;
  if (raw.empty()) return;
  const auto add = [&](const Rule& rule, std::string value) {
    FieldVariant variant{&rule, Part::kPhone, read.fields};
    variant.fields.mobile = std::move(value);
    to->push_back(std::move(variant));
  };
  std::string digits;
  std::copy_if(raw.begin(), raw.end(), std::back_inserter(digits), IsDigit);
  const PersonFields& fields = read.fields;
  if (!fields.landline.empty()) add(kPhoneLandline, fields.landline);
  const bool is_refused = fields.mobile.empty() && fields.landline.empty();
  for (const char* country : {"NL", "BE", "DE", "FR", "GB", "LU"}) {
    const Normalised other = NormalisePhone(raw, country);
    if (other.ok() && other.kind == Kind::kMobile) {
      add(kPhoneCountry, other.value);
    }
  }
  if (is_refused) {
    for (const std::string& value :
         {raw, digits, "+" + digits,
          "+31" + digits.substr(std::min<size_t>(1, digits.size())),
          "+32" + digits.substr(std::min<size_t>(1, digits.size()))}) {
      add(kPhoneRefused, value);
    }
    return;
  }
  const std::string& e164 =
      fields.mobile.empty() ? fields.landline : fields.mobile;
  const std::string whole = e164.substr(1);
  add(kPhonePlus, whole);
  add(kPhonePlus, "00" + whole);
  for (size_t code = 1; code <= 3 && code < whole.size(); ++code) {
    const std::string rest = whole.substr(code);
    add(kPhoneNational, "0" + rest);
    add(kPhoneNational, rest);
    add(kPhoneZero, "+" + whole.substr(0, code) + "0" + rest);
  }
  add(kPhoneDigits, digits);
  add(kPhoneRaw, CleanText(raw));
  add(kPhoneRaw, raw);
}

std::vector<const Rule*> PhoneRules() {
  return {&kPhoneRaw,  &kPhoneDigits,  &kPhoneNational, &kPhonePlus,
          &kPhoneZero, &kPhoneCountry, &kPhoneLandline, &kPhoneRefused};
}

}  // namespace garderobe::client::conformance
