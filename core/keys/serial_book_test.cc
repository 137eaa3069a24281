#include "core/keys/serial_book.h"

#include <filesystem>
#include <fstream>

#include "core/base/checked_file.h"
#include "core/base/files.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

using ::testing::HasSubstr;

class SerialBookTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    Reopen();
  }
  void Reopen() {
    book_.reset();
    auto book = SerialBook::Open(path_);
    ASSERT_THAT(book, IsOk());
    book_ = *std::move(book);
  }
  void DoesNotOpen() {
    EXPECT_THAT(SerialBook::Open(path_).status(),
                StatusIs(absl::StatusCode::kDataLoss));
  }
  const std::string folder_ = ::testing::TempDir() + "/serial_book";
  const std::string path_ = folder_ + "/serials";
  std::unique_ptr<SerialBook> book_;
};

TEST_F(SerialBookTest, ASerialNeverGoesDown) {
  EXPECT_THAT(book_->Take("vault", 3), IsOk());
  EXPECT_THAT(book_->Take("vault", 3), IsOk());
  EXPECT_THAT(book_->Take("vault", 2),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("vault have serial 2, and 3 was")));
  EXPECT_THAT(book_->Take("vault", 7), IsOk());
  EXPECT_THAT(book_->Take("vault", 3),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(SerialBookTest, EachPartyHasItsOwn) {
  ASSERT_THAT(book_->Take("vault", 9), IsOk());
  EXPECT_THAT(book_->Take("aggregator", 1), IsOk());
  EXPECT_THAT(book_->Take("ttp", 2), IsOk());
}

TEST_F(SerialBookTest, WhatWasTakenOutlivesTheProcess) {
  ASSERT_THAT(book_->Take("vault", 9), IsOk());
  ASSERT_THAT(book_->Take("aggregator", 4), IsOk());
  for (int i = 0; i < 2; ++i) {
    Reopen();
    EXPECT_THAT(book_->Take("vault", 8),
                StatusIs(absl::StatusCode::kFailedPrecondition));
    EXPECT_THAT(book_->Take("aggregator", 3),
                StatusIs(absl::StatusCode::kFailedPrecondition));
    EXPECT_THAT(book_->Take("vault", 9), IsOk());
  }
}

// Nothing is taken that is not on the disk: else a restart would forget it.
TEST_F(SerialBookTest, WhatTheDiskDoesNotTakeIsNotNoted) {
  ASSERT_THAT(book_->Take("vault", 2), IsOk());
  std::filesystem::remove_all(folder_);
  EXPECT_FALSE(book_->Take("vault", 5).ok());
  std::filesystem::create_directories(folder_);
  EXPECT_THAT(book_->Take("vault", 4), IsOk());
}

TEST_F(SerialBookTest, ADamagedBookDoesNotOpen) {
  ASSERT_THAT(book_->Take("vault", 9), IsOk());
  const std::string good = *ReadWholeFile(path_);
  for (size_t i = 0; i < good.size(); ++i) {
    std::string damaged = good;
    damaged[i] ^= 1;
    std::ofstream(path_, std::ios::trunc) << damaged;
    DoesNotOpen();
    std::ofstream(path_, std::ios::trunc) << good.substr(0, i);
    DoesNotOpen();
  }
  std::ofstream(path_, std::ios::trunc) << good;
  Reopen();
}

// Whole by its checksum, and still no book.
TEST_F(SerialBookTest, LinesThatAreNoneAreRefused) {
  for (const char* text : {"vault", "vault 3", "vault\n3\n", "vault x\n",
                           "vault -1\n", "vault 4294967296\n", "\n"}) {
    ASSERT_THAT(WriteCheckedFile(path_, "serials", text), IsOk());
    DoesNotOpen();
  }
  ASSERT_THAT(WriteCheckedFile(path_, "register", "vault 3\n"), IsOk());
  DoesNotOpen();
  ASSERT_THAT(WriteCheckedFile(path_, "serials", "vault 3\n"), IsOk());
  Reopen();
}

}  // namespace
}  // namespace garderobe
