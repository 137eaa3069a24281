#include "client/conformance/rule.h"

#include <fstream>
#include <map>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/markdown.h"

namespace garderobe::client::conformance {
namespace {

using ::testing::MatchesRegex;
using Told = std::map<std::string, std::string>;

TEST(RuleTest, NamesAreUniqueAndPlain) {
  std::set<std::string_view> names;
  for (const Rule* rule : AllRules()) {
    EXPECT_TRUE(names.insert(rule->name).second) << rule->name;
    EXPECT_THAT(std::string(rule->name), MatchesRegex("[a-z0-9-]+"));
    EXPECT_FALSE(rule->sentence.ends_with('.')) << rule->name;
  }
  EXPECT_GT(names.size(), 100U);
}

TEST(RuleTest, TheDocumentListsAll) {
  Told known, told;
  for (const Rule* rule : AllRules()) {
    known[std::string(rule->name)] =
        std::string(rule->sentence) + " | " + std::string(rule->section);
  }
  for (const TableRow& row : TablesWith(
           "docs/clients.md", "| rule | what the client did | written in |")) {
    told[Quoted(row.at(0)).at(0)] = row.at(1) + " | " + row.at(2);
  }
  EXPECT_EQ(told, known);
}

}  // namespace
}  // namespace garderobe::client::conformance
