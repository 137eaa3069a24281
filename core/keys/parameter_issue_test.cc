#include "core/keys/parameter_issue.h"

#include <filesystem>
#include <fstream>

#include "core/base/files.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

constexpr CivilDate kToday{2026, 11, 28};
constexpr uint64_t kNow = 1'796'000'000;

class ParameterIssueTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void ReadsAs(const std::string& text, absl::StatusCode code) {
    std::ofstream(folder_ + "/parameters", std::ios::trunc) << text;
    EXPECT_THAT(ReadIssue(folder_), StatusIs(code)) << text;
  }
  const std::string folder_ = ::testing::TempDir() + "/parameter_issue";
};

TEST_F(ParameterIssueTest, TheFirstIsValidFor400DaysAndIsNotWrittenTwice) {
  EXPECT_THAT(ReadIssue(folder_), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_THAT(CreateIssue(folder_, kToday, kNow), IsOk());
  const auto read = ReadIssue(folder_);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->issue.epoch, 1u);
  EXPECT_EQ(read->issue.serial, 1u);
  EXPECT_EQ(read->issue.valid_from, DayNumber(kToday));
  EXPECT_EQ(read->issue.valid_until, DayNumber(kToday) + 400);
  EXPECT_EQ(read->issued, kNow);
  EXPECT_THAT(CreateIssue(folder_, kToday, kNow + 1),
              StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(ReadIssue(folder_)->issued, kNow);
}

TEST_F(ParameterIssueTest, TheFileIsWhatItsHeaderSays) {
  ASSERT_THAT(CreateIssue(folder_, kToday, kNow), IsOk());
  EXPECT_THAT(ReadWholeFile(folder_ + "/parameters"),
              IsOkAndHolds("garderobe-parameters-v3\n"
                           "epoch: 1\n"
                           "serial: 1\n"
                           "issued: 1796000000\n"
                           "valid_from: 2026-11-28\n"
                           "valid_until: 2028-01-02\n"));
}

TEST_F(ParameterIssueTest, RenewedIsTheNextSerialFromTodayOn) {
  EXPECT_THAT(RenewIssue(folder_, kToday, 400, kNow),
              StatusIs(absl::StatusCode::kNotFound));
  ASSERT_THAT(CreateIssue(folder_, kToday, kNow), IsOk());
  const CivilDate later{2027, 10, 1};
  const auto renewed = RenewIssue(folder_, later, 30, kNow + 1000);
  ASSERT_THAT(renewed, IsOk());
  const auto read = ReadIssue(folder_);
  ASSERT_THAT(read, IsOk());
  for (const StoredIssue& issue : {*renewed, *read}) {
    EXPECT_EQ(issue.issue.serial, 2u);
    EXPECT_EQ(issue.issue.valid_from, DayNumber(later));
    EXPECT_EQ(issue.issue.valid_until, DayNumber(later) + 30);
    EXPECT_EQ(issue.issued, kNow + 1000);
  }
  for (const int32_t days : {0, -1, 401}) {
    EXPECT_THAT(RenewIssue(folder_, later, days, kNow),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << days;
  }
  EXPECT_EQ(ReadIssue(folder_)->issue.serial, 2u);
}

TEST_F(ParameterIssueTest, RotatedIsTheNextEpochAndSerial) {
  EXPECT_THAT(RotateIssue(folder_, kToday, kNow),
              StatusIs(absl::StatusCode::kNotFound));
  ASSERT_THAT(CreateIssue(folder_, kToday, kNow), IsOk());
  ASSERT_THAT(RotateIssue(folder_, kToday, kNow + 5), IsOk());
  // A renewal changes the serial only.
  ASSERT_THAT(RenewIssue(folder_, kToday, 30, kNow + 9), IsOk());
  const auto read = ReadIssue(folder_);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->issue.epoch, 2u);
  EXPECT_EQ(read->issue.serial, 3u);
  EXPECT_EQ(read->issued, kNow + 9);
}

// What was written before there were epochs.
TEST_F(ParameterIssueTest, WithoutAnEpochItIsTheFirst) {
  ReadsAs(
      "garderobe-parameters-v2\nserial: 4\nissued: 1796000000\n"
      "valid_from: 2026-11-28\nvalid_until: 2028-01-02\n",
      absl::StatusCode::kOk);
  EXPECT_EQ(ReadIssue(folder_)->issue.epoch, 1u);
  EXPECT_EQ(ReadIssue(folder_)->issue.serial, 4u);
  ASSERT_THAT(RotateIssue(folder_, kToday, kNow), IsOk());
  EXPECT_EQ(ReadIssue(folder_)->issue.epoch, 2u);
  EXPECT_EQ(ReadIssue(folder_)->issue.serial, 5u);
}

TEST_F(ParameterIssueTest, TheFormerSerialIsTakenForADay) {
  StoredIssue stored;
  stored.issue.serial = 5;
  stored.issued = kNow;
  for (const uint64_t now : {kNow, kNow + 86399, kNow + 86400, kNow * 2}) {
    EXPECT_TRUE(stored.Accepts(5, now));
    EXPECT_EQ(stored.Accepts(4, now), now < kNow + 86400) << now;
    for (const uint32_t serial : {0u, 3u, 6u, UINT32_MAX}) {
      EXPECT_FALSE(stored.Accepts(serial, now)) << serial;
    }
  }
  // A clock that stands before the issue says nothing of the day after it.
  EXPECT_FALSE(stored.Accepts(4, kNow - 1));
}

// Serial 0 is none: nothing came before the first.
TEST_F(ParameterIssueTest, NothingComesBeforeTheFirst) {
  StoredIssue stored;
  stored.issued = kNow;
  EXPECT_TRUE(stored.Accepts(1, kNow));
  EXPECT_FALSE(stored.Accepts(0, kNow));
}

TEST_F(ParameterIssueTest, DamageAndOtherFilesAreRefused) {
  ASSERT_THAT(CreateIssue(folder_, kToday, kNow), IsOk());
  const std::string good = *ReadWholeFile(folder_ + "/parameters");
  constexpr auto kDamaged = absl::StatusCode::kInvalidArgument;
  auto with = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  ReadsAs("", kDamaged);
  ReadsAs("garderobe-parameters-v3", kDamaged);
  ReadsAs(with("-v3", "-v1"), kDamaged);
  ReadsAs(with("-v3", "-v2"), kDamaged);
  ReadsAs(with("epoch: 1", "epoch: 0"), kDamaged);
  ReadsAs(with("epoch: 1\n", ""), kDamaged);
  ReadsAs(with("serial: 1", "serial: 0"), kDamaged);
  ReadsAs(with("serial: 1", "serial: -1"), kDamaged);
  ReadsAs(with("serial: 1", "serial: 4294967296"), kDamaged);
  ReadsAs(with("serial: 1\n", ""), kDamaged);
  ReadsAs(with("issued: 1796000000", "issued: x"), kDamaged);
  ReadsAs(with("2026-11-28", "2026-11-31"), kDamaged);
  ReadsAs(with("2028-01-02", ""), kDamaged);
  ReadsAs(good + "more: 1\n", kDamaged);
  // Cut anywhere but at the last line's end.
  for (size_t size = 0; size + 1 < good.size(); ++size) {
    ReadsAs(good.substr(0, size), kDamaged);
  }
  ReadsAs(good, absl::StatusCode::kOk);
}

}  // namespace
}  // namespace garderobe
