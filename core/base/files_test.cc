#include "core/base/files.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

class FilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  mode_t Mode() const {
    struct stat info {};
    EXPECT_EQ(stat(path_.c_str(), &info), 0);
    return info.st_mode & 0777;
  }
  size_t Files() const {
    return static_cast<size_t>(
        std::distance(std::filesystem::directory_iterator(folder_),
                      std::filesystem::directory_iterator()));
  }
  const std::string folder_ = ::testing::TempDir() + "/files_test";
  const std::string path_ = folder_ + "/secret.key";
};

TEST_F(FilesTest, CreatesOnceAndReplacesEver) {
  EXPECT_THAT(CreateFile(path_, "one", 0600), IsOk());
  EXPECT_THAT(CreateFile(path_, "two", 0600),
              StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(ReadWholeFile(path_), IsOkAndHolds("one"));
  EXPECT_THAT(ReplaceFile(path_, "three", 0600), IsOk());
  EXPECT_THAT(ReadWholeFile(path_), IsOkAndHolds("three"));
  EXPECT_EQ(Mode(), 0600u);
  EXPECT_EQ(Files(), 1u);
}

// A run that was cut off left the file it wrote beside, and the next one wrote
// its secret into it.
TEST_F(FilesTest, WhatACutOffRunLeftLendsItsModeToNobody) {
  for (const bool replace : {false, true}) {
    std::filesystem::remove(path_);
    std::ofstream(path_ + ".new") << "half";
    chmod((path_ + ".new").c_str(), 0644);
    EXPECT_THAT(replace ? ReplaceFile(path_, "whole", 0600)
                        : CreateFile(path_, "whole", 0600),
                IsOk());
    EXPECT_EQ(Mode(), 0600u);
    EXPECT_THAT(ReadWholeFile(path_), IsOkAndHolds("whole"));
    EXPECT_EQ(Files(), 1u);
  }
}

TEST_F(FilesTest, ALinkLaidInTheWayIsNotFollowed) {
  const std::string elsewhere = folder_ + "/elsewhere";
  std::filesystem::create_symlink(elsewhere, path_ + ".new");
  EXPECT_THAT(CreateFile(path_, "whole", 0600), IsOk());
  EXPECT_FALSE(std::filesystem::exists(elsewhere));
}

TEST_F(FilesTest, AFullDiskLeavesWhatWasThere) {
  ASSERT_THAT(CreateFile(path_, "old", 0600), IsOk());
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  const rlimit little{10, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &little), 0);
  const std::string large(1000, 'x');
  const absl::Status replaced = ReplaceFile(path_, large, 0600);
  const absl::Status created = CreateFile(folder_ + "/other", large, 0600);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  signal(SIGXFSZ, handler);
  EXPECT_THAT(replaced, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(created, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(ReadWholeFile(path_), IsOkAndHolds("old"));
  EXPECT_EQ(Files(), 1u);
}

// A file that did not open for another reason was taken for none, and replaced.
TEST_F(FilesTest, OnlyAFileThatIsNotThereIsNotFound) {
  EXPECT_THAT(ReadWholeFile(path_), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(IsThere(path_), IsOkAndHolds(false));
  std::filesystem::create_symlink(path_, path_);
  EXPECT_THAT(ReadWholeFile(path_), StatusIs(absl::StatusCode::kUnavailable,
                                             ::testing::HasSubstr(path_)));
  EXPECT_THAT(IsThere(path_), StatusIs(absl::StatusCode::kUnavailable));
  // It opens, and does not read.
  EXPECT_THAT(ReadWholeFile(folder_), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(IsThere(folder_), IsOkAndHolds(true));
}

TEST_F(FilesTest, ALongFileIsReadToItsEnd) {
  std::string bytes(100'000, 'x');
  bytes[99'999] = '\0';
  ASSERT_THAT(ReplaceFile(path_, bytes, 0600), IsOk());
  EXPECT_THAT(ReadWholeFile(path_), IsOkAndHolds(bytes));
  ASSERT_THAT(ReplaceFile(path_, "", 0600), IsOk());
  EXPECT_THAT(ReadWholeFile(path_), IsOkAndHolds(""));
}

// What is not synced may be gone tomorrow: nobody is told that it is kept.
TEST_F(FilesTest, AFolderThatDoesNotSyncIsTold) {
  constexpr uid_t kNobody = 65534;
  const bool is_root = geteuid() == 0;
  // May be written and not be opened.
  ASSERT_EQ(chmod(folder_.c_str(), 0300), 0);
  if (is_root) {
    ASSERT_EQ(chown(folder_.c_str(), kNobody, static_cast<gid_t>(-1)), 0);
    ASSERT_EQ(seteuid(kNobody), 0);
  }
  const absl::Status created = CreateFile(path_, "one", 0600);
  const absl::Status replaced = ReplaceFile(path_, "two", 0600);
  const auto read = ReadWholeFile(path_);
  if (is_root) ASSERT_EQ(seteuid(0), 0);
  ASSERT_EQ(chmod(folder_.c_str(), 0700), 0);
  for (const absl::Status& status : {created, replaced}) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable,
                                 ::testing::HasSubstr("sync " + folder_)));
  }
  EXPECT_THAT(read, IsOkAndHolds("two"));
}

}  // namespace
}  // namespace garderobe
