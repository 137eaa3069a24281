#include "ttp/budgets.h"

#include <atomic>
#include <filesystem>
#include <thread>

#include "core/base/files.h"
#include "core/rpc/status_conversion.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::ttp {
namespace {

// Two custodians agree to everything.
const RegisterStore::Approve kApproved = [](const auto&, const auto&) {
  return absl::OkStatus();
};

class BudgetsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    today_ = {2026, 11, 23};
    auto store = RegisterStore::Open(folder_ + "/register.pb");
    ASSERT_THAT(store, IsOk());
    register_ = *std::move(store);
    v1::Register reg;
    AddInstitution(reg, "museum", 100);
    ASSERT_THAT(register_->Replace(reg, today_, kApproved), IsOk());
    Reopen();
  }
  static void AddInstitution(v1::Register& reg, const std::string& id,
                             uint64_t budget) {
    auto* institution = reg.add_institutions();
    institution->set_id(id);
    institution->set_subsector("museum");
    institution->set_tokens_per_month(budget);
  }
  // Gives it to the museum, and to a theatre beside it.
  void SetBudget(uint64_t budget) {
    v1::Register reg;
    AddInstitution(reg, "museum", budget);
    AddInstitution(reg, "theatre", budget);
    ASSERT_THAT(register_->Replace(reg, today_, kApproved), IsOk());
  }
  // A folder stands where the file is written before it is renamed.
  void MakeDiskRefuse() { std::filesystem::create_directories(path_ + ".new"); }
  void MakeDiskWork() { std::filesystem::remove_all(path_ + ".new"); }
  void Reopen() {
    auto budgets = Budgets::Open(path_, *register_, [this] { return today_; });
    ASSERT_THAT(budgets, IsOk());
    budgets_ = *std::move(budgets);
  }

  const std::string folder_ = ::testing::TempDir() + "/budgets_test";
  const std::string path_ = folder_ + "/budgets.pb";
  CivilDate today_{2026, 11, 23};
  std::unique_ptr<RegisterStore> register_;
  std::unique_ptr<Budgets> budgets_;
};

TEST_F(BudgetsTest, WhatGoesBeyondIsRefusedAndNotCounted) {
  EXPECT_THAT(budgets_->Take("museum", 60), IsOk());
  const absl::Status refused = budgets_->Take("museum", 41);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(ReasonOf(FromGrpc(ToGrpc(refused))), kBudgetUsedUp);
  EXPECT_EQ(budgets_->Get("museum").used(), 60u);
  EXPECT_THAT(budgets_->Take("museum", 40), IsOk());
  // A right of visitors counts and is never refused.
  EXPECT_THAT(budgets_->Count("museum", 1), IsOk());
  EXPECT_EQ(budgets_->Get("museum").used(), 101u);
  // An id that is not in the register has no budget.
  EXPECT_FALSE(budgets_->Take("elsewhere", 1).ok());
}

TEST_F(BudgetsTest, WhatIsReleasedHoldsForThisMonth) {
  EXPECT_THAT(budgets_->Take("museum", 100), IsOk());
  EXPECT_FALSE(budgets_->Take("museum", 1).ok());
  EXPECT_THAT(budgets_->Release("museum", 50), IsOk());
  EXPECT_FALSE(budgets_->Take("museum", 51).ok());
  EXPECT_THAT(budgets_->Take("museum", 50), IsOk());
  today_ = {2026, 12, 1};
  EXPECT_FALSE(budgets_->Take("museum", 101).ok());
  EXPECT_THAT(budgets_->Take("museum", 100), IsOk());
  // A clock that is set back gives nothing twice.
  today_ = {2026, 11, 30};
  EXPECT_FALSE(budgets_->Take("museum", 1).ok());
}

TEST_F(BudgetsTest, IsTheSameAfterACleanStop) {
  EXPECT_THAT(budgets_->Take("museum", 70), IsOk());
  EXPECT_THAT(budgets_->Release("museum", 5), IsOk());
  EXPECT_THAT(budgets_->Take("museum", 20), IsOk());
  EXPECT_THAT(budgets_->Settle(), IsOk());
  Reopen();
  EXPECT_EQ(budgets_->Get("museum").used(), 90u);
  EXPECT_EQ(budgets_->Get("museum").released(), 5u);
  EXPECT_EQ(budgets_->List().size(), 1u);
  ASSERT_THAT(ReplaceFile(path_, "\xff\xff", 0600), IsOk());
  EXPECT_THAT(Budgets::Open(path_, *register_).status(),
              StatusIs(absl::StatusCode::kDataLoss));
}

// Nothing is settled: as after a kill at any moment.
TEST_F(BudgetsTest, AKillGivesNothingBackAndTakesAtMostABlock) {
  SetBudget(10'000);
  uint64_t let_through = 0;
  for (int round = 0; round < 20; ++round) {
    for (uint64_t rows : {1, 30, 250}) {
      EXPECT_THAT(budgets_->Take("museum", rows), IsOk());
      let_through += rows;
    }
    EXPECT_THAT(budgets_->Count("museum", 1), IsOk());
    ++let_through;
    Reopen();
    const uint64_t used = budgets_->Get("museum").used();
    EXPECT_GE(used, let_through);
    EXPECT_LE(used, let_through + 10'000 / Budgets::kPartsOfBudget);
    let_through = used;
  }
  // What is reserved never goes beyond what is allowed.
  EXPECT_THAT(budgets_->Take("museum", 9'990 - let_through), IsOk());
  Reopen();
  EXPECT_EQ(budgets_->Get("museum").used(), 10'000u);
}

// Two that take turns must not make the disk write each time.
TEST_F(BudgetsTest, WhatOneReservedStaysWhileAnotherReserves) {
  SetBudget(10'000);
  EXPECT_THAT(budgets_->Take("museum", 1), IsOk());
  EXPECT_THAT(budgets_->Take("theatre", 1), IsOk());
  MakeDiskRefuse();
  EXPECT_THAT(budgets_->Take("museum", 100), IsOk());
  EXPECT_THAT(budgets_->Take("theatre", 100), IsOk());
  EXPECT_FALSE(budgets_->Take("museum", 1).ok());
}

TEST_F(BudgetsTest, WithoutADiskNothingIsLetThroughAndNothingCounted) {
  EXPECT_THAT(budgets_->Take("museum", 10), IsOk());
  MakeDiskRefuse();
  const absl::Status refused = budgets_->Take("museum", 50);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_TRUE(IsTransient(FromGrpc(ToGrpc(refused))));
  EXPECT_THAT(budgets_->Count("museum", 5),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_FALSE(budgets_->Release("museum", 50).ok());
  EXPECT_EQ(budgets_->Get("museum").used(), 10u);
  EXPECT_EQ(budgets_->Get("museum").released(), 0u);
  MakeDiskWork();
  EXPECT_THAT(budgets_->Take("museum", 90), IsOk());
  EXPECT_FALSE(budgets_->Take("museum", 1).ok());
}

// The clock goes to the next month and back, with and without a kill.
TEST_F(BudgetsTest, AClockThatWasInTheFutureGivesNoSecondBudget) {
  for (const bool is_killed : {false, true}) {
    SetUp();
    EXPECT_THAT(budgets_->Take("museum", 40), IsOk());
    today_ = {2026, 12, 3};
    if (is_killed) Reopen();
    EXPECT_THAT(budgets_->Take("museum", 60), IsOk());
    today_ = {2026, 11, 24};
    if (is_killed) Reopen();
    EXPECT_FALSE(budgets_->Take("museum", 1).ok());
    const v1::Budget budget = budgets_->Get("museum");
    EXPECT_EQ(budget.month(), "2026-11");
    ASSERT_EQ(budget.ahead_size(), 1);
    EXPECT_EQ(budget.ahead(0).month(), "2026-12");
    EXPECT_GE(budget.ahead(0).used(), 60u);
    EXPECT_EQ(budgets_->LatestAhead(), "2026-12");
    today_ = {2026, 12, 1};
    EXPECT_FALSE(budgets_->Take("museum", 41).ok());
    EXPECT_EQ(budgets_->LatestAhead(), "");
    // And the month after has a whole one.
    today_ = {2027, 1, 1};
    EXPECT_THAT(budgets_->Take("museum", 100), IsOk());
  }
}

TEST_F(BudgetsTest, ThreadsThatTakeTogetherGetWhatIsAllowed) {
  SetBudget(1'000);
  std::vector<std::thread> threads;
  std::atomic<uint64_t> let_through{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        if (budgets_->Take("museum", 3).ok()) let_through += 3;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(let_through, 999u);
  Reopen();
  EXPECT_GE(budgets_->Get("museum").used(), 999u);
}

}  // namespace
}  // namespace garderobe::ttp
