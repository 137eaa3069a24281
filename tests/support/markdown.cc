#include "tests/support/markdown.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "gtest/gtest.h"
#include "tests/support/vectors.h"

namespace garderobe {
namespace {

TableRow RowOf(const std::string& line) {
  TableRow row;
  std::istringstream cells(line.substr(1));
  for (std::string cell; std::getline(cells, cell, '|');) {
    cell.erase(0, cell.find_first_not_of(' '));
    cell.erase(cell.find_last_not_of(' ') + 1);
    row.push_back(cell);
  }
  return row;
}

}  // namespace

std::vector<std::string> LinesOfSource(const std::string& path) {
  std::ifstream file(SourcePath(path));
  EXPECT_TRUE(file.good()) << path;
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::vector<TableRow> TableBehind(const std::string& path,
                                  const std::string& heading) {
  std::vector<TableRow> rows;
  bool found = false;
  for (const std::string& line : LinesOfSource(path)) {
    if (line == heading) found = true;
    if (!found) continue;
    if (line.starts_with('|')) {
      rows.push_back(RowOf(line));
    } else if (!rows.empty()) {
      break;
    }
  }
  EXPECT_GT(rows.size(), 2u) << path << ": " << heading;
  rows.erase(rows.begin(),
             rows.begin() + std::min<ptrdiff_t>(2, std::ssize(rows)));
  return rows;
}

std::vector<TableRow> TablesWith(const std::string& path,
                                 const std::string& header) {
  std::vector<TableRow> rows;
  bool inside = false;
  for (const std::string& line : LinesOfSource(path)) {
    if (!line.starts_with('|')) inside = false;
    if (inside && !line.starts_with("| ---")) rows.push_back(RowOf(line));
    if (line == header) inside = true;
  }
  EXPECT_FALSE(rows.empty()) << path << ": " << header;
  return rows;
}

std::vector<std::string> Quoted(const std::string& text) {
  std::vector<std::string> words;
  for (size_t at = 0; (at = text.find('`', at)) != text.npos;) {
    const size_t end = text.find('`', at + 1);
    if (end == text.npos) break;
    words.push_back(text.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return words;
}

}  // namespace garderobe
