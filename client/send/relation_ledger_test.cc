#include "client/send/relation_ledger.h"

#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

TEST(RelationLedgerTest, RemembersAcrossSaveAndLoad) {
  const std::string path = ::testing::TempDir() + "/ledger.relations";
  std::filesystem::remove(path);
  const auto handle = Handle::From(std::string(16, 'h'));
  RelationLedger ledger = RelationLedger::Load(path);
  EXPECT_FALSE(ledger.Has(handle, 5));
  ledger.Put(handle, 5);
  ASSERT_THAT(ledger.Save(path), IsOk());
  EXPECT_TRUE(RelationLedger::Load(path).Has(handle, 5));
  EXPECT_FALSE(RelationLedger::Load(path).Has(handle, 6));
  std::ofstream(path) << "damaged";
  EXPECT_FALSE(RelationLedger::Load(path).Has(handle, 5));
}

TEST(RelationLedgerTest, WhoComesBackInAnotherQuarterIsDeliveredAgain) {
  const auto handle = Handle::From(std::string(16, 'h'));
  RelationLedger ledger;
  constexpr uint16_t k2021Q4 = 88, k2022Q1 = 89;
  ledger.Put(handle, RelationLedger::Said(5, k2022Q1));
  EXPECT_TRUE(ledger.Has(handle, RelationLedger::Said(5, k2022Q1)));
  // In whatever order the lines of a file are.
  EXPECT_TRUE(ledger.Has(handle, RelationLedger::Said(5, k2021Q4)));
  EXPECT_TRUE(ledger.Has(handle, RelationLedger::Said(5, 0)));
  EXPECT_FALSE(ledger.Has(handle, RelationLedger::Said(5, k2022Q1 + 1)));
  EXPECT_FALSE(ledger.Has(handle, RelationLedger::Said(6, k2022Q1)));
  ledger.Put(handle, RelationLedger::Said(5, k2021Q4));
  EXPECT_TRUE(ledger.Has(handle, RelationLedger::Said(5, k2022Q1)));
}

}  // namespace
}  // namespace garderobe::client
