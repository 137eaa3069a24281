// Any value: a normal form that is its own normal form, or a reason.
#include "client/order_line.h"
#include "core/base/check.h"
#include "core/base/civil_time.h"
#include "core/identifiers/address.h"
#include "core/identifiers/email.h"
#include "core/identifiers/phone.h"

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
  const Normalised address =
      NormaliseAddress({"", "1234AB", text.substr(0, half), text.substr(half)});
  GARDEROBE_CHECK(address.ok() == !address.value.empty());
  (void)NormalisePostcodeNl(text);
  (void)ParseLocalMinutes(text);
  (void)client::ParsePriceCents(text, size % 2 == 0);
  (void)client::ToUtf8(text);
  return 0;
}
