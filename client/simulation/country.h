// The people of a country that does not exist: households with addresses,
// persons with names, birth dates, e-mails and telephones, who move and change
// their e-mail from year to year (docs/simulation.md).
#ifndef GARDEROBE_CLIENT_SIMULATION_COUNTRY_H_
#define GARDEROBE_CLIENT_SIMULATION_COUNTRY_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "client/simulation/draws.h"
#include "core/base/civil_time.h"

namespace garderobe::client {

struct Dwelling {
  uint16_t pc4 = 0;
  char letters[2] = {'A', 'A'};
  int number = 0;
  char addition = 0;  // 0: none
};

// As it is on one day.
struct Household {
  Dwelling dwelling;
  uint64_t landline = 0;  // 0: none; nine digits without the first 0
  std::string surname;
};

// As it is on one day.
struct Person {
  std::string_view first_name;
  std::string surname;
  int32_t birth_day = 0;  // since 2000-01-01
  uint64_t mobile = 0;    // nine digits without the first 0; 0: none
  std::string email;
  std::string pass;  // empty: none
};

// Immutable, thread-safe.
class Country {
 public:
  struct Options {
    uint64_t seed = 1, persons = 0;
    int32_t first_day = 0;     // since 2000-01-01
    double moves = 0.07;       // share of households, a year
    double new_emails = 0.03;  // share of persons, a year
  };
  explicit Country(const Options& options);

  uint64_t persons() const { return options_.persons; }
  // Twenty-one persons live in ten households, of 1 to 4.
  static uint64_t HouseholdOf(uint64_t person);
  static constexpr double kChildrenShare = 6.0 / 21;
  static bool IsChild(uint64_t person) { return PlaceOf(person) >= 2; }
  // `day` since 2000-01-01, the first day or later.
  Household MakeHousehold(uint64_t number, int32_t day) const;
  // `home` is the person's household.
  Person MakePerson(uint64_t number, const Household& home, int32_t day) const;

 private:
  // A person's place in the household: 0 and 1 are grown up.
  static uint64_t PlaceOf(uint64_t person);
  std::string Surname(Draws& draws) const;
  Dwelling MakeDwelling(Draws& draws) const;
  std::string Email(Draws& draws, std::string_view first, std::string_view last,
                    uint64_t number) const;

  // Years of 365 days that are over.
  uint64_t YearsUntil(int32_t day) const {
    return static_cast<uint64_t>(day - options_.first_day) / 365;
  }
  // On which day something happens that a year has with this chance;
  // INT32_MAX: it does not.
  int32_t DayOf(Draws& draws, double chance, uint64_t year) const;

  const Options options_;
  std::vector<uint64_t> residents_;  // running total by postcode
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_SIMULATION_COUNTRY_H_
