#include "core/base/files.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

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

}  // namespace
}  // namespace garderobe
