#include "client/mapping/proposal.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "client/orders/words.h"
#include "client/tables/table.h"

namespace garderobe::client {
namespace {

class ProposalWriter {
 public:
  ProposalWriter(const ProposedTable& table,
                 const std::vector<ColumnProfile>& columns,
                 const ColumnMatch& match)
      : table_(table), columns_(columns), match_(match) {}

  Guess Write() {
    out_ = fmt::format(
        "# Proposed by `garderobe mapping guess`: read it, mend it, then try\n"
        "# `garderobe check FILE --mapping THIS.yaml`.\n"
        "# The header is line {}; columns are separated by {}; {} rows looked "
        "at.\n"
        "mapping: 1\n",
        table_.header_line, DelimiterName(table_.delimiter), table_.rows);
    WriteFile();
    WriteColumns();
    WriteWords();
    guess_.yaml = std::move(out_);
    return std::move(guess_);
  }

 private:
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
      if (!match_.found[target]) {
        WriteDerived(target);
        continue;
      }
      const MatchedColumn& found = *match_.found[target];
      std::string source = Ref(found.column);
      if (match_.times[target]) {
        source = fmt::format("{{join: [{}, {}]}}", source,
                             Ref(*match_.times[target]));
      } else if (target == TargetOf(Column::kLineId) && match_.seat_row) {
        source =
            fmt::format("{{key: [{}, {}]}}", Ref(*match_.seat_row), source);
      } else if (target == TargetOf(Column::kLastName) && match_.particle) {
        source =
            fmt::format("{{join: [{}, {}]}}", Ref(*match_.particle), source);
      }
      Line(target, source, found.why);
    }
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (match_.used[i] || columns_[i].header.empty()) continue;
      out_ += "  # not used: " + Quoted(columns_[i].header) + "\n";
    }
  }

  void WriteDerived(size_t target) {
    auto ref = [&](Column column) {
      return Ref(match_.found[TargetOf(column)]->column);
    };
    auto has = [&](Column column) {
      return match_.found[TargetOf(column)].has_value();
    };
    using C = Column;
    if (target == TargetOf(C::kCustomerId) && has(C::kEmail)) {
      return Line(target, "{lower: " + ref(C::kEmail) + "}",
                  "no number of customers: the e-mail takes its place");
    }
    if (target == TargetOf(C::kPrice) &&
        !match_.found[kPriceEach].has_value()) {
      guess_.notes.emplace_back("no price found: revenue will be 0");
      return;
    }
    if (target == TargetOf(C::kLineId) && has(C::kOrderId)) {
      if (columns_[match_.found[TargetOf(C::kOrderId)]->column].unique()) {
        return Line(target, "{value: \"1\"}", "every order has one row");
      }
      guess_.notes.push_back(
          "no column numbers the lines of an order: they are counted in the "
          "order of the file, so always deliver whole orders, in one order");
      return Line(target, "{count_in: [" + ref(C::kOrderId) + "]}",
                  "no column numbers the lines of an order: they are counted");
    }
    if (target == TargetOf(C::kEventId) && has(C::kEventTitle) &&
        has(C::kStartsAt)) {
      const auto& time = match_.times[TargetOf(C::kStartsAt)];
      return Line(target,
                  fmt::format("{{digest: [{}, {}{}]}}", ref(C::kEventTitle),
                              ref(C::kStartsAt), time ? ", " + Ref(*time) : ""),
                  "no number of events: title and date take its place");
    }
    for (Column needed : {C::kOrderId, C::kLineId, C::kEventId, C::kStartsAt}) {
      if (target != TargetOf(needed)) continue;
      guess_.missing.emplace_back(TargetName(target));
      const bool is_of_event = needed == C::kEventId || needed == C::kStartsAt;
      if (is_of_event) {
        // A file of one event often names neither it nor its time.
        out_ += fmt::format(
            "  {}: {{value: \"?\"}}  # needed, and in no column; one for all "
            "rows: write it here, or say --set {}=...\n",
            TargetName(target), TargetName(target));
      } else {
        out_ += fmt::format("  # {}: [?]  # needed, and not found\n",
                            TargetName(target));
      }
    }
  }

  void WriteWords() {
    std::string words;
    for (Column column : {Column::kStatus, Column::kChannel, Column::kGenre}) {
      if (!match_.found[TargetOf(column)]) continue;
      const WordList list = WordListOf(TargetOf(column));
      std::string unknown;
      for (const auto& [word, count] :
           columns_[match_.found[TargetOf(column)]->column].words) {
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
      words +=
          fmt::format("  {}: {{}}\n{}", TargetName(TargetOf(column)), unknown);
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
    if (match_.found[TargetOf(Column::kPrice)] || match_.found[kPriceEach]) {
      const auto& price =
          columns_[match_
                       .found[match_.found[TargetOf(Column::kPrice)]
                                  ? TargetOf(Column::kPrice)
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
    if (share([](const auto& c) { return c.offsets; }) > 0) {
      file +=
          "  zone: Europe/Amsterdam  # times carry an offset: put into the "
          "zone "
          "of the events; Europe/Brussels in Belgium\n";
    }
    if (match_.found[TargetOf(Column::kPostcode)]) {
      const auto& c =
          columns_[match_.found[TargetOf(Column::kPostcode)]->column];
      if (c.four_digits > c.dutch_postcodes) {
        file += "  country: BE  # postcodes of four digits\n";
      }
    }
    if (table_.totals) {
      file += fmt::format(
          "  skip:\n    - {{column: {}, is: [totaal, total, "
          "eindtotaal]}}\n",
          Ref(0));
    }
    const auto& quantity = match_.found[TargetOf(Column::kQuantity)];
    if (quantity && columns_[quantity->column].negatives > 0) {
      file += "  returns: yes  # negative rows take earlier ones back\n";
    }
    if (!file.empty()) out_ += "file:\n" + file;
  }

  const ProposedTable& table_;
  const std::vector<ColumnProfile>& columns_;
  const ColumnMatch& match_;
  std::string out_;
  Guess guess_;
};

}  // namespace

Guess WriteProposal(const ProposedTable& table,
                    const std::vector<ColumnProfile>& columns,
                    const ColumnMatch& match) {
  return ProposalWriter(table, columns, match).Write();
}

}  // namespace garderobe::client
