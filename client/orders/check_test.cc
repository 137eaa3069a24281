#include "client/orders/check.h"

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

TEST(CheckTest, ReportsAndWritesRejectedRows) {
  const std::string path = ::testing::TempDir() + "/check.csv",
                    rejected = ::testing::TempDir() + "/rejected.csv";
  std::filesystem::remove(rejected);
  std::ofstream(path)
      << "order_id;line_id;event_id;starts_at;price;customer_id;email\n"
         "O1;1;E1;14-03-2025 20:15;12,50;K1;jan@example.nl\n"
         "O1;1;E1;14-03-2025 20:15;12,50;K1;jan@example.nl\n"
         "O2;1;E1;gisteren;12,50;K2;noreply@example.nl\n"
         "O3;1;E1;14-03-2025;7;K3;kapot\n";
  auto report = CheckFile({{.file = path}, rejected, {}});
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->rows, 4u);
  EXPECT_EQ(report->refused_rows, 1u);
  EXPECT_EQ(report->duplicates, 1u);
  EXPECT_EQ(report->not_identifiers["EMAIL_MALFORMED"], 1u);
  std::ifstream in(rejected);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  EXPECT_THAT(
      text, ::testing::HasSubstr("O2;1;E1;gisteren;12,50;K2;noreply@example.nl;"
                                 "STARTS_AT_INVALID\n"));
  EXPECT_EQ(
      std::filesystem::status(rejected).permissions(),
      std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_THAT(CheckFile({{.file = path}, rejected, {}}),
              StatusIs(absl::StatusCode::kAlreadyExists));
}

}  // namespace
}  // namespace garderobe::client
