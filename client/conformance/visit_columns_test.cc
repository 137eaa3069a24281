#include "client/conformance/visit_columns.h"

#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace garderobe::client::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

VisitValues Evening() {
  VisitValues visit;
  visit.event_id = "E1";
  visit.title = "Toneel";
  visit.genre = 1;
  visit.starts_at = 13'254'975;  // 14 March 2025 20:15
  visit.sold_at = 219'000;
  visit.quantity = 3;
  visit.price_cents = 5'000;
  visit.channel = 1;
  return visit;
}

std::map<std::string, std::string> Compared(const VisitValues& came) {
  std::map<std::string, std::string> found;
  CompareColumns(Evening(), came,
                 [&](const char* column, const Rule& rule, const auto&) {
                   found[column] = rule.name;
                 });
  return found;
}

TEST(VisitColumnsTest, NothingDiffersFromItself) {
  EXPECT_THAT(Compared(Evening()), IsEmpty());
}

TEST(VisitColumnsTest, TimesAreExplained) {
  VisitValues came = Evening();
  for (const auto& [starts_at, rule] : std::map<int32_t, std::string>{
           {13'254'975 - 60, "starts-at-utc"},
           {13'254'975 - 120, "starts-at-utc"},
           {13'254'975 + 60, "starts-at-shifted"},
           {13'254'975 + 10'957 * 1440, "starts-at-epoch"},
           {13'254'975 / 60, "starts-at-unit"},
           {13'254'975 / 1440 * 1440, "starts-at-day"},
           {13'254'976, "starts-at"}}) {
    came.starts_at = starts_at;
    EXPECT_THAT(Compared(came), ElementsAre(Pair("starts_at", rule)));
  }
  came = Evening();
  for (const auto& [sold_at, rule] :
       std::map<int32_t, std::string>{{219'000 * 60 + 59, "sold-at-minutes"},
                                      {219'000 - 1, "sold-at-utc"},
                                      {219'000 + 1, "sold-at-rounded"},
                                      {219'000 + 10'957 * 24, "sold-at-epoch"},
                                      {INT32_MIN, "sold-at-unknown"},
                                      {1, "sold-at"}}) {
    came.sold_at = sold_at;
    EXPECT_THAT(Compared(came), ElementsAre(Pair("sold_at", rule)));
  }
}

TEST(VisitColumnsTest, MoneyAndTicketsAreExplained) {
  VisitValues came = Evening();
  // 16.67 a ticket: a line's cents need not be divisible.
  for (const auto& [price, rule] :
       std::map<int64_t, std::string>{{1'666, "price-per-ticket"},
                                      {1'667, "price-per-ticket"},
                                      {15'000, "price-multiplied"},
                                      {50, "price-in-euros"},
                                      {-5'000, "price-sign"},
                                      {4'999, "price"}}) {
    came.price_cents = price;
    EXPECT_THAT(Compared(came), ElementsAre(Pair("price_cents", rule)));
  }
  came = Evening();
  came.quantity = 1;
  EXPECT_THAT(Compared(came), ElementsAre(Pair("quantity", "quantity-once")));
}

TEST(VisitColumnsTest, ATitleIsComparedAsItIsKept) {
  VisitValues known = Evening(), came = Evening();
  const std::string longer(600, 'a'), cut(512, 'a');
  known.title = longer;
  came.title = cut;
  bool differs = false;
  CompareColumns(known, came, [&](auto...) { differs = true; });
  EXPECT_FALSE(differs);
}

TEST(VisitColumnsTest, CodesAreExplained) {
  VisitValues came = Evening();
  came.channel = 0;
  EXPECT_THAT(Compared(came), ElementsAre(Pair("channel", "word-unknown")));
  came.channel = 2;
  EXPECT_THAT(Compared(came), ElementsAre(Pair("channel", "code-from-1")));
  came = Evening();
  came.status = 3;
  EXPECT_THAT(Compared(came), ElementsAre(Pair("status", "word-known")));
}

}  // namespace
}  // namespace garderobe::client::conformance
