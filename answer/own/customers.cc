#include "answer/own/customers.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "core/base/civil_time.h"
#include "core/catalogue/bands.h"
#include "core/catalogue/period.h"
#include "fmt/format.h"

namespace garderobe::answer {
namespace {

using Level = Period::Level;
using InPeriod = v1::CustomerMirror::InPeriod;
using Split = v1::CustomerMirror::Split;

constexpr std::array<std::pair<std::string_view, Level>, 4> kLevels = {
    {{"month", Level::kMonth},
     {"quarter", Level::kQuarter},
     {"year", Level::kYear},
     {"season", Level::kSeason}}};
constexpr std::array<std::string_view, 12> kSplits = {
    "municipality", "age",     "gender", "language", "newsletter",    "since",
    "frequency",    "loyalty", "genre",  "channel",  "first_channel", "value"};

const Split* FindSplit(const InPeriod& period, std::string_view dimension) {
  const auto found = std::find_if(
      period.splits().begin(), period.splits().end(),
      [&](const Split& split) { return split.dimension() == dimension; });
  return found == period.splits().end() ? nullptr : &*found;
}

const InPeriod* FindPeriod(const v1::CustomerMirror& mirror,
                           std::string_view text) {
  const auto found = std::find_if(
      mirror.periods().begin(), mirror.periods().end(),
      [&](const InPeriod& period) { return period.period() == text; });
  return found == mirror.periods().end() ? nullptr : &*found;
}

// The next longer period around it; of a season the year that it begins in.
std::optional<Period> Longer(const Period& period) {
  switch (period.level()) {
    case Level::kMonth:
      return Period::Containing(Level::kQuarter, period.first_day());
    case Level::kQuarter:
    case Level::kSeason:
      return Period::Containing(Level::kYear, period.first_day());
    case Level::kYear:
      break;
  }
  return std::nullopt;
}

void AddNumber(v1::QueryOwnResponse::Row* row, uint64_t number) {
  row->add_value()->set_number(static_cast<int64_t>(number));
}

// Of a split by loyalty; nothing where it is not told.
void AddLoyalty(const Split* split, std::string_view value,
                v1::QueryOwnResponse::Row* row) {
  if (split == nullptr) {
    row->add_value()->set_mark("n");
    return;
  }
  uint64_t customers = 0;
  for (int i = 0; i < split->value_size(); ++i) {
    if (split->value(i) == value) customers = split->customers(i);
  }
  AddNumber(row, customers);
}

v1::QueryOwnResponse ByPeriod(const v1::CustomerMirror& mirror,
                              std::string_view by, Level level) {
  v1::QueryOwnResponse response;
  response.set_by(std::string(by));
  for (const char* measure :
       {"customers", "addresses", "visits", "new", "returning", "lapsed"}) {
    response.add_measure(measure);
  }
  for (const InPeriod& counted : mirror.periods()) {
    const auto period = Period::ParseOwn(counted.period());
    if (!period.ok() || period->level() != level) continue;
    auto* row = response.add_rows();
    row->set_key(counted.period());
    AddNumber(row, counted.customers());
    AddNumber(row, counted.addresses());
    AddNumber(row, counted.visits());
    const Split* const loyalty = FindSplit(counted, "loyalty");
    for (const std::string_view value : kLoyalty) {
      AddLoyalty(loyalty, value, row);
    }
    if (counted.has_lapsed()) {
      AddNumber(row, counted.lapsed());
    } else {
      row->add_value()->set_mark("n");
    }
  }
  return response;
}

std::string Names() {
  std::string names;
  for (const auto& [name, level] : kLevels) names += std::string(name) + ", ";
  return names + fmt::format("{}", fmt::join(kSplits, ", "));
}

}  // namespace

absl::StatusOr<v1::QueryOwnResponse> CustomersBy(
    const v1::CustomerMirror& mirror, std::string_view by,
    std::string_view period_text) {
  const std::string counted_on = ToIso(FromDayNumber(mirror.counted_on()));
  for (const auto& [name, level] : kLevels) {
    if (by != name) continue;
    v1::QueryOwnResponse response = ByPeriod(mirror, by, level);
    response.set_counted_on(counted_on);
    return response;
  }
  if (std::find(kSplits.begin(), kSplits.end(), by) == kSplits.end()) {
    return InvalidArgument("--by: one of {}", Names());
  }
  GARDEROBE_ASSIGN_OR_RETURN(const Period asked, Period::ParseOwn(period_text));
  std::optional<Period> period = asked;
  const InPeriod* counted = nullptr;
  const Split* split = nullptr;
  while (period && split == nullptr) {
    const InPeriod* const here = FindPeriod(mirror, period->text());
    if (here != nullptr) {
      counted = here;
      split = FindSplit(*counted, by);
    }
    if (split == nullptr) period = Longer(*period);
  }
  if (counted == nullptr) {
    return NotFound("nobody came in {}, or nothing of it is counted yet",
                    asked.text());
  }
  v1::QueryOwnResponse response;
  response.set_by(std::string(by));
  response.set_counted_on(counted_on);
  response.add_measure("customers");
  response.add_measure("addresses");
  if (split == nullptr) {
    response.set_period(asked.text());
    response.add_note(by == "loyalty" ? "not_covered" : "too_few");
    return response;
  }
  response.set_period(period->text());
  if (period->text() != asked.text()) {
    response.add_note(by == "loyalty" ? "longer_covered" : "longer_period");
  }
  for (int i = 0; i < split->value_size(); ++i) {
    auto* row = response.add_rows();
    row->set_key(split->value(i));
    AddNumber(row, split->customers(i));
    AddNumber(row, split->addresses(i));
  }
  return response;
}

v1::QueryOwnResponse Returns(const v1::CustomerMirror& mirror) {
  v1::QueryOwnResponse response;
  response.set_by("nth");
  response.set_counted_on(ToIso(FromDayNumber(mirror.counted_on())));
  for (const char* measure :
       {"customers", "returned", "open", "returned_percent"}) {
    response.add_measure(measure);
  }
  std::string latest;
  std::optional<uint32_t> tipping;
  for (const auto& counts : mirror.returns()) {
    auto* row = response.add_rows();
    row->set_key(fmt::format("{} {}{}", counts.year(), counts.nth(),
                             counts.nth() == 4 ? "+" : ""));
    AddNumber(row, counts.customers());
    AddNumber(row, counts.returned());
    AddNumber(row, counts.open());
    // Who may still come is left out: half a year would look like a loss.
    const uint64_t decided = counts.customers() - counts.open();
    if (decided == 0) {
      row->add_value()->set_mark("n");
      continue;
    }
    AddNumber(row, (200 * counts.returned() + decided) / (2 * decided));
    const std::string year = std::to_string(counts.year());
    if (year != latest) {
      latest = year;
      tipping.reset();
    }
    if (!tipping && 2 * counts.returned() > decided) tipping = counts.nth();
  }
  if (tipping) {
    response.add_note(fmt::format("tipping_point {} {}", latest, *tipping));
  }
  if (response.rows_size() == 0) response.add_note("not_covered");
  return response;
}

}  // namespace garderobe::answer
