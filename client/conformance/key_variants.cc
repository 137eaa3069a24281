#include "client/conformance/key_variants.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "core/identifiers/name.h"
#include "core/identifiers/text.h"

namespace garderobe::client::conformance {
namespace {

constexpr std::string_view kHashed = "identifiers.md: As it is hashed";
constexpr std::string_view kMatchKeys = "identifiers.md: Match keys, version 2";
constexpr Rule kKeyOrder{"key-order", kHashed,
                         "the parts of the key stand in another order"};
constexpr Rule kKeySign{"key-separator", kHashed,
                        "the parts of the key are joined with another sign "
                        "than a vertical bar"};
constexpr Rule kKeyUnordered{"key-unordered", kHashed,
                             "two parts are not in alphabetical order, or are "
                             "joined with another sign than +"};
constexpr Rule kKeyCase{"key-case", kHashed,
                        "the key is put into capitals or small letters"};
constexpr Rule kKeyEnd{"key-end", "protocol.md, 1",
                       "something stands behind or before the value: a line's "
                       "end, a zero byte, quotes, the kind's name"};
constexpr Rule kKeyInitial{"key-initial", kMatchKeys,
                           "the whole first name stands where its initial "
                           "belongs, or the other way round"};
constexpr Rule kKeyLetters{"key-letters", kMatchKeys,
                           "the letters and digits of the e-mail address are "
                           "not in alphabetical order"};
constexpr Rule kKeyOnce{"key-letters-once", kMatchKeys,
                        "letters of the e-mail address stand once where each "
                        "counts, or the other way round"};
constexpr Rule kKeyWhich{"key-letters-which", kMatchKeys,
                         "signs of the e-mail address are kept among its "
                         "letters, or its domain is left out"};
constexpr Rule kKeySkeleton{"key-skeleton", kMatchKeys,
                            "the skeleton of a name has another length"};
constexpr Rule kKeySounds{"key-skeleton-sounds",
                          "identifiers.md: Folding a name",
                          "consonants that sound alike are not one in the "
                          "skeleton of a name, or vowels are kept"};
constexpr Rule kKeyNames{"key-names-whole", kMatchKeys,
                         "whole names stand where their skeletons belong"};
constexpr Rule kKeyYear{"key-year", kMatchKeys,
                        "the year of birth has not four digits, or the whole "
                        "date stands there"};
constexpr Rule kKeyDomain{"key-domain", kMatchKeys,
                          "not the @ and four characters of the domain stand "
                          "behind the local part"};
constexpr Rule kKeyDwelling{"key-dwelling", kHashed,
                            "postcode and house number do not begin with the "
                            "country, or an addition is kept"};
constexpr Rule kKeyCorner{"key-corner", kMatchKeys,
                          "the first two letters of a Belgian street are left "
                          "out, or put into a Dutch key"};

using Strings = std::vector<std::string>;

bool IsOneOfKinds(Kind kind, std::initializer_list<Kind> kinds) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

// The letters and digits that keys are made of, in the order of the address.
std::string PlainLetters(std::string_view text) {
  std::string plain = FoldToAscii(text);
  std::erase_if(plain, [](char c) { return !IsLowerLetter(c) && !IsDigit(c); });
  return plain;
}
std::string SortedOf(std::string text) {
  std::sort(text.begin(), text.end());
  return text;
}
std::string OnceOf(std::string text) {
  text = SortedOf(std::move(text));
  text.erase(std::unique(text.begin(), text.end()), text.end());
  return text;
}

// As NameSkeleton, with rules left out.
std::string LooseSkeleton(std::string_view name, size_t most, bool vowels,
                          bool sounds) {
  std::string skeleton;
  for (const char c : name) {
    if (skeleton.size() == most) break;
    const bool silent =
        std::string_view("aeiouyhw").find(c) != std::string::npos;
    if (silent && !vowels && !skeleton.empty()) continue;
    char sound = c;
    if (sounds) {
      const std::string_view from = "cqzvd", to = "kksft";
      const size_t at = from.find(c);
      if (at != from.npos) sound = to[at];
    }
    skeleton.push_back(sound);
  }
  return skeleton;
}

std::string InOrder(std::string one, std::string two) {
  if (two < one) std::swap(one, two);
  return one + "+" + two;
}

class Variants {
 public:
  Variants(Kind kind, const PersonFields& fields, const std::string& value)
      : kind_(kind),
        fields_(fields),
        value_(value),
        parts_(absl::StrSplit(value, '|')) {}

  std::vector<KeyVariant> All() {
    AddJoined();
    AddPairs();
    AddInitials();
    AddLetters();
    AddSkeletons();
    AddPlaces();
    AddEnds();
    return std::move(variants_);
  }

 private:
  void Add(const Rule& rule, std::string value) {
    variants_.push_back({&rule, std::move(value)});
  }
  // The part at `place` of the key as `part`.
  void Replace(const Rule& rule, size_t place, const std::string& part) {
    if (place >= parts_.size()) return;
    Strings other = parts_;
    other[place] = part;
    Add(rule, absl::StrJoin(other, "|"));
  }

  void AddJoined() {
    if (parts_.size() > 1 && parts_.size() < 6) {
      Strings order = parts_;
      std::sort(order.begin(), order.end());
      do {
        if (order != parts_) Add(kKeyOrder, absl::StrJoin(order, "|"));
      } while (std::next_permutation(order.begin(), order.end()));
      for (const char* sign : {"", ":", ";", ",", " ", "-", "_", "/", "\t", "+",
                               ".", "||", "\n"}) {
        Add(kKeySign, absl::StrJoin(parts_, sign));
      }
      Add(kKeySign, absl::StrJoin(parts_, absl::string_view("\0", 1)));
    }
    std::string upper = value_, lower = value_;
    for (char& c : upper) {
      if (IsLowerLetter(c)) c = static_cast<char>(c - 32);
    }
    for (char& c : lower) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    Add(kKeyCase, upper);
    Add(kKeyCase, lower);
  }

  void AddPairs() {
    for (size_t place = 0; place < parts_.size(); ++place) {
      const Strings pair = absl::StrSplit(parts_[place], '+');
      if (pair.size() != 2 || parts_[place].starts_with('+')) continue;
      Replace(kKeyUnordered, place, pair[1] + "+" + pair[0]);
      for (const char* sign : {"", "|", ",", " ", "-", "_", "/", ":"}) {
        Replace(kKeyUnordered, place, pair[0] + sign + pair[1]);
        Replace(kKeyUnordered, place, pair[1] + sign + pair[0]);
      }
    }
  }

  void AddInitials() {
    const std::string initial = FirstLetter(fields_.first_name);
    if (initial.empty()) return;
    if (IsOneOfKinds(kind_, {Kind::kNameBirthdate, Kind::kNameAddress,
                             Kind::kEmailInitial, Kind::kMobileInitial,
                             Kind::kBirthdateCity})) {
      const size_t place = kind_ == Kind::kBirthdateCity ? 2 : 1;
      Replace(kKeyInitial, place, fields_.first_name);
      std::string capital = initial;
      if (IsLowerLetter(capital[0])) {
        capital[0] = static_cast<char>(capital[0] - 32);
      }
      Replace(kKeyInitial, place, capital);
    }
    if (IsOneOfKinds(kind_, {Kind::kEmailFirst, Kind::kMobileFirst})) {
      Replace(kKeyInitial, 1, initial);
    }
    if (kind_ == Kind::kInitialsAddress) {
      Replace(kKeyInitial, 0, InOrder(fields_.first_name, fields_.surname));
      Replace(kKeyInitial, 0, initial + FirstLetter(fields_.surname));
    }
  }

  void AddLetters() {
    if (!IsOneOfKinds(kind_, {Kind::kEmailInitial, Kind::kEmailFirst,
                              Kind::kEmailNames, Kind::kEmailBirthyear})) {
      return;
    }
    const std::string& email =
        fields_.email.empty() ? fields_.email_malformed : fields_.email;
    const std::string plain = PlainLetters(email);
    Replace(kKeyLetters, 0, plain);
    Replace(kKeyLetters, 0, email);
    Replace(kKeyOnce, 0, SortedOf(plain));
    Replace(kKeyOnce, 0, OnceOf(plain));
    Replace(kKeyWhich, 0, SortedOf(email));
    Replace(kKeyWhich, 0, OnceOf(email));
    const std::string local = email.substr(0, email.find('@'));
    Replace(kKeyWhich, 0, SortedOf(PlainLetters(local)));
    Replace(kKeyWhich, 0, OnceOf(PlainLetters(local)));
    std::string without_digits = plain;
    std::erase_if(without_digits, IsDigit);
    Replace(kKeyWhich, 0, SortedOf(without_digits));
    Replace(kKeyWhich, 0, OnceOf(without_digits));
  }

  void AddSkeletons() {
    if (!IsOneOfKinds(kind_, {Kind::kNamesBirthdate, Kind::kEmailNames,
                              Kind::kNamesAddress, Kind::kNamesStreet,
                              Kind::kNamesArea})) {
      return;
    }
    const size_t place = kind_ == Kind::kEmailNames ? 1 : 0;
    const std::string &first = fields_.first_name, &last = fields_.surname;
    for (size_t most = 1; most <= 6; ++most) {
      Replace(kKeySkeleton, place,
              InOrder(NameSkeleton(first, most), NameSkeleton(last, most)));
    }
    const size_t most = kind_ == Kind::kNamesBirthdate ? 2 : 3;
    for (const auto& [vowels, sounds] :
         {std::pair(false, false), std::pair(true, true),
          std::pair(true, false), std::pair(false, true)}) {
      Replace(kKeySounds, place,
              InOrder(LooseSkeleton(first, most, vowels, sounds),
                      LooseSkeleton(last, most, vowels, sounds)));
    }
    Replace(kKeyNames, place, InOrder(first, last));
  }

  void AddPlaces() {
    const std::string& born = fields_.birth_date;
    if (kind_ == Kind::kEmailBirthyear && born.size() == 8) {
      Replace(kKeyYear, 1, born);
      Replace(kKeyYear, 1, born.substr(2, 2));
    }
    if (const size_t at = fields_.email.find('@');
        kind_ == Kind::kEmailLocal && at != fields_.email.npos) {
      for (size_t more = 0; more <= 8; ++more) {
        Add(kKeyDomain, fields_.email.substr(0, at + more));
      }
      Add(kKeyDomain, fields_.email);
      Add(kKeyDomain,
          fields_.email.substr(0, at) + fields_.email.substr(at + 1, 4));
      Add(kKeyDomain, fields_.email.substr(0, fields_.email.rfind('.')));
    }
    const Address& address = fields_.address;
    if (address.country == nullptr ||
        !IsOneOfKinds(kind_, {Kind::kInitialsAddress, Kind::kNamesAddress})) {
      return;
    }
    const std::string code(address.country->code),
        house = std::to_string(address.house_number);
    const std::string right = code + "|" + address.postcode + "|" + house;
    const auto dwelling = [&](const Rule& rule, const std::string& other) {
      Add(rule, absl::StrReplaceAll(value_, {{right, other}}));
    };
    dwelling(kKeyDwelling, address.postcode + "|" + house);
    dwelling(kKeyDwelling, address.postcode + house);
    dwelling(kKeyDwelling, code + ":" + address.postcode + ":" + house);
    dwelling(kKeyDwelling, address.value);
    const Strings whole = absl::StrSplit(address.value, ':');
    if (whole.size() == 4) {
      dwelling(kKeyDwelling, right + "|" + whole[3]);
      dwelling(kKeyDwelling, right + whole[3]);
      dwelling(kKeyCorner, right + "|" + address.street.substr(0, 2));
    } else if (kind_ == Kind::kInitialsAddress) {
      Add(kKeyCorner, parts_[0] + "|" + right);
      Add(kKeyCorner, parts_[0] + "|" + right + "|" + address.street);
    } else {
      dwelling(kKeyCorner, right + "|" + address.street.substr(0, 2));
    }
  }

  void AddEnds() {
    const std::string name(KindName(kind_));
    Add(kKeyEnd, value_ + "\n");
    Add(kKeyEnd, value_ + std::string(1, '\0'));
    Add(kKeyEnd, value_ + " ");
    Add(kKeyEnd, "\"" + value_ + "\"");
    for (const char* sign : {":", "|", "=", "/", " "}) {
      Add(kKeyEnd, name + sign + value_);
    }
    Add(kKeyEnd, name + std::string(1, '\0') + value_);
    Add(kKeyEnd, name + value_);
  }

  const Kind kind_;
  const PersonFields& fields_;
  const std::string& value_;
  const Strings parts_;
  std::vector<KeyVariant> variants_;
};

}  // namespace

std::vector<KeyVariant> KeyVariants(Kind kind, const PersonFields& fields,
                                    const std::string& value) {
  return Variants(kind, fields, value).All();
}

std::vector<const Rule*> KeyRules() {
  return {&kKeyOrder, &kKeySign,     &kKeyUnordered, &kKeyCase,
          &kKeyEnd,   &kKeyInitial,  &kKeyLetters,   &kKeyOnce,
          &kKeyWhich, &kKeySkeleton, &kKeySounds,    &kKeyNames,
          &kKeyYear,  &kKeyDomain,   &kKeyDwelling,  &kKeyCorner};
}

}  // namespace garderobe::client::conformance
