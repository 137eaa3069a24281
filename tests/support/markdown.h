// Reads the tables of docs/, so that tests can hold them against the code.
#ifndef GARDEROBE_TESTS_SUPPORT_MARKDOWN_H_
#define GARDEROBE_TESTS_SUPPORT_MARKDOWN_H_

#include <string>
#include <vector>

namespace garderobe {

// The lines of a file of the sources, by its path from their root.
std::vector<std::string> LinesOfSource(const std::string& path);

using TableRow = std::vector<std::string>;  // cells without blanks around them
// The rows of the first table behind the line `heading`, without its header.
std::vector<TableRow> TableBehind(const std::string& path,
                                  const std::string& heading);
// The rows of all tables whose header is that line.
std::vector<TableRow> TablesWith(const std::string& path,
                                 const std::string& header);

// What stands between backquotes.
std::vector<std::string> Quoted(const std::string& text);

}  // namespace garderobe

#endif  // GARDEROBE_TESTS_SUPPORT_MARKDOWN_H_
