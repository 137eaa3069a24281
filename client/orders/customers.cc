#include "client/orders/customers.h"

#include <algorithm>

#include "client/orders/identity.h"
#include "client/orders/words.h"
#include "core/identifiers/person.h"
#include "core/identifiers/phone.h"

namespace garderobe::client {
namespace {

// Fields, so that those of a part stand together.
enum Field : size_t {
  kEmail,
  kPhone,
  kPhoneCountry,  // that of the row: where a number without code belongs
  kPass,
  kBirthDate,
  kFirstName,
  kLastName,
  kPostcode,
  kStreet,
  kHouseNumber,
  kAddition,
  kCity,
  kCountry,
};
struct Part {
  size_t begin;
  size_t saying_end;  // what follows says nothing by itself
  size_t end;
};
constexpr Part kPartFields[] = {
    {kEmail, kPhone, kPhone},           {kPhone, kPhoneCountry, kPass},
    {kPass, kBirthDate, kBirthDate},    {kBirthDate, kFirstName, kFirstName},
    {kFirstName, kPostcode, kPostcode}, {kPostcode, kCountry, kCountry + 1},
};

template <typename Fields>
bool Says(const Part& part, const Fields& fields) {
  return std::any_of(fields.begin() + part.begin,
                     fields.begin() + part.saying_end,
                     [](std::string_view field) { return !field.empty(); });
}

// Whether `more` says all that `less` does, and perhaps more.
template <typename Fields>
bool Includes(const Part& part, const Fields& more, const Fields& less) {
  for (size_t i = part.begin; i < part.end; ++i) {
    if (!less[i].empty() && less[i] != more[i]) return false;
  }
  return true;
}

}  // namespace

CustomerTable::Fields CustomerTable::FieldsOf(const OrderLine& line) {
  return {line.email,
          line.phone,
          line.phone.empty() ? std::string_view() : line.country,
          line.pass,
          line.birth_date,
          line.first_name,
          line.last_name,
          line.postcode,
          line.street,
          line.house_number,
          line.house_number_addition,
          line.city,
          line.country};
}

CustomerTable::Fields CustomerTable::FieldsOf(const Known& known) {
  static_assert(std::size(kPartFields) == kParts && kCountry + 1 == kFields);
  Fields fields;
  uint32_t begin = 0;
  for (size_t i = 0; i < kFields; ++i) {
    fields[i] =
        std::string_view(known.text).substr(begin, known.ends[i] - begin);
    begin = known.ends[i];
  }
  return fields;
}

void CustomerTable::Store(const Fields& fields, Known* known) {
  // The fields may be views into the text that is replaced.
  std::string text;
  for (size_t i = 0; i < kFields; ++i) {
    text += fields[i];
    known->ends[i] = static_cast<uint32_t>(text.size());
  }
  bytes_ += text.size();
  bytes_ -= known->text.size();
  known->text = std::move(text);
}

int CustomerTable::WeightOf(size_t part, const Fields& fields) const {
  std::array<std::string, kFields> said;
  for (size_t i = kPartFields[part].begin; i < kPartFields[part].end; ++i) {
    said[i] = ToUtf8(fields[i]);
  }
  const std::string& country =
      said[kPhone].empty() ? said[kCountry] : said[kPhoneCountry];
  const PersonFields read =
      ReadPersonFields(
          {said[kEmail], said[kPhone], said[kPass], said[kFirstName],
           said[kLastName], said[kBirthDate], country, said[kPostcode],
           said[kStreet], said[kHouseNumber], said[kAddition], said[kCity]},
          own_domains_, Today())
          .fields;
  if (!read.surname.empty() || !read.address.value.empty()) return 2;
  const bool nothing = read.email.empty() && read.mobile.empty() &&
                       read.landline.empty() && read.pass.empty() &&
                       read.birth_date.empty() && read.first_name.empty() &&
                       read.address.postcode.empty() &&
                       read.address.street.empty() && read.city.empty();
  return nothing ? 0 : 1;
}

bool CustomerTable::Outweighs(size_t part, const Fields& said,
                              const Fields& known, bool newer) const {
  if (!Says(kPartFields[part], known)) return true;
  const int weight = WeightOf(part, said), before = WeightOf(part, known);
  return weight == before ? newer : weight > before;
}

void CustomerTable::Add(const Handle& handle, const OrderLine& line,
                        uint64_t row) {
  const int32_t sale = SaleOf(line);
  const auto [place, is_new] = index_.try_emplace(handle, known_.size());
  if (is_new) {
    Known& known = known_.emplace_back();
    known.handle = handle;
    known.row = row;
    known.latest_sale = sale;
    const Fields said = FieldsOf(line);
    // What this row does not say was not said at its sale.
    known.said_at.fill(INT32_MIN);
    for (size_t part = 0; part < kParts; ++part) {
      if (Says(kPartFields[part], said)) known.said_at[part] = sale;
    }
    Store(said, &known);
    return;
  }
  Known& known = known_[place->second];
  known.latest_sale = std::max(known.latest_sale, sale);
  const Fields said = FieldsOf(line);
  Fields merged = FieldsOf(known);
  bool changed = false;
  for (size_t part = 0; part < kParts; ++part) {
    // A country alone, which a mapping may put on every row, is no address.
    if (!Says(kPartFields[part], said)) continue;
    int32_t& said_at = known.said_at[part];
    const bool newer =
        sale == INT32_MIN || said_at == INT32_MIN || sale >= said_at;
    if (Includes(kPartFields[part], merged, said)) {
      // Only who says all of it again says it at a later sale: a row that says
      // less would hold back, or let pass, what stands between the two.
      if (Includes(kPartFields[part], said, merged)) {
        said_at = std::max(said_at, sale);
      }
      continue;
    }
    const bool adds = Includes(kPartFields[part], said, merged);
    if (!adds && !Outweighs(part, said, merged, newer)) continue;
    const Part& fields = kPartFields[part];
    std::copy(said.begin() + fields.begin, said.begin() + fields.end,
              merged.begin() + fields.begin);
    said_at = sale;
    changed = true;
  }
  if (!changed) return;
  known.row = row;
  Store(merged, &known);
}

CustomerTable::Customer CustomerTable::At(size_t index,
                                          std::string* scratch) const {
  const Known& known = known_[index];
  const Fields fields = FieldsOf(known);
  Customer customer;
  customer.handle = known.handle;
  customer.row = known.row;
  OrderLine& line = customer.line;
  line.sold_at = known.latest_sale;
  line.email = fields[kEmail];
  line.phone = fields[kPhone];
  line.pass = fields[kPass];
  line.birth_date = fields[kBirthDate];
  line.first_name = fields[kFirstName];
  line.last_name = fields[kLastName];
  line.postcode = fields[kPostcode];
  line.street = fields[kStreet];
  line.house_number = fields[kHouseNumber];
  line.house_number_addition = fields[kAddition];
  line.city = fields[kCity];
  line.country = fields[kCountry];
  // A number without country code belongs where its own row says, and would be
  // somebody else's in the country of the address.
  if (!line.phone.empty() && fields[kPhoneCountry] != fields[kCountry]) {
    const std::string_view code = CountryCode(ToUtf8(fields[kPhoneCountry]));
    *scratch =
        NormalisePhone(ToUtf8(fields[kPhone]), code.empty() ? "ZZ" : code)
            .value;
    line.phone = *scratch;
  }
  return customer;
}

void CustomerTable::Clear() {
  known_.clear();
  index_.clear();
  bytes_ = 0;
}

}  // namespace garderobe::client
