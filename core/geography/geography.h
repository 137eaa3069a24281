// Dutch four-digit postcodes and the municipality each lies in (CBS, CC BY
// 4.0; NOTICE). Built in; thread-safe; nothing changes.
#ifndef GARDEROBE_CORE_GEOGRAPHY_GEOGRAPHY_H_
#define GARDEROBE_CORE_GEOGRAPHY_GEOGRAPHY_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace garderobe {

struct Municipality {
  std::string_view code;  // "GM0363"
  std::string_view name;
  int32_t residents;  // 2023
};

struct Postcode {
  uint16_t pc4;
  int16_t municipality;  // index into Municipalities()
  int32_t residents;     // 2021
};

// Sorted by code.
std::span<const Municipality> Municipalities();
// Sorted by postcode.
std::span<const Postcode> Postcodes();
// Index into Municipalities(), -1 when the postcode is not known.
int MunicipalityOf(uint32_t pc4);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_GEOGRAPHY_GEOGRAPHY_H_
