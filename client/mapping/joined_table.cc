#include "client/mapping/joined_table.h"

#include <algorithm>
#include <deque>
#include <string_view>

#include "client/mapping/header_plan.h"
#include "client/orders/words.h"

namespace garderobe::client {
namespace {
constexpr uint64_t kHeaderLinesMax = 30;
constexpr size_t kHeadersShown = 40;
constexpr size_t kJoinedRowsMax = 20'000'000;
}  // namespace

std::string HeadersSeen(const HeaderIndex& index, uint64_t line) {
  // What somebody is called or may be reached by is not for error messages.
  if (LooksLikeData(index)) {
    return fmt::format(
        "line {} looks like data and not like names of columns: is the line "
        "with the names missing?",
        line);
  }
  std::string seen = fmt::format("line {} has", line);
  size_t shown = 0;
  for (const std::string& name : index.names()) {
    if (name.empty()) continue;
    if (++shown > kHeadersShown) return seen + ", ...";
    seen += (shown == 1 ? ": " : ", ") + Printable(name, 40);
  }
  return shown == 0 ? seen + " no names" : seen;
}

absl::StatusOr<HeaderIndex> FindHeader(TableReader& reader,
                                       const HeaderSearch& search,
                                       TableRow* row) {
  absl::Status misfit = InvalidArgument("the file is empty");
  size_t widest = 0;
  for (uint64_t rows = 0;; ++rows) {
    GARDEROBE_ASSIGN_OR_RETURN(const bool more, reader.Read(row));
    if (!more) return misfit;
    if (search.at_line == 0 ? rows >= kHeaderLinesMax
                            : row->line > search.at_line) {
      return misfit;
    }
    if (!row->fault.empty() ||
        (search.at_line != 0 && row->line != search.at_line)) {
      continue;
    }
    HeaderIndex index(row->fields);
    if (search.fits(index)) {
      reader.ExpectWidth(index.width());
      if (!row->fields.empty()) {
        reader.DropAtEnd(SeparatorsAtEnd(row->fields.back()));
      }
      return index;
    }
    // Of title lines and the header, the header is the widest; rows of data
    // are as wide, and come later.
    if (index.width() > widest) {
      widest = index.width();
      misfit = search.misfit(index, row->line);
    }
  }
}

std::string JoinedTable::KeyOf(const TableRow& row,
                               const std::vector<int>& indexes) {
  std::string key;
  std::deque<std::string> scratch;
  for (int index : indexes) {
    const std::string_view part =
        CleanField(row.fields[static_cast<size_t>(index)], &scratch);
    if (part.empty()) return "";
    if (!key.empty()) key += '\x1f';
    key += part;
  }
  return key;
}

absl::StatusOr<JoinedTable> JoinedTable::Load(const Join& join,
                                              const std::string& path) {
  auto opened = OpenTable(path, {});
  if (!opened.ok()) return opened.status();
  TableReader& reader = **opened;
  auto key_of = [&](const HeaderIndex& index) {
    std::vector<int> key;
    for (const HeaderRef& ref : join.there) key.push_back(index.Find(ref));
    return key;
  };
  auto is_there = [](int index) { return index >= 0; };
  HeaderSearch search;
  search.fits = [&](const HeaderIndex& index) {
    const auto key = key_of(index);
    return std::all_of(key.begin(), key.end(), is_there);
  };
  search.misfit = [&](const HeaderIndex& index, uint64_t line) {
    std::string needed;
    for (const HeaderRef& ref : join.there) {
      needed += (needed.empty() ? "" : ", ") + ref.name;
    }
    return InvalidArgument("--with {}: needs the columns {}; {}", join.name,
                           needed, HeadersSeen(index, line));
  };
  TableRow row;
  auto index = FindHeader(reader, search, &row);
  if (!index.ok()) return Annotate(index.status(), path);
  const std::vector<int> key = key_of(*index);
  JoinedTable table;
  table.plan_ = std::make_unique<HeaderPlan>(join.columns, *index);
  std::deque<std::string> scratch;
  for (;;) {
    GARDEROBE_ASSIGN_OR_RETURN(const bool more, reader.Read(&row));
    if (!more) break;
    if (!row.fault.empty() || row.fields.size() < index->width()) {
      ++table.faulty_rows_;
      continue;
    }
    const std::string at = KeyOf(row, key);
    if (at.empty()) continue;
    if (++table.rows_ > kJoinedRowsMax) {
      return InvalidArgument("{}: has more than {} rows", path, kJoinedRowsMax);
    }
    auto values = std::make_unique<Values>();
    for (size_t i = 0; i < kTargetCount; ++i) {
      if (table.plan_->has(i)) {
        (*values)[i] = std::string(table.plan_->Get(i, row, &scratch));
      }
    }
    scratch.clear();
    table.by_key_[at] = std::move(values);
  }
  return table;
}

const JoinedTable::Values* JoinedTable::Find(const std::string& key) const {
  if (key.empty()) return nullptr;
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : found->second.get();
}

}  // namespace garderobe::client
