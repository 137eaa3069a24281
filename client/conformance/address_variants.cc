#include "client/conformance/address_variants.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/identifiers/address.h"
#include "core/identifiers/street_line.h"
#include "core/identifiers/text.h"

namespace garderobe::client::conformance {
namespace {

constexpr std::string_view kAddressSection = "identifiers.md, Identifiers";
constexpr Rule kAdditionLost{"address-addition-lost", kAddressSection,
                             "letter and addition of the house number are "
                             "left out"};
constexpr Rule kAdditionRaw{"address-addition-raw", kAddressSection,
                            "the addition of a house number is not spelled as "
                            "`house_number.additions` says"};
constexpr Rule kAdditionCase{"address-addition-case", kAddressSection,
                             "the addition of a house number is not in "
                             "capitals"};
constexpr Rule kHouseZeros{"address-zeros", kAddressSection,
                           "the house number is taken as it is written"};
constexpr Rule kPostcodeBlank{"address-postcode-blank", kAddressSection,
                              "the postcode is written with a blank"};
constexpr Rule kPostcodeCase{"address-postcode-case", kAddressSection,
                             "the postcode is in small letters"};
constexpr Rule kPostcodeRaw{"address-postcode-raw", kAddressSection,
                            "the postcode is taken as it is written"};
constexpr Rule kCountryLost{"address-country-lost", kAddressSection,
                            "the country before the address is left out"};
constexpr Rule kCountryForm{"address-country-form", kAddressSection,
                            "the country before the address is not its code "
                            "of two capitals"};
constexpr Rule kCountryOther{"address-country-other",
                             "identifiers.md: Countries",
                             "the address is read as one of another country"};
constexpr Rule kColonLost{"address-colon", kAddressSection,
                          "the colon before an empty addition or box is left "
                          "out"};
constexpr Rule kAddressSign{"address-separator", kAddressSection,
                            "the parts of the address are joined with another "
                            "sign than a colon"};
constexpr Rule kStreetUnfolded{"address-street-unfolded", kAddressSection,
                               "street or city is not folded to letters and "
                               "digits of ASCII"};
constexpr Rule kStreetShort{"address-street-short", kAddressSection,
                            "an abbreviation in the street is not written out"};
constexpr Rule kStreetLost{"address-street-lost", kAddressSection,
                           "the street of a Belgian address is left out"};
constexpr Rule kStreetAdded{"address-street-added", kAddressSection,
                            "a street is put into a Dutch address"};
constexpr Rule kStreetLine{"address-street-line", "identifiers.md: Whole lines",
                           "the house number is not taken out of the street"};
constexpr Rule kBoxLost{"address-box-lost", "identifiers.md: House numbers",
                        "the box of a Belgian address is left out"};
constexpr Rule kBoxForm{"address-box-form", "identifiers.md: House numbers",
                        "the box is not the number behind `bus`, `bte` or /, "
                        "without a zero before it"};
constexpr Rule kAddressRefused{"address-refused",
                               "identifiers.md, Why a value is not used",
                               "an address is used that is refused: a "
                               "placeholder, or a dummy number"};

using AddressParts = std::vector<std::string>;

std::string Small(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return text;
}

std::string LowerText(const std::string& raw) {
  return FoldCompatible(CleanText(raw)).value_or(raw);
}

class AddressVariants {
 public:
  AddressVariants(const ReadFields& read, std::vector<FieldVariant>* to)
      : read_(read), known_(read.fields.address), to_(to) {}

  void Add() {
    AddOtherCountries();
    AddStreets();
    if (known_.is_placeholder || known_.value.empty()) AddRefused();
    if (!known_.postcode.empty()) AddPostcodes();
    if (known_.value.empty()) return;
    const AddressParts parts = absl::StrSplit(known_.value, ':');
    const bool dutch = parts.size() == 4;
    if (!dutch && parts.size() != 5) return;
    AddForms(parts);
    if (dutch) {
      AddDutch(parts);
    } else {
      AddBelgian(parts);
    }
  }

 private:
  template <typename Change>
  void With(const Rule& rule, const Change& change) {
    FieldVariant variant{&rule, Part::kAddress, read_.fields};
    change(variant.fields);
    to_->push_back(std::move(variant));
  }
  void Value(const Rule& rule, const AddressParts& parts,
             const char* separator = ":") {
    With(rule, [&](PersonFields& fields) {
      fields.address.value = absl::StrJoin(parts, separator);
    });
  }

  void AddForms(const AddressParts& parts) {
    Value(kCountryLost, {parts.begin() + 1, parts.end()});
    for (const char* country : {"nl", "be", "Nederland", "Netherlands", "BE",
                                "NL", "", "België", "NLD", "BEL"}) {
      AddressParts other = parts;
      other[0] = country;
      Value(kCountryForm, other);
    }
    if (parts.back().empty())
      Value(kColonLost, {parts.begin(), parts.end() - 1});
    for (const char* separator : {"|", "", " ", "-", ",", ";"}) {
      Value(kAddressSign, parts, separator);
    }
  }

  void AddDutch(const AddressParts& parts) {
    AddressParts other = parts;
    other[3] = "";
    Value(kAdditionLost, other);
    Value(kAdditionLost, {parts.begin(), parts.begin() + 3});
    other[3] = Small(parts[3]);
    Value(kAdditionCase, other);
    const std::string addition = CleanText(read_.written.addition),
                      number = CleanText(read_.written.house_number);
    const size_t digits =
        std::min(number.find_first_not_of("0123456789"), number.size());
    const std::string behind(TrimBlanks(number.substr(digits)));
    for (const std::string& raw : {addition, behind, behind + addition}) {
      other[3] = raw;
      Value(kAdditionRaw, other);
      for (char& c : other[3]) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
      }
      Value(kAdditionRaw, other);
    }
    AddressParts raw_house = parts;
    raw_house[2] = number;
    Value(kHouseZeros, raw_house);
    raw_house[2] = number.substr(0, digits);
    Value(kHouseZeros, raw_house);
    AddressParts street = parts;
    street.insert(street.begin() + 2, known_.street);
    Value(kStreetAdded, street);
  }

  void AddBelgian(const AddressParts& parts) {
    AddressParts other = parts;
    other[4] = "";
    Value(kBoxLost, other);
    Value(kBoxLost, {parts.begin(), parts.begin() + 4});
    for (const std::string& box :
         {"bus" + parts[4], "BUS" + parts[4], "bus " + parts[4], "0" + parts[4],
          "00" + parts[4], CleanText(read_.written.addition),
          Small(parts[4])}) {
      other[4] = box;
      Value(kBoxForm, other);
    }
    AddressParts letter = parts;
    const size_t digits = parts[3].find_first_not_of("0123456789");
    letter[3] = parts[3].substr(0, digits);
    Value(kAdditionLost, letter);
    letter[3] = Small(parts[3]);
    Value(kAdditionCase, letter);
    AddressParts streetless = parts;
    streetless.erase(streetless.begin() + 2);
    Value(kStreetLost, streetless);
  }

  // `postcode` in address, and in what is made of its parts.
  void Postcode(const Rule& rule, const std::string& postcode) {
    With(rule, [&](PersonFields& fields) {
      Address& address = fields.address;
      if (const size_t at = address.value.find(address.postcode);
          at != address.value.npos) {
        address.value.replace(at, address.postcode.size(), postcode);
      }
      address.postcode = postcode;
    });
  }
  void AddPostcodes() {
    const std::string& postcode = known_.postcode;
    if (postcode.size() == 6) {
      Postcode(kPostcodeBlank,
               postcode.substr(0, 4) + " " + postcode.substr(4));
      Postcode(kPostcodeCase, Small(postcode));
    }
    Postcode(kPostcodeRaw, CleanText(read_.written.postcode));
    Postcode(kPostcodeRaw, read_.written.postcode);
  }

  void Street(const Rule& rule, const std::string& street) {
    With(rule, [&](PersonFields& fields) {
      Address& address = fields.address;
      AddressParts parts = absl::StrSplit(address.value, ':');
      if (parts.size() == 5) {
        parts[2] = street;
        address.value = absl::StrJoin(parts, ":");
      }
      address.street = street;
    });
  }
  void AddStreets() {
    const std::string line = CleanText(read_.written.street);
    const std::string street = CleanText(read_.written.house_number).empty()
                                   ? SplitStreetLine(line).street
                                   : line;
    if (!street.empty()) {
      Street(kStreetUnfolded, LowerText(street));
      Street(kStreetUnfolded, FoldLetters(street).value_or(street));
      Street(kStreetUnfolded, street);
      std::string without = street;
      std::erase(without, '.');
      Street(kStreetShort, FoldStreet(without));
      if (street != line) Street(kStreetLine, FoldStreet(line));
    }
    const std::string city = read_.written.city;
    if (city.empty()) return;
    for (const std::string& other :
         {LowerText(city), CleanText(city), FoldLetters(city).value_or(city)}) {
      With(kStreetUnfolded, [&](PersonFields& fields) { fields.city = other; });
    }
  }

  void AddOtherCountries() {
    const WrittenPerson& w = read_.written;
    for (const char* country : {"NL", "BE"}) {
      Address other = ReadAddress(
          {country, w.postcode, w.street, w.house_number, w.addition});
      if (other.value == known_.value && other.country == known_.country) {
        continue;
      }
      With(kCountryOther,
           [&](PersonFields& fields) { fields.address = std::move(other); });
    }
  }

  // An address that the rules refuse, put together all the same.
  void AddRefused() {
    const WrittenPerson& w = read_.written;
    if (known_.country == nullptr) return;
    const auto postcode = known_.country->postcode(w.postcode);
    if (!postcode) return;
    std::string digits;
    for (const char c : w.house_number) {
      if (!IsDigit(c)) break;
      digits.push_back(c);
    }
    With(kAddressRefused, [&](PersonFields& fields) {
      Address& address = fields.address;
      address.postcode = *postcode;
      address.street = FoldStreet(w.street);
      address.value = std::string(known_.country->code) + ":" + *postcode +
                      ":" + digits + ":";
      fields.city = FoldStreet(w.city);
      for (const char c : digits.substr(0, 6)) {
        address.house_number = address.house_number * 10 + (c - '0');
      }
    });
  }

  const ReadFields& read_;
  const Address& known_;
  std::vector<FieldVariant>* const to_;  // not owned
};

}  // namespace

void AddAddressVariants(const ReadFields& read, std::vector<FieldVariant>* to) {
  AddressVariants(read, to).Add();
}

std::vector<const Rule*> AddressRules() {
  return {&kAdditionLost,   &kAdditionRaw,  &kAdditionCase, &kHouseZeros,
          &kPostcodeBlank,  &kPostcodeCase, &kPostcodeRaw,  &kCountryLost,
          &kCountryForm,    &kCountryOther, &kColonLost,    &kAddressSign,
          &kStreetUnfolded, &kStreetShort,  &kStreetLost,   &kStreetAdded,
          &kStreetLine,     &kBoxLost,      &kBoxForm,      &kAddressRefused};
}

}  // namespace garderobe::client::conformance
