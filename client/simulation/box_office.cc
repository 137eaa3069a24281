#include "client/simulation/box_office.h"

#include <algorithm>

namespace garderobe::client {
namespace {

// Proportions: chosen, not measured (docs/simulation.md).
constexpr double kNoShareShare = 0.02;
constexpr double kBoxOfficeEmailShare = 0.003;  // the desk's own address
constexpr double kCapitalShare = 0.05;
constexpr double kLandlineInsteadShare = 0.12;
constexpr double kPlus31Share = 0.3;
constexpr double kInitialOnlyShare = 0.04;
// Mistyped, for good, in one box office.
constexpr double kSlipName = 0.012, kSlipEmail = 0.006, kSlipPhone = 0.005,
                 kSlipBirthDate = 0.008, kSlipPostcode = 0.004,
                 kSlipHouseNumber = 0.004;

// One letter too few, two swapped, or another one.
void Slip(Draws& draws, std::string& text) {
  // Never half a character of another alphabet.
  const bool ascii =
      std::all_of(text.begin(), text.end(), [](char c) { return c > 0; });
  if (text.size() < 3 || !ascii) return;
  const size_t at = 1 + draws.Below(text.size() - 2);
  switch (draws.Below(3)) {
    case 0:
      text.erase(at, 1);
      break;
    case 1:
      std::swap(text[at], text[at + 1]);
      break;
    default:
      text[at] =
          static_cast<char>(text[at] >= '0' && text[at] <= '9'
                                ? '0' + static_cast<char>(draws.Below(10))
                                : 'a' + static_cast<char>(draws.Below(26)));
  }
}

}  // namespace

void AppendNumber(std::string& out, uint64_t number, size_t digits) {
  char text[20];
  size_t count = 0;
  do {
    text[count++] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number > 0 || count < digits);
  while (count > 0) out.push_back(text[--count]);
}

void AppendDate(std::string& out, int32_t day) {
  const CivilDate date = FromDayNumber(day);
  AppendNumber(out, static_cast<uint64_t>(date.year), 4);
  out.push_back('-');
  AppendNumber(out, static_cast<uint64_t>(date.month), 2);
  out.push_back('-');
  AppendNumber(out, static_cast<uint64_t>(date.day), 2);
}

void AppendField(std::string& out, std::string_view field) {
  if (field.find_first_of(",\"\n") == field.npos) {
    out.append(field);
    return;
  }
  out.push_back('"');
  for (char c : field) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
}

Draws BoxOffice::DrawsOf(const Customer& customer, uint64_t what) const {
  return {seed_ ^ (number_ << 8 | what), 5,
          customer.person * 2 + (customer.second ? 1 : 0)};
}

std::string BoxOffice::CustomerId(const Customer& customer) const {
  // Every institution has numbers of its own: an odd factor only changes the
  // order.
  std::string id = "K";
  AppendNumber(id,
               (customer.person * 2 + (customer.second ? 1 : 0)) *
                   (0x9e3779b1 + 2 * number_) % (uint64_t{1} << 33),
               6);
  return id;
}

bool BoxOffice::Shares(const Customer& customer) const {
  return !DrawsOf(customer, 1).Chance(kNoShareShare);
}

void BoxOffice::AppendFields(const Customer& customer, int32_t day,
                             std::string& out) const {
  const Household home =
      country_.MakeHousehold(Country::HouseholdOf(customer.person), day);
  const Person person = country_.MakePerson(customer.person, home, day);
  Draws draws = DrawsOf(customer, 2);
  out += CustomerId(customer);

  // Drawn whether used or not: what is given must not move what is mistyped.
  const bool gives_email = draws.Chance(kind_.email);
  const bool gives_phone = draws.Chance(kind_.phone);
  const bool gives_address = draws.Chance(kind_.address);
  const bool gives_birth_date = draws.Chance(kind_.birth_date);
  Draws slips = DrawsOf(customer, 3);
  out.push_back(',');
  if (gives_email) {
    std::string email = person.email;
    if (slips.Chance(kBoxOfficeEmailShare))
      email = "tickets@" + id_ + ".example";
    if (slips.Chance(kSlipEmail)) Slip(slips, email);
    if (draws.Chance(kCapitalShare) && email[0] >= 'a' && email[0] <= 'z') {
      email[0] = static_cast<char>(email[0] - 32);
    }
    out += email;
  }
  out.push_back(',');
  if (gives_phone || !gives_email) {
    const bool landline = home.landline != 0 && gives_email &&
                          draws.Chance(kLandlineInsteadShare);
    std::string phone;
    AppendNumber(phone, landline ? home.landline : person.mobile);
    if (slips.Chance(kSlipPhone)) Slip(slips, phone);
    out += draws.Chance(kPlus31Share) ? "+31 " : "0";
    out += phone;
  }
  out.push_back(',');
  std::string first(person.first_name), last = person.surname;
  if (slips.Chance(kSlipName)) Slip(slips, first);
  if (slips.Chance(kSlipName)) Slip(slips, last);
  if (draws.Chance(kInitialOnlyShare)) first = first.substr(0, 1) + ".";
  AppendField(out, first);
  out.push_back(',');
  AppendField(out, last);
  out.push_back(',');
  if (gives_birth_date) {
    int32_t born = person.birth_day;
    if (slips.Chance(kSlipBirthDate)) {
      born += slips.Chance(0.5) ? 10 : -365;
    }
    AppendDate(out, born);
  }
  const Dwelling& dwelling = home.dwelling;
  out.push_back(',');
  if (gives_address) {
    std::string postcode;
    AppendNumber(postcode, dwelling.pc4, 4);
    if (slips.Chance(kSlipPostcode)) Slip(slips, postcode);
    if (draws.Chance(0.5)) postcode.push_back(' ');
    postcode.append(dwelling.letters, 2);
    out += postcode;
  }
  out.push_back(',');
  if (gives_address) {
    AppendNumber(out, static_cast<uint64_t>(dwelling.number) +
                          (slips.Chance(kSlipHouseNumber) ? 1 : 0));
  }
  out.push_back(',');
  if (gives_address && dwelling.addition != 0) out.push_back(dwelling.addition);
  out += ",NL";
  out.push_back(',');
  if (kind_.pass > 0 && draws.Chance(kind_.pass)) out += person.pass;
}

}  // namespace garderobe::client
