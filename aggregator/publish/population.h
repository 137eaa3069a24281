// Decides which institutions a published period covers, and whether figures of
// the nation may be released (docs/answers.md, 3 and 5). Rules without a store
// and without a clock.
#ifndef GARDEROBE_AGGREGATOR_PUBLISH_POPULATION_H_
#define GARDEROBE_AGGREGATOR_PUBLISH_POPULATION_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/catalogue/period.h"
#include "core/register/agreements.h"

namespace garderobe::aggregator {

// The nation of one calendar year: the same institutions in the year and in
// all that lies in it. Fixed by the first publication of the year.
struct Population {
  std::vector<std::string> members;  // ids, ascending
  // Number of institutions left out because they keep data for less than the
  // year.
  uint32_t left_out = 0;
  // No agreement was in force on 1 January: only the year is published.
  bool is_first_year = false;
};

// Stored, never change.
std::string Encode(const Population& population);
[[nodiscard]] bool Decode(std::string_view bytes, Population* population);

// Those whose agreement is in force from 1 January to the year's end. In the
// first year of all agreements, those whose agreement has begun in it and is
// in force at its end. An institution is left out when, `grace_days` after the
// year's end, its retention no longer reaches 1 January.
Population PopulationOfYear(const Institutions& institutions, int year,
                            int64_t grace_days);

// The members that have not left since: still in the register, with an
// agreement as PopulationOfYear wants it.
std::vector<std::string> StillMembers(const Population& population,
                                      const Institutions& institutions,
                                      int year);

// The first day of which the institution keeps everything, since 2000-01-01:
// by its retention today, or later when retention has removed more.
int32_t KeptFrom(const v1::Register::Institution& institution,
                 const CivilDate& today, int32_t removed_before);

// FailedPrecondition: the period begins before the day from which one of the
// members keeps everything. `kept_from` has every member.
[[nodiscard]] absl::Status CheckRetention(
    const Period& period, std::span<const std::string> members,
    const std::map<std::string, int32_t>& kept_from);

// One institution that delivered for the period.
struct Delivered {
  std::string_view owner;
  uint64_t visits = 0;  // that count, with a customer and without; not capped
  uint64_t visits_of_people = 0;  // with a customer, at most VisitCap for each
};
// Returns the reason (a log word) why the nation's figures are withheld; empty
// when they are released. Asked of all visits, and of those with a customer.
std::string_view WhyWithheld(std::span<const Delivered> delivered);

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_PUBLISH_POPULATION_H_
