#include "aggregator/publish/population.h"

#include <algorithm>

#include "core/base/bytes.h"
#include "core/catalogue/catalogue.h"
#include "core/register/register_store.h"

namespace garderobe::aggregator {
namespace {

using Registered = v1::Register::Institution;

DayRange DaysOf(int year) {
  return {DayNumber({year, 1, 1}), DayNumber({year, 12, 31})};
}

// As the nation of the year wants an agreement.
bool Covers(const Registered& institution, int year, bool is_first_year) {
  const DayRange days = DaysOf(year);
  return IsInForce(institution,
                   is_first_year ? DayRange{days.last, days.last} : days);
}

int32_t RetentionReaches(const Registered& institution,
                         const CivilDate& today) {
  return DayNumber(
      MonthsBefore(today, static_cast<int>(RetentionMonths(institution))));
}

}  // namespace

std::string Encode(const Population& population) {
  std::string bytes;
  PutBigEndian(bytes, static_cast<uint8_t>(population.is_first_year));
  PutBigEndian(bytes, population.left_out);
  PutBigEndian(bytes, static_cast<uint32_t>(population.members.size()));
  for (const std::string& id : population.members) {
    PutLengthPrefixed(bytes, id);
  }
  return bytes;
}

bool Decode(std::string_view bytes, Population* population) {
  ByteReader reader(bytes);
  uint8_t is_first_year;
  uint32_t count;
  if (!reader.GetInteger(&is_first_year) || is_first_year > 1 ||
      !reader.GetInteger(&population->left_out) || !reader.GetInteger(&count)) {
    return false;
  }
  population->is_first_year = is_first_year == 1;
  population->members.clear();
  std::string_view id;
  while (reader.GetLengthPrefixed(&id)) population->members.emplace_back(id);
  return reader.empty() && population->members.size() == count;
}

Population PopulationOfYear(const Institutions& institutions, int year,
                            int64_t grace_days) {
  const DayRange days = DaysOf(year);
  Population population;
  population.is_first_year = std::none_of(
      institutions.begin(), institutions.end(), [&](const auto& entry) {
        return IsInForceWithin(entry.second, {INT32_MIN, days.first});
      });
  const CivilDate published =
      FromDayNumber(days.last + 1 + static_cast<int32_t>(grace_days));
  for (const auto& [id, institution] : institutions) {
    if (!Covers(institution, year, population.is_first_year)) continue;
    if (RetentionReaches(institution, published) > days.first) {
      ++population.left_out;
    } else {
      population.members.push_back(id);
    }
  }
  return population;
}

std::vector<std::string> StillMembers(const Population& population,
                                      const Institutions& institutions,
                                      int year) {
  std::vector<std::string> members;
  for (const std::string& id : population.members) {
    const auto found = institutions.find(id);
    if (found != institutions.end() &&
        Covers(found->second, year, population.is_first_year)) {
      members.push_back(id);
    }
  }
  return members;
}

int32_t KeptFrom(const Registered& institution, const CivilDate& today,
                 int32_t removed_before) {
  return std::max(RetentionReaches(institution, today), removed_before);
}

absl::Status CheckRetention(const Period& period,
                            std::span<const std::string> members,
                            const std::map<std::string, int32_t>& kept_from) {
  int32_t latest = period.first_day();
  size_t reached = 0;
  for (const std::string& id : members) {
    const int32_t from = kept_from.at(id);
    reached += from > period.first_day();
    latest = std::max(latest, from);
  }
  if (reached == 0) return absl::OkStatus();
  return FailedPrecondition(
      "{} begins on {}, and retention has reached it: {} of its {} "
      "institutions no longer keep everything from before {}. It is not "
      "published any more; publish what begins on that day or later",
      period.text(), ToIso(FromDayNumber(period.first_day())), reached,
      members.size(), ToIso(FromDayNumber(latest)));
}

std::string_view WhyWithheld(std::span<const Delivered> delivered) {
  // Asks of all visits, and of those that persons are counted from. Houses
  // without customers would otherwise hide that every person is one house's.
  for (const auto counted :
       {&Delivered::visits, &Delivered::visits_of_people}) {
    size_t institutions = 0;
    std::map<std::string_view, uint64_t> by_owner;
    uint64_t all = 0;
    for (const Delivered& institution : delivered) {
      const uint64_t visits = institution.*counted;
      if (visits == 0) continue;
      ++institutions;
      by_owner[institution.owner] += visits;
      all += visits;
    }
    if (institutions < kNationInstitutionsMin) return "few-institutions";
    if (by_owner.size() < kNationOwnersMin) return "few-owners";
    for (const auto& [owner, visits] : by_owner) {
      if (visits > all - visits) return "dominance";
    }
  }
  return "";
}

}  // namespace garderobe::aggregator
