// Bands: into which of a few groups a number falls (docs/querying.md). Part
// of what is answered: a changed band is another figure under the same name.
#ifndef GARDEROBE_CORE_CATALOGUE_BANDS_H_
#define GARDEROBE_CORE_CATALOGUE_BANDS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace garderobe {

// Days from sale to event. "unknown" where the hour of sale is not told;
// a sale after the event began counts as the same day.
inline constexpr std::array<std::string_view, 6> kLeadTimes = {
    "unknown",   "same_day",   "1-6_days",
    "1-4_weeks", "1-3_months", "over_3_months"};
uint8_t LeadTimeBand(std::optional<int32_t> days);

// Age on 31 December. "unknown" without a year of birth.
inline constexpr std::array<std::string_view, 10> kAges = {
    "unknown", "0-11",  "12-17", "18-24", "25-29",
    "30-44",   "45-54", "55-64", "65-74", "75+"};
// `birth_year` 0: unknown. Who is not born by then is unknown, too.
uint8_t AgeBand(int birth_year, int in_year);

// Visits of one customer in a period, 1 or more.
inline constexpr std::array<std::string_view, 4> kFrequencies = {"1", "2",
                                                                 "3-5", "6+"};
uint8_t FrequencyBand(int64_t visits);

// What one customer paid in a period, in cents. Nothing, and what was paid
// back, is "0".
inline constexpr std::array<std::string_view, 6> kValues = {
    "0", "under_25", "25-49", "50-99", "100-249", "250+"};
uint8_t ValueBand(int64_t cents);

// A customer in a period, by the 24 months before the first visit of it.
inline constexpr std::array<std::string_view, 2> kLoyalty = {"new",
                                                             "returning"};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_CATALOGUE_BANDS_H_
