#include "core/geography/geography.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>
#include <string>

#include "gtest/gtest.h"

namespace garderobe {
namespace {

const Municipality& Named(std::string_view code) {
  const int at = FindMunicipality(code);
  EXPECT_GE(at, 0) << code;
  return Municipalities()[static_cast<size_t>(std::max(at, 0))];
}

int64_t Residents(std::string_view country) {
  int64_t residents = 0;
  for (const Municipality& m : MunicipalitiesOf(country)) {
    residents += m.residents;
  }
  return residents;
}

TEST(GeographyTest, TablesHoldWhatTheirSourcesSay) {
  // Totals printed by CBS and Statbel for 1 January 2024.
  EXPECT_EQ(MunicipalitiesOf("NL").size(), 342u);
  EXPECT_EQ(MunicipalitiesOf("BE").size(), 565u);
  EXPECT_EQ(Municipalities().size(), 907u);
  EXPECT_EQ(Residents("NL"), 17942942);
  EXPECT_EQ(Residents("BE"), 11763650);
  EXPECT_EQ(PostcodesOf("NL").size(), 4067u + 14u);
  EXPECT_EQ(PostcodesOf("BE").size(), 1149u);
  int64_t by_postcode = 0;
  for (const Postcode& p : PostcodesOf("NL")) by_postcode += p.residents;
  EXPECT_EQ(by_postcode, 17472870);  // 1 January 2021
  // Brussels beside ten Belgian provinces, and twelve Dutch ones.
  EXPECT_EQ(Provinces().size(), 11u + 12u);
  EXPECT_EQ(Regions().size(), 3u);
}

TEST(GeographyTest, EveryPostcodeLiesInAMunicipalityOfItsCountry) {
  std::set<int> reached;
  for (const std::string_view country : {"NL", "BE"}) {
    uint32_t before = 999;
    for (const Postcode& p : PostcodesOf(country)) {
      ASSERT_GT(p.digits, before) << country;
      before = p.digits;
      ASSERT_EQ(PlaceOf(country, p.digits), p.municipality);
      EXPECT_TRUE(PostcodeExists(country, p.digits));
      EXPECT_EQ(Municipalities()[static_cast<size_t>(p.municipality)].country(),
                country)
          << p.digits;
      reached.insert(p.municipality);
    }
    EXPECT_LE(before, 9999u);
  }
  // No municipality is without a postcode.
  EXPECT_EQ(reached.size(), Municipalities().size());
}

TEST(GeographyTest, EveryMunicipalityHasAProvinceAndAPoint) {
  std::map<std::string_view, int> of_region, of_province;
  std::string_view before;
  for (const Municipality& m : Municipalities()) {
    EXPECT_LT(before, m.code);
    before = m.code;
    EXPECT_FALSE(m.name.empty()) << m.code;
    EXPECT_NE(m.name, m.name_fr) << m.code;
    EXPECT_GT(m.residents, 0) << m.code;
    EXPECT_TRUE(m.latitude > 49.4 && m.latitude < 53.6) << m.code;
    EXPECT_TRUE(m.longitude > 2.5 && m.longitude < 7.3) << m.code;
    ASSERT_GE(m.province, 0) << m.code;
    const Province& province = Provinces()[static_cast<size_t>(m.province)];
    EXPECT_EQ(province.country, m.code.starts_with("BE") ? "BE" : "NL");
    ++of_province[province.code];
    if (province.country == "NL") {
      EXPECT_EQ(province.region, -1);
      continue;
    }
    ASSERT_GE(province.region, 0) << province.code;
    ++of_region[Regions()[static_cast<size_t>(province.region)].code];
  }
  EXPECT_EQ(of_province.size(), Provinces().size());
  EXPECT_EQ(of_region["BE02000"], 285);
  EXPECT_EQ(of_region["BE03000"], 261);
  EXPECT_EQ(of_region["BE04000"], 19);
  for (const Province& p : Provinces()) {
    EXPECT_FALSE(p.name.empty() || p.name_fr.empty() || p.name_en.empty())
        << p.code;
  }
}

TEST(GeographyTest, APostcodeMeansNothingWithoutItsCountry) {
  // Four digits that both countries use.
  EXPECT_EQ(Municipalities()[static_cast<size_t>(PlaceOf("NL", 9000 + 1))].name,
            "Leeuwarden");
  EXPECT_EQ(Municipalities()[static_cast<size_t>(PlaceOf("BE", 9000))].name,
            "Gent");
  for (const std::string_view country : {"", "DE", "nl", "NLD", "B"}) {
    EXPECT_EQ(PlaceOf(country, 1012), -1) << country;
    EXPECT_FALSE(PostcodeExists(country, 1012)) << country;
    EXPECT_TRUE(MunicipalitiesOf(country).empty()) << country;
    EXPECT_TRUE(PostcodesOf(country).empty()) << country;
  }
  for (const uint32_t digits : {0u, 999u, 1001u, 10000u, 4000000000u}) {
    EXPECT_FALSE(PostcodeExists("NL", digits)) << digits;
  }
  EXPECT_FALSE(PostcodeExists("NL", 9000));  // Belgian alone
  EXPECT_FALSE(PostcodeExists("BE", 1012));  // Dutch alone
  EXPECT_TRUE(PostcodeExists("NL", 1012));
}

TEST(GeographyTest, APostcodeOfTwoMunicipalitiesHasOne) {
  const auto name = [](uint32_t digits) {
    return Municipalities()[static_cast<size_t>(PlaceOf("BE", digits))].name;
  };
  EXPECT_EQ(name(1040), "Etterbeek");
  EXPECT_EQ(name(1050), "Elsene");
  EXPECT_EQ(name(1804), "Vilvoorde");
}

TEST(GeographyTest, OldCodesBecomeTodays) {
  const CivilDate before{2024, 12, 31}, after{2025, 1, 1};
  // De Pinte joined Nazareth on 1 January 2025.
  EXPECT_EQ(SuccessorOf("BE44012", before), "BE44012");
  EXPECT_EQ(SuccessorOf("BE44012", after), "BE44086");
  EXPECT_EQ(Named("BE44086").name, "Nazareth-De Pinte");
  // Borsbeek became part of Antwerpen, which kept its code.
  EXPECT_EQ(SuccessorOf("BE11007", after), "BE11002");
  EXPECT_EQ(SuccessorOf("BE11002", before), "BE11002");
  // Bastogne and Bertogne a month earlier.
  EXPECT_EQ(SuccessorOf("BE82005", {2024, 12, 1}), "BE82005");
  EXPECT_EQ(SuccessorOf("BE82005", {2024, 12, 2}), "BE82039");
  // Weesp in the course of 2022, Beemster at its beginning.
  EXPECT_EQ(SuccessorOf("GM0457", {2022, 3, 23}), "GM0457");
  EXPECT_EQ(SuccessorOf("GM0457", {2022, 3, 24}), "GM0363");
  EXPECT_EQ(SuccessorOf("GM0370", after), "GM0439");
  // Mouscron has another code since 2019 and no other borders.
  EXPECT_EQ(SuccessorOf("BE54007", after), "BE57096");
  for (const std::string_view none : {"", "GM", "GM9999", "44012", "Gent"}) {
    EXPECT_EQ(SuccessorOf(none, after), "") << none;
    EXPECT_EQ(FindMunicipality(none), -1) << none;
  }
}

TEST(GeographyTest, EveryOldCodeHasASuccessorOfToday) {
  // Every code that a register may still hold: those of today are themselves,
  // the others none of today's.
  int old = 0;
  for (int digits = 0; digits < 100000; ++digits) {
    char code[8];
    for (const char* form : {"BE%05d", "GM%04d"}) {
      if (form[0] == 'G' && digits > 9999) continue;
      std::snprintf(code, sizeof code, form, digits);
      const auto today = SuccessorOf(code, {2025, 1, 1});
      if (today.empty()) continue;
      EXPECT_GE(FindMunicipality(today), 0) << code;
      if (today == code) continue;
      ++old;
      EXPECT_EQ(FindMunicipality(code), -1) << code;
      EXPECT_EQ(today.substr(0, 2), std::string_view(code, 2)) << code;
      EXPECT_EQ(SuccessorOf(code, {2018, 12, 31}), code);
    }
  }
  EXPECT_EQ(old, 55 + 14);
}

TEST(GeographyTest, DistancesAreThoseOfTheMap) {
  const Municipality& amsterdam = Named("GM0363");
  const Municipality& maastricht = Named("GM0935");
  const Municipality& gent = Named("BE44021");
  const Municipality& antwerpen = Named("BE11002");
  EXPECT_EQ(amsterdam.name, "Amsterdam");
  EXPECT_EQ(antwerpen.name_fr, "Anvers");
  // From one market square to the other, and people do not all live there.
  EXPECT_NEAR(DistanceKm(amsterdam, maastricht), 178, 3);
  EXPECT_NEAR(DistanceKm(gent, antwerpen), 51, 3);
  EXPECT_NEAR(DistanceKm(Named("BE71072"), maastricht), 27, 3);  // Hasselt
  EXPECT_EQ(DistanceKm(gent, antwerpen), DistanceKm(antwerpen, gent));
  EXPECT_EQ(DistanceKm(gent, gent), 0);
}

// A band would be another one on another machine if a distance lay on its
// border to within what arithmetic may round.
TEST(GeographyTest, NoDistanceLiesOnTheBorderOfABand) {
  for (const Municipality& a : Municipalities()) {
    for (const Municipality& b : Municipalities()) {
      const double km = DistanceKm(a, b);
      for (const double border : {10.0, 30.0, 60.0}) {
        ASSERT_GT(std::abs(km - border), 1e-9) << a.code << " " << b.code;
      }
    }
  }
}

}  // namespace
}  // namespace garderobe
