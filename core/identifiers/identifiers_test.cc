#include "core/identifiers/address.h"
#include "core/identifiers/birth_date.h"
#include "core/identifiers/country.h"
#include "core/identifiers/email.h"
#include "core/identifiers/house_number.h"
#include "core/identifiers/name.h"
#include "core/identifiers/pass.h"
#include "core/identifiers/phone.h"
#include "core/identifiers/street_line.h"
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
           {"JÜRGEN@example.nl", "jürgen@example.nl"},
           // What was pasted with it, and what nobody sees.
           {"Jan Jansen <Jan@example.nl>", "jan@example.nl"},
           {"mailto:jan@example.nl", "jan@example.nl"},
           {"jan@example.nl;", "jan@example.nl"},
           {"jan@example.nl;p@x.nl", "jan@example.nl"},
           {"jan@example.nl, piet@example.nl", "jan@example.nl"},
           {"\u200bjan@example.nl", "jan@example.nl"},
           {"\ufeffjan@example.nl\u00a0", "jan@example.nl"},
           {"ja\u00adn@example.nl", "jan@example.nl"}}) {
    EXPECT_EQ(NormaliseEmail(c.raw).value, c.expected) << c.raw;
  }
}

TEST(EmailTest, WhatIsNoAddressIsRefused) {
  for (const char* raw : {"",
                          "@",
                          "jan",
                          "jan@",
                          "@example.nl",
                          "jan@localhost",
                          "a@b@c.nl",
                          "jan jansen@example.nl",
                          "jan@example..nl",
                          ".jan@example.nl",
                          "jan@-example.nl",
                          "jan@127.0.0.1",
                          "+tag@example.nl",
                          "jan;x@y.nl",
                          "jan@ex_ample.nl",
                          "jan.+x@example.nl",
                          "\xff\xfe@example.nl",
                          "jan@exam\u200dple.nl",
                          "p jan@example.nl; piet@example.nl",
                          "jan <>",
                          "<jan@example.nl",
                          "mailto:"}) {
    EXPECT_EQ(NormaliseEmail(raw).reason, "EMAIL_MALFORMED") << raw;
  }
}

TEST(EmailTest, PlaceholdersAndTheInstitutionItselfAreNobody) {
  EXPECT_EQ(NormaliseEmail("No-Reply@example.nl").reason, "EMAIL_PLACEHOLDER");
  EXPECT_EQ(NormaliseEmail("Jan.Jansen@No.Email").reason, "EMAIL_PLACEHOLDER");
  EXPECT_EQ(NormaliseEmail("test@example.nl").reason, "EMAIL_PLACEHOLDER");
  const std::string own[] = {"museum-x.nl"};
  EXPECT_EQ(NormaliseEmail("kaarten@museum-x.nl", own).reason,
            "EMAIL_OWN_DOMAIN");
  EXPECT_EQ(NormaliseEmail("a@shop.museum-x.nl", own).reason,
            "EMAIL_OWN_DOMAIN");
  EXPECT_TRUE(NormaliseEmail("a@notmuseum-x.nl", own).ok());
}

TEST(PhoneTest, MobileAndLandlineAreTold) {
  const Normalised mobile = NormalisePhone("06-12 34 56 70", "NL");
  EXPECT_EQ(mobile.kind, Kind::kMobile);
  EXPECT_EQ(mobile.value, "+31612345670");
  const Normalised landline = NormalisePhone("(020) 123 4567", "NL");
  EXPECT_EQ(landline.kind, Kind::kLandline);
  EXPECT_EQ(landline.value, "+31201234567");
  EXPECT_EQ(NormalisePhone("0032470123457", "NL").value, "+32470123457");
}

TEST(PhoneTest, WhatIsNotAPersonsNumberIsRefused) {
  for (const char* raw : {"", "12", "06123", "abc", "0000000000"}) {
    EXPECT_EQ(NormalisePhone(raw, "NL").reason, "PHONE_MALFORMED") << raw;
  }
  EXPECT_EQ(NormalisePhone("0612345678", "NL").reason, "PHONE_PLACEHOLDER");
  EXPECT_EQ(NormalisePhone("0600000000", "NL").ok(), false);
  EXPECT_EQ(NormalisePhone("0900 1234", "NL").reason, "PHONE_NOT_PERSONAL");
  EXPECT_EQ(NormalisePhone("0800 1234", "NL").reason, "PHONE_NOT_PERSONAL");
}

std::string AddressOf(const RawAddress& raw) { return ReadAddress(raw).value; }

TEST(AddressTest, DutchNormalForms) {
  struct DutchCase {
    std::string_view postcode, number, addition, expected;
  };
  for (const DutchCase& c : std::initializer_list<DutchCase>{
           {"1234 ac", "12", "a", "NL:1234AC:12:A"},
           {"NL-1234AC", "012", "", "NL:1234AC:12:"},
           {"1234AC", "12a", "", "NL:1234AC:12:A"},
           {"1234AC", "12-3", "", "NL:1234AC:12:3"},
           {"1234AC Ons Dorp", " 12 bis", "", "NL:1234AC:12:BIS"},
           {"1234AC", "12", "huis", "NL:1234AC:12:HS"},
           {"1234AC", "12", "hs.", "NL:1234AC:12:HS"},
           {"1234AC", "12bisA", "", "NL:1234AC:12:ABIS"},
           {"1234AC", "12", "II", "NL:1234AC:12:2"}}) {
    EXPECT_EQ(AddressOf({"Nederland", c.postcode, "", c.number, c.addition}),
              c.expected);
  }
  // The street is not needed, but may hold the number.
  EXPECT_EQ(AddressOf({"", "1234AC", "Damrak 12 bis", "", ""}),
            "NL:1234AC:12:BIS");
}

TEST(AddressTest, BelgianNormalForms) {
  struct BelgianCase {
    std::string_view postcode, street, number, box, expected;
  };
  for (const BelgianCase& c : std::initializer_list<BelgianCase>{
           {"9000", "Korenmarkt", "12", "3", "BE:9000:korenmarkt:12:3"},
           {"B-9000", "Korenmarkt 12 bus 3", "", "", "BE:9000:korenmarkt:12:3"},
           {"9000 Gent", "Korenmarkt", "12/3", "", "BE:9000:korenmarkt:12:3"},
           {"9000", "Korenmarkt", "12A", "", "BE:9000:korenmarkt:12A:"},
           {"1000", "Rue de l'\xc3\x89glise", "5", "bte 2",
            "BE:1000:ruedeleglise:5:2"}}) {
    EXPECT_EQ(
        AddressOf({"Belgi\xc3\xab", c.postcode, c.street, c.number, c.box}),
        c.expected);
  }
}

TEST(AddressTest, RefusalsSayWhy) {
  auto reason = [](std::string_view country, std::string_view postcode,
                   std::string_view number) {
    return ReadAddress({country, postcode, "", number, ""}).reason;
  };
  EXPECT_EQ(reason("", "0123AB", "1"), "POSTCODE_MALFORMED");
  EXPECT_EQ(reason("", "1234SS", "1"), "POSTCODE_MALFORMED");
  EXPECT_EQ(reason("", "1234", "1"), "POSTCODE_MALFORMED");
  EXPECT_EQ(reason("", "1234AC", ""), "HOUSE_NUMBER_MALFORMED");
  EXPECT_EQ(reason("", "1234AC", "x"), "HOUSE_NUMBER_MALFORMED");
  EXPECT_EQ(reason("", "1234AC", "123456789012"), "HOUSE_NUMBER_MALFORMED");
  EXPECT_EQ(reason("", "1234AC", "0"), "HOUSE_NUMBER_DUMMY");
  EXPECT_EQ(reason("", "1234AC", "99999"), "HOUSE_NUMBER_DUMMY");
  EXPECT_EQ(reason("", "1234AB", "1"), "ADDRESS_PLACEHOLDER");
  EXPECT_EQ(reason("Frankrijk", "1234AC", "1"), "COUNTRY_NOT_SUPPORTED");
  EXPECT_EQ(reason("BE", "9000", "1"), "STREET_MISSING");
  EXPECT_EQ(reason("BE", "1234AC", "1"), "POSTCODE_MALFORMED");
}

TEST(StreetLineTest, TheNumberIsFound) {
  struct LineCase {
    std::string_view line, street, number;
  };
  for (const LineCase& c : std::initializer_list<LineCase>{
           {"Damrak 1", "Damrak", "1"},
           {"Plein 1944 12", "Plein 1944", "12"},
           {"1e Jan Steenstraat 12", "1e Jan Steenstraat", "12"},
           {"Laan '40-'45 7", "Laan '40-'45", "7"},
           {"Straat 12 2", "Straat", "12 2"},
           {"Laan 1940-1945 37", "Laan 1940-1945", "37"},
           {"Rivium 2e Straat 59", "Rivium 2e Straat", "59"},
           {"Langeloërduinen 3 46", "Langeloërduinen 3", "46"},
           {"3 Oktoberstraat 5", "3 Oktoberstraat", "5"},
           {"Rue du 11 Novembre 5", "Rue du 11 Novembre", "5"},
           {"Kerkstraat 12 bus 3", "Kerkstraat", "12 bus 3"},
           {"Kerkstraat 12 A 3", "Kerkstraat", "12 A 3"},
           {"Kerkstraat 12 t/m 14", "Kerkstraat", "12 t/m 14"},
           {"Kerkstraat 12 2e etage", "Kerkstraat", "12 2e etage"},
           {"Kerkstraat 12 app 40", "Kerkstraat", "12 app 40"},
           {"Kerkstraat 12 1012 AB Amsterdam", "Kerkstraat", "12"},
           {"Kerkstraat 12 1012AB", "Kerkstraat", "12"},
           {"Korenmarkt 12 9000 Gent", "Korenmarkt", "12"},
           {"12 Damrak", "Damrak", "12"},
           {"12, Rue Neuve", "Rue Neuve", "12"},
           {"Nieuwstraat 25, 1000 Brussel", "Nieuwstraat", "25"},
           {"Postbus 123", "Postbus 123", ""},
           {"Damrak", "Damrak", ""},
           {"", "", ""}}) {
    const StreetLine split = SplitStreetLine(c.line);
    EXPECT_EQ(split.street, c.street) << c.line;
    EXPECT_EQ(split.number, c.number) << c.line;
  }
}

TEST(NameTest, SpellingsOfOneNameAreEqual) {
  for (const auto& [raw, expected] :
       std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"van der Berg", "berg"},
           {"v.d. Berg", "berg"},
           {"Berg, van den", "berg"},
           {"in 't Veld", "veld"},
           {"D\xc3\xadjkstra", "dykstra"},
           {"Dijckstra", "dykstra"},
           {"Janssens", "jansens"},
           {"\xc3\x98stergaard", "ostergard"},
           {"De", "de"}}) {
    EXPECT_EQ(FoldSurname(raw).value, expected) << raw;
  }
  EXPECT_EQ(FoldFirstName("Jan-Pieter").value, "jan");
  EXPECT_EQ(FoldFirstName("J.P.").value, "j");
  EXPECT_EQ(FoldSurname("12").reason, "NAME_UNREADABLE");
  EXPECT_EQ(FoldSurname("Van\u00a0den\u2009Berg\u200b").value, "berg");
  EXPECT_EQ(FoldSurname("Onbekend").reason, "NAME_PLACEHOLDER");
}

TEST(NameTest, TitlesAndRemarksAreNoNames) {
  for (const auto& [raw, expected] :
       std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"Fam. Jansen", "jansen"},
           {"de heer Jansen", "jansen"},
           {"Dhr./Mevr. Jansen", "jansen"},
           {"Jansen (overleden)", "jansen"},
           {"Jansen [oud adres", "jansen"},
           {"de Heer", "her"},
           {"Mevr.", "mevr"}}) {
    EXPECT_EQ(FoldSurname(raw).value, expected) << raw;
  }
  EXPECT_EQ(FoldFirstName("Dhr. J.").value, "j");
  EXPECT_EQ(FoldFirstName("Prof.dr. Jan").value, "jan");
  EXPECT_EQ(FoldFirstName("Mevr.").reason, "NAME_PLACEHOLDER");
}

// Of Greek and Cyrillic by a table of our own; of other scripts as written.
TEST(NameTest, OtherScripts) {
  EXPECT_EQ(FoldSurname("Жуков").value, "zhukov");
  EXPECT_EQ(FoldSurname("Παπαδόπουλος").value, "papadopoulos");
  EXPECT_EQ(FoldFirstName("محمد علي").value, "محمد");
  EXPECT_EQ(FirstLetter("محمد"), "م");
  EXPECT_EQ(NameSkeleton("محمد", 3), "محم");
  EXPECT_EQ(FoldSurname("王").value, "王");
  EXPECT_EQ(FoldSurname("Nguyễn").value, "nguyen");
}

TEST(CountryTest, WordsCodesAndBoth) {
  for (const char* word :
       {"", "NL", "Niederlande", "Netherlands (Kingdom of the)",
        "NL - Nederland", "Nederland (NL)", "Países Bajos", "528", "0031",
        "Royaume des Pays-Bas", "The Netherlands"}) {
    EXPECT_EQ(CountryCode(word), "NL") << word;
  }
  EXPECT_EQ(CountryCode("BE - Vlaanderen"), "BE");
  EXPECT_EQ(CountryCode("Duitsland"), "DE");
  EXPECT_EQ(CountryCode("Overig buitenland"), "ZZ");
  EXPECT_EQ(CountryCode("Nederland / België"), "");
  EXPECT_EQ(CountryCode("Gelderland"), "");
  EXPECT_EQ(CountryOf("Gelderland", "6811 AB"), &Netherlands());
  EXPECT_EQ(CountryOf("Gelderland", "6811"), nullptr);
  EXPECT_EQ(CountryOf("Duitsland", "6811 AB"), nullptr);
}

TEST(SpreadsheetTest, WhatItMadeOfAHouseNumberIsNotBelieved) {
  for (const char* made :
       {"2026-03-12", "2026-03-12T00:00:00", "12-3-2026", "12/03/2026",
        "12-mrt", "12-Mar", "3-dec", "1,20E+02", "1.2E+02", "12-mrt-26"}) {
    EXPECT_EQ(ReadHouseNumber(made, "", true).reason, "HOUSE_NUMBER_MALFORMED")
        << made;
    EXPECT_FALSE(ReadHouseNumber("5", made, true).ok()) << made;
  }
  for (const char* written : {"12-3", "12/3", "12-14", "12 E", "12E3", "120"}) {
    EXPECT_TRUE(ReadHouseNumber(written, "", true).ok()) << written;
  }
}

TEST(NameTest, SkeletonsHearNoVowels) {
  EXPECT_EQ(NameSkeleton("jansen", 3), "jns");
  EXPECT_EQ(NameSkeleton("janson", 3), "jns");
  EXPECT_EQ(NameSkeleton("johan", 2), NameSkeleton("jan", 2));
  EXPECT_EQ(NameSkeleton("kramer", 3), NameSkeleton("cramer", 3));
  EXPECT_EQ(NameSkeleton("anna", 3), "an");
  EXPECT_EQ(NameSkeleton("", 3), "");
}

TEST(BirthDateTest, WhatFormsFillInIsNobodys) {
  const CivilDate today{2026, 1, 15};
  EXPECT_EQ(ReadBirthDate("29-02-1980", today).Compact(), "19800229");
  EXPECT_EQ(ReadBirthDate("1980-13-01", today).reason, "BIRTH_DATE_UNREADABLE");
  EXPECT_EQ(ReadBirthDate("31-12-1899", today).reason,
            "BIRTH_DATE_BEFORE_1900");
  EXPECT_EQ(ReadBirthDate("16-01-2026", today).reason, "BIRTH_DATE_IN_FUTURE");
  EXPECT_EQ(ReadBirthDate("01-01-1980", today).reason,
            "BIRTH_DATE_PLACEHOLDER");
  EXPECT_EQ(ReadBirthDate("11-11-1911", today).reason,
            "BIRTH_DATE_PLACEHOLDER");
}

TEST(PassTest, SchemeAndNumber) {
  EXPECT_EQ(NormalisePass("Museumkaart: 1234 5678").value,
            "museumkaart:12345678");
  EXPECT_EQ(NormalisePass("uitpas:0930-0004-2020-6").value,
            "uitpas:0930000420206");
  EXPECT_EQ(NormalisePass("uitpas:0930000420207").reason, "PASS_CHECK_DIGIT");
  EXPECT_EQ(NormalisePass("uitpas:1").reason, "PASS_MALFORMED");
  EXPECT_EQ(NormalisePass("12345678").reason, "PASS_MALFORMED");
  EXPECT_EQ(NormalisePass("cjp:00000000").reason, "PASS_PLACEHOLDER");
}

}  // namespace
}  // namespace garderobe
