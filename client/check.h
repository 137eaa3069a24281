// A data-quality report of one file, offline. Never holds a value.
#ifndef GARDEROBE_CLIENT_CHECK_H_
#define GARDEROBE_CLIENT_CHECK_H_

#include <map>
#include <string>
#include <vector>

#include "client/order_line.h"

namespace garderobe::client {

struct CheckOptions {
  std::string file;
  std::string rejected;  // where to write refused rows; empty for nowhere
  std::vector<std::string> own_domains;
};

struct CheckReport {
  struct ColumnCounts {
    uint64_t filled = 0;
    uint64_t valid = 0;  // filled and usable
  };
  uint64_t rows = 0, refused_rows = 0, with_customer = 0;
  char delimiter = ',';
  std::vector<std::pair<std::string, ColumnCounts>> columns;  // in file order
  std::vector<std::string> unknown_columns;
  // Share of the rows with a customer whose identifier of a kind is usable.
  std::vector<std::pair<std::string, double>> linkable;
  std::map<std::string, uint64_t> not_identifiers;  // by reason
  uint64_t duplicates = 0;  // rows whose order line came before in the file
  std::vector<Refusal> refused;  // at most SendReport::kRefusalsMax
};

// Errors of CsvReader::Open and ColumnMap::FromHeader; AlreadyExists: the file
// for rejected rows is there.
[[nodiscard]] absl::StatusOr<CheckReport> CheckFile(
    const CheckOptions& options);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_CHECK_H_
