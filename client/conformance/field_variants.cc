#include "client/conformance/field_variants.h"

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
  return variants;
}

std::vector<const Rule*> RowRules() { return {&kOneRow}; }

}  // namespace garderobe::client::conformance
