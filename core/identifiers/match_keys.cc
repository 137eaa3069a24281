#include "core/identifiers/match_keys.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "core/identifiers/email.h"
#include "core/identifiers/name.h"
#include "core/identifiers/text.h"

namespace garderobe {
namespace {

constexpr size_t kMalformedLettersLeast = 8;

// Parts with `|` between them; nothing when one is empty.
std::string Join(std::initializer_list<std::string_view> parts) {
  std::string joined;
  for (std::string_view part : parts) {
    if (part.empty()) return {};
    if (!joined.empty()) joined.push_back('|');
    joined.append(part);
  }
  return joined;
}

// The two in alphabetical order: first name and surname change places often.
std::string Unordered(std::string a, std::string b) {
  if (a.empty() || b.empty()) return {};
  if (b < a) std::swap(a, b);
  return a + "+" + b;
}

// The letters and digits of an e-mail address in alphabetical order: what is
// left of it when two change places or a dot is lost. Fewer than `least` are
// too common.
std::string Letters(std::string_view raw, size_t least) {
  std::string text = FoldToAscii(raw);
  std::erase_if(text, [](char c) {
    return !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
  });
  if (text.size() < least) return {};
  std::sort(text.begin(), text.end());
  return text;
}

// Each once: what is left when one is doubled, too. Many people share it; with
// a year of birth few do.
std::string EachOnce(std::string sorted) {
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  return sorted;
}

}  // namespace

Identifiers DeriveIdentifiers(const PersonFields& p) {
  Identifiers result;
  auto set = [&](Kind kind, std::string value) {
    result[static_cast<size_t>(kind)] = std::move(value);
  };
  const std::string initial = FirstLetter(p.first_name);
  const std::string first = p.first_name == initial ? "" : p.first_name;
  const std::string year = p.birth_date.substr(0, 4);
  const std::string letters =
      p.email.empty() ? Letters(p.email_malformed, kMalformedLettersLeast)
                      : Letters(p.email, 1);
  const Address& address = p.address;
  const std::string house =
      address.house_number == 0 ? "" : std::to_string(address.house_number);
  const std::string dwelling =
      address.country == nullptr
          ? ""
          : Join({address.country->code, address.postcode, house});
  // Where a postcode is a town, how the street begins as well.
  const std::string corner =
      address.country != nullptr && address.country->needs_street
          ? Join({dwelling, address.street.substr(0, 2)})
          : dwelling;
  auto skeletons = [&](size_t most) {
    return Unordered(NameSkeleton(p.first_name, most),
                     NameSkeleton(p.surname, most));
  };

  set(Kind::kEmail, p.email);
  set(Kind::kMobile, p.mobile);
  set(Kind::kLandline, p.landline);
  set(Kind::kPass, p.pass);
  set(Kind::kAddress, address.value);
  set(Kind::kNameBirthdate, Join({p.surname, initial, p.birth_date}));
  set(Kind::kNameAddress, Join({p.surname, initial, address.value}));

  set(Kind::kEmailInitial, Join({letters, initial}));
  set(Kind::kEmailFirst, Join({letters, first}));
  set(Kind::kEmailNames, Join({EachOnce(letters), skeletons(3)}));
  set(Kind::kEmailBirthyear, Join({EachOnce(letters), year}));
  const size_t at = p.email.find('@');
  if (at != p.email.npos &&
      !IsOfficeMailbox(std::string_view(p.email).substr(0, at))) {
    // The local part and how the domain begins: another ending, or a slip.
    set(Kind::kEmailLocal, p.email.substr(0, at + 5));
  }
  set(Kind::kMobileInitial, Join({p.mobile, initial}));
  set(Kind::kMobileFirst, Join({p.mobile, first}));
  set(Kind::kBirthdatePostcode, Join({p.birth_date, address.postcode}));
  set(Kind::kNamesBirthdate, Join({skeletons(2), p.birth_date}));
  set(Kind::kSurnameBirthdate, Join({p.surname, p.birth_date}));
  set(Kind::kBirthdateStreet, Join({p.birth_date, address.street}));
  set(Kind::kInitialsAddress,
      Join({Unordered(initial, FirstLetter(p.surname)), corner}));
  set(Kind::kNamesAddress, Join({skeletons(3), dwelling}));
  set(Kind::kNamesStreet, Join({skeletons(3), address.street, house}));
  if (address.postcode.empty()) {
    set(Kind::kBirthdateCity, Join({p.birth_date, p.city, initial}));
  }
  if (dwelling.empty()) {
    // Where the house is known its keys say more, and cost as much.
    set(Kind::kNamesArea,
        Join({skeletons(3),
              address.postcode.empty() ? p.city : address.postcode}));
  }
  return result;
}

}  // namespace garderobe
