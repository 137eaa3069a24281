#include "ttp/budgets.h"

#include <filesystem>

#include "core/base/files.h"
#include "core/rpc/status_conversion.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::ttp {
namespace {

class BudgetsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    auto store = RegisterStore::Open(folder_ + "/register.pb");
    ASSERT_THAT(store, IsOk());
    register_ = *std::move(store);
    v1::Register reg;
    auto* museum = reg.add_institutions();
    museum->set_id("museum");
    museum->set_subsector("museum");
    museum->set_relations_per_month(100);
    ASSERT_THAT(register_->Replace(reg, today_), IsOk());
    Reopen();
  }
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
  budgets_->Count("museum", 1);
  EXPECT_EQ(budgets_->Get("museum").used(), 101u);
  // Of nobody in the register nothing.
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

TEST_F(BudgetsTest, IsTheSameAfterARestart) {
  EXPECT_THAT(budgets_->Take("museum", 70), IsOk());
  EXPECT_THAT(budgets_->Release("museum", 5), IsOk());
  EXPECT_THAT(budgets_->Take("museum", 20), IsOk());
  EXPECT_THAT(budgets_->Save(), IsOk());
  Reopen();
  EXPECT_EQ(budgets_->Get("museum").used(), 90u);
  EXPECT_EQ(budgets_->Get("museum").released(), 5u);
  EXPECT_EQ(budgets_->List().size(), 1u);
  ASSERT_THAT(ReplaceFile(path_, "\xff\xff", 0600), IsOk());
  EXPECT_THAT(Budgets::Open(path_, *register_).status(),
              StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace garderobe::ttp
