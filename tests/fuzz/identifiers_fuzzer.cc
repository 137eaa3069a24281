// Any value: a normal form that is its own normal form, or a reason.
#include <algorithm>

#include "client/mapping/mapping.h"
#include "client/orders/dates.h"
#include "client/orders/order_line.h"
#include "client/orders/price.h"
#include "client/orders/product.h"
#include "client/orders/silence.h"
#include "client/orders/words.h"
#include "client/orders/written_text.h"
#include "core/base/check.h"
#include "core/base/civil_time.h"
#include "core/identifiers/address.h"
#include "core/identifiers/country.h"
#include "core/identifiers/email.h"
#include "core/identifiers/pass.h"
#include "core/identifiers/person.h"
#include "core/identifiers/phone.h"
#include "core/identifiers/street_line.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace garderobe;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Normalised email = NormaliseEmail(text);
  GARDEROBE_CHECK(email.ok() == !email.value.empty());
  if (email.ok()) {
    GARDEROBE_CHECK(NormaliseEmail(email.value).value == email.value);
  }
  const Normalised phone = NormalisePhone(text, "NL");
  if (phone.ok()) {
    GARDEROBE_CHECK(NormalisePhone(phone.value, "NL").value == phone.value);
  }
  const size_t half = size / 2;
  const std::string_view one = text.substr(0, half), other = text.substr(half);
  for (const Country* country : AllCountries()) {
    (void)country->postcode(text);
    for (std::string_view street : {one, other}) {
      const Address address =
          ReadAddress({country->code, "9000", street, one, other});
      GARDEROBE_CHECK(address.reason.empty() == !address.value.empty());
    }
  }
  const Normalised pass = NormalisePass(text);
  if (pass.ok()) GARDEROBE_CHECK(NormalisePass(pass.value).value == pass.value);
  for (const FoldedName& name : {FoldSurname(text), FoldFirstName(text)}) {
    GARDEROBE_CHECK(name.ok() == !name.value.empty());
    // Three letters, which take up to four bytes each beyond ASCII.
    const std::string skeleton = NameSkeleton(name.value, 3);
    GARDEROBE_CHECK(std::count_if(skeleton.begin(), skeleton.end(), [](char c) {
                      return (static_cast<uint8_t>(c) & 0xc0) != 0x80;
                    }) <= 3);
    GARDEROBE_CHECK(name.value.starts_with(FirstLetter(name.value)));
  }
  // Whatever stands in the fields of a row.
  (void)DeriveIdentifiers(ReadPersonFields({one, other, text, one, other, text,
                                            one, text, other, one, other, text},
                                           {}, {2026, 1, 1})
                              .fields);
  (void)ParseLocalMinutes(text);
  (void)client::ParsePriceCents(text,
                                static_cast<client::DecimalSign>(size % 3));
  const std::string utf8 = client::ToUtf8(text);
  (void)CountryCode(text);
  (void)SplitStreetLine(text);
  (void)client::ProductOf(text);
  for (size_t target = 0; target < client::kTargetCount; ++target) {
    (void)client::SaysNothing(target, text);
  }
  if (const auto undone = client::UndoMisreading(utf8)) {
    GARDEROBE_CHECK(client::ToUtf8(*undone) == *undone);
  }
  const std::string decoded = client::DecodeEntities(utf8);
  GARDEROBE_CHECK(client::ToUtf8(decoded) == decoded);
  (void)client::HasStrangeSigns(utf8);
  const client::DateReader dates(size % 2 == 0);
  (void)dates.Minutes(text);
  const std::string born = dates.BirthDate(text);
  GARDEROBE_CHECK(dates.BirthDate(born) == born);
  return 0;
}
