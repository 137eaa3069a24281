#include "core/geography/geography.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numbers>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "core/base/check.h"
#include "core/base/integer.h"
#include "core/geography/tables.h"

namespace garderobe {
namespace {

constexpr std::string_view kBelgium = "BE", kNetherlands = "NL";
constexpr double kEarthKm = 6371.0088;  // mean radius, IUGG

// Reads what is built in: well formed, which GARDEROBE_CHECK holds it to.
class CsvText {
 public:
  explicit CsvText(std::string_view text) : text_(text) { Line(); }

  bool AtEnd() const { return text_.empty(); }
  std::string_view Field() { return Take(','); }
  // The last field of a line.
  std::string_view Line() { return Take('\n'); }
  template <typename T>
  T Number(std::string_view field) {
    T value{};
    const char* const end = field.data() + field.size();
    const auto [rest, error] = std::from_chars(field.data(), end, value);
    GARDEROBE_CHECK(error == std::errc() && rest == end);
    return value;
  }

 private:
  std::string_view Take(char end) {
    const bool quoted = text_.starts_with('"');
    if (quoted) text_.remove_prefix(1);
    const size_t size = text_.find(quoted ? '"' : end);
    GARDEROBE_CHECK(size != text_.npos);
    const std::string_view field = text_.substr(0, size);
    text_.remove_prefix(size + (quoted ? 2 : 1));
    return field;
  }

  std::string_view text_;
};

// Index of the row with this code in rows sorted by it, -1 without.
template <typename Row>
int Find(const std::vector<Row>& rows, std::string_view code) {
  const auto at = std::ranges::lower_bound(rows, code, {}, &Row::code);
  return at != rows.end() && at->code == code
             ? static_cast<int>(at - rows.begin())
             : -1;
}

struct Change {
  std::string_view code, successor;
  CivilDate from;
};

// What a country has: its part of the rows, and an index by postcode.
struct CountryTables {
  std::vector<Postcode> postcodes;
  std::array<int16_t, 10000> place;
  std::span<const Municipality> municipalities;

  CountryTables() { place.fill(-1); }
};

class Tables {
 public:
  std::vector<Region> regions;
  std::vector<Province> provinces;
  std::vector<Municipality> municipalities;
  std::vector<Change> changes;
  CountryTables belgium, netherlands;

  Tables() {
    ReadRegions();
    ReadProvinces();
    ReadMunicipalities();
    ReadPostcodes();
    ReadChanges();
  }

  const CountryTables* Country(std::string_view country) const {
    if (country == kBelgium) return &belgium;
    return country == kNetherlands ? &netherlands : nullptr;
  }

 private:
  void ReadRegions() {
    for (CsvText text(kRegionsCsv); !text.AtEnd();) {
      Region& region = regions.emplace_back();
      region.code = text.Field();
      region.country = text.Field();
      region.name = text.Field();
      region.name_fr = text.Field();
      region.name_en = text.Line();
    }
  }

  void ReadProvinces() {
    for (CsvText text(kProvincesCsv); !text.AtEnd();) {
      Province& province = provinces.emplace_back();
      province.code = text.Field();
      province.country = text.Field();
      province.region = Find(regions, text.Field());
      province.name = text.Field();
      province.name_fr = text.Field();
      province.name_en = text.Line();
    }
  }

  void ReadMunicipalities() {
    for (CsvText text(kMunicipalitiesCsv); !text.AtEnd();) {
      Municipality& m = municipalities.emplace_back();
      m.code = text.Field();
      m.province = Find(provinces, text.Field());
      GARDEROBE_CHECK(m.province >= 0);
      m.residents = text.Number<int32_t>(text.Field());
      m.latitude = text.Number<double>(text.Field());
      m.longitude = text.Number<double>(text.Field());
      m.name = text.Field();
      m.name_fr = text.Line();
    }
    // Codes of Belgium begin with BE, and those of the Netherlands with GM.
    const auto dutch =
        std::ranges::lower_bound(municipalities, "GM", {}, &Municipality::code);
    belgium.municipalities = {municipalities.begin(), dutch};
    netherlands.municipalities = {dutch, municipalities.end()};
  }

  void ReadPostcodes() {
    for (CsvText text(kPostcodesCsv); !text.AtEnd();) {
      CountryTables& country = text.Field() == kBelgium ? belgium : netherlands;
      Postcode& p = country.postcodes.emplace_back();
      p.digits = text.Number<uint16_t>(text.Field());
      p.municipality = static_cast<int16_t>(Find(municipalities, text.Field()));
      GARDEROBE_CHECK(p.municipality >= 0 && p.digits < 10000);
      const std::string_view residents = text.Line();
      p.residents = residents.empty() ? 0 : text.Number<int32_t>(residents);
      country.place[p.digits] = p.municipality;
    }
  }

  void ReadChanges() {
    for (CsvText text(kChangesCsv); !text.AtEnd();) {
      Change& change = changes.emplace_back();
      change.code = text.Field();
      change.successor = text.Field();
      const auto from = ParseDate(text.Field());
      GARDEROBE_CHECK(from.has_value());
      change.from = *from;
      text.Line();  // the name it had
    }
  }
};

const Tables& BuiltIn() {
  static const Tables* const tables = new Tables();
  return *tables;
}

}  // namespace

std::string_view Municipality::country() const {
  return Provinces()[static_cast<size_t>(province)].country;
}

std::span<const Region> Regions() { return BuiltIn().regions; }
std::span<const Province> Provinces() { return BuiltIn().provinces; }
std::span<const Municipality> Municipalities() {
  return BuiltIn().municipalities;
}
std::span<const Municipality> MunicipalitiesOf(std::string_view country) {
  const CountryTables* tables = BuiltIn().Country(country);
  if (tables == nullptr) return {};
  return tables->municipalities;
}
std::span<const Postcode> PostcodesOf(std::string_view country) {
  const CountryTables* tables = BuiltIn().Country(country);
  if (tables == nullptr) return {};
  return tables->postcodes;
}

int PlaceOf(std::string_view country, uint32_t postcode) {
  const CountryTables* tables = BuiltIn().Country(country);
  return tables != nullptr && postcode < tables->place.size()
             ? tables->place[postcode]
             : -1;
}
bool PostcodeExists(std::string_view country, uint32_t postcode) {
  return PlaceOf(country, postcode) >= 0;
}

int FindMunicipality(std::string_view code) {
  return Find(BuiltIn().municipalities, code);
}

std::string_view SuccessorOf(std::string_view code, const CivilDate& day) {
  const Tables& tables = BuiltIn();
  // Ends, for every step goes to a later date (a test).
  std::string_view known;
  for (int at = Find(tables.changes, code); at >= 0;
       at = Find(tables.changes, known)) {
    const Change& change = tables.changes[static_cast<size_t>(at)];
    if (day < change.from) return change.code;
    known = change.successor;
  }
  if (!known.empty()) return known;
  const int at = FindMunicipality(code);
  return at < 0 ? std::string_view()
                : tables.municipalities[static_cast<size_t>(at)].code;
}

double DistanceKm(const Municipality& a, const Municipality& b) {
  constexpr double kRadians = std::numbers::pi / 180;
  const double across = std::sin((b.latitude - a.latitude) * kRadians / 2);
  const double along = std::sin((b.longitude - a.longitude) * kRadians / 2);
  const double h = across * across + std::cos(a.latitude * kRadians) *
                                         std::cos(b.latitude * kRadians) *
                                         along * along;
  return 2 * kEarthKm * std::asin(std::sqrt(h));
}

}  // namespace garderobe
