#include "client/agent/json_rows.h"

#include <algorithm>
#include <bitset>
#include <cmath>
#include <string>
#include <utility>

#include "client/orders/words.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

using nlohmann::json;

constexpr size_t kNameBytesShown = 40;

constexpr size_t FieldOf(Column column) { return static_cast<size_t>(column); }

bool IsDate(size_t field) {
  return field == FieldOf(Column::kBirthDate) ||
         field == FieldOf(Column::kStartsAt) ||
         field == FieldOf(Column::kSoldAt);
}

// A number has lost the zeros at the front of these, or is no date.
bool IsTextOnly(size_t field) {
  return IsDate(field) || field == FieldOf(Column::kPhone) ||
         field == FieldOf(Column::kPostcode) || field == FieldOf(Column::kPass);
}

// Takes what looks like `shape`, where d is a digit, off the front.
bool TakeShape(std::string_view* text, std::string_view shape) {
  if (text->size() < shape.size()) return false;
  for (size_t i = 0; i < shape.size(); ++i) {
    const bool is_digit = (*text)[i] >= '0' && (*text)[i] <= '9';
    if (shape[i] == 'd' ? !is_digit : (*text)[i] != shape[i]) return false;
  }
  text->remove_prefix(shape.size());
  return true;
}

// "2026-03-14", "2026-03-14T20:15:00.5+01:00" and what is between. A contract
// needs no guesses about day and month.
bool IsIsoTime(std::string_view text) {
  if (!TakeShape(&text, "dddd-dd-dd")) return false;
  if (text.empty()) return true;
  if (!TakeShape(&text, "Tdd:dd") && !TakeShape(&text, " dd:dd")) return false;
  if (TakeShape(&text, ":dd") && TakeShape(&text, ".")) {
    if (!TakeShape(&text, "d")) return false;
    while (TakeShape(&text, "d")) continue;
  }
  if (text.empty() || text == "Z") return true;
  if (text[0] != '+' && text[0] != '-') return false;
  const std::string_view offset = text.substr(1);
  if (!TakeShape(&text, "+dd:dd") && !TakeShape(&text, "-dd:dd") &&
      !TakeShape(&text, "+dddd") && !TakeShape(&text, "-dddd")) {
    return false;
  }
  // The farthest zone is 14 hours away.
  return text.empty() && offset.substr(0, 2) <= "14";
}

// JSON's numbers are exact up to here in every language; beyond, a parser on
// the way may have made another id of one.
constexpr uint64_t kExactMost = (uint64_t{1} << 53) - 1;

// A name that may be shown: it looks like one, and not like what somebody has
// typed.
std::string ShownName(std::string_view name) {
  const bool is_name = name.size() <= kNameBytesShown &&
                       std::all_of(name.begin(), name.end(), [](char c) {
                         return (c >= 'a' && c <= 'z') ||
                                (c >= 'A' && c <= 'Z') || c == '_' ||
                                c == '-' || c == '.';
                       });
  return is_name ? std::string(name) : "";
}

// An amount in cents that binary floating point has smeared: 35.099999999999994
// is 35.10. Anything else stays as it was written, to be refused.
std::string AsAmount(double value, const std::string& written) {
  const double cents = std::round(value * 100);
  if (std::abs(value * 100 - cents) > 1e-6 || std::abs(cents) > 1e12 ||
      (cents == 0 && value != 0)) {
    return written;
  }
  return fmt::format("{:.2f}", cents / 100);
}

// Takes the events of a parser. Holds no tree, so that deep nesting costs
// nothing.
class RowTaker final : public nlohmann::json_sax<json> {
 public:
  // `is_line`: the document is one row.
  RowTaker(bool is_line, std::vector<AgentRow>* rows)
      : is_line_(is_line),
        place_(is_line ? Place::kRows : Place::kTop),
        rows_(*rows) {}

  bool has_rows() const { return has_rows_; }
  bool too_many() const { return too_many_; }
  size_t error_at() const { return error_at_; }
  bool is_misshapen() const { return is_misshapen_; }

  bool null() override {
    return Value([](AgentRow&, size_t) {});
  }
  bool boolean(bool value) override {
    return Value([value](AgentRow& row, size_t field) {
      if (field != FieldOf(Column::kShare)) return RefuseType(row, field);
      row.fields[field] = value ? "yes" : "no";
    });
  }
  bool number_integer(number_integer_t value) override {
    return Number(std::to_string(value),
                  value >= -static_cast<int64_t>(kExactMost));
  }
  bool number_unsigned(number_unsigned_t value) override {
    return Number(std::to_string(value), value <= kExactMost);
  }
  bool number_float(number_float_t value, const string_t& written) override {
    return Value([&](AgentRow& row, size_t field) {
      if (field == FieldOf(Column::kPrice)) {
        row.fields[field] = AsAmount(value, written);
      } else if (field == FieldOf(Column::kQuantity)) {
        row.fields[field] = written;
      } else {
        // An id that JSON has rounded, or "12.0" for a house.
        RefuseType(row, field);
      }
    });
  }
  bool string(string_t& value) override {
    return Value([&](AgentRow& row, size_t field) {
      if (IsDate(field) && !TrimField(value).empty() &&
          !IsIsoTime(TrimField(value))) {
        return row.Refuse(std::string(RowFieldName(field)), "DATE_NOT_ISO");
      }
      row.fields[field] = std::move(value);
    });
  }
  bool binary(binary_t& /*value*/) override { return false; }

  bool start_object(std::size_t /*elements*/) override {
    if (nested_ > 0) return Nest();
    switch (place_) {
      case Place::kTop:
        place_ = Place::kWrapper;
        return true;
      case Place::kRows:
        if (!AddRow()) return false;
        place_ = Place::kRow;
        seen_.reset();
        return true;
      case Place::kRow:
        RefuseNested();
        return Nest();
      case Place::kWrapper:
        return Misshapen();
    }
    return false;
  }
  bool key(string_t& name) override {
    if (nested_ > 0) return true;
    if (place_ == Place::kWrapper) {
      return name == "rows" && !has_rows_ ? true : Misshapen();
    }
    field_ = RowFieldOf(name);
    AgentRow& row = rows_.back();
    if (!field_) {
      if (row.reason.empty()) {
        row.Refuse(ShownName(name), "FIELD_UNKNOWN");
      }
    } else if (seen_.test(*field_)) {
      if (row.reason.empty()) {
        row.Refuse(std::string(RowFieldName(*field_)), "FIELD_REPEATED");
      }
    } else {
      seen_.set(*field_);
    }
    return true;
  }
  bool end_object() override {
    if (nested_ > 0) {
      --nested_;
      return true;
    }
    if (place_ == Place::kRow) {
      FinishRow();
      place_ = Place::kRows;
    }
    return true;
  }
  bool start_array(std::size_t /*elements*/) override {
    if (nested_ > 0) return Nest();
    switch (place_) {
      case Place::kTop:
      case Place::kWrapper:
        place_ = Place::kRows;
        has_rows_ = true;
        return true;
      case Place::kRows:
        if (!AddRow()) return false;
        rows_.back().Refuse("", "ROW_NOT_AN_OBJECT");
        return Nest();
      case Place::kRow:
        RefuseNested();
        return Nest();
    }
    return false;
  }
  bool end_array() override {
    if (nested_ > 0) {
      --nested_;
    } else if (place_ == Place::kRows && !is_line_) {
      // Nothing more may follow.
      place_ = Place::kWrapper;
    }
    return true;
  }
  bool parse_error(std::size_t position, const std::string& /*last_token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    error_at_ = position;
    return false;
  }

 private:
  enum class Place { kTop, kWrapper, kRows, kRow };

  template <typename Take>
  bool Value(Take take) {
    if (nested_ > 0) return true;
    if (place_ == Place::kRows) {
      if (!AddRow()) return false;
      rows_.back().Refuse("", "ROW_NOT_AN_OBJECT");
      return true;
    }
    if (place_ != Place::kRow) return Misshapen();
    AgentRow& row = rows_.back();
    if (row.reason.empty() && field_) take(row, *field_);
    return true;
  }
  bool Number(std::string digits, bool is_exact) {
    return Value([&](AgentRow& row, size_t field) {
      if (IsTextOnly(field) || !is_exact) return RefuseType(row, field);
      row.fields[field] = std::move(digits);
    });
  }
  static void RefuseType(AgentRow& row, size_t field) {
    row.Refuse(std::string(RowFieldName(field)), "FIELD_TYPE");
  }
  void RefuseNested() {
    AgentRow& row = rows_.back();
    if (row.reason.empty() && field_) RefuseType(row, *field_);
  }
  bool AddRow() {
    if (rows_.size() >= kRequestRowsMax) {
      too_many_ = true;
      return false;
    }
    rows_.emplace_back();
    return true;
  }
  void FinishRow() {
    AgentRow& row = rows_.back();
    if (!row.reason.empty()) return;
    if (std::all_of(
            row.fields.begin(), row.fields.end(),
            [](const std::string& f) { return TrimField(f).empty(); })) {
      row.Refuse("", "ROW_EMPTY");
    }
  }
  bool Nest() {
    ++nested_;
    return true;
  }
  bool Misshapen() {
    is_misshapen_ = true;
    return false;
  }

  const bool is_line_;
  Place place_;
  std::vector<AgentRow>& rows_;
  size_t nested_ = 0;  // how deep in what is not looked at
  std::optional<size_t> field_;
  std::bitset<kRowFields> seen_;
  bool has_rows_ = false, too_many_ = false, is_misshapen_ = false;
  size_t error_at_ = 0;
};

absl::Status TooMany() {
  return ResourceExhausted(
      "a request has {} rows at most; send the rest in "
      "further ones",
      kRequestRowsMax);
}

}  // namespace

absl::StatusOr<std::vector<AgentRow>> ReadJsonRows(std::string_view text) {
  std::vector<AgentRow> rows;
  RowTaker taker(/*is_line=*/false, &rows);
  const bool whole = json::sax_parse(text, &taker);
  if (taker.too_many()) return TooMany();
  if (taker.is_misshapen() || (whole && !taker.has_rows())) {
    return InvalidArgument(
        "the body is [{{...}}, ...] or {{\"rows\": [{{...}}, ...]}}, one "
        "object a row");
  }
  if (!whole) {
    return InvalidArgument("the body is no JSON: it ends to be at byte {}",
                           taker.error_at());
  }
  return rows;
}

absl::StatusOr<std::vector<AgentRow>> ReadNdjsonRows(std::string_view text) {
  std::vector<AgentRow> rows;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (TrimField(line).empty()) continue;
    const size_t before = rows.size();
    if (before >= kRequestRowsMax) return TooMany();
    RowTaker taker(/*is_line=*/true, &rows);
    if (json::sax_parse(line, &taker)) continue;
    rows.resize(before);
    rows.emplace_back().Refuse("", "LINE_NOT_JSON");
  }
  return rows;
}

}  // namespace garderobe::client
