#include "core/custody/approval_book.h"

#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/vectors.h"

namespace garderobe {
namespace {

constexpr uint64_t kNow = 1'796'000'000;

class ApprovalBookTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ApprovalBook Open() {
    auto book = ApprovalBook::Open(path_);
    EXPECT_THAT(book, IsOk());
    return *std::move(book);
  }
  static ApprovalBook::Entry Entry(uint64_t number, uint64_t expiry) {
    return {Hash<Digest128>(std::to_string(number)), expiry};
  }
  const std::string folder_ = ::testing::TempDir() + "/approval_book_test";
  const std::string path_ = folder_ + "/approvals";
};

TEST_F(ApprovalBookTest, AnIdIsTheKnownAnswer) {
  const auto known = ReadVectors("approval-v2.json")["approval"];
  EXPECT_EQ(ApprovalId(VerifyKey::From(Hex(known["key"])),
                       ApprovalSerial::From(Hex(known["serial"])))
                .view(),
            Hex(known["id"]));
}

TEST_F(ApprovalBookTest, WhatWasUsedStaysUsedAfterARestart) {
  ApprovalBook book = Open();
  const auto one = Entry(1, kNow + 60), two = Entry(2, kNow + 60);
  EXPECT_FALSE(book.WasUsed(one));
  ASSERT_THAT(book.Use({one}, kNow), IsOk());
  EXPECT_TRUE(book.WasUsed(one));
  EXPECT_FALSE(book.WasUsed(two));
  // As after a kill: nothing is written at an end.
  ApprovalBook again = Open();
  EXPECT_TRUE(again.WasUsed(one));
  EXPECT_FALSE(again.WasUsed(two));
  // The same serial with another expiry is the same one.
  EXPECT_TRUE(again.WasUsed({one.id, one.expiry + 1}));
}

TEST_F(ApprovalBookTest, WhatTheDiskDoesNotTakeIsNotUsed) {
  ApprovalBook book = Open();
  std::filesystem::create_directories(path_ + ".new");
  EXPECT_THAT(book.Use({Entry(1, kNow + 60)}, kNow),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_FALSE(book.WasUsed(Entry(1, kNow + 60)));
}

// What is forgotten is not new again when the clock goes back.
TEST_F(ApprovalBookTest, ForgetsWhatHasExpiredAndTakesNoneOfItAgain) {
  ApprovalBook book = Open();
  std::vector<ApprovalBook::Entry> many;
  for (size_t i = 0; i < ApprovalBook::kEntriesMax; ++i) {
    many.push_back(Entry(i, kNow + i));
  }
  ASSERT_THAT(book.Use(many, kNow), IsOk());
  // None has expired: no more of them, and none less.
  EXPECT_THAT(book.Use({Entry(5000, kNow + 60)}, kNow - 1),
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_FALSE(book.WasUsed(Entry(5000, kNow + 60)));
  ASSERT_THAT(book.Use({Entry(5000, kNow + 86400)}, kNow + 500), IsOk());
  ApprovalBook again = Open();
  EXPECT_TRUE(again.WasUsed(many[0]));
  EXPECT_TRUE(again.WasUsed(Entry(9000, kNow + 500)));
  EXPECT_FALSE(again.WasUsed(Entry(9000, kNow + 501)));
  EXPECT_TRUE(again.WasUsed(many[501]));
  EXPECT_TRUE(again.WasUsed(Entry(5000, kNow + 86400)));
}

TEST_F(ApprovalBookTest, ADamagedFileIsRefused) {
  {
    ApprovalBook book = Open();
    ASSERT_THAT(book.Use({Entry(1, kNow)}, kNow), IsOk());
  }
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) - 1);
  EXPECT_THAT(ApprovalBook::Open(path_), StatusIs(absl::StatusCode::kDataLoss));
  std::ofstream(path_) << "forgotten_until 0\n";
  EXPECT_THAT(ApprovalBook::Open(path_), StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace garderobe
