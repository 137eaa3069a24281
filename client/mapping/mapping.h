// How a vendor's export says what Garderobe calls order lines: a YAML file,
// one of those that are shipped or the institution's own
// (docs/mappings.md).
#ifndef GARDEROBE_CLIENT_MAPPING_MAPPING_H_
#define GARDEROBE_CLIENT_MAPPING_MAPPING_H_

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/orders/order_line.h"
#include "client/tables/table.h"
#include "core/base/status.h"

namespace garderobe::client {

// What a mapping can fill in: the columns of an order line, and what is taken
// apart into them.
inline constexpr size_t kFullName = kColumnCount;         // "Jansen, Piet van"
inline constexpr size_t kAddressLine = kColumnCount + 1;  // "Dam 1, 1012 JS"
inline constexpr size_t kPriceEach = kColumnCount + 2;    // of one ticket
inline constexpr size_t kProduct = kColumnCount + 3;      // what was sold
inline constexpr size_t kTargetCount = kColumnCount + 4;
std::string_view TargetName(size_t target);

// The name of a column, as a file's header writes it.
struct HeaderRef {
  std::string name;
  size_t nth = 1;  // of equal headers, from 1
};

// Where a value comes from.
struct Source {
  enum class Op : uint8_t {
    kHeader,       // the first of `headers` that the file has
    kFirstFilled,  // the first of `parts` that says something in this row
    kJoin,         // what `parts` say, with a blank between
    kKey,          // the same, and nothing unless all say something
    kLower,        // part 0 in small letters
    kPrefix,       // `value` before part 0; nothing when that says nothing
    kDigest,       // 16 hex digits of what `parts` say
    kCountIn,      // how many rows came before with the same `parts`, from 1
    kValue,        // `value`, always
    kWhen,         // of the first case that holds; `value` if none does
  };
  struct Case {
    std::vector<HeaderRef> headers;
    std::vector<std::string> is;  // empty: anything but nothing
    std::string then;
  };
  Op op = Op::kHeader;
  std::vector<HeaderRef> headers;
  std::vector<Source> parts;
  std::vector<Case> cases;
  std::string value;
};

// Another file, read into memory, of which each row belongs to rows here.
struct Join {
  std::string name;  // as in `--with NAME=FILE`
  std::string about;
  bool needed = true;
  std::vector<HeaderRef> here, there;  // what must be equal
  std::array<std::optional<Source>, kTargetCount> columns;  // headers there
  // What is so of a row here that has a row there.
  std::map<size_t, std::string> when_found;
};

// A `value` that is a question: whoever delivers says it (`--set`).
inline constexpr std::string_view kAsked = "?";

struct Mapping {
  enum class Decimal : uint8_t { kAuto, kComma, kPoint };

  std::string name, about;
  std::string text;  // as it was read

  size_t header_row = 0;  // 0: the first line that holds what is needed
  char delimiter = '\0';  // '\0': what the lines agree on
  std::string sheet;      // of a spreadsheet; empty: the first that fits
  Encoding encoding = Encoding::kAuto;
  Decimal decimal = Decimal::kAuto;
  bool month_first = false;
  std::string zone;                // into which a time with an offset is put
  std::string country;             // where a row names none
  std::vector<std::string> empty;  // what says nothing: "Info Requested"
  std::vector<Source::Case> skip;  // rows that are no order lines: totals
  // A row of a negative quantity takes back rows that came before.
  bool returns = false;

  std::array<std::optional<Source>, kTargetCount> columns;
  // By column, and by word without blanks and capitals: the word of ours.
  std::map<Column, std::map<std::string, std::string>> words;
  // Whether a product is a visit, by its word, likewise; for those that the
  // word lists don't know, or know wrongly.
  std::map<std::string, bool> products;
  std::vector<Join> joins;
};

// InvalidArgument: with the line, what is wrong, and what would be right.
[[nodiscard]] absl::StatusOr<Mapping> ParseMapping(std::string_view name,
                                                   const std::string& yaml);

// The names of those that are shipped, in order.
std::vector<std::string> ShippedMappings();
// A shipped one by its name, or a file by its path (anything with a `/` or a
// `.`). NotFound: there is none of this name.
[[nodiscard]] absl::StatusOr<Mapping> FindMapping(const std::string& name);

// What `words: status:` calls a row that is no order line: not paid, expired.
inline constexpr std::string_view kIgnoredRow = "ignore";
// What `words: product:` calls a product that is a visit, and one that is none.
inline constexpr std::string_view kVisitProduct = "visit";
inline constexpr std::string_view kNoVisitProduct = "no_visit";

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_MAPPING_MAPPING_H_
