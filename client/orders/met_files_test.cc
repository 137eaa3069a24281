// Files that people of the trade meet, each a kind of fault, with what should
// come of them. They stand among the public data, and are skipped where that is
// not.
#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "client/mapping/guess.h"
#include "client/orders/check.h"
#include "client/orders/identity.h"
#include "client/orders/words.h"
#include "core/base/civil_time.h"
#include "core/catalogue/codes.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/vectors.h"

namespace garderobe::client {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What a delivery of a file leaves: the last row of each order line.
struct Met {
  struct Line {
    bool counts = false;
    uint32_t quantity = 0;
    int64_t cents = 0, starts_at = 0;
    bool is_sold_known = false;
    std::string title;
  };
  std::map<std::string, Line> lines;  // by order and line
  std::vector<std::string> refused;   // "9 starts_at STARTS_AT_INVALID"
  std::vector<Oddity> oddities;
  // One for each row with a customer, in order.
  std::vector<std::string> customers, emails, names, addresses, born;

  uint64_t visits() const {
    return static_cast<uint64_t>(
        std::count_if(lines.begin(), lines.end(),
                      [](const auto& line) { return line.second.counts; }));
  }
  uint64_t tickets() const {
    uint64_t sum = 0;
    for (const auto& [id, line] : lines) sum += line.counts * line.quantity;
    return sum;
  }
  int64_t cents() const {
    int64_t sum = 0;
    for (const auto& [id, line] : lines) sum += line.counts * line.cents;
    return sum;
  }
};

class MetFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!PublicDataPath("exports/inputs/16-cr-only.csv")) {
      GTEST_SKIP() << "the files that people meet are not here";
    }
  }
  static std::string Path(const std::string& name) {
    return PublicDataPath("exports/inputs/" + name).value_or("");
  }

  static Met Read(const std::string& name,
                  const std::string& mapping = "default") {
    Met met;
    auto file = OrderFile::Open({Path(name), mapping, {}});
    EXPECT_THAT(file, IsOk()) << name;
    if (!file.ok()) return met;
    const IdentityReader identities({});
    OrderFile::Row row;
    while (*(*file)->Read(&row)) {
      if (row.passed_over) continue;
      if (row.refusal) {
        met.refused.push_back(fmt::format("{} {} {}", row.refusal->line,
                                          row.refusal->column,
                                          row.refusal->reason));
        continue;
      }
      const OrderLine& order = row.order;
      met.lines[std::string(order.order_id) + "/" +
                std::string(order.line_id)] = {
          Counts(static_cast<VisitStatus>(order.status)),
          order.quantity,
          order.price_cents,
          order.starts_at,
          order.sold_at != INT32_MIN,
          ToUtf8(order.event_title)};
      met.customers.emplace_back(order.customer_id);
      if (order.customer_id.empty()) continue;
      const Customer customer = identities.Read(order, Handle());
      const auto of = [&](Kind kind) {
        return customer.identifiers[static_cast<size_t>(kind)];
      };
      met.emails.push_back(of(Kind::kEmail));
      met.names.push_back(of(Kind::kNameAddress));
      met.addresses.push_back(of(Kind::kAddress));
      met.born.push_back(
          customer.birth_year == 0 ? "" : std::to_string(customer.birth_year));
    }
    met.oddities = (*file)->oddities();
    return met;
  }
  static std::string WhyNot(const std::string& name) {
    return std::string(
        Message(OrderFile::Open({Path(name), "default", {}}).status()));
  }
};

TEST_F(MetFilesTest, K1WhatSaysNothingIsNobody) {
  const Met met = Read("23-vlookup-errors.xlsx");
  EXPECT_EQ(met.lines.size(), 5u);
  EXPECT_EQ(met.emails.size(), 1u);
  EXPECT_THAT(met.oddities,
              ElementsAre(HasSubstr("4 values say nothing, such as #N/A")));
  for (const std::string& email : Read("35-dummy-emails.csv").emails) {
    EXPECT_TRUE(email.empty() || email == "a@a.nl" || email == "nb@nb.nl" ||
                email == "weigert@theater.nl")
        << email;
  }
  const auto report = CheckFile({{Path("36-walkup-customer.csv")}, "", {}});
  ASSERT_THAT(report, IsOk());
  EXPECT_THAT(report->oddities, Contains(HasSubstr("300 of the 320 lines")));
}

TEST_F(MetFilesTest, K2NothingOfASpreadsheetIsLeftOutInSilence) {
  const Met hidden = Read("19-hidden-filtered-rows.xlsx");
  EXPECT_EQ(hidden.lines.size(), 6u);
  EXPECT_THAT(hidden.oddities, ElementsAre(HasSubstr("3 rows are hidden")));
  const Met months = Read("21-months-on-sheets.xlsx");
  EXPECT_EQ(months.lines.size(), 9u);
  EXPECT_THAT(months.oddities,
              ElementsAre(HasSubstr("Januari, Februari, Maart")));
  EXPECT_EQ(Read("68-cover-pivot-data.xlsx").lines.size(), 2u);
}

TEST_F(MetFilesTest, K3EscapesAndEncodingsAreUndone) {
  const Met escaped = Read("22-x000D.xlsx");
  EXPECT_THAT(escaped.lines, testing::SizeIs(2));
  EXPECT_THAT(escaped.emails, testing::Not(Contains("")));
  const Met misread = Read("44-mojibake.csv");
  EXPECT_THAT(misread.names, Contains(HasSubstr("munoz|")));
  EXPECT_THAT(misread.oddities, ElementsAre(HasSubstr("2 values were UTF-8")));
  EXPECT_THAT(Read("57-macroman.csv").oddities,
              ElementsAre(HasSubstr("encoding: mac-roman")));
}

TEST_F(MetFilesTest, K4BlanksOfUnicodeAreBlanks) {
  EXPECT_THAT(Read("14-double-bom.csv").customers, testing::Not(Contains("")));
  const Met money = Read("25-nbsp-money.csv");
  EXPECT_THAT(money.refused, IsEmpty());
  EXPECT_EQ(money.lines.at("B3/1").cents, 123450);
  EXPECT_EQ(money.lines.count("B9\u00a0/1"), 0u);
  const Met emails = Read("27-invisible-email.csv");
  EXPECT_EQ(std::set<std::string>(emails.emails.begin(), emails.emails.end()),
            std::set<std::string>{"sanne.kuipers@example.nl"});
  EXPECT_EQ(Read("39-header-linebreak.xlsx").lines.size(), 1u);
  for (const std::string& email : Read("51-two-values-one-field.csv").emails) {
    EXPECT_THAT(email, HasSubstr("@example.nl"));
  }
}

TEST_F(MetFilesTest, K5TheHouseIsTheLastNumber) {
  EXPECT_THAT(Read("28-streets-with-numbers.csv").addresses,
              ElementsAre("NL:3511AB:37:", "NL:3511AB:59:", "NL:3511AB:14:",
                          "NL:3511AB:12:", "NL:3511AB:16:", "NL:3511AB:66:",
                          "NL:3511AB:46:", "NL:3511AB:1:ABG"));
}

TEST_F(MetFilesTest, K6ADateIsNoHouse) {
  EXPECT_THAT(Read("30-house-number-became-date.xlsx").addresses,
              ElementsAre("", "", ""));
}

TEST_F(MetFilesTest, K7MoneyThatGoesBackIsNoVisit) {
  const Met pretix = Read("02-pretix-apostrophe.csv", "pretix");
  EXPECT_THAT(pretix.refused, IsEmpty());
  EXPECT_EQ(pretix.cents(), 2250);
  const Met lines = Read("46-refund-lines.csv");
  EXPECT_THAT(lines.refused, ElementsAre("3 price RETURN_UNEXPECTED",
                                         "5 quantity RETURN_UNEXPECTED",
                                         "7 price RETURN_UNEXPECTED"));
  const std::string mapping = testing::TempDir() + "/returns.yaml";
  {
    auto shipped = FindMapping("default");
    ASSERT_THAT(shipped, IsOk());
    std::ofstream(mapping) << shipped->text << "file:\n  returns: yes\n";
  }
  const Met returned = Read("46-refund-lines.csv", mapping);
  EXPECT_EQ(returned.visits(), 1u);
  EXPECT_EQ(returned.tickets(), 1u);
  EXPECT_EQ(returned.cents(), 1250);
  const Met numbers = Read("69-float-prices.xlsx");
  EXPECT_THAT(numbers.refused, IsEmpty());
}

TEST_F(MetFilesTest, K8LinesThatAreNoVisit) {
  const Met met = Read("04-pretix-addons.csv", "pretix");
  EXPECT_EQ(met.visits(), 1u);
  EXPECT_THAT(met.refused, IsEmpty());
  EXPECT_THAT(met.oddities,
              ElementsAre(HasSubstr("food 1, gift card 1, parking 1")));
}

TEST_F(MetFilesTest, K9AnOptionalDateCostsItsValueOnly) {
  const Met met = Read("48-mysql-zero-dates.csv");
  EXPECT_THAT(met.refused, ElementsAre("5 starts_at STARTS_AT_INVALID"));
  EXPECT_FALSE(met.lines.at("B1/1").is_sold_known);
  EXPECT_FALSE(met.lines.at("B2/1").is_sold_known);
  const Met born = Read("40-birth-dates.csv");
  EXPECT_EQ(born.born.size(), 13u);
  EXPECT_GE(std::count(born.born.begin(), born.born.end(), "1980"), 4);
}

TEST_F(MetFilesTest, K10DatesAreReadOrTold) {
  const Met utc = Read("31-utc-times.csv");
  EXPECT_EQ(utc.lines.size(), 7u);
  EXPECT_THAT(utc.oddities, ElementsAre(HasSubstr("7 times with an offset")));
  const Met night = Read("32-midnight-sessions.csv");
  EXPECT_EQ(night.lines.at("B1/1").starts_at % 1440, 0);
  EXPECT_THAT(night.refused, ElementsAre("3 starts_at STARTS_AT_INVALID"));
  EXPECT_EQ(Read("43-us-dates-all-low.csv").lines.size(), 3u);
  const Met states = Read("01-pretix-states.csv", "pretix");
  EXPECT_THAT(states.refused, IsEmpty());
  EXPECT_EQ(states.visits(), 2u);
}

TEST_F(MetFilesTest, K12CountriesAsPeopleWriteThem) {
  const Met met = Read("49-country-words.csv");
  const auto read = std::count_if(
      met.addresses.begin(), met.addresses.end(),
      [](const std::string& address) { return !address.empty(); });
  EXPECT_EQ(read, 10);
}

TEST_F(MetFilesTest, K13TitlesAreNoNames) {
  const Met met = Read("34-names-with-titles.csv");
  EXPECT_THAT(met.names, testing::Each(testing::AnyOf(
                             "", HasSubstr("jansen|j|"), HasSubstr("jan|j|"))));
  EXPECT_EQ(met.names[1], "");  // of "Mevr." nothing is known
}

TEST_F(MetFilesTest, K15MessagesLeadTheRightWay) {
  EXPECT_THAT(WhyNot("62-password-protected.xlsx"), HasSubstr("password"));
  EXPECT_THAT(WhyNot("63-html-table.xls"), HasSubstr("HTML"));
  const Met share = Read("37-share-waar-onwaar.csv");
  EXPECT_EQ(share.refused.size(), 2u);
  EXPECT_THAT(share.oddities, ElementsAre(HasSubstr("'v' (1 row)")));
}

TEST_F(MetFilesTest, K16To19AndWhatWasRead) {
  const Met ends = Read("66-semicolons-after-commas.csv");
  EXPECT_EQ(ends.visits(), 2u);
  EXPECT_THAT(Read("17-cr-only-stray-quote.csv").refused, testing::SizeIs(1));
  EXPECT_EQ(Read("17-cr-only-stray-quote.csv").lines.size(), 9u);
  const Met dutch = Read("73-titel-plaats-default.csv");
  EXPECT_EQ(dutch.lines.at("B1/1").title, "");
  EXPECT_THAT(dutch.oddities,
              ElementsAre(HasSubstr("titles of a person ('Drs.')"),
                          HasSubstr("seats perhaps")));
  EXPECT_THAT(Read("54-recreatex-long-title.csv", "recreatex").refused,
              IsEmpty());
  EXPECT_EQ(Read("13-jem-bom-quoted-sep.csv").lines.size(), 2u);
  EXPECT_EQ(Read("15-utf16le-unicode-text.csv").lines.size(), 2u);
  EXPECT_EQ(Read("16-cr-only.csv").lines.size(), 5u);
  EXPECT_THAT(Read("45-backslash-quotes.csv").refused, testing::SizeIs(1));
  EXPECT_THAT(Read("60-truncated-download.csv").refused, testing::SizeIs(1));
  EXPECT_EQ(Read("70-school-group.csv").lines.size(), 3u);
}

TEST_F(MetFilesTest, K21AFormulaWithoutAResultInventsNothing) {
  const Met met = Read("55-formulas-injection.xlsx");
  EXPECT_THAT(met.refused, ElementsAre("3 quantity QUANTITY_INVALID",
                                       "4 price PRICE_INVALID"));
  EXPECT_THAT(met.oddities, Contains(HasSubstr("without its result")));
}

}  // namespace
}  // namespace garderobe::client
