// The people of a country that does not exist: households with addresses,
// persons with names, birth dates, e-mails and telephones, who move and change
// their e-mail within the year (docs/simulation.md).
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

struct Household {
  Dwelling before, after;        // the same when it does not move
  int32_t moves_on = INT32_MAX;  // day since 2000-01-01
  uint64_t landline = 0;         // 0: none; nine digits without the first 0
  std::string surname;
  const Dwelling& on(int32_t day) const {
    return day < moves_on ? before : after;
  }
};

struct Person {
  std::string_view first_name;
  std::string surname;
  int32_t birth_day = 0;  // since 2000-01-01
  uint64_t mobile = 0;    // nine digits without the first 0; 0: none
  std::string email_before, email_after;  // the same when it does not change
  int32_t email_changes_on = INT32_MAX;
  std::string pass;  // empty: none
  const std::string& email_on(int32_t day) const {
    return day < email_changes_on ? email_before : email_after;
  }
};

// Immutable, thread-safe.
class Country {
 public:
  // `new_year`: the simulated year's first day, since 2000-01-01.
  Country(uint64_t seed, uint64_t persons, int32_t new_year);

  uint64_t persons() const { return persons_; }
  // Twenty-one persons live in ten households, of 1 to 4.
  static uint64_t HouseholdOf(uint64_t person);
  static constexpr double kChildrenShare = 6.0 / 21;
  static bool IsChild(uint64_t person) { return PlaceOf(person) >= 2; }
  Household MakeHousehold(uint64_t number) const;
  // `home` is the person's household.
  Person MakePerson(uint64_t number, const Household& home) const;

 private:
  // A person's place in the household: 0 and 1 are grown up.
  static uint64_t PlaceOf(uint64_t person);
  std::string Surname(Draws& draws) const;
  Dwelling MakeDwelling(Draws& draws) const;
  std::string Email(Draws& draws, std::string_view first, std::string_view last,
                    uint64_t number) const;

  const uint64_t seed_;
  const uint64_t persons_;
  const int32_t new_year_;
  std::vector<uint64_t> residents_;  // running total by postcode
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_SIMULATION_COUNTRY_H_
