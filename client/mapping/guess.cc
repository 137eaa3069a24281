#include "client/mapping/guess.h"

#include <algorithm>
#include <optional>

#include "client/mapping/column_names.h"
#include "client/mapping/column_profile.h"
#include "client/mapping/header_plan.h"
#include "client/mapping/mapping.h"
#include "client/words.h"
#include "core/catalogue/codes.h"

namespace garderobe::client {
namespace {

constexpr size_t kRowsLookedAt = 5000, kHeaderRows = 30;
// A column is taken for what scores this much: a header that says so, or
// values that leave little doubt and a header that does not say otherwise.
constexpr double kEnough = 0.55;
// Of a shipped mapping's columns, how many a file of its vendor has at least.
constexpr double kVendorShare = 0.6;

struct Sample {
  std::vector<std::vector<std::string>> rows;
  std::vector<uint64_t> lines;
  char delimiter = ',';
};

absl::StatusOr<Sample> ReadSample(const std::string& path) {
  GARDEROBE_ASSIGN_OR_RETURN(auto reader, OpenTable(path, {}));
  Sample sample;
  sample.delimiter = reader->delimiter();
  TableRow row;
  while (sample.rows.size() < kRowsLookedAt) {
    GARDEROBE_ASSIGN_OR_RETURN(const bool more, reader->Read(&row));
    if (!more) break;
    if (!row.fault.empty()) continue;
    sample.rows.emplace_back(row.fields.begin(), row.fields.end());
    sample.lines.push_back(row.line);
  }
  if (sample.rows.empty()) return InvalidArgument("{}: is empty", path);
  return sample;
}

HeaderIndex IndexOf(const std::vector<std::string>& row) {
  return HeaderIndex(std::vector<std::string_view>(row.begin(), row.end()));
}

// How much of a shipped mapping this header has; 0 when something needed, and
// not to be had from a second file, is missing.
double Fit(const Mapping& mapping, const HeaderIndex& index) {
  const HeaderPlan plan(mapping.columns, index);
  size_t there = 0, all = 0;
  for (size_t i = 0; i < kTargetCount; ++i) {
    if (!mapping.columns[i]) continue;
    if (mapping.columns[i]->op == Source::Op::kValue) continue;
    const bool joined =
        std::any_of(mapping.joins.begin(), mapping.joins.end(),
                    [&](const Join& j) { return j.columns[i].has_value(); });
    const bool needed = i == static_cast<size_t>(Column::kOrderId) ||
                        i == static_cast<size_t>(Column::kLineId) ||
                        i == static_cast<size_t>(Column::kEventId) ||
                        i == static_cast<size_t>(Column::kStartsAt);
    if (needed && !joined && !plan.has(i)) return 0;
    if (joined && !plan.has(i)) continue;
    ++all;
    there += plan.has(i);
  }
  return all == 0 ? 0 : static_cast<double>(there) / static_cast<double>(all);
}

size_t At(Column column) { return static_cast<size_t>(column); }

struct Verdict {
  double score;
  std::string why;
};

bool IsId(size_t target) {
  return target == At(Column::kOrderId) || target == At(Column::kLineId) ||
         target == At(Column::kEventId) || target == At(Column::kCustomerId);
}

WordList ListOf(size_t target) {
  return target == At(Column::kStatus)    ? WordList::kStatus
         : target == At(Column::kChannel) ? WordList::kChannel
                                          : WordList::kGenre;
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
  if (target == At(C::kEmail)) return form(c.emails, 0.5, 0.9, "are e-mails");
  if (target == At(C::kPostcode)) {
    return form(std::max(c.dutch_postcodes, c.four_digits), 0.5,
                c.dutch_postcodes > c.four_digits ? 0.9 : 0.2,
                "have the form of a postcode");
  }
  if (target == At(C::kPhone)) {
    return form(c.phones, 0.5, 0.6, "look like telephone numbers");
  }
  if (target == At(C::kBirthDate)) {
    return form(c.births, 0.5, 0.3, "are dates before 2015");
  }
  if (target == At(C::kStartsAt) || target == At(C::kSoldAt)) {
    return form(c.dates, 0.8, 0.3, "are dates");
  }
  if (target == At(C::kPrice) || target == kPriceEach) {
    return form(c.amounts, 0.8,
                c.comma_amounts + c.point_amounts > 0 ? 0.3 : 0.1,
                "are amounts");
  }
  if (target == At(C::kQuantity)) {
    return form(c.integers, 0.9, 0.1, "are whole numbers");
  }
  if (target == kAddressLine) {
    return form(c.with_postcode, 0.4, 0.6,
                "hold a street, a postcode and a town");
  }
  if (target == kFullName) {
    return form(c.two_words, 0.5, 0.2, "are of more than one word");
  }
  if (target == At(C::kStatus) || target == At(C::kChannel) ||
      target == At(C::kGenre)) {
    if (c.filled > 0 && !c.few_words) return {-1, ""};
    uint64_t known = 0;
    for (const auto& [word, count] : c.words) {
      if (CodeOfWord(ListOf(target), word)) known += count;
    }
    return {
        0.1 + 0.5 * c.Share(known),
        fmt::format("{} different words, {:.0f} % of the rows have one that "
                    "is known",
                    c.words.size(), 100 * c.Share(known))};
  }
  if (target == At(C::kFirstName) || target == At(C::kLastName) ||
      target == At(C::kStreet) || target == At(C::kCity)) {
    return form(c.letters, 0.5, 0, "have letters");
  }
  if (IsId(target) && c.filled > 0 && c.Share(c.ids) < 0.5) return {-1, ""};
  return {
      0, fmt::format("{} different values in {}", c.distinct.size(), c.filled)};
}

class Guesser {
 public:
  Guesser(Sample sample, std::vector<Mapping> shipped)
      : sample_(std::move(sample)),
        shipped_(std::move(shipped)),
        names_(AllColumnNames(shipped_)) {}

  absl::StatusOr<Guess> Run() {
    if (TakeShipped()) return std::move(guess_);
    FindHeaderRow();
    if (LooksLikeData(IndexOf(sample_.rows[header_]))) {
      return InvalidArgument(
          "no line has names of columns; add them on top, for a proposal can't "
          "be made of values");
    }
    Profile();
    Assign();
    Write();
    return std::move(guess_);
  }

 private:
  struct Found {
    size_t column;
    std::string why;
  };

  bool TakeShipped() {
    const Mapping* best = nullptr;
    double most = kVendorShare;
    for (const Mapping& mapping : shipped_) {
      for (size_t r = 0; r < std::min(sample_.rows.size(), kHeaderRows); ++r) {
        const double fit = Fit(mapping, IndexOf(sample_.rows[r]));
        // The default needs no mapping: it wins a draw.
        if (fit <= most) continue;
        most = fit;
        best = &mapping;
      }
    }
    if (best == nullptr) return false;
    guess_.shipped = best->name;
    guess_.yaml = best->text;
    guess_.notes.push_back(fmt::format("these are the columns of {}: {}",
                                       best->name, best->about));
    for (const Join& join : best->joins) {
      guess_.notes.push_back(
          fmt::format("{} beside it: --with {}=FILE{}", join.about, join.name,
                      join.needed ? "" : " (where there is one)"));
    }
    return true;
  }

  void FindHeaderRow() {
    double most = -1;
    for (size_t r = 0; r < std::min(sample_.rows.size(), kHeaderRows); ++r) {
      const HeaderIndex index = IndexOf(sample_.rows[r]);
      double hits = 0;
      for (const std::string& name : index.names()) {
        for (const ColumnNames& synonyms : names_) {
          if (HeaderScore(synonyms, name, false) == 1) {
            ++hits;
            break;
          }
        }
      }
      // Without any known name: the widest row of the first ones.
      hits += static_cast<double>(index.width()) / 1000;
      if (hits > most) {
        most = hits;
        header_ = r;
      }
    }
  }

  void Profile() {
    const auto names = IndexOf(sample_.rows[header_]).names();
    columns_.resize(names.size());
    for (size_t i = 0; i < names.size(); ++i) columns_[i].header = names[i];
    for (size_t r = header_ + 1; r < sample_.rows.size(); ++r) {
      const auto& row = sample_.rows[r];
      if (row.size() < names.size()) continue;
      if (IsTotal(row)) {
        totals_ = true;
        continue;
      }
      for (size_t i = 0; i < names.size(); ++i) columns_[i].Add(row[i]);
    }
  }

  static bool IsTotal(const std::vector<std::string>& row) {
    const std::string first = PlainWord(ToUtf8(CleanField(row[0])));
    return first == "totaal" || first == "total" || first == "eindtotaal";
  }

  void Assign() {
    struct Candidate {
      double score;
      size_t target, column;
      std::string why;
    };
    std::vector<Candidate> candidates;
    for (const ColumnNames& synonyms : names_) {
      for (size_t i = 0; i < columns_.size(); ++i) {
        const double header =
            HeaderScore(synonyms, columns_[i].header, IsId(synonyms.target));
        const Verdict values = ValueScore(synonyms.target, columns_[i]);
        if (values.score < 0) continue;
        // An empty column is what its header says, or nothing.
        if (columns_[i].filled == 0 && header < 1) continue;
        const double score = 0.6 * header + values.score;
        if (score < kEnough) continue;
        std::string why = header >= 0.9 ? "the header says so"
                          : header > 0  ? "the header has the word"
                                        : "its values";
        why += "; " + values.why;
        candidates.push_back({score, synonyms.target, i, std::move(why)});
      }
    }
    std::stable_sort(
        candidates.begin(), candidates.end(),
        [](const auto& a, const auto& b) { return a.score > b.score; });
    std::vector<bool> taken(columns_.size());
    for (Candidate& c : candidates) {
      if (taken[c.column] || found_[c.target]) continue;
      // One of a whole and its parts is enough.
      if ((c.target == kFullName && found_[At(Column::kLastName)]) ||
          (c.target == kAddressLine && found_[At(Column::kStreet)]) ||
          (c.target == At(Column::kStreet) && found_[kAddressLine])) {
        continue;
      }
      taken[c.column] = true;
      found_[c.target] = Found{c.column, std::move(c.why)};
    }
    used_ = std::move(taken);
    FindTimes(At(Column::kStartsAt));
    FindTimes(At(Column::kSoldAt));
    FindParticle();
  }

  // A date and its time in two columns: the nearest column of times after it.
  void FindTimes(size_t target) {
    if (!found_[target]) return;
    const size_t date = found_[target]->column;
    if (columns_[date].date_times * 10 > columns_[date].filled) return;
    for (size_t i = date + 1; i < std::min(date + 4, columns_.size()); ++i) {
      const ColumnProfile& c = columns_[i];
      if (used_[i] && !IsFound(i, At(Column::kStartsAt))) continue;
      if (c.filled == 0 || c.Share(c.times) < 0.8) continue;
      times_[target] = i;
      used_[i] = true;
      return;
    }
  }
  bool IsFound(size_t column, size_t target) const {
    return found_[target] && found_[target]->column == column;
  }

  void FindParticle() {
    for (size_t i = 0; i < columns_.size(); ++i) {
      const std::string plain = PlainWord(columns_[i].header);
      if (!used_[i] && (plain.starts_with("tussenv") || plain == "middlename" ||
                        plain == "infix")) {
        particle_ = i;
        used_[i] = true;
      }
    }
  }

  static std::string Quoted(std::string_view text) {
    std::string out = "\"";
    for (char c : text) {
      if (c == '"' || c == '\\') out += '\\';
      if (static_cast<uint8_t>(c) < 0x20) {
        out += fmt::format("\\x{:02x}", static_cast<uint8_t>(c));
        continue;
      }
      out += c;
    }
    return out + "\"";
  }

  // The header, with its number among equal ones.
  std::string Ref(size_t column) const {
    size_t nth = 1;
    const std::string plain = PlainWord(columns_[column].header);
    for (size_t i = 0; i < column; ++i) {
      nth += PlainWord(columns_[i].header) == plain;
    }
    const std::string name = Quoted(columns_[column].header);
    return nth == 1 ? "[" + name + "]"
                    : fmt::format("[{{header: {}, nth: {}}}]", name, nth);
  }

  void Line(size_t target, const std::string& source, const std::string& why) {
    out_ += fmt::format("  {}: {}  # {}\n", TargetName(target), source, why);
  }

  void WriteColumns() {
    out_ += "columns:\n";
    for (size_t target = 0; target < kTargetCount; ++target) {
      if (!found_[target]) {
        WriteDerived(target);
        continue;
      }
      const Found& found = *found_[target];
      std::string source = Ref(found.column);
      if (times_[target]) {
        source =
            fmt::format("{{join: [{}, {}]}}", source, Ref(*times_[target]));
      } else if (target == At(Column::kLastName) && particle_) {
        source = fmt::format("{{join: [{}, {}]}}", Ref(*particle_), source);
      }
      Line(target, source, found.why);
    }
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (used_[i] || columns_[i].header.empty()) continue;
      out_ += "  # not used: " + Quoted(columns_[i].header) + "\n";
    }
  }

  void WriteDerived(size_t target) {
    auto ref = [&](Column column) { return Ref(found_[At(column)]->column); };
    auto has = [&](Column column) { return found_[At(column)].has_value(); };
    using C = Column;
    if (target == At(C::kCustomerId) && has(C::kEmail)) {
      return Line(target, "{lower: " + ref(C::kEmail) + "}",
                  "no number of customers: the e-mail takes its place");
    }
    if (target == At(C::kLineId) && has(C::kOrderId)) {
      if (columns_[found_[At(C::kOrderId)]->column].unique()) {
        return Line(target, "{value: \"1\"}", "every order has one row");
      }
      guess_.notes.push_back(
          "no column numbers the lines of an order: they are counted in the "
          "order of the file, so always deliver whole orders, in one order");
      return Line(target, "{count_in: [" + ref(C::kOrderId) + "]}",
                  "no column numbers the lines of an order: they are counted");
    }
    if (target == At(C::kEventId) && has(C::kEventTitle) && has(C::kStartsAt)) {
      return Line(target,
                  fmt::format("{{digest: [{}, {}]}}", ref(C::kEventTitle),
                              ref(C::kStartsAt)),
                  "no number of events: title and date take its place");
    }
    for (Column needed : {C::kOrderId, C::kLineId, C::kEventId, C::kStartsAt}) {
      if (target != At(needed)) continue;
      guess_.missing.emplace_back(TargetName(target));
      out_ += fmt::format("  # {}: [?]  # needed, and not found\n",
                          TargetName(target));
    }
  }

  void WriteWords() {
    std::string words;
    for (Column column : {Column::kStatus, Column::kChannel, Column::kGenre}) {
      if (!found_[At(column)]) continue;
      const WordList list = ListOf(At(column));
      std::string unknown;
      for (const auto& [word, count] :
           columns_[found_[At(column)]->column].words) {
        if (CodeOfWord(list, word)) continue;
        if (column == Column::kStatus) {
          guess_.notes.push_back(fmt::format(
              "the status {} ({} rows) is unknown: these rows are refused "
              "until `words` says what it means",
              Quoted(word), count));
        }
        unknown += fmt::format(
            "    # {}: ?  # {} rows; {}\n", Quoted(word), count,
            AllWordsOf(list) + (column == Column::kStatus ? ", ignore" : ""));
      }
      if (unknown.empty()) continue;
      words += fmt::format("  {}: {{}}\n{}", TargetName(At(column)), unknown);
    }
    if (!words.empty()) {
      out_ +=
          "# Words that are not known; replace {} by those below, without #.\n"
          "words:\n" +
          words;
    }
  }

  void WriteFile() {
    std::string file;
    auto share = [&](auto count) {
      uint64_t sum = 0;
      for (const ColumnProfile& c : columns_) sum += count(c);
      return sum;
    };
    if (found_[At(Column::kPrice)] || found_[kPriceEach]) {
      const auto& price =
          columns_[found_[found_[At(Column::kPrice)] ? At(Column::kPrice)
                                                     : kPriceEach]
                       ->column];
      if (price.comma_amounts != price.point_amounts) {
        file += price.comma_amounts > price.point_amounts
                    ? "  decimal: comma\n"
                    : "  decimal: point\n";
      }
    }
    const auto first = share([](const auto& c) { return c.first_over_12; });
    const auto second = share([](const auto& c) { return c.second_over_12; });
    if (second > first) file += "  dates: month-first\n";
    if (found_[At(Column::kPostcode)]) {
      const auto& c = columns_[found_[At(Column::kPostcode)]->column];
      if (c.four_digits > c.dutch_postcodes) {
        file += "  country: BE  # postcodes of four digits\n";
      }
    }
    if (totals_) {
      file += fmt::format(
          "  skip:\n    - {{column: {}, is: [totaal, total, "
          "eindtotaal]}}\n",
          Ref(0));
    }
    const auto& quantity = found_[At(Column::kQuantity)];
    if (quantity && columns_[quantity->column].negatives > 0) {
      file += "  returns: yes  # negative rows take earlier ones back\n";
    }
    if (!file.empty()) out_ += "file:\n" + file;
  }

  void Write() {
    out_ = fmt::format(
        "# Proposed by `garderobe mapping guess`: read it, mend it, then try\n"
        "# `garderobe check FILE --mapping THIS.yaml`.\n"
        "# The header is line {}; columns are separated by {}; {} rows looked "
        "at.\n"
        "mapping: 1\n",
        sample_.lines[header_], DelimiterName(sample_.delimiter),
        sample_.rows.size() - header_ - 1);
    WriteFile();
    WriteColumns();
    WriteWords();
    guess_.yaml = std::move(out_);
  }

  const Sample sample_;
  const std::vector<Mapping> shipped_;
  const std::vector<ColumnNames> names_;
  size_t header_ = 0;
  std::vector<ColumnProfile> columns_;
  std::array<std::optional<Found>, kTargetCount> found_;
  std::array<std::optional<size_t>, kTargetCount> times_;
  std::optional<size_t> particle_;
  std::vector<bool> used_;
  bool totals_ = false;
  std::string out_;
  Guess guess_;
};

}  // namespace

absl::StatusOr<Guess> GuessMapping(const std::string& path) {
  GARDEROBE_ASSIGN_OR_RETURN(Sample sample, ReadSample(path));
  std::vector<Mapping> shipped;
  for (const std::string& name : ShippedMappings()) {
    GARDEROBE_ASSIGN_OR_RETURN(Mapping mapping, FindMapping(name));
    shipped.push_back(std::move(mapping));
  }
  return Guesser(std::move(sample), std::move(shipped)).Run();
}

}  // namespace garderobe::client
