#include "client/conformance/field_variants.h"

#include <string_view>

#include "client/conformance/address_variants.h"
#include "client/conformance/birth_date_variants.h"
#include "client/conformance/email_variants.h"
#include "client/conformance/name_variants.h"
#include "client/conformance/phone_variants.h"
#include "core/base/civil_time.h"
#include "core/identifiers/person.h"

namespace garderobe::client::conformance {
namespace {

constexpr Rule kOneRow{"row-alone", "delivering.md, Whose visit it is",
                       "the customer is delivered as one of its rows says it: "
                       "all rows of the file are put together"};

constexpr Rule kRowsMerged{"rows-merged", "delivering.md, Whose visit it is",
                           "what several rows say of a customer is put "
                           "together field by field, and not part by part by "
                           "the latest sale"};

// Each field as the first row has it that says it, or the last.
WrittenPerson Merged(const std::vector<WrittenPerson>& rows, bool last_counts) {
  using Field = std::string WrittenPerson::*;
  constexpr Field kFields[] = {
      &WrittenPerson::email,     &WrittenPerson::phone,
      &WrittenPerson::pass,      &WrittenPerson::first_name,
      &WrittenPerson::last_name, &WrittenPerson::birth_date,
      &WrittenPerson::country,   &WrittenPerson::postcode,
      &WrittenPerson::street,    &WrittenPerson::house_number,
      &WrittenPerson::addition,  &WrittenPerson::city};
  WrittenPerson merged = rows.front();
  for (const WrittenPerson& row : rows) {
    for (const Field field : kFields) {
      const bool is_better = last_counts || (merged.*field).empty();
      if (!(row.*field).empty() && is_better) merged.*field = row.*field;
    }
  }
  return merged;
}

}  // namespace

std::vector<FieldVariant> FieldVariants(
    const ReadFields& read, const std::vector<WrittenPerson>& rows) {
  std::vector<FieldVariant> variants;
  AddEmailVariants(read, &variants);
  AddPhoneVariants(read, &variants);
  AddNameVariants(read, &variants);
  AddBirthDateVariants(read, &variants);
  AddAddressVariants(read, &variants);
  for (const WrittenPerson& row : rows) {
    if (row == read.written) continue;
    variants.push_back(
        {&kOneRow, Part::kRow,
         ReadPersonFields(row.raw(), read.own_domains, Today()).fields});
  }
  for (const bool last_counts : {true, false}) {
    if (rows.size() < 2) break;
    const WrittenPerson merged = Merged(rows, last_counts);
    variants.push_back(
        {&kRowsMerged, Part::kRow,
         ReadPersonFields(merged.raw(), read.own_domains, Today()).fields});
  }
  return variants;
}

std::vector<const Rule*> RowRules() { return {&kOneRow, &kRowsMerged}; }

}  // namespace garderobe::client::conformance
