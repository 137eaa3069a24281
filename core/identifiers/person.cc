#include "core/identifiers/person.h"

#include "core/identifiers/email.h"
#include "core/identifiers/pass.h"
#include "core/identifiers/phone.h"
#include "core/identifiers/street_line.h"

namespace garderobe {

std::span<const Reason> AllReasons() {
  static constexpr Reason kReasons[] = {
      {"EMAIL_MALFORMED", "email", "not an e-mail address"},
      {"EMAIL_PLACEHOLDER", "email",
       "an address that nobody reads, such as noreply or test"},
      {"EMAIL_OWN_DOMAIN", "email", "the institution's own domain"},
      {"PHONE_MALFORMED", "phone", "not a valid number of its country"},
      {"PHONE_NOT_PERSONAL", "phone",
       "a service, premium or shared-cost number, or a range that does not "
       "tell mobile from fixed"},
      {"PHONE_PLACEHOLDER", "phone", "an example number such as 0612345678"},
      {"PASS_MALFORMED", "pass", "not scheme:number, or not of the scheme"},
      {"PASS_PLACEHOLDER", "pass", "one character repeated"},
      {"PASS_CHECK_DIGIT", "pass", "the check digit is wrong"},
      {"NAME_UNREADABLE", "name", "no letters"},
      {"NAME_PLACEHOLDER", "name",
       "not a name, such as onbekend or nvt, or a title alone"},
      {"BIRTH_DATE_UNREADABLE", "birth_date", "not a date"},
      {"BIRTH_DATE_BEFORE_1900", "birth_date", "before 1900"},
      {"BIRTH_DATE_IN_FUTURE", "birth_date", "after today"},
      {"BIRTH_DATE_PLACEHOLDER", "birth_date",
       "what forms fill in by themselves: 1 January, 11-11-1911 and others"},
      {"COUNTRY_NOT_SUPPORTED", "address", "addresses of there are not read"},
      {"POSTCODE_MALFORMED", "address", "not a postcode of its country"},
      {"STREET_MISSING", "address",
       "a street is needed in this country (Belgium)"},
      {"HOUSE_NUMBER_MALFORMED", "address",
       "no house number, or a date or 1,2E+02 that a spreadsheet made of one"},
      {"HOUSE_NUMBER_DUMMY", "address", "0 or 99999"},
      {"ADDRESS_PLACEHOLDER", "address", "an example address: 1234AB 1"},
  };
  return kReasons;
}

ReadPerson ReadPersonFields(const RawPerson& raw,
                            std::span<const std::string> own_domains,
                            const CivilDate& today) {
  ReadPerson result;
  PersonFields& person = result.fields;
  // The value, or nothing when it is no identifier.
  auto take = [&](auto&& read, std::string* value) {
    if (read.ok()) {
      *value = std::move(read.value);
    } else {
      result.refused.push_back(read.reason);
    }
  };
  if (!raw.email.empty()) {
    Normalised email = NormaliseEmail(raw.email, own_domains);
    if (email.reason == "EMAIL_MALFORMED") person.email_malformed = raw.email;
    take(std::move(email), &person.email);
  }
  if (!raw.phone.empty()) {
    const Country* const country = CountryOf(raw.country, raw.postcode);
    // Of a country that is not known only a number with its code is taken.
    const std::string_view code =
        country != nullptr ? country->code : CountryCode(raw.country);
    Normalised phone = NormalisePhone(raw.phone, code.empty() ? "ZZ" : code);
    std::string& place =
        phone.kind == Kind::kLandline ? person.landline : person.mobile;
    take(std::move(phone), &place);
  }
  if (!raw.pass.empty()) take(NormalisePass(raw.pass), &person.pass);
  if (!raw.first_name.empty()) {
    take(FoldFirstName(raw.first_name), &person.first_name);
  }
  if (!raw.last_name.empty()) {
    take(FoldSurname(raw.last_name), &person.surname);
  }
  if (!raw.birth_date.empty()) {
    const BirthDate born = ReadBirthDate(raw.birth_date, today);
    if (born.ok()) {
      person.birth_date = born.Compact();
    } else {
      result.refused.push_back(born.reason);
    }
  }
  person.address = ReadAddress(
      {raw.country, raw.postcode, raw.street, raw.house_number, raw.addition});
  if (!person.address.is_placeholder) person.city = FoldStreet(raw.city);
  if (!raw.postcode.empty() &&
      (!raw.house_number.empty() || !raw.street.empty()) &&
      !person.address.reason.empty()) {
    result.refused.push_back(person.address.reason);
  }
  return result;
}

}  // namespace garderobe
