// A rotated store is the one of before or the next one, whoever is killed.
#include "core/store/store_rotation.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

namespace fs = std::filesystem;
constexpr int kRecords = 500;
// Set in a process that is to rotate and to be killed in it.
constexpr char kChild[] = "GARDEROBE_STORE_ROTATION_CHILD";

class StoreRotationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::getenv(kChild) != nullptr) return;  // its parent has made it
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    auto store = Store::Open(rotated_.path, rotated_.families);
    ASSERT_THAT(store, IsOk());
    for (int i = 0; i < kRecords; ++i) {
      rocksdb::WriteBatch batch;
      batch.Put((*store)->family(1), Key(i), "value-of-before");
      batch.Put((*store)->family(2), Key(i), "kept");
      ASSERT_THAT((*store)->WriteAndSync(batch), IsOk());
    }
  }
  void TearDown() override { fs::remove_all(folder_); }

  static std::string Key(int number) { return fmt::format("{:06}", number); }
  // Replaces every record of the first family, and runs `half_way` after half.
  static absl::Status Rewrite(
      Store& copy, const std::function<absl::Status()>& half_way = nullptr) {
    for (int i = 0; i < kRecords; ++i) {
      rocksdb::WriteBatch batch;
      batch.Delete(copy.family(1), Key(i));
      batch.Put(copy.family(1), "next" + Key(i), "after");
      GARDEROBE_RETURN_IF_ERROR(copy.Write(batch));
      if (half_way && i == kRecords / 2) {
        GARDEROBE_RETURN_IF_ERROR(half_way());
      }
    }
    return absl::OkStatus();
  }
  absl::Status Rotate(const std::function<absl::Status()>& half_way = nullptr) {
    return RotateStore(rotated_, 2, {1},
                       [&](Store& copy) { return Rewrite(copy, half_way); });
  }
  // Runs this test in another process, until it kills itself.
  static void InAKilledProcess(const std::string& test) {
    const std::string filter = "--gtest_filter=StoreRotationTest." + test;
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      setenv(kChild, "1", 1);
      execl("/proc/self/exe", "store-rotation-child", filter.c_str(),
            static_cast<char*>(nullptr));
      _exit(127);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << status;
  }

  // All records are of this epoch, and the other family is as it was.
  void ExpectAll(uint32_t epoch) {
    StoreOptions options;
    options.epoch = epoch;
    const auto store = Store::Open(rotated_.path, rotated_.families, options);
    ASSERT_THAT(store, IsOk());
    for (int i = 0; i < kRecords; ++i) {
      EXPECT_EQ((*store)->Get(1, Key(i)).ok(), epoch == 1);
      EXPECT_EQ((*store)->Get(1, "next" + Key(i)).ok(), epoch != 1);
      EXPECT_THAT((*store)->Get(2, Key(i)), IsOkAndHolds("kept"));
    }
  }
  bool IsCopyThere() const { return fs::exists(rotated_.path + ".rotating"); }

  const std::string folder_ = ::testing::TempDir() + "/store_rotation_test";
  const RotatedStore rotated_{folder_ + "/store", {"default", "a", "b"}, {}};
};

TEST_F(StoreRotationTest, AllIsChangedAndTheEpochIsTheNext) {
  ASSERT_THAT(EpochOf(rotated_), IsOkAndHolds(1u));
  ASSERT_THAT(Rotate(), IsOk());
  EXPECT_THAT(EpochOf(rotated_), IsOkAndHolds(2u));
  ExpectAll(2);
  EXPECT_FALSE(IsCopyThere());
}

TEST_F(StoreRotationTest, TwiceIsRefused) {
  ASSERT_THAT(Rotate(), IsOk());
  EXPECT_THAT(Rotate(), StatusIs(absl::StatusCode::kFailedPrecondition));
  ExpectAll(2);
}

TEST_F(StoreRotationTest, NothingOfBeforeIsLeftInItsTables) {
  ASSERT_THAT(Rotate(), IsOk());
  int tables = 0;
  for (const auto& file : fs::directory_iterator(rotated_.path)) {
    std::ifstream stream(file.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    tables += file.path().extension() == ".sst";
    EXPECT_THAT(bytes, ::testing::Not(::testing::HasSubstr("value-of-before")))
        << file.path();
  }
  EXPECT_GT(tables, 0);
}

TEST_F(StoreRotationTest, AFailedChangeLeavesTheStoreAsItWas) {
  EXPECT_THAT(Rotate([] { return ResourceExhausted("the disk is full"); }),
              StatusIs(absl::StatusCode::kResourceExhausted));
  ExpectAll(1);
  ASSERT_THAT(Rotate(), IsOk());
  ExpectAll(2);
  EXPECT_FALSE(IsCopyThere());
}

TEST_F(StoreRotationTest, KilledHalfWayItIsTheStoreOfBefore) {
  if (std::getenv(kChild) != nullptr) {
    (void)Rotate([] {
      raise(SIGKILL);
      return absl::OkStatus();
    });
    _exit(1);
  }
  for (int kills = 0; kills < 3; ++kills) {
    InAKilledProcess("KilledHalfWayItIsTheStoreOfBefore");
    EXPECT_TRUE(IsCopyThere());
    ExpectAll(1);
  }
  // Once, however often it was begun.
  ASSERT_THAT(Rotate(), IsOk());
  EXPECT_THAT(EpochOf(rotated_), IsOkAndHolds(2u));
  ExpectAll(2);
  EXPECT_FALSE(IsCopyThere());
}

TEST_F(StoreRotationTest, WhileItIsRotatedNobodyOpensIt) {
  ASSERT_THAT(Rotate([this] {
                EXPECT_THAT(Store::Open(rotated_.path, rotated_.families),
                            StatusIs(absl::StatusCode::kUnavailable));
                return absl::OkStatus();
              }),
              IsOk());
  const auto open = Store::Open(rotated_.path, rotated_.families);
  ASSERT_THAT(open, IsOk());
  EXPECT_THAT(Rotate(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(StoreRotationTest, AnotherEpochThanThatOfTheKeysIsRefused) {
  StoreOptions options;
  options.epoch = 2;
  EXPECT_THAT(Store::Open(rotated_.path, rotated_.families, options),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       ::testing::HasSubstr("is of epoch 1, and the keys are "
                                            "of epoch 2")));
  // One that begins with these keys is of their epoch.
  const std::string fresh = folder_ + "/fresh";
  ASSERT_THAT(Store::Open(fresh, rotated_.families, options), IsOk());
  options.epoch = 1;
  EXPECT_THAT(Store::Open(fresh, rotated_.families, options),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(StoreRotationTest, WithoutAStoreNothingIsMade) {
  const RotatedStore none{folder_ + "/none", rotated_.families, {}};
  EXPECT_THAT(EpochOf(none), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_FALSE(fs::exists(none.path));
}

}  // namespace
}  // namespace garderobe
