// The CSV files of this folder, built into the library.
#ifndef GARDEROBE_CORE_GEOGRAPHY_TABLES_H_
#define GARDEROBE_CORE_GEOGRAPHY_TABLES_H_

#include <string_view>

namespace garderobe {
extern const std::string_view kRegionsCsv;
extern const std::string_view kProvincesCsv;
extern const std::string_view kMunicipalitiesCsv;
extern const std::string_view kPostcodesCsv;
extern const std::string_view kChangesCsv;
}  // namespace garderobe

#endif  // GARDEROBE_CORE_GEOGRAPHY_TABLES_H_
