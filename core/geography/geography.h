// Municipalities, provinces and postcodes of the Netherlands and Belgium, as
// they are in 2025 (docs/data.md, Place).
//
// Built in from the CSV files of this folder, which derive_tables.py makes of
// the figures that NOTICE names. Read at the first call, in under 2 ms;
// thread-safe, and nothing changes afterwards. Views stay valid for ever.
//
// Countries are ISO 3166-1 alpha-2 in capitals. Any country other than "NL"
// and "BE", an empty one included, has no postcodes here: both write four
// digits, so a postcode without its country says nothing.
#ifndef GARDEROBE_CORE_GEOGRAPHY_GEOGRAPHY_H_
#define GARDEROBE_CORE_GEOGRAPHY_GEOGRAPHY_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/civil_time.h"

namespace garderobe {

struct Region {
  std::string_view code;  // "BE02000"
  std::string_view country;
  std::string_view name, name_fr, name_en;
};

// Brussels lies in no province and counts as one, "BE04000".
struct Province {
  std::string_view code;  // "PV27" of CBS, "BE10000" of Statbel
  std::string_view country;
  int region;  // index into Regions(); -1 in the Netherlands
  std::string_view name, name_fr, name_en;
};

struct Municipality {
  std::string_view code;     // "GM0363" of CBS, "BE11002" of Statbel
  std::string_view name;     // Dutch
  std::string_view name_fr;  // empty where it is the Dutch one
  int province;              // index into Provinces()
  int32_t residents;         // on 1 January 2024, within today's borders
  // Where people live: the mean of the points of its postcodes, weighted by
  // residents. Degrees, WGS 84.
  double latitude, longitude;

  // "NL" or "BE".
  std::string_view country() const;
};

struct Postcode {
  uint16_t digits;       // 1000 to 9999
  int16_t municipality;  // index into Municipalities()
  int32_t residents;     // 1 January 2021, rounded by CBS; 0 in Belgium
};

// All sorted by code; municipalities of a country follow each other.
std::span<const Region> Regions();
std::span<const Province> Provinces();
std::span<const Municipality> Municipalities();
// Empty for other countries.
std::span<const Municipality> MunicipalitiesOf(std::string_view country);
// Sorted by postcode. Empty for other countries.
std::span<const Postcode> PostcodesOf(std::string_view country);

// Returns the index into Municipalities() of where the four digits lie; -1 for
// another country, and for a postcode that its country does not have. Of the
// two municipalities of 1040, 1050 and 1804 it is the one with fewer
// postcodes: Etterbeek, Elsene, Vilvoorde.
int PlaceOf(std::string_view country, uint32_t postcode);
bool PostcodeExists(std::string_view country, uint32_t postcode);

// Returns the index of a municipality of 2025; -1 for an older code and for
// what is none.
int FindMunicipality(std::string_view code);

// Returns the code that stands for `code` on a day, through every merger from
// 2019 on that has happened by then: "BE44012" is itself in 2024 and "BE44086"
// in 2025. Of a municipality that was divided it is where most went. Returns
// an empty view for a code that was never one since 2019.
std::string_view SuccessorOf(std::string_view code, const CivilDate& day);

// Great circle between the two centroids.
double DistanceKm(const Municipality& a, const Municipality& b);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_GEOGRAPHY_GEOGRAPHY_H_
