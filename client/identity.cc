#include "client/identity.h"

#include "core/base/civil_time.h"
#include "core/identifiers/email.h"
#include "core/identifiers/house_number.h"
#include "core/identifiers/pass.h"
#include "core/identifiers/phone.h"

namespace garderobe::client {
namespace {

void PutShort(std::string& out, std::string_view field) {
  PutLengthPrefixed(out, field.substr(0, 0xffff));
}

// 1 is the first quarter of 2000; 0 for what is outside of this century.
uint16_t QuarterOf(int32_t hours) {
  const CivilDate date =
      FromDayNumber(hours >= 0 ? hours / 24 : (hours - 23) / 24);
  if (date.year < 2000 || date.year > 2099) return 0;
  return static_cast<uint16_t>((date.year - 2000) * 4 + (date.month - 1) / 3 +
                               1);
}

}  // namespace

Customer IdentityReader::Read(const OrderLine& line, const Handle& handle,
                              IdentityFindings* findings) const {
  Customer customer;
  customer.handle = handle;
  PersonFields person;
  auto refused = [&](std::string_view reason) {
    if (findings != nullptr) ++findings->refused[std::string(reason)];
  };
  // The value, or nothing when it is no identifier.
  auto take = [&](auto&& read, std::string* value) {
    if (!read.ok()) return refused(read.reason);
    *value = std::move(read.value);
  };
  if (!line.email.empty()) {
    const std::string raw = ToUtf8(line.email);
    Normalised email = NormaliseEmail(raw, own_domains_);
    if (email.reason == "EMAIL_MALFORMED") person.email_malformed = raw;
    take(std::move(email), &person.email);
  }
  const Country* const country = FindCountry(ToUtf8(line.country));
  if (!line.phone.empty()) {
    // Of a country that is not known only a number with its code is taken.
    Normalised phone =
        NormalisePhone(ToUtf8(line.phone), country ? country->code : "ZZ");
    std::string& place =
        phone.kind == Kind::kLandline ? person.landline : person.mobile;
    take(std::move(phone), &place);
  }
  if (!line.pass.empty()) take(NormalisePass(ToUtf8(line.pass)), &person.pass);
  if (!line.first_name.empty()) {
    take(FoldFirstName(ToUtf8(line.first_name)), &person.first_name);
  }
  if (!line.last_name.empty()) {
    take(FoldSurname(ToUtf8(line.last_name)), &person.surname);
  }
  const std::string street = ToUtf8(line.street);
  person.address = ReadAddress({line.country, line.postcode, street,
                                line.house_number, line.house_number_addition});
  person.city = FoldStreet(ToUtf8(line.city));
  if (!line.postcode.empty() &&
      (!line.house_number.empty() || !street.empty()) &&
      !person.address.reason.empty()) {
    refused(person.address.reason);
  }
  if (country != nullptr && country->code == "NL") {
    // Only the digits: no address, but the area is known.
    const auto area = line.postcode.size() == 4
                          ? country->postcode(std::string(line.postcode) + "AA")
                          : country->postcode(line.postcode);
    if (area) customer.pc4 = static_cast<uint16_t>(std::stoi(*area));
  }
  if (!line.birth_date.empty()) {
    const BirthDate born = ReadBirthDate(line.birth_date, Today());
    if (born.ok()) {
      person.birth_date = born.Compact();
      customer.birth_year = static_cast<uint16_t>(born.date.year);
    } else {
      refused(born.reason);
    }
  }
  if (line.sold_at != INT32_MIN) customer.as_of = QuarterOf(line.sold_at);
  customer.identifiers = DeriveIdentifiers(person);
  if (findings != nullptr) {
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      findings->usable[kind] += !customer.identifiers[kind].empty();
    }
  }
  return customer;
}

RawDigester::Key RawDigester::Derive(
    const InstitutionHandleKey& key,
    const std::vector<std::string>& own_domains) {
  std::string label("garderobe/raw-digest/v3\0", 24);
  for (const std::string& domain : own_domains) PutShort(label, domain);
  uint8_t derived[Key::kBytes];
  const ScopedWipe wipe(derived, sizeof derived);
  crypto_generichash(derived, sizeof derived, AsBytes(label).data(),
                     label.size(), key.ExposeSecret(),
                     InstitutionHandleKey::kBytes);
  return Key::CopyFrom(derived);
}

uint64_t RawDigester::Digest(const OrderLine& line) const {
  const std::array fields = {line.email,        line.phone,
                             line.pass,         line.first_name,
                             line.last_name,    line.birth_date,
                             line.postcode,     line.street,
                             line.house_number, line.house_number_addition,
                             line.country,      line.city};
  size_t bytes = 0;
  for (std::string_view field : fields) bytes += 2 + field.size();
  std::string message;
  message.reserve(bytes);
  for (std::string_view field : fields) PutShort(message, field);
  const ScopedWipe wipe(message);
  uint8_t hash[crypto_shorthash_BYTES];
  crypto_shorthash(hash, AsBytes(message).data(), message.size(),
                   key_.ExposeSecret());
  return GetBigEndian<uint64_t>(hash);
}

}  // namespace garderobe::client
