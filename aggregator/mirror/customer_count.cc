#include "aggregator/mirror/customer_count.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "core/base/civil_time.h"
#include "core/catalogue/bands.h"
#include "core/catalogue/codes.h"
#include "core/catalogue/period.h"
#include "core/geography/geography.h"

namespace garderobe::aggregator {
namespace {

using Level = Period::Level;
constexpr std::array<Level, 4> kLevels = {Level::kMonth, Level::kQuarter,
                                          Level::kYear, Level::kSeason};
constexpr uint32_t kNthMax = 4;

// The ways in which customers are split, one at a time.
enum class Dimension : size_t {
  kMunicipality,
  kAge,
  kGender,
  kLanguage,
  kNewsletter,
  kSince,
  kFrequency,
  kLoyalty,
  kGenre,
  kChannel,
  kFirstChannel,
  kValue,
};
constexpr std::array<std::string_view, 12> kDimensionNames = {
    "municipality", "age",     "gender", "language", "newsletter",    "since",
    "frequency",    "loyalty", "genre",  "channel",  "first_channel", "value"};

struct Count {
  uint64_t customers = 0, addresses = 0;
  void Add(bool is_address) { ++(is_address ? addresses : customers); }
};

struct PeriodCount {
  Count in_all;
  uint64_t visits = 0;
  // By the value's code.
  std::array<std::vector<Count>, kDimensionNames.size()> splits;
  bool looks_back = false;  // the months before it are covered
  uint64_t lapsed = 0;

  void Add(Dimension dimension, size_t code, bool is_address) {
    auto& values = splits[static_cast<size_t>(dimension)];
    if (code >= values.size()) values.resize(code + 1);
    values[code].Add(is_address);
  }
};

// Words that no list of ours has, by number; 0 is "unknown".
class WordNumbers {
 public:
  size_t Of(const std::string& word) {
    if (word.empty()) return 0;
    const auto [entry, is_new] = numbers_.try_emplace(word, words_.size());
    if (is_new) words_.push_back(word);
    return entry->second;
  }
  const std::string& word(size_t number) const { return words_[number]; }

 private:
  std::vector<std::string> words_ = {"unknown"};
  absl::flat_hash_map<std::string, size_t> numbers_;
};

// What is known of a customer, whatever the period: codes.
struct Attributes {
  bool is_address = false;
  int birth_year = 0;
  size_t municipality = 0;  // place in Municipalities() from 1
  size_t gender = 0, newsletter = 0;
  size_t since = 0;  // year, 0 unknown
  size_t language = 0;
};

Attributes AttributesOf(const Relation& relation, WordNumbers& languages) {
  Attributes known;
  known.is_address =
      (relation.shown & (kShownAddress | kShownPerson)) == kShownAddress;
  known.birth_year = relation.birth_year;
  // No country is delivered beside a postcode yet: all are read as Dutch, as
  // the publisher does.
  known.municipality = static_cast<size_t>(PlaceOf("NL", relation.pc4) + 1);
  known.gender = relation.gender;
  known.newsletter = relation.newsletter;
  if (relation.customer_since != 0) {
    known.since = size_t{1900} + relation.customer_since / 12;
  }
  known.language = languages.Of(relation.language);
  return known;
}

std::string NameOf(Dimension dimension, size_t code,
                   const WordNumbers& languages) {
  switch (dimension) {
    case Dimension::kMunicipality:
      return code == 0 ? "unknown"
                       : std::string(Municipalities()[code - 1].code);
    case Dimension::kAge:
      return std::string(kAges[code]);
    case Dimension::kGender:
      return std::string(kGenders[code]);
    case Dimension::kLanguage:
      return languages.word(code);
    case Dimension::kNewsletter:
      return std::string(kNewsletter[code]);
    case Dimension::kSince:
      return code == 0 ? "unknown" : std::to_string(code);
    case Dimension::kFrequency:
      return std::string(kFrequencies[code]);
    case Dimension::kLoyalty:
      return std::string(kLoyalty[code]);
    case Dimension::kGenre:
      return std::string(kGenres[code]);
    case Dimension::kChannel:
    case Dimension::kFirstChannel:
      return std::string(kChannels[code]);
    case Dimension::kValue:
      return std::string(kValues[code]);
  }
  return {};
}

// First level of each genre, by code.
const std::array<uint8_t, kGenres.size()>& MainGenres() {
  static const auto all = [] {
    std::array<uint8_t, kGenres.size()> main{};
    for (size_t code = 0; code < kGenres.size(); ++code) {
      main[code] = CodeOf(kGenres, MainGenre(kGenres[code])).value_or(0);
    }
    return main;
  }();
  return all;
}

// The value that most visits have; of equals that of the later visit, then the
// lower code. `nothing` yields to every other.
template <size_t kCodes>
class Favourite {
 public:
  void Take(size_t code, int32_t day) {
    Seen& seen = seen_[code];
    ++seen.visits;
    seen.latest = std::max(seen.latest, day);
  }
  size_t Of(size_t nothing) const {
    size_t best = nothing;
    std::tuple<bool, int, int32_t> rank_of_best{false, 0, INT32_MIN};
    for (size_t code = 0; code < kCodes; ++code) {
      if (seen_[code].visits == 0) continue;
      const std::tuple rank{code != nothing, seen_[code].visits,
                            seen_[code].latest};
      if (rank > rank_of_best) {
        best = code;
        rank_of_best = rank;
      }
    }
    return best;
  }

 private:
  struct Seen {
    int visits = 0;
    int32_t latest = INT32_MIN;
  };
  std::array<Seen, kCodes> seen_;
};

int32_t MonthsLater(int32_t day, int months) {
  return DayNumber(MonthsBefore(FromDayNumber(day), -months));
}
int32_t LookBackFrom(int32_t day) {
  return DayNumber(MonthsBefore(FromDayNumber(day), kLookBackMonths));
}

using VisitSpan = std::span<const CustomerVisit>;

// Counts one customer after another. Not thread-safe.
class Counter {
 public:
  explicit Counter(const CustomerCountRules& rules) : rules_(rules) {}

  // `visits` are all of one customer, by day.
  void Take(VisitSpan visits, const Attributes& known);
  void AddTo(v1::CustomerMirror* mirror) const;
  WordNumbers& languages() { return languages_; }

 private:
  // The period of that level around the day; the last one is remembered.
  PeriodCount& At(Level level, int32_t day, const Period** period);
  void TakePeriod(VisitSpan all, VisitSpan in_period, const Attributes& known,
                  const Period& period, PeriodCount& count);
  void TakeLapsed(VisitSpan visits);
  void TakeReturns(VisitSpan visits);
  bool LooksBack(const Period& period) const {
    return rules_.is_covered(LookBackFrom(period.first_day()),
                             period.first_day());
  }

  static v1::CustomerMirror::Split Told(Dimension dimension,
                                        const PeriodCount& count,
                                        const WordNumbers& languages);

  const CustomerCountRules& rules_;
  WordNumbers languages_;
  // By level and first day.
  std::map<std::pair<Level, int32_t>, std::pair<Period, PeriodCount>> periods_;
  std::map<std::pair<int, uint32_t>, v1::CustomerMirror::Return> returns_;
};

PeriodCount& Counter::At(Level level, int32_t day, const Period** period) {
  const Period around = Period::Containing(level, day);
  const auto [entry, is_new] =
      periods_.try_emplace({level, around.first_day()}, around, PeriodCount());
  auto& [kept, count] = entry->second;
  if (is_new) count.looks_back = LooksBack(kept);
  *period = &kept;
  return count;
}

void Counter::TakePeriod(VisitSpan all, VisitSpan in_period,
                         const Attributes& known, const Period& period,
                         PeriodCount& count) {
  const bool is_address = known.is_address;
  count.in_all.Add(is_address);
  count.visits += in_period.size();
  const auto add = [&](Dimension dimension, size_t code) {
    count.Add(dimension, code, is_address);
  };
  int64_t paid = 0;
  Favourite<kGenres.size()> genre;
  Favourite<kChannels.size()> channel;
  for (const CustomerVisit& visit : in_period) {
    paid += visit.price_cents;
    genre.Take(MainGenres()[visit.genre], visit.day);
    channel.Take(visit.channel, visit.day);
  }
  add(Dimension::kMunicipality, known.municipality);
  add(Dimension::kGenre, genre.Of(0));
  add(Dimension::kChannel, channel.Of(0));
  add(Dimension::kFrequency,
      FrequencyBand(static_cast<int64_t>(in_period.size())));
  // An address is a household: its members have ages, and come and go.
  if (is_address) return;
  add(Dimension::kFirstChannel, all.front().channel);
  add(Dimension::kValue, ValueBand(paid));
  add(Dimension::kAge,
      AgeBand(known.birth_year, FromDayNumber(period.first_day()).year));
  add(Dimension::kGender, known.gender);
  add(Dimension::kLanguage, known.language);
  add(Dimension::kNewsletter, known.newsletter);
  add(Dimension::kSince, known.since);
  if (!count.looks_back) return;
  const int32_t from = LookBackFrom(in_period.front().day);
  const bool came = std::any_of(all.begin(), all.end(), [&](const auto& visit) {
    return visit.day >= from && visit.day < in_period.front().day;
  });
  add(Dimension::kLoyalty, came ? 1 : 0);
}

void Counter::TakeLapsed(VisitSpan visits) {
  const int last = FromDayNumber(visits.back().day).year + 3;
  for (int year = FromDayNumber(visits.front().day).year + 1; year <= last;
       ++year) {
    const Period period =
        Period::Containing(Level::kYear, DayNumber({year, 1, 1}));
    if (period.end_day() > rules_.today + 1) return;
    const int32_t from = LookBackFrom(period.first_day());
    int before = 0, within = 0;
    for (const CustomerVisit& visit : visits) {
      before += visit.day >= from && visit.day < period.first_day();
      within += visit.day >= period.first_day() && visit.day < period.end_day();
    }
    if (before < 2 || within > 0) continue;
    const Period* unused = nullptr;
    ++At(Level::kYear, period.first_day(), &unused).lapsed;
  }
}

void Counter::TakeReturns(VisitSpan visits) {
  uint32_t nth = 0;
  int last_year = 0;
  for (size_t i = 0; i < visits.size(); ++i) {
    if (i > 0 && visits[i].day == visits[i - 1].day) continue;
    ++nth;
    const int year = FromDayNumber(visits[i].day).year;
    // The lowest of the year.
    if (year == last_year) continue;
    last_year = year;
    const auto next = std::find_if(
        visits.begin() + static_cast<ptrdiff_t>(i), visits.end(),
        [&](const auto& later) { return later.day > visits[i].day; });
    const int32_t until = MonthsLater(visits[i].day, 12);
    const bool returned = next != visits.end() && next->day <= until;
    auto& counts = returns_[{year, std::min(nth, kNthMax)}];
    counts.set_customers(counts.customers() + 1);
    counts.set_returned(counts.returned() + (returned ? 1 : 0));
    counts.set_open(counts.open() +
                    (!returned && until >= rules_.today ? 1 : 0));
  }
}

void Counter::Take(VisitSpan visits, const Attributes& known) {
  for (const Level level : kLevels) {
    for (size_t begin = 0; begin < visits.size();) {
      const Period* period = nullptr;
      PeriodCount& count = At(level, visits[begin].day, &period);
      size_t end = begin;
      while (end < visits.size() && visits[end].day < period->end_day()) ++end;
      TakePeriod(visits, visits.subspan(begin, end - begin), known, *period,
                 count);
      begin = end;
    }
  }
  if (known.is_address) return;
  TakeLapsed(visits);
  TakeReturns(visits);
}

v1::CustomerMirror::Split Counter::Told(Dimension dimension,
                                        const PeriodCount& count,
                                        const WordNumbers& languages) {
  // Of a few customers an attribute is told of a longer period only.
  const bool tells_customers = count.in_all.customers >= kCustomersToldMin;
  const bool tells_addresses = count.in_all.addresses >= kCustomersToldMin;
  const auto index = static_cast<size_t>(dimension);
  v1::CustomerMirror::Split split;
  split.set_dimension(std::string(kDimensionNames[index]));
  for (size_t code = 0; code < count.splits[index].size(); ++code) {
    const Count& counts = count.splits[index][code];
    const uint64_t customers = tells_customers ? counts.customers : 0;
    const uint64_t addresses = tells_addresses ? counts.addresses : 0;
    if (customers + addresses == 0) continue;
    split.add_value(NameOf(dimension, code, languages));
    split.add_customers(customers);
    split.add_addresses(addresses);
  }
  return split;
}

void Counter::AddTo(v1::CustomerMirror* mirror) const {
  for (const auto& [key, counted] : periods_) {
    const auto& [period, count] = counted;
    auto* told = mirror->add_periods();
    told->set_period(period.text());
    told->set_customers(count.in_all.customers);
    told->set_addresses(count.in_all.addresses);
    told->set_visits(count.visits);
    if (period.level() == Level::kYear && count.looks_back &&
        period.end_day() <= rules_.today + 1 &&
        rules_.is_covered(period.first_day(), period.end_day())) {
      told->set_lapsed(count.lapsed);
    }
    for (size_t i = 0; i < kDimensionNames.size(); ++i) {
      auto split = Told(static_cast<Dimension>(i), count, languages_);
      if (split.value_size() > 0) *told->add_splits() = std::move(split);
    }
  }
  for (const auto& [key, counts] : returns_) {
    const Period year =
        Period::Containing(Level::kYear, DayNumber({key.first, 1, 1}));
    // n is counted since the data begin, and these may begin too late.
    if (!LooksBack(year) || counts.customers() < kCustomersToldMin) continue;
    auto* told = mirror->add_returns();
    *told = counts;
    told->set_year(static_cast<uint32_t>(key.first));
    told->set_nth(key.second);
  }
}

}  // namespace

v1::CustomerMirror CountCustomers(
    std::vector<CustomerVisit> visits,
    const absl::flat_hash_map<uint32_t, Relation>& relations,
    const CustomerCountRules& rules) {
  v1::CustomerMirror mirror;
  mirror.set_counted_on(rules.today);
  if (visits.empty()) return mirror;
  std::sort(visits.begin(), visits.end(), [](const auto& a, const auto& b) {
    return std::tie(a.relation, a.day, a.channel, a.genre, a.price_cents) <
           std::tie(b.relation, b.day, b.channel, b.genre, b.price_cents);
  });
  mirror.set_first_day(visits.front().day);
  mirror.set_last_day(visits.front().day);
  Counter counter(rules);
  const Relation unknown;
  for (size_t begin = 0; begin < visits.size();) {
    size_t end = begin;
    while (end < visits.size() &&
           visits[end].relation == visits[begin].relation) {
      ++end;
    }
    const auto found = relations.find(visits[begin].relation);
    mirror.set_first_day(std::min(mirror.first_day(), visits[begin].day));
    mirror.set_last_day(std::max(mirror.last_day(), visits[end - 1].day));
    counter.Take(
        VisitSpan(visits).subspan(begin, end - begin),
        AttributesOf(found == relations.end() ? unknown : found->second,
                     counter.languages()));
    begin = end;
  }
  counter.AddTo(&mirror);
  return mirror;
}

}  // namespace garderobe::aggregator
