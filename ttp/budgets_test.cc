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
    ASSERT_THAT(register_->Replace(reg), IsOk());
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
  EXPECT_THAT(budgets_->Check("museum", 100), IsOk());
  budgets_->Use("museum", 60);
  EXPECT_THAT(budgets_->Check("museum", 40), IsOk());
  const absl::Status refused = budgets_->Check("museum", 41);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(ReasonOf(FromGrpc(ToGrpc(refused))), kBudgetUsedUp);
  EXPECT_EQ(budgets_->Get("museum").used(), 60u);
  // Of nobody in the register nothing.
  EXPECT_FALSE(budgets_->Check("elsewhere", 1).ok());
}

TEST_F(BudgetsTest, WhatIsReleasedHoldsForThisMonth) {
  budgets_->Use("museum", 100);
  EXPECT_FALSE(budgets_->Check("museum", 1).ok());
  EXPECT_THAT(budgets_->Release("museum", 50), IsOk());
  EXPECT_THAT(budgets_->Check("museum", 50), IsOk());
  EXPECT_FALSE(budgets_->Check("museum", 51).ok());
  today_ = {2026, 12, 1};
  EXPECT_THAT(budgets_->Check("museum", 100), IsOk());
  EXPECT_FALSE(budgets_->Check("museum", 101).ok());
}

TEST_F(BudgetsTest, IsTheSameAfterARestart) {
  budgets_->Use("museum", 70);
  EXPECT_THAT(budgets_->Release("museum", 5), IsOk());
  budgets_->Use("museum", 20);
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
