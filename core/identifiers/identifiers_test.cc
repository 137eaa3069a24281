#include "core/identifiers/address.h"
#include "core/identifiers/email.h"
#include "core/identifiers/phone.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace garderobe {
namespace {

struct Case {
  std::string_view raw, expected;
};

TEST(EmailTest, NormalForms) {
  for (const Case& c : std::initializer_list<Case>{
           {"  Jan.Jansen@Example.NL ", "jan.jansen@example.nl"},
           {"jan+theater@example.nl", "jan@example.nl"},
           {"J.an.Jansen+x@googlemail.com", "janjansen@gmail.com"},
           {"jan@EXAMPLE.nl.", "jan@example.nl"},
           {"jan@müller.de", "jan@xn--mller-kva.de"},
           {"jan@café.nl", "jan@xn--caf-dma.nl"},
           {"ＪＡＮ@example.nl", "jan@example.nl"},
           {"JÜRGEN@example.nl", "jürgen@example.nl"}}) {
    EXPECT_EQ(NormaliseEmail(c.raw).value, c.expected) << c.raw;
  }
}

TEST(EmailTest, WhatIsNoAddressIsRefused) {
  for (const char* raw :
       {"", "@", "jan", "jan@", "@example.nl", "jan@localhost", "a@b@c.nl",
        "jan jansen@example.nl", "jan@example..nl", ".jan@example.nl",
        "jan@-example.nl", "jan@127.0.0.1", "+tag@example.nl", "jan;x@y.nl",
        "jan@ex_ample.nl", "jan.+x@example.nl", "\xff\xfe@example.nl",
        "jan@example.nl;p@x.nl"}) {
    EXPECT_EQ(NormaliseEmail(raw).reason, "EMAIL_MALFORMED") << raw;
  }
}

TEST(EmailTest, PlaceholdersAndTheInstitutionItselfAreNobody) {
  EXPECT_EQ(NormaliseEmail("No-Reply@example.nl").reason, "EMAIL_PLACEHOLDER");
  EXPECT_EQ(NormaliseEmail("test@example.nl").reason, "EMAIL_PLACEHOLDER");
  const std::string own[] = {"museum-x.nl"};
  EXPECT_EQ(NormaliseEmail("kaarten@museum-x.nl", own).reason,
            "EMAIL_OWN_DOMAIN");
  EXPECT_EQ(NormaliseEmail("a@shop.museum-x.nl", own).reason,
            "EMAIL_OWN_DOMAIN");
  EXPECT_TRUE(NormaliseEmail("a@notmuseum-x.nl", own).ok());
}

TEST(PhoneTest, MobileAndLandlineAreTold) {
  const Normalised mobile = NormalisePhone("06-12 34 56 78", "NL");
  EXPECT_EQ(mobile.kind, Kind::kMobile);
  EXPECT_EQ(mobile.value, "+31612345678");
  const Normalised landline = NormalisePhone("(020) 123 4567", "NL");
  EXPECT_EQ(landline.kind, Kind::kLandline);
  EXPECT_EQ(landline.value, "+31201234567");
  EXPECT_EQ(NormalisePhone("0032470123456", "NL").value, "+32470123456");
}

TEST(PhoneTest, WhatIsNotAPersonsNumberIsRefused) {
  for (const char* raw : {"", "12", "06123", "abc", "0000000000"}) {
    EXPECT_EQ(NormalisePhone(raw, "NL").reason, "PHONE_MALFORMED") << raw;
  }
  EXPECT_EQ(NormalisePhone("0900 1234", "NL").reason, "PHONE_NOT_PERSONAL");
  EXPECT_EQ(NormalisePhone("0800 1234", "NL").reason, "PHONE_NOT_PERSONAL");
}

TEST(AddressTest, NormalForms) {
  struct AddressCase {
    RawAddress raw;
    std::string_view expected;
  };
  for (const AddressCase& c : std::initializer_list<AddressCase>{
           {{"", "1234 ab", "12", "a"}, "NL:1234AB:12:A"},
           {{"Nederland", "NL-1234AB", "012", ""}, "NL:1234AB:12:"},
           {{"nl", "1234AB", "12a", ""}, "NL:1234AB:12:A"},
           {{"NL", "1234AB", "12-3", ""}, "NL:1234AB:12:3"},
           {{"NL", "1234AB", " 12 bis", ""}, "NL:1234AB:12:BIS"},
           {{"NL", "1234AB", "12", "huis"}, "NL:1234AB:12:HS"},
           {{"NL", "1234AB", "12", "hs."}, "NL:1234AB:12:HS"},
           {{"NL", "1234AB", "12", "II"}, "NL:1234AB:12:2"}}) {
    EXPECT_EQ(NormaliseAddress(c.raw).value, c.expected);
  }
}

TEST(AddressTest, RefusalsSayWhy) {
  auto reason = [](RawAddress raw) { return NormaliseAddress(raw).reason; };
  EXPECT_EQ(reason({"", "0123AB", "1", ""}), "POSTCODE_MALFORMED");
  EXPECT_EQ(reason({"", "1234SS", "1", ""}), "POSTCODE_MALFORMED");
  EXPECT_EQ(reason({"", "1234", "1", ""}), "POSTCODE_MALFORMED");
  EXPECT_EQ(reason({"", "1234AB", "", ""}), "HOUSE_NUMBER_MALFORMED");
  EXPECT_EQ(reason({"", "1234AB", "x", ""}), "HOUSE_NUMBER_MALFORMED");
  EXPECT_EQ(reason({"", "1234AB", "123456789012", ""}),
            "HOUSE_NUMBER_MALFORMED");
  EXPECT_EQ(reason({"", "1234AB", "0", ""}), "HOUSE_NUMBER_DUMMY");
  EXPECT_EQ(reason({"", "1234AB", "99999", ""}), "HOUSE_NUMBER_DUMMY");
  EXPECT_EQ(reason({"Frankrijk", "1234AB", "1", ""}), "COUNTRY_NOT_SUPPORTED");
}

}  // namespace
}  // namespace garderobe
