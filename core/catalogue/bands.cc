#include "core/catalogue/bands.h"

namespace garderobe {
namespace {

// The first band whose end lies above `value`, from `first` on; the last one
// has no end.
template <size_t kEnds>
uint8_t BandOf(int64_t value, const std::array<int64_t, kEnds>& ends,
               uint8_t first) {
  uint8_t band = first;
  for (const int64_t end : ends) {
    if (value < end) return band;
    ++band;
  }
  return band;
}

}  // namespace

uint8_t LeadTimeBand(std::optional<int32_t> days) {
  constexpr std::array<int64_t, 4> kEnds = {1, 7, 28, 90};
  return days ? BandOf(*days, kEnds, 1) : 0;
}

uint8_t AgeBand(int birth_year, int in_year) {
  constexpr std::array<int64_t, 8> kEnds = {12, 18, 25, 30, 45, 55, 65, 75};
  if (birth_year == 0 || birth_year > in_year) return 0;
  return BandOf(in_year - birth_year, kEnds, 1);
}

uint8_t FrequencyBand(int64_t visits) {
  constexpr std::array<int64_t, 3> kEnds = {2, 3, 6};
  return BandOf(visits, kEnds, 0);
}

uint8_t ValueBand(int64_t cents) {
  constexpr std::array<int64_t, 5> kEnds = {1, 25'00, 50'00, 100'00, 250'00};
  return BandOf(cents, kEnds, 0);
}

}  // namespace garderobe
