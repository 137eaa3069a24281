#include "client/tables/table.h"

#include <sodium.h>

#include <cstdio>
#include <fstream>

#include "client/tables/csv_reader.h"
#include "client/tables/spreadsheet_reader.h"
#include "core/base/bytes.h"

namespace garderobe::client {

absl::StatusOr<std::unique_ptr<TableReader>> OpenTable(
    const std::string& path, const TableOptions& options) {
  std::ifstream in(path, std::ios::binary);
  char head[4] = {};
  in.read(head, sizeof head);
  if (std::string_view(head, sizeof head) == "PK\x03\x04") {
    return OpenSpreadsheet(path, options.sheet);
  }
  return CsvReader::Open(path, options.delimiter);
}

absl::StatusOr<std::string> DigestOfFile(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) return NotFound("cannot open {}", path);
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, 32);
  std::string buffer(1 << 20, '\0');
  for (;;) {
    const size_t got = std::fread(buffer.data(), 1, buffer.size(), file.get());
    crypto_generichash_update(&state, AsBytes(buffer).data(), got);
    if (got < buffer.size()) break;
  }
  uint8_t digest[32];
  crypto_generichash_final(&state, digest, sizeof digest);
  return ToHex(digest);
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
