#include "client/mapping/guess.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "client/mapping/column_match.h"
#include "client/mapping/header_plan.h"
#include "client/mapping/proposal.h"
#include "client/orders/words.h"

namespace garderobe::client {
namespace {

constexpr size_t kRowsLookedAt = 5000, kHeaderRows = 30;
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

// How much of a shipped mapping this header has, and how many columns that are;
// 0 when something needed, and not to be had from a second file, is missing.
std::pair<double, size_t> Fit(const Mapping& mapping,
                              const HeaderIndex& index) {
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
    if (needed && !joined && !plan.has(i)) return {0, 0};
    if (joined && !plan.has(i)) continue;
    ++all;
    there += plan.has(i);
  }
  if (all == 0) return {0, 0};
  return {static_cast<double>(there) / static_cast<double>(all),
          static_cast<size_t>(
              std::count(plan.used().begin(), plan.used().end(), true))};
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
    return WriteProposal({sample_.lines[header_], sample_.delimiter,
                          sample_.rows.size() - header_ - 1, totals_},
                         columns_, MatchColumns(names_, columns_));
  }

 private:
  bool TakeShipped() {
    const Mapping* best = nullptr;
    std::pair<double, size_t> most{kVendorShare, 0};
    size_t at = 0;
    for (const Mapping& mapping : shipped_) {
      for (size_t r = 0; r < std::min(sample_.rows.size(), kHeaderRows); ++r) {
        const auto fit = Fit(mapping, IndexOf(sample_.rows[r]));
        // The default needs no mapping: it wins a draw.
        if (fit <= most) continue;
        most = fit;
        best = &mapping;
        at = r;
      }
    }
    if (best == nullptr) return false;
    guess_.shipped = best->name;
    const HeaderPlan plan(best->columns, IndexOf(sample_.rows[at]));
    for (size_t target : plan.asked()) {
      guess_.notes.push_back(fmt::format(
          "no column of this file says {0}: --set \"{0}={1}\"",
          TargetName(target),
          target == static_cast<size_t>(Column::kStartsAt) ? "2026-03-14 20:15"
                                                           : "..."));
    }
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
    std::deque<std::string> scratch;
    const std::string first = PlainWord(ToUtf8(CleanField(row[0], &scratch)));
    return first == "totaal" || first == "total" || first == "eindtotaal";
  }

  const Sample sample_;
  const std::vector<Mapping> shipped_;
  const std::vector<ColumnNames> names_;
  size_t header_ = 0;
  std::vector<ColumnProfile> columns_;
  bool totals_ = false;
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
