// A mapping's sources, found in the header of one file: which fields of a row
// say what.
#ifndef GARDEROBE_CLIENT_MAPPING_HEADER_PLAN_H_
#define GARDEROBE_CLIENT_MAPPING_HEADER_PLAN_H_

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "client/mapping/mapping.h"
#include "client/tables/table.h"

namespace garderobe::client {

// The field of a row as it is meant: without blanks around it and characters
// that nobody sees, with a plain blank for every other one, and without what
// spreadsheets put around a text that looks like a number: ="0612", '0612. A
// field that had to be changed is kept in `scratch`.
std::string_view CleanField(std::string_view field,
                            std::deque<std::string>* scratch);

// The separators that a field ends with: `;;;` of `status;;;`.
std::string SeparatorsAtEnd(std::string_view field);

// Where each header of a file stands.
class HeaderIndex {
 public:
  explicit HeaderIndex(const std::vector<std::string_view>& header);
  // -1: the file has no such column.
  int Find(const HeaderRef& ref) const;
  // The first of `refs` that the file has.
  int FindFirst(const std::vector<HeaderRef>& refs) const;
  size_t width() const { return names_.size(); }
  // As they stand in the file, in UTF-8.
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
  std::map<std::string, std::vector<int>> at_;
};

// Whether the line is of values and not of names: an e-mail, or numbers.
bool LooksLikeData(const HeaderIndex& index);

// Values of rows. Not thread-safe: counts rows for `count_in`.
class HeaderPlan {
 public:
  // `empty`: values that say nothing, as PlainWord.
  HeaderPlan(const std::array<std::optional<Source>, kTargetCount>& columns,
             const HeaderIndex& index, std::vector<std::string> empty = {});
  HeaderPlan(HeaderPlan&&) noexcept;
  HeaderPlan& operator=(HeaderPlan&&) noexcept;
  ~HeaderPlan();

  // Whether the file has anything that says `target`.
  bool has(size_t target) const { return nodes_[target] != nullptr; }
  // What the row says, valid until `scratch` is cleared or the row is gone.
  // Rows are as wide as the header.
  std::string_view Get(size_t target, const TableRow& row,
                       std::deque<std::string>* scratch);
  // Which columns of the file are looked at.
  const std::vector<bool>& used() const { return used_; }
  // What the mapping asks because no column of the file says it: sources of
  // the value kAsked.
  const std::vector<size_t>& asked() const { return asked_; }
  // Columns that decide, where the file has none of those that may.
  const std::vector<std::string>& missing() const { return missing_; }

 private:
  struct Node;
  std::unique_ptr<Node> Compile(const Source& source, const HeaderIndex& index);
  std::string_view Evaluate(const Node& node, const TableRow& row,
                            std::deque<std::string>* scratch);

  std::string_view FieldAt(int index, const TableRow& row,
                           std::deque<std::string>* scratch) const;

  std::array<std::unique_ptr<Node>, kTargetCount> nodes_;
  std::vector<std::string> empty_;
  std::vector<bool> used_;
  std::vector<std::string> missing_;
  std::vector<size_t> asked_;
  // By the keyed hash of a row's parts: how many came before.
  absl::flat_hash_map<uint64_t, uint32_t> counts_;
};

// Whether `row` is of the case.
bool Holds(const Source::Case& one, std::string_view value);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_MAPPING_HEADER_PLAN_H_
