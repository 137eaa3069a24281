#include "answer/own/splits.h"

#include <algorithm>
#include <array>

#include "core/base/civil_time.h"
#include "core/catalogue/bands.h"
#include "core/catalogue/codes.h"
#include "core/catalogue/period.h"
#include "fmt/format.h"

namespace garderobe::answer {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays = {
    "monday", "tuesday",  "wednesday", "thursday",
    "friday", "saturday", "sunday"};

template <Period::Level kLevel>
SplitKey OfPeriod(const v1::Mirror&, const VisitCell& cell, int32_t shift) {
  return {0, Period::Containing(kLevel, cell.day + shift).text()};
}
SplitKey OfDay(const v1::Mirror&, const VisitCell& cell, int32_t shift) {
  return {0, ToIso(FromDayNumber(cell.day + shift))};
}
// By the Monday that it begins on.
SplitKey OfWeek(const v1::Mirror&, const VisitCell& cell, int32_t shift) {
  const int32_t day = cell.day + shift;
  return {0, ToIso(FromDayNumber(day - ((day + 5) % 7 + 7) % 7))};
}
SplitKey OfWeekday(const v1::Mirror&, const VisitCell& cell, int32_t shift) {
  // 1 January 2000 was a Saturday.
  const auto weekday =
      static_cast<size_t>(((cell.day + shift + 5) % 7 + 7) % 7);
  return {static_cast<int64_t>(weekday), std::string(kWeekdays[weekday])};
}
SplitKey OfHour(const v1::Mirror& mirror, const VisitCell& cell, int32_t) {
  const int32_t minutes = mirror.events().starts_at(cell.event);
  return {0, fmt::format("{:02}", ((minutes % 1440 + 1440) % 1440) / 60)};
}
SplitKey OfEvent(const v1::Mirror& mirror, const VisitCell& cell, int32_t) {
  return {0, mirror.events().id(cell.event)};
}
std::string_view GenreOf(const v1::Mirror& mirror, const VisitCell& cell) {
  const uint32_t genre = mirror.events().genre(cell.event);
  return kGenres[genre < kGenres.size() ? genre : 0];
}
SplitKey OfGenre(const v1::Mirror& mirror, const VisitCell& cell, int32_t) {
  return {0, std::string(MainGenre(GenreOf(mirror, cell)))};
}
SplitKey OfSubgenre(const v1::Mirror& mirror, const VisitCell& cell, int32_t) {
  return {0, std::string(GenreOf(mirror, cell))};
}
SplitKey OfChannel(const v1::Mirror&, const VisitCell& cell, int32_t) {
  return {0, std::string(
                 kChannels[cell.value < kChannels.size() ? cell.value : 0])};
}
// A list whose order says something.
template <const auto& kList>
SplitKey OfList(const v1::Mirror&, const VisitCell& cell, int32_t) {
  const size_t code = cell.value < kList.size() ? cell.value : 0;
  return {static_cast<int64_t>(code), std::string(kList[code])};
}

Sums SumsAt(const v1::Mirror::Tallies& tallies, int at) {
  return {static_cast<int64_t>(tallies.visits(at)),
          static_cast<int64_t>(tallies.tickets(at)), tallies.revenue_cents(at)};
}

}  // namespace

const std::vector<VisitSplit>& VisitSplit::All() {
  static const std::vector<VisitSplit> all = {
      {"month", nullptr, OfPeriod<Period::Level::kMonth>},
      {"quarter", nullptr, OfPeriod<Period::Level::kQuarter>},
      {"year", nullptr, OfPeriod<Period::Level::kYear>},
      {"season", nullptr, OfPeriod<Period::Level::kSeason>},
      {"week", nullptr, OfWeek},
      {"day", nullptr, OfDay},
      {"weekday", nullptr, OfWeekday},
      {"hour", nullptr, OfHour},
      {"event", nullptr, OfEvent},
      {"genre", nullptr, OfGenre},
      {"subgenre", nullptr, OfSubgenre},
      {"channel", nullptr, OfChannel},
      {"lead_time", &v1::Mirror::lead_time, OfList<kLeadTimes>},
      {"sold_day", &v1::Mirror::sold, OfDay},
      {"sold_month", &v1::Mirror::sold, OfPeriod<Period::Level::kMonth>},
  };
  return all;
}

const VisitSplit* VisitSplit::Find(std::string_view name) {
  const auto& all = All();
  const auto found =
      std::find_if(all.begin(), all.end(),
                   [&](const VisitSplit& one) { return one.name() == name; });
  return found == all.end() ? nullptr : &*found;
}

std::string VisitSplit::Names() {
  std::string names;
  for (const VisitSplit& one : All()) {
    names += (names.empty() ? "" : ", ") + std::string(one.name());
  }
  return names;
}

void VisitSplit::ForEachCell(
    const v1::Mirror& mirror,
    const std::function<void(const VisitCell&)>& visit) const {
  if (cells_ == nullptr) {
    for (int i = 0; i < mirror.event_size(); ++i) {
      const auto event = static_cast<int>(mirror.event(i));
      const int32_t minutes = mirror.events().starts_at(event);
      visit({(minutes >= 0 ? minutes : minutes - 1439) / 1440, event,
             static_cast<uint8_t>(mirror.channel()[static_cast<size_t>(i)]),
             SumsAt(mirror.tallies(), i)});
    }
    return;
  }
  const v1::Mirror::Split& split = (mirror.*cells_)();
  for (int i = 0; i < split.day_size(); ++i) {
    visit({split.day(i), -1, split.value(i), SumsAt(split.tallies(), i)});
  }
}

}  // namespace garderobe::answer
