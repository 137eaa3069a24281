#include "client/mapping/column_match.h"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <memory>
#include <set>
#include <string_view>

namespace garderobe::client {
namespace {

// A column is taken for what scores this much: a header that says so, or
// values that leave little doubt and a header that does not say otherwise.
constexpr double kEnough = 0.55;

struct Verdict {
  double score;
  std::string why;
};

bool IsId(size_t target) {
  return target == TargetOf(Column::kOrderId) ||
         target == TargetOf(Column::kLineId) ||
         target == TargetOf(Column::kEventId) ||
         target == TargetOf(Column::kCustomerId);
}

std::string Percent(const ColumnProfile& column, uint64_t count,
                    std::string_view what) {
  return fmt::format("{:.0f} % of {} values {}", 100 * column.Share(count),
                     column.filled, what);
}

// What the values say of a column being `target`: -1 for no, 0 for nothing,
// up to 1.
Verdict ValueScore(size_t target, const ColumnProfile& c) {
  auto form = [&](uint64_t count, double least, double worth,
                  std::string_view what) -> Verdict {
    if (c.filled == 0) return {0, "empty in this file"};
    if (c.Share(count) < least) return {-1, ""};
    return {worth * c.Share(count), Percent(c, count, what)};
  };
  using C = Column;
  if (target == TargetOf(C::kEmail))
    return form(c.emails, 0.5, 0.9, "are e-mails");
  if (target == TargetOf(C::kPostcode)) {
    return form(std::max(c.dutch_postcodes, c.four_digits), 0.5,
                c.dutch_postcodes > c.four_digits ? 0.9 : 0.2,
                "have the form of a postcode");
  }
  if (target == TargetOf(C::kPhone)) {
    return form(c.phones, 0.5, 0.6, "look like telephone numbers");
  }
  if (target == TargetOf(C::kBirthDate)) {
    return form(c.births, 0.5, 0.3, "are dates before 2015");
  }
  if (target == TargetOf(C::kStartsAt) || target == TargetOf(C::kSoldAt)) {
    return form(c.dates, 0.8, 0.3, "are dates");
  }
  if (target == TargetOf(C::kPrice) || target == kPriceEach) {
    return form(c.amounts, 0.8,
                c.comma_amounts + c.point_amounts > 0 ? 0.3 : 0.1,
                "are amounts");
  }
  if (target == TargetOf(C::kQuantity)) {
    return form(c.integers, 0.9, 0.1, "are whole numbers");
  }
  if (target == kAddressLine) {
    return form(c.with_postcode, 0.4, 0.6,
                "hold a street, a postcode and a town");
  }
  if (target == kFullName) {
    return form(c.two_words, 0.5, 0.2, "are of more than one word");
  }
  if (target == TargetOf(C::kStatus) || target == TargetOf(C::kChannel) ||
      target == TargetOf(C::kGenre)) {
    if (c.filled > 0 && !c.few_words) return {-1, ""};
    uint64_t known = 0;
    for (const auto& [word, count] : c.words) {
      if (CodeOfWord(WordListOf(target), word)) known += count;
    }
    return {
        0.1 + 0.5 * c.Share(known),
        fmt::format("{} different words, {:.0f} % of the rows have one that "
                    "is known",
                    c.words.size(), 100 * c.Share(known))};
  }
  if (target == TargetOf(C::kFirstName) || target == TargetOf(C::kLastName) ||
      target == TargetOf(C::kStreet) || target == TargetOf(C::kCity)) {
    return form(c.letters, 0.5, 0, "have letters");
  }
  if (IsId(target) && c.filled > 0 && c.Share(c.ids) < 0.5) return {-1, ""};
  return {
      0, fmt::format("{} different values in {}", c.distinct.size(), c.filled)};
}

void Assign(const std::vector<ColumnNames>& names,
            const std::vector<ColumnProfile>& columns, ColumnMatch* match) {
  auto& found = match->found;
  struct Candidate {
    double score;
    size_t target, column;
    std::string why;
  };
  std::vector<Candidate> candidates;
  for (const ColumnNames& synonyms : names) {
    for (size_t i = 0; i < columns.size(); ++i) {
      const double header =
          HeaderScore(synonyms, columns[i].header, IsId(synonyms.target));
      const Verdict values = ValueScore(synonyms.target, columns[i]);
      if (values.score < 0) continue;
      // An empty column is what its header says, or nothing.
      if (columns[i].filled == 0 && header < 1) continue;
      const double score = 0.6 * header + values.score;
      if (score < kEnough) continue;
      std::string why = header >= 0.9 ? "the header says so"
                        : header > 0  ? "the header has the word"
                                      : "its values";
      why += "; " + values.why;
      candidates.push_back({score, synonyms.target, i, std::move(why)});
    }
  }
  // A number without a street is no house's: "Nummer" is mostly an order's.
  const bool has_street =
      std::any_of(candidates.begin(), candidates.end(), [](const auto& c) {
        return c.target == TargetOf(Column::kStreet) ||
               c.target == kAddressLine;
      });
  if (!has_street) {
    std::erase_if(candidates, [](const auto& c) {
      return c.target == TargetOf(Column::kHouseNumber) ||
             c.target == TargetOf(Column::kHouseNumberAddition);
    });
  }
  std::stable_sort(
      candidates.begin(), candidates.end(),
      [](const auto& a, const auto& b) { return a.score > b.score; });
  std::vector<bool> taken(columns.size());
  for (Candidate& c : candidates) {
    if (taken[c.column] || found[c.target]) continue;
    // One of a whole and its parts is enough.
    if ((c.target == kFullName && found[TargetOf(Column::kLastName)]) ||
        (c.target == kAddressLine && found[TargetOf(Column::kStreet)]) ||
        (c.target == TargetOf(Column::kStreet) && found[kAddressLine])) {
      continue;
    }
    taken[c.column] = true;
    found[c.target] = MatchedColumn{c.column, std::move(c.why)};
  }
  match->used = std::move(taken);
}

// A date and its time in two columns: the nearest column of times after it.
void FindTimes(const std::vector<ColumnProfile>& columns, size_t target,
               ColumnMatch* match) {
  if (!match->found[target]) return;
  const size_t date = match->found[target]->column;
  const auto& starts = match->found[TargetOf(Column::kStartsAt)];
  if (columns[date].date_times * 10 > columns[date].filled) return;
  for (size_t i = date + 1; i < std::min(date + 4, columns.size()); ++i) {
    const ColumnProfile& c = columns[i];
    if (match->used[i] && !(starts && starts->column == i)) continue;
    if (c.filled == 0 || c.Share(c.times) < 0.8) continue;
    match->times[target] = i;
    match->used[i] = true;
    return;
  }
}
// A seat is another in each row.
void FindSeatRow(const std::vector<ColumnProfile>& columns,
                 ColumnMatch* match) {
  const auto& line = match->found[TargetOf(Column::kLineId)];
  const auto is_one_of = [](const std::string& header,
                            std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), PlainWord(header)) !=
           names.end();
  };
  if (!line || !is_one_of(columns[line->column].header,
                          {"plaats", "stoel", "stoelnr", "stoelnummer", "seat",
                           "seatnumber", "zitplaats", "place", "siege",
                           "plaatsnummer", "platz"})) {
    return;
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    if (match->used[i] || columns[i].filled == 0 ||
        !is_one_of(columns[i].header, {"rij", "row", "rang", "reihe", "rijnr",
                                       "rijnummer", "seatrow"})) {
      continue;
    }
    match->seat_row = i;
    match->used[i] = true;
    return;
  }
}

void FindParticle(const std::vector<ColumnProfile>& columns,
                  ColumnMatch* match) {
  for (size_t i = 0; i < columns.size(); ++i) {
    const std::string plain = PlainWord(columns[i].header);
    if (!match->used[i] && (plain.starts_with("tussenv") ||
                            plain == "middlename" || plain == "infix")) {
      match->particle = i;
      match->used[i] = true;
    }
  }
}

}  // namespace

WordList WordListOf(size_t target) {
  return target == TargetOf(Column::kStatus)    ? WordList::kStatus
         : target == TargetOf(Column::kChannel) ? WordList::kChannel
                                                : WordList::kGenre;
}

ColumnMatch MatchColumns(const std::vector<ColumnNames>& names,
                         const std::vector<ColumnProfile>& columns) {
  ColumnMatch match;
  Assign(names, columns, &match);
  FindTimes(columns, TargetOf(Column::kStartsAt), &match);
  FindTimes(columns, TargetOf(Column::kSoldAt), &match);
  FindParticle(columns, &match);
  FindSeatRow(columns, &match);
  return match;
}

}  // namespace garderobe::client
