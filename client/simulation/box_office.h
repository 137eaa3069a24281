// What an institution's box office knows of its customers, and how it writes
// that down: some fields are asked, some given, some mistyped
// (docs/simulation.md).
#ifndef GARDEROBE_CLIENT_SIMULATION_BOX_OFFICE_H_
#define GARDEROBE_CLIENT_SIMULATION_BOX_OFFICE_H_

#include <string>
#include <string_view>

#include "client/simulation/country.h"

namespace garderobe::client {

// One kind of institution: what it is, sells and asks.
struct InstitutionKind {
  std::string_view subsector;
  std::string_view genres[3];
  int price_cents;
  double visits_weight;  // against a museum's
  // Shares of customers who give it.
  double email, phone, address, birth_date, pass;
  double children;  // share of children who have a number of their own
};

// Immutable, thread-safe.
class BoxOffice {
 public:
  BoxOffice(const Country& country, const InstitutionKind& kind, uint64_t seed,
            uint64_t number, std::string id)
      : country_(country),
        kind_(kind),
        seed_(seed),
        number_(number),
        id_(std::move(id)) {}

  // Of a person: a box office may give somebody a second number.
  struct Customer {
    uint64_t person;
    bool second;
  };
  std::string CustomerId(const Customer& customer) const;
  // What it knows on a day: customer_id to country of the default columns,
  // with commas between them and none at the end.
  void AppendFields(const Customer& customer, int32_t day,
                    std::string& out) const;
  bool Shares(const Customer& customer) const;

 private:
  Draws DrawsOf(const Customer& customer, uint64_t what) const;

  const Country& country_;
  const InstitutionKind& kind_;
  const uint64_t seed_;
  const uint64_t number_;
  const std::string id_;
};

// Appends `field` as CSV.
void AppendField(std::string& out, std::string_view field);
// 2025-03-14
void AppendDate(std::string& out, int32_t day);
void AppendNumber(std::string& out, uint64_t number, size_t digits = 0);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_SIMULATION_BOX_OFFICE_H_
