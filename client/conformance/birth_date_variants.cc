#include "client/conformance/birth_date_variants.h"

#include <optional>
#include <string>
#include <string_view>

#include "core/base/civil_time.h"
#include "core/identifiers/text.h"

namespace garderobe::client::conformance {
namespace {

constexpr std::string_view kDateSection = "identifiers.md: As it is hashed";
constexpr Rule kDateDashes{"birth-date-dashes", kDateSection,
                           "the birth date is written with signs between its "
                           "parts, and not as YYYYMMDD"};
constexpr Rule kDateOrder{"birth-date-order", kDateSection,
                          "day, month and year of the birth date stand in "
                          "another order"};
constexpr Rule kDateExchanged{"birth-date-exchanged", kDateSection,
                              "day and month of the birth date are exchanged"};
constexpr Rule kDateShort{"birth-date-short", kDateSection,
                          "the birth date has not eight digits"};
constexpr Rule kDateRaw{"birth-date-raw", kDateSection,
                        "the birth date is taken as it is written"};
constexpr Rule kDateRefused{"birth-date-refused",
                            "identifiers.md, Why a value is not used",
                            "a birth date is used that is refused: a "
                            "placeholder, before 1900 or in the future"};

}  // namespace

void AddBirthDateVariants(const ReadFields& read,
                          std::vector<FieldVariant>* to) {
  const std::string raw = CleanText(read.written.birth_date);
  if (raw.empty()) return;
  const auto add = [&](const Rule& rule, std::string value) {
    FieldVariant variant{&rule, Part::kBirthDate, read.fields};
    variant.fields.birth_date = std::move(value);
    to->push_back(std::move(variant));
  };
  const auto date = ParseDate(raw);
  if (!date) return add(kDateRaw, raw);
  const std::string year = fmt::format("{:04}", date->year),
                    month = fmt::format("{:02}", date->month),
                    day = fmt::format("{:02}", date->day);
  if (read.fields.birth_date.empty()) {
    add(kDateRefused, year + month + day);
    add(kDateRefused, year + "-" + month + "-" + day);
  }
  for (const char* sign : {"-", "/", ".", " "}) {
    add(kDateDashes, year + sign + month + sign + day);
    add(kDateDashes, day + sign + month + sign + year);
    add(kDateDashes, month + sign + day + sign + year);
  }
  add(kDateExchanged, year + day + month);
  add(kDateOrder, day + month + year);
  add(kDateOrder, month + day + year);
  add(kDateShort, year.substr(2) + month + day);
  add(kDateShort, day + month + year.substr(2));
  add(kDateShort, fmt::format("{}{}{}", date->year, date->month, date->day));
  add(kDateShort, fmt::format("{}-{}-{}", date->year, date->month, date->day));
  add(kDateRaw, raw);
}

std::vector<const Rule*> BirthDateRules() {
  return {&kDateDashes, &kDateOrder, &kDateExchanged,
          &kDateShort,  &kDateRaw,   &kDateRefused};
}

}  // namespace garderobe::client::conformance
