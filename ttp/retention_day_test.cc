#include "ttp/retention_day.h"

#include <filesystem>

#include "core/base/files.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "ttp/budget_file.h"

namespace garderobe::ttp {
namespace {

TEST(RetentionDayTest, AJumpIsNoticedAfterARestart) {
  const std::string path = ::testing::TempDir() + "/retention_day.pb";
  std::filesystem::remove(path);
  CivilDate today{2026, 11, 28};
  auto open = [&] { return OpenRunCalendar(path, [&] { return today; }); };
  ASSERT_THAT(open(), IsOk());
  for (const CivilDate& wrong : {CivilDate{2090, 1, 1}, CivilDate{2027, 1, 8},
                                 CivilDate{2026, 11, 27}}) {
    today = wrong;
    auto calendar = open();
    ASSERT_THAT(calendar, IsOk());
    EXPECT_THAT((*calendar)->Begin(std::nullopt).status(),
                StatusIs(absl::StatusCode::kFailedPrecondition))
        << ToIso(wrong);
  }
  today = {2026, 11, 29};
  EXPECT_THAT((*open())->Begin(std::nullopt), IsOk());
  today = {2026, 11, 28};
  EXPECT_FALSE((*open())->Begin(std::nullopt).ok());
  ASSERT_THAT(ReplaceFile(path, "\xff\xff", 0600), IsOk());
  EXPECT_THAT(open().status(), StatusIs(absl::StatusCode::kDataLoss));
}

// Neither an exception nor a first start.
TEST(RetentionDayTest, FilesThatDoNotReadAreNotTakenForNone) {
  const std::string path = ::testing::TempDir() + "/unreadable.pb";
  std::filesystem::remove(path);
  EXPECT_THAT(ReadBudgetFile(path), IsOk());
  std::filesystem::create_symlink(path, path);
  EXPECT_THAT(OpenRunCalendar(path).status(),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(ReadBudgetFile(path), StatusIs(absl::StatusCode::kUnavailable));
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace garderobe::ttp
