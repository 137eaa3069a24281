#include "client/send/outcome_book.h"

#include <algorithm>
#include <filesystem>

#include "core/base/files.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

class OutcomeBookTest : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::remove(path_); }
  std::string Text() {
    const auto text = ReadWholeFile(path_);
    EXPECT_THAT(text, IsOk());
    return *text;
  }
  const std::string path_ = ::testing::TempDir() + "outcome_book_test";
  Outcome outcome_{.kind = SealedKind::kVisits,
                   .institution = "a",
                   .client = "b",
                   .source = "c",
                   .offset = 41,
                   .count = 10,
                   .accepted = 8,
                   .replaced = 3,
                   .sealed = Hash("payload")};
};

TEST_F(OutcomeBookTest, AddsALineABatch) {
  OutcomeBook book(path_);
  ASSERT_THAT(book.Add(outcome_, 7, std::string(64, '\x01')), IsOk());
  std::string signature;
  for (int i = 0; i < 64; ++i) signature += "01";
  EXPECT_EQ(Text(), "visits 41 10 8 3 7 " + ToHex(Hash("payload").bytes()) +
                        " " + signature + "\n");
}

TEST_F(OutcomeBookTest, KeepsTheLastOnes) {
  for (int run = 0; run < 3; ++run) {
    OutcomeBook book(path_);  // goes on where the one before stopped
    for (size_t i = 0; i < OutcomeBook::kKept; ++i) {
      ++outcome_.offset;
      ASSERT_THAT(book.Add(outcome_, 7, "s"), IsOk());
    }
  }
  const std::string text = Text();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'),
            2 * static_cast<long>(OutcomeBook::kKept));
  EXPECT_TRUE(
      text.starts_with(fmt::format("visits {} ", 41 + OutcomeBook::kKept + 1)));
  EXPECT_NE(text.find(fmt::format("visits {} ", outcome_.offset)), text.npos);
}

TEST_F(OutcomeBookTest, AFolderThatIsNotThereIsTold) {
  OutcomeBook book("/nowhere/at/all");
  EXPECT_THAT(book.Add(outcome_, 7, "s"),
              StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace garderobe::client
