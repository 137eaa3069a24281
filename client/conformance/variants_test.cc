// Each way in which somebody may have read a field, or put a key together,
// otherwise makes the value that it is to make.
#include <string>
#include <vector>

#include "client/conformance/field_variants.h"
#include "client/conformance/key_variants.h"
#include "core/base/civil_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace garderobe::client::conformance {
namespace {

using ::testing::Contains;
using ::testing::Pair;
using ByRule = std::vector<std::pair<std::string, std::string>>;

struct Person {
  OrderLine line;
  WrittenPerson written{line};

  explicit Person(const OrderLine& given) : line(given), written(given) {}
  PersonFields fields() const {
    return ReadPersonFields(written.raw(), {}, Today()).fields;
  }
  // Rules with the values of `kind` that they make.
  ByRule Read(Kind kind) const {
    ByRule found;
    const PersonFields read = fields();
    for (const FieldVariant& one : FieldVariants({written, read, {}}, {})) {
      found.emplace_back(
          one.rule->name,
          DeriveIdentifiers(one.fields)[static_cast<size_t>(kind)]);
    }
    return found;
  }
  ByRule Joined(Kind kind) const {
    ByRule found;
    const PersonFields read = fields();
    const std::string value =
        DeriveIdentifiers(read)[static_cast<size_t>(kind)];
    EXPECT_FALSE(value.empty());
    for (const KeyVariant& one : KeyVariants(kind, read, value)) {
      found.emplace_back(one.rule->name, one.value);
    }
    return found;
  }
};

Person Anna() {
  OrderLine line;
  line.email = " Anna.Bakker+tag@GoogleMail.com";
  line.phone = "06-12345670";
  line.first_name = "Anna Maria";
  line.last_name = "van der Mückenij";
  line.birth_date = "3-2-1980";
  line.postcode = "1012 LG";
  line.street = "Damrak";
  line.house_number = "12-a";
  return Person(line);
}

Person Bram() {
  OrderLine line;
  line.first_name = "Bram";
  line.last_name = "Wit";
  line.birth_date = "1980-02-03";
  line.country = "België";
  line.postcode = "9000";
  line.street = "Sint-Pietersnieuwstr.";
  line.house_number = "25";
  line.house_number_addition = "bus 03";
  return Person(line);
}

TEST(VariantsTest, EmailAddresses) {
  const ByRule read = Anna().Read(Kind::kEmail);
  for (const auto& [rule, value] :
       ByRule{{"email-tag-kept", "annabakker+tag@gmail.com"},
              {"email-dots-kept", "anna.bakker@gmail.com"},
              {"email-provider", "annabakker@googlemail.com"},
              {"email-lower", "anna.bakker+tag@googlemail.com"},
              {"email-trimmed", "Anna.Bakker+tag@GoogleMail.com"},
              {"email-raw", " Anna.Bakker+tag@GoogleMail.com"},
              {"email-case", "AnnaBakker@gmail.com"}}) {
    EXPECT_THAT(read, Contains(Pair(rule, value)));
  }
}

TEST(VariantsTest, Telephones) {
  const ByRule read = Anna().Read(Kind::kMobile);
  for (const auto& [rule, value] : ByRule{{"phone-raw", "06-12345670"},
                                          {"phone-digits", "0612345670"},
                                          {"phone-national", "612345670"},
                                          {"phone-plus", "31612345670"},
                                          {"phone-plus", "0031612345670"},
                                          {"phone-zero", "+310612345670"}}) {
    EXPECT_THAT(read, Contains(Pair(rule, value)));
  }
}

TEST(VariantsTest, Names) {
  const ByRule read = Anna().Read(Kind::kSurnameBirthdate);
  for (const auto& [rule, value] :
       ByRule{{"name-particles", "vandermukeny|19800203"},
              {"name-ij", "mukenij|19800203"},
              {"name-ck", "muckeny|19800203"},
              {"name-marks", "mükeny|19800203"},
              {"name-marks-lost", "mkeny|19800203"},
              {"name-lower", "van der mückenij|19800203"}}) {
    EXPECT_THAT(read, Contains(Pair(rule, value)));
  }
  EXPECT_THAT(Anna().Read(Kind::kMobileFirst),
              Contains(Pair("first-name-words", "+31612345670|anamaria")));
}

TEST(VariantsTest, BirthDates) {
  const ByRule read = Anna().Read(Kind::kSurnameBirthdate);
  for (const auto& [rule, value] :
       ByRule{{"birth-date-dashes", "mukeny|1980-02-03"},
              {"birth-date-order", "mukeny|03021980"},
              {"birth-date-exchanged", "mukeny|19800302"},
              {"birth-date-short", "mukeny|800203"},
              {"birth-date-raw", "mukeny|3-2-1980"}}) {
    EXPECT_THAT(read, Contains(Pair(rule, value)));
  }
}

TEST(VariantsTest, Addresses) {
  const ByRule dutch = Anna().Read(Kind::kAddress);
  for (const auto& [rule, value] :
       ByRule{{"address-addition-lost", "NL:1012LG:12:"},
              {"address-addition-case", "NL:1012LG:12:a"},
              {"address-addition-raw", "NL:1012LG:12:-a"},
              {"address-postcode-blank", "NL:1012 LG:12:A"},
              {"address-postcode-case", "NL:1012lg:12:A"},
              {"address-country-lost", "1012LG:12:A"},
              {"address-separator", "NL|1012LG|12|A"},
              {"address-street-added", "NL:1012LG:damrak:12:A"}}) {
    EXPECT_THAT(dutch, Contains(Pair(rule, value)));
  }
  const ByRule belgian = Bram().Read(Kind::kAddress);
  for (const auto& [rule, value] :
       ByRule{{"address-box-lost", "BE:9000:sintpietersnieuwstraat:25:"},
              {"address-box-form", "BE:9000:sintpietersnieuwstraat:25:03"},
              {"address-street-short", "BE:9000:sintpietersnieuwstr:25:3"},
              {"address-street-unfolded", "BE:9000:sint-pietersnieuwstr.:25:3"},
              {"address-street-lost", "BE:9000:25:3"}}) {
    EXPECT_THAT(belgian, Contains(Pair(rule, value)));
  }
}

TEST(VariantsTest, WhatIsRefusedIsReadAllTheSame) {
  OrderLine line;
  line.email = "info@localhost";
  line.birth_date = "1980-01-01";
  line.last_name = "onbekend";
  line.postcode = "1234AB";
  line.house_number = "1";
  const Person nobody(line);
  EXPECT_THAT(nobody.Read(Kind::kAddress),
              Contains(Pair("address-refused", "NL:1234AB:1:")));
  EXPECT_THAT(nobody.Read(Kind::kEmail),
              Contains(Pair("email-malformed", "info@localhost")));
  OrderLine other = line;
  other.last_name = "Bakker";
  EXPECT_THAT(Person(other).Read(Kind::kSurnameBirthdate),
              Contains(Pair("birth-date-refused", "baker|19800101")));
  other.last_name = line.last_name;
  other.birth_date = "1980-02-03";
  EXPECT_THAT(Person(other).Read(Kind::kSurnameBirthdate),
              Contains(Pair("name-refused", "onbekend|19800203")));
}

TEST(VariantsTest, Keys) {
  const Person bram = Bram();
  for (const auto& [rule, value] :
       ByRule{{"key-order", "b|wit|19800203"},
              {"key-separator", "wit:b:19800203"},
              {"key-initial", "wit|bram|19800203"},
              {"key-case", "WIT|B|19800203"},
              {"key-end", "name_birthdate:wit|b|19800203"}}) {
    EXPECT_THAT(bram.Joined(Kind::kNameBirthdate), Contains(Pair(rule, value)));
  }
  for (const auto& [rule, value] :
       ByRule{{"key-dwelling", "b+w|9000|25|si"},
              {"key-corner", "b+w|BE|9000|25"},
              {"key-unordered", "w+b|BE|9000|25|si"}}) {
    EXPECT_THAT(bram.Joined(Kind::kInitialsAddress),
                Contains(Pair(rule, value)));
  }
  EXPECT_THAT(bram.Joined(Kind::kNamesBirthdate),
              Contains(Pair("key-names-whole", "bram+wit|19800203")));
  const Person anna = Anna();
  for (const auto& [rule, value] :
       ByRule{{"key-letters", "annabakkergmailcom|a"},
              {"key-letters-once", "abcegiklmnor|a"},
              {"key-letters-which", "aaabekknnr|a"}}) {
    EXPECT_THAT(anna.Joined(Kind::kEmailInitial), Contains(Pair(rule, value)));
  }
  EXPECT_THAT(anna.Joined(Kind::kEmailLocal),
              Contains(Pair("key-domain", "annabakker")));
  EXPECT_THAT(anna.Joined(Kind::kEmailBirthyear),
              Contains(Pair("key-year", "abcegiklmnor|80")));
}

}  // namespace
}  // namespace garderobe::client::conformance
