#include "client/delivered_customer.h"

#include <optional>
#include <string_view>
#include <vector>

#include "core/base/integer.h"

namespace garderobe::client {
namespace {

// The number in the first `digits` characters of a normal form.
uint16_t NumberBefore(std::string_view text, size_t digits) {
  return ParseInteger<uint16_t>(text.substr(0, digits)).value_or(0);
}

// The area of a Dutch postcode. An address with a dummy house number may still
// have the right one; an example address has not.
uint16_t AreaOf(const Address& address, std::string_view postcode) {
  const Country* const lives_in = address.country;
  if (lives_in == nullptr || lives_in->code != "NL" ||
      address.reason == "ADDRESS_PLACEHOLDER") {
    return 0;
  }
  // Only the digits: no address, but the area is known.
  const auto area = postcode.size() == 4
                        ? lives_in->postcode(std::string(postcode) + "AA")
                        : lives_in->postcode(postcode);
  return area ? NumberBefore(*area, 4) : uint16_t{0};
}

}  // namespace

Customer ReadCustomer(const RawPerson& written, const Handle& handle,
                      std::span<const std::string> own_domains,
                      const CivilDate& today, IdentityFindings* findings) {
  const ReadPerson read = ReadPersonFields(written, own_domains, today);
  Customer customer;
  customer.handle = handle;
  customer.pc4 = AreaOf(read.fields.address, written.postcode);
  if (!read.fields.birth_date.empty()) {
    customer.birth_year = NumberBefore(read.fields.birth_date, 4);
  }
  customer.identifiers = DeriveIdentifiers(read.fields);
  if (findings != nullptr) {
    for (std::string_view reason : read.refused) {
      ++findings->refused[std::string(reason)];
    }
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      findings->usable[kind] += !customer.identifiers[kind].empty();
    }
  }
  return customer;
}

}  // namespace garderobe::client
