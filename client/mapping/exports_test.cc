// Exports as vendors print them (tests/fixtures/exports), read with the shipped
// mappings, and held against figures that were written down without them.
#include <filesystem>
#include <fstream>
#include <set>

#include "client/mapping/guess.h"
#include "client/orders/identity.h"
#include "client/orders/order_file.h"
#include "client/orders/words.h"
#include "core/base/civil_time.h"
#include "core/catalogue/codes.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "spdlog/fmt/fmt.h"
#include "tests/support/status_matchers.h"
#include "tests/support/vectors.h"

namespace garderobe::client {
namespace {

using ::testing::HasSubstr;

std::string Fixture(const std::string& name) {
  return SourcePath("tests/fixtures/exports/" + name);
}

struct Export {
  std::string name, mapping;
  std::map<std::string, std::string> with;
};

std::vector<Export> Exports() {
  return {{"pretix-nl", "pretix", {}},
          {"pretix-en", "pretix", {}},
          {"ticketmatic-orders",
           "ticketmatic",
           {{"contacts", Fixture("ticketmatic-contacts.csv")}}},
          {"peppered-orders",
           "peppered",
           {{"events", Fixture("peppered-events.csv")},
            {"deleted", Fixture("peppered-deleted.csv")}}},
          {"weeztix", "weeztix", {}},
          {"eventbrite", "eventbrite", {}},
          {"recreatex", "recreatex", {}},
          {"activetickets", "activetickets", {}}};
}

// What a delivery leaves: the last row of each order line.
struct Outcome {
  uint64_t refused = 0, passed_over = 0;
  std::string reasons, first_start;
  struct Line {
    bool counts;
    uint32_t quantity;
    int64_t cents;
    std::string customer;
    bool email, postcode;
  };
  std::map<std::pair<std::string, std::string>, Line> lines;
};

Outcome Deliver(const OrderFileOptions& options) {
  Outcome outcome;
  auto file = OrderFile::Open(options);
  EXPECT_THAT(file, IsOk());
  if (!file.ok()) return outcome;
  const IdentityReader identities({});
  OrderFile::Row row;
  while (*(*file)->Read(&row)) {
    if (row.passed_over) {
      ++outcome.passed_over;
      continue;
    }
    if (row.refusal) {
      ++outcome.refused;
      outcome.reasons += fmt::format("line {} {} {}; ", row.refusal->line,
                                     row.refusal->column, row.refusal->reason);
      continue;
    }
    const OrderLine& order = row.order;
    if (outcome.first_start.empty()) {
      const int32_t day = order.starts_at / 1440, rest = order.starts_at % 1440;
      outcome.first_start = ToIso(FromDayNumber(day)) +
                            fmt::format("T{:02}:{:02}", rest / 60, rest % 60);
    }
    const Customer customer = identities.Read(order, Handle());
    outcome.lines[{std::string(order.order_id), std::string(order.line_id)}] = {
        Counts(static_cast<VisitStatus>(order.status)),
        order.quantity,
        order.price_cents,
        std::string(order.customer_id),
        !customer.identifiers[static_cast<size_t>(Kind::kEmail)].empty(),
        !order.postcode.empty()};
  }
  return outcome;
}

class ExportsTest : public ::testing::TestWithParam<Export> {};

TEST_P(ExportsTest, ComesOutAsItWasMeant) {
  const Export& one = GetParam();
  std::ifstream in(Fixture(one.name + ".expected.json"));
  ASSERT_TRUE(in.is_open());
  const nlohmann::json expected = nlohmann::json::parse(in);
  const Outcome outcome =
      Deliver({Fixture(one.name + ".csv"), one.mapping, one.with});
  EXPECT_EQ(outcome.refused, 0u) << outcome.reasons;
  EXPECT_EQ(outcome.first_start,
            expected["first_event_local_start"].get<std::string>());
  uint64_t counted = 0, cancelled = 0, tickets = 0, emails = 0, postcodes = 0;
  int64_t cents = 0;
  std::set<std::string> customers;
  for (const auto& [id, line] : outcome.lines) {
    if (!line.counts) {
      ++cancelled;
      continue;
    }
    ++counted;
    tickets += line.quantity;
    cents += line.cents;
    emails += line.email;
    postcodes += line.postcode;
    if (!line.customer.empty()) customers.insert(line.customer);
  }
  auto expect = [&](const char* name, uint64_t seen) {
    EXPECT_EQ(seen, expected[name].get<uint64_t>()) << name;
  };
  expect("lines_counted", counted);
  expect("lines_cancelled", cancelled);
  expect("tickets_counted", tickets);
  expect("revenue_cents_counted", static_cast<uint64_t>(cents));
  expect("distinct_customers", customers.size());
  expect("with_email", emails);
  expect("with_postcode", postcodes);
  // Rows that are no order lines, and the total of a report.
  EXPECT_EQ(outcome.passed_over,
            expected["lines_not_an_order"].get<uint64_t>() +
                expected.contains("total_row_quantity"));
}

// The vendor is known by the headers alone.
TEST_P(ExportsTest, IsRecognised) {
  const auto guess = GuessMapping(Fixture(GetParam().name + ".csv"));
  ASSERT_THAT(guess, IsOk());
  EXPECT_EQ(guess->shipped, GetParam().mapping);
}

std::string NameOf(const ::testing::TestParamInfo<Export>& one) {
  std::string name = one.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Vendors, ExportsTest, ::testing::ValuesIn(Exports()),
                         NameOf);

// Each file has one fault, named by its name: every other row is kept, or one
// sentence says why nothing can be.
TEST(UglyExportsTest, AreReadOrRefusedWithAReason) {
  struct Case {
    const char *file, *mapping, *error;  // error: nothing for a file that opens
    uint64_t lines, refused;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"missing-order-column.csv", "pretix", "missing: order_id", 0, 0},
           {"no-event-date.csv", "pretix", "starts_at", 0, 0},
           {"empty.csv", "default", "empty", 0, 0},
           {"header-only.csv", "default", "", 0, 0},
           {"title-only.csv", "default", "missing", 0, 0},
           {"wrong-vendor.csv", "default", "none of a name", 0, 0},
           {"wrong-vendor.csv", "recreatex", "missing", 0, 0},
           {"duplicate-headers.csv", "default", "both mean", 0, 0},
           {"unclosed-quote.csv", "default", "", 9, 1},
           {"mixed-encodings.csv", "default", "", 10, 0},
           {"cp1252-with-utf8-bom.csv", "default", "", 10, 0},
           {"tabs.txt-like.csv", "default", "", 10, 0},
           {"trailing-separators.csv", "default", "", 10, 0},
           {"trailing-separators-header-too.csv", "default", "", 10, 0},
           {"numbers-as-text.csv", "default", "", 10, 0},
           {"nul-bytes.csv", "default", "binary", 0, 0},
           {"very-long-line.csv", "default", "", 9, 1}}) {
    SCOPED_TRACE(c.file);
    auto file = OrderFile::Open({Fixture("ugly/") + c.file, c.mapping, {}});
    if (*c.error != '\0') {
      EXPECT_THAT(file, StatusIs(absl::StatusCode::kInvalidArgument,
                                 HasSubstr(c.error)));
      continue;
    }
    const Outcome outcome = Deliver({Fixture("ugly/") + c.file, c.mapping, {}});
    EXPECT_EQ(outcome.lines.size(), c.lines) << outcome.reasons;
    EXPECT_EQ(outcome.refused, c.refused) << outcome.reasons;
  }
}

// What Excel rounds is not taken for a number of a customer.
TEST(UglyExportsTest, RoundedNumbersAreRefused) {
  const Outcome outcome = Deliver({Fixture("ugly/scientific.csv")});
  EXPECT_GT(outcome.refused, 0u);
  EXPECT_THAT(outcome.reasons, HasSubstr("_ROUNDED"));
}

// An export of nobody's: the proposal is complete and leaves the same figures.
TEST(GuessTest, ProposesWhatCanBeDelivered) {
  const std::string path = ::testing::TempDir() + "/own.csv";
  std::ofstream(path)
      << "Verkoop seizoen 2025\n\n"
         "Bestelling;Datum bestelling;E-mail adres;Naam koper;PC;Nr;Film;"
         "Datum;Tijd;Kaarten;Omzet;Toestand\n"
         "9001;01-03-2025;jan@example.nl;Jan Jansen;1234 AB;12;Rood;"
         "14-03-2025;20.15;2;25,00;Verkocht\n"
         "9002;01-03-2025;piet@example.nl;Piet Pietersen;3512 AB;7;Rood;"
         "14-03-2025;20.15;1;12,50;Geannuleerd\n"
         "9003;02-03-2025;;;;;Blauw;15-03-2025;19.00;3;37,50;Weg\n"
         "Totaal;;;;;;;;;6;75,00;\n";
  const auto guess = GuessMapping(path);
  ASSERT_THAT(guess, IsOk());
  EXPECT_EQ(guess->shipped, "");
  EXPECT_TRUE(guess->missing.empty());
  // Two performances on one day are two events.
  EXPECT_THAT(guess->yaml, HasSubstr("event_id: {digest: [[\"Film\"], "
                                     "[\"Datum\"], [\"Tijd\"]]}"));
  // A word that nobody knows is asked about, and no person's value is shown.
  EXPECT_THAT(guess->yaml, HasSubstr("\"Weg\": ?"));
  EXPECT_THAT(guess->yaml, ::testing::Not(HasSubstr("Jansen")));
  EXPECT_THAT(guess->yaml, ::testing::Not(HasSubstr("example.nl")));
  const std::string mapping = ::testing::TempDir() + "/own.yaml";
  std::ofstream(mapping) << guess->yaml;
  const Outcome outcome = Deliver({path, mapping, {}});
  EXPECT_EQ(outcome.lines.size(), 2u) << guess->yaml;
  EXPECT_EQ(outcome.refused, 1u) << outcome.reasons;
  EXPECT_EQ(outcome.passed_over, 1u);
  EXPECT_EQ(outcome.first_start, "2025-03-14T20:15");
}

}  // namespace
}  // namespace garderobe::client
