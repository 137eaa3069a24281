#include "client/identity.h"

#include "core/base/civil_time.h"
#include "core/identifiers/address.h"
#include "core/identifiers/email.h"
#include "core/identifiers/phone.h"

namespace garderobe::client {
namespace {

void PutShort(std::string& out, std::string_view field) {
  PutLengthPrefixed(out, field.substr(0, 0xffff));
}

// Why a birth date says nothing of somebody (data.md); empty when it does.
std::string_view FaultOfBirthDate(const std::optional<CivilDate>& date) {
  if (!date) return "BIRTH_DATE_UNREADABLE";
  if (date->year < 1900) return "BIRTH_DATE_BEFORE_1900";
  if (*date > Today()) return "BIRTH_DATE_IN_FUTURE";
  // What forms fill in by themselves.
  if (date->month == 1 && date->day == 1) return "BIRTH_DATE_PLACEHOLDER";
  return {};
}

}  // namespace

Customer IdentityReader::Read(const OrderLine& line, const Handle& handle,
                              IdentityFindings* findings) const {
  Customer customer;
  customer.handle = handle;
  auto take = [&](Normalised normalised) {
    if (!normalised.ok()) {
      if (findings != nullptr) {
        ++findings->refused[std::string(normalised.reason)];
      }
      return;
    }
    const auto kind = static_cast<size_t>(normalised.kind);
    if (findings != nullptr) ++findings->usable[kind];
    customer.identifiers[kind] = std::move(normalised.value);
  };
  if (!line.email.empty()) {
    take(NormaliseEmail(ToUtf8(line.email), own_domains_));
  }
  if (!line.phone.empty()) {
    const std::string_view country = CountryCode(line.country);
    // Of a country that is not known only a number with its code is taken.
    take(NormalisePhone(ToUtf8(line.phone), country.empty() ? "ZZ" : country));
  }
  if (!line.postcode.empty() && !line.house_number.empty()) {
    take(NormaliseAddress({line.country, line.postcode, line.house_number,
                           line.house_number_addition}));
  }
  if (CountryCode(line.country) == "NL") {
    if (const auto postcode = NormalisePostcodeNl(line.postcode)) {
      customer.pc4 = static_cast<uint16_t>(std::stoi(postcode->substr(0, 4)));
    } else if (line.postcode.size() == 4) {
      // Only the digits: no address, but the area is known.
      const auto with_letters =
          NormalisePostcodeNl(std::string(line.postcode) + "AA");
      if (with_letters) {
        customer.pc4 =
            static_cast<uint16_t>(std::stoi(with_letters->substr(0, 4)));
      }
    }
  }
  if (!line.birth_date.empty()) {
    const auto date = ParseDate(line.birth_date);
    if (const auto fault = FaultOfBirthDate(date); fault.empty()) {
      customer.birth_year = static_cast<uint16_t>(date->year);
    } else if (findings != nullptr) {
      ++findings->refused[std::string(fault)];
    }
  }
  return customer;
}

RawDigester::Key RawDigester::Derive(
    const InstitutionHandleKey& key,
    const std::vector<std::string>& own_domains) {
  std::string label("garderobe/raw-digest/v2\0", 24);
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
                             line.birth_date,   line.postcode,
                             line.house_number, line.house_number_addition,
                             line.country};
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
