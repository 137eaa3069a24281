// A data-quality report of one file, offline. Never holds a value.
#ifndef GARDEROBE_CLIENT_ORDERS_CHECK_H_
#define GARDEROBE_CLIENT_ORDERS_CHECK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "client/orders/order_file.h"

namespace garderobe::client {

struct CheckOptions {
  OrderFileOptions input;
  // Where to write refused rows: CSV, or XLSX by its name. Empty for nowhere.
  std::string rejected;
  std::vector<std::string> own_domains;
  // As `rejected`, of all rows with something to mend, those that are delivered
  // too.
  std::string corrections = {};
};

struct CheckReport {
  struct ColumnCounts {
    uint64_t filled = 0;
    uint64_t valid = 0;  // filled and usable
  };
  // `passed_over`: by the mapping no order lines, and not among `rows`.
  uint64_t rows = 0, passed_over = 0, refused_rows = 0;
  // Lines that name a customer who agrees to share, and how many customers.
  uint64_t with_customer = 0, customers = 0;
  uint64_t counted = 0;     // neither refused, cancelled nor refunded
  uint64_t not_shared = 0;  // with a customer who does not agree
  std::string mapping;
  uint64_t header_line = 1;
  char delimiter = ',';
  std::vector<std::pair<std::string, ColumnCounts>> columns;  // in file order
  std::vector<std::string> unknown_columns;
  std::vector<Oddity> oddities;  // OrderFile::oddities
  // Share of the rows with a customer whose identifier of a kind is usable.
  std::vector<std::pair<std::string, double>> linkable;
  // Lines among `with_customer` that show no address, and lines that show an
  // address and nothing else.
  uint64_t without_address = 0, address_only = 0;
  // Lines among them that show a postcode, a year of birth, and anything that
  // says a person.
  uint64_t with_postcode = 0, with_birth_year = 0, recognisable = 0;
  std::map<std::string, uint64_t> not_identifiers;  // by reason

  // Sales that count: the first and the last day of their events, the day of
  // the latest sale (days since 2000-01-01; INT32_MIN unknown), how many lie
  // more than two years ahead, and how many there are by month (months since
  // year 0).
  int32_t first_day = INT32_MAX, last_day = INT32_MIN;
  int32_t latest_sale_day = INT32_MIN;
  uint64_t far_future = 0;
  std::map<int, uint64_t> months;

  // Why a row is refused, or a value is no identifier.
  struct Reason {
    bool refuses = false;
    uint64_t count = 0;
    std::vector<uint64_t> lines;  // the first few
  };
  std::map<std::string, Reason> to_mend;

  uint64_t duplicates = 0;  // rows whose order line came before in the file
  std::vector<Refusal> refused;  // at most SendReport::kRefusalsMax
};

// Errors of OrderFile::Open; AlreadyExists: the file for rejected rows is
// there. `progress` gets the rows read, now and then; may be null.
[[nodiscard]] absl::StatusOr<CheckReport> CheckFile(
    const CheckOptions& options,
    const std::function<void(uint64_t rows)>& progress = nullptr);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_ORDERS_CHECK_H_
