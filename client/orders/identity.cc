#include "client/orders/identity.h"

#include <array>
#include <string_view>

#include "client/orders/words.h"
#include "core/base/civil_time.h"
#include "core/base/hash.h"

namespace garderobe::client {
namespace {

void PutShort(std::string& out, std::string_view field) {
  PutLengthPrefixed(out, field.substr(0, 0xffff));
}

CivilDate DateOf(int32_t hours) {
  return FromDayNumber(hours >= 0 ? hours / 24 : (hours - 23) / 24);
}

}  // namespace

int32_t SaleOf(const OrderLine& line) {
  // A day more: where the box office is, it may be tomorrow already.
  const auto latest = [] { return (DayNumber(Today()) + 2) * 24; };
  // Nearly all sales lie before the program was started: only for the others
  // is the clock asked again.
  static const int32_t latest_at_start = latest();
  if (line.sold_at < latest_at_start) return line.sold_at;
  return line.sold_at < latest() ? line.sold_at : INT32_MIN;
}

uint16_t QuarterOfSale(const OrderLine& line) {
  const int32_t sale = SaleOf(line);
  return sale == INT32_MIN ? uint16_t{0} : QuarterOf(DateOf(sale));
}

Customer IdentityReader::Read(const OrderLine& line, const Handle& handle,
                              IdentityFindings* findings) const {
  const std::string email = ToUtf8(line.email), phone = ToUtf8(line.phone),
                    pass = ToUtf8(line.pass),
                    first_name = ToUtf8(line.first_name),
                    last_name = ToUtf8(line.last_name),
                    street = ToUtf8(line.street), city = ToUtf8(line.city),
                    country = ToUtf8(line.country),
                    birth_date = ToUtf8(line.birth_date),
                    postcode = ToUtf8(line.postcode),
                    house_number = ToUtf8(line.house_number),
                    addition = ToUtf8(line.house_number_addition);
  return ReadCustomer({email, phone, pass, first_name, last_name, birth_date,
                       country, postcode, street, house_number, addition, city},
                      handle, own_domains_, Today(), findings);
}

RawDigester::Key RawDigester::Derive(
    const InstitutionHandleKey& key,
    const std::vector<std::string>& own_domains) {
  std::string label("garderobe/raw-digest/v3\0", 24);
  for (const std::string& domain : own_domains) PutShort(label, domain);
  return DeriveSecret<Key>(key, {label});
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
