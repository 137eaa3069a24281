#include "client/tables/table.h"

#include <cstdio>
#include <fstream>

#include "client/tables/csv_reader.h"
#include "client/tables/spreadsheet_reader.h"
#include "core/base/hash.h"

namespace garderobe::client {

absl::StatusOr<std::unique_ptr<TableReader>> OpenTable(
    const std::string& path, const TableOptions& options) {
  std::ifstream in(path, std::ios::binary);
  char head[4] = {};
  in.read(head, sizeof head);
  if (std::string_view(head, sizeof head) == "PK\x03\x04") {
    if (IsWorkbook(path)) return OpenSpreadsheet(path, options.sheet);
    return CsvReader::OpenPacked(path, options.delimiter, options.encoding);
  }
  return CsvReader::Open(path, options.delimiter, options.encoding);
}

absl::StatusOr<std::string> DigestOfFile(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) return NotFound("cannot open {}", path);
  Hasher hasher(Digest256::kBytes);
  std::string buffer(1 << 20, '\0');
  for (;;) {
    const size_t got = std::fread(buffer.data(), 1, buffer.size(), file.get());
    hasher.Add(AsBytes(buffer).first(got));
    if (got < buffer.size()) break;
  }
  Digest256 digest;
  hasher.Finish(digest.mutable_data());
  return ToHex(digest.bytes());
}

std::string CsvField(std::string_view field, char delimiter) {
  if (field.find_first_of("\"\r\n") == field.npos &&
      field.find(delimiter) == field.npos) {
    return std::string(field);
  }
  std::string out = "\"";
  for (char c : field) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  return out + "\"";
}

std::string DelimiterName(char delimiter) {
  if (delimiter == '\0') return "a spreadsheet's cells";
  return delimiter == '\t' ? "tabs" : fmt::format("'{}'", delimiter);
}

}  // namespace garderobe::client
