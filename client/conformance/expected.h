// What `garderobe send` would deliver of a file.
#ifndef GARDEROBE_CLIENT_CONFORMANCE_EXPECTED_H_
#define GARDEROBE_CLIENT_CONFORMANCE_EXPECTED_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "client/conformance/opened_batch.h"
#include "client/delivered_customer.h"
#include "client/orders/customers.h"
#include "client/orders/order_file.h"
#include "core/identifiers/person.h"

namespace garderobe::client::conformance {

// Why a visit is not stored: by the client's own reading, or as the aggregator
// refuses it.
struct Unsent {
  uint64_t line = 0;
  std::string reason, column;
};

// The fields of a customer as one row says them, UTF-8.
struct WrittenPerson {
  std::string email, phone, pass, first_name, last_name, birth_date, country,
      postcode, street, house_number, addition, city;
  explicit WrittenPerson(const OrderLine& line);
  RawPerson raw() const;  // views live as long
  friend bool operator==(const WrittenPerson&, const WrittenPerson&) = default;
};

// Not thread-safe.
class Expected {
 public:
  struct Options {
    OrderFileOptions input;
    std::vector<std::string> own_domains;
    int32_t agreed_from = INT32_MIN;  // minutes since 2000-01-01
  };
  // Errors of OrderFile::Open and Read. InvalidArgument: the file has more
  // than is recorded. `key` outlives it.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Expected>> Read(
      Options options, const InstitutionHandleKey& key);

  struct Visit {
    uint64_t line;
    VisitValues values;            // views into texts that live as long as this
    Handle of_who_does_not_share;  // zeros: everybody of the row does
    bool is_refused = false;       // as the aggregator would
  };
  // In the order of the file: one that stands twice replaces the first.
  const std::vector<Visit>& visits() const { return visits_; }
  // The places of a visit id in `visits`, ascending.
  const std::vector<size_t>* FindVisits(const VisitId& id) const;
  // Lines that are not sent, by the id that they would have.
  const Unsent* FindUnsent(const VisitId& id) const;
  uint64_t rows() const { return rows_; }
  // One that stands twice counts once.
  uint64_t distinct_visits() const { return by_id_.size(); }
  uint64_t unsent_rows() const { return unsent_rows_; }

  // Customers of whom a visit is stored, in order of first appearance.
  struct Customer {
    Handle handle;
    uint64_t line;  // the last that said something new
    size_t index;   // of CustomerAt
  };
  const std::vector<Customer>& customers() const { return customers_; }
  const Customer* FindCustomer(const Handle& handle) const;
  // Customers who share and of whom no visit is stored, and those who do not
  // share: a line of each.
  const uint64_t* FindWithoutVisits(const Handle& handle) const;
  const uint64_t* FindUnshared(const Handle& handle) const;
  // What is delivered of the customer, and what it is made of.
  struct Identity {
    client::Customer delivered;
    WrittenPerson written;
  };
  Identity CustomerAt(size_t index) const;
  // What single rows say of a customer that is not what is delivered.
  const std::vector<WrittenPerson>& OtherRows(const Handle& handle) const;

  // Reads the file once more, and calls for each row that can be read.
  [[nodiscard]] absl::Status ForEachLine(
      const std::function<void(uint64_t line, const OrderLine& order)>& call)
      const;

  const InstitutionHandleKey& key() const { return key_; }
  const std::vector<std::string>& own_domains() const {
    return options_.own_domains;
  }

 private:
  Expected(Options options, const InstitutionHandleKey& key)
      : options_(std::move(options)), key_(key), table_(options_.own_domains) {}
  void AddRow(const OrderFile::Row& row, const Fields& fields);
  void AddUnsent(const Fields& fields, const Refusal& refusal);
  void NotePerson(const Handle& handle, const OrderLine& line);
  std::string_view Keep(std::string text);
  void Finish();

  const Options options_;
  const InstitutionHandleKey& key_;
  uint64_t rows_ = 0;
  uint64_t unsent_rows_ = 0;
  std::map<std::string, int> texts_;  // of events, each once
  std::vector<Visit> visits_;
  absl::flat_hash_map<VisitId, std::vector<size_t>> by_id_;
  absl::flat_hash_map<VisitId, Unsent> unsent_;
  CustomerTable table_;
  std::vector<Customer> customers_;
  absl::flat_hash_map<Handle, size_t> customer_by_handle_;
  absl::flat_hash_map<Handle, uint64_t> without_visits_, unshared_;
  absl::flat_hash_map<Handle, uint64_t> unsent_customers_;  // while it reads
  // Distinct rows of each customer, bounded.
  absl::flat_hash_map<Handle, std::vector<WrittenPerson>> rows_of_;
};

}  // namespace garderobe::client::conformance

#endif  // GARDEROBE_CLIENT_CONFORMANCE_EXPECTED_H_
