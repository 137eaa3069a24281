#include "core/store/store.h"

#include <atomic>
#include <filesystem>
#include <thread>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() { std::filesystem::remove_all(folder_); }
  absl::Status Open(uint32_t format) {
    return Store::Open(folder_, {"default", "more"}, {.format = format})
        .status();
  }
  const std::string folder_ = ::testing::TempDir() + "/store";
};

TEST_F(StoreTest, OpensAgainInItsOwnFormat) {
  EXPECT_THAT(Open(2), IsOk());
  EXPECT_THAT(Open(2), IsOk());
}

// A changed record once read as damage, for ever.
TEST_F(StoreTest, AnotherFormatIsRefusedInWords) {
  EXPECT_THAT(Open(1), IsOk());
  EXPECT_THAT(Open(2), StatusIs(absl::StatusCode::kFailedPrecondition,
                                ::testing::HasSubstr("format 1")));
}

TEST_F(StoreTest, AStoreFromBeforeFormatsIsOfTheFirst) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* db = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(options, folder_, &db).ok());
  ASSERT_TRUE(db->Put({}, "key", "value").ok());
  delete db;
  EXPECT_THAT(Open(2), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Open(1), IsOk());
}

// One that was replaced while it was read was once told to be damaged.
TEST_F(StoreTest, ABusyStoreIsReadBesideItsOwner) {
  auto owner = Store::Open(folder_, {"default", "more"}, {.format = 1});
  ASSERT_THAT(owner, IsOk());
  constexpr int kReads = 50, kChangesEach = 3;
  std::atomic<int> reads{0};
  std::thread writer([&] {
    rocksdb::DB& db = (*owner)->db();
    for (int i = 0; reads < kReads; ++i) {
      // Some changes while it is read, and not for ever.
      while (i > kChangesEach * (reads + 1) && reads < kReads) {
        std::this_thread::yield();
      }
      // A table each time, in the place of the last.
      ASSERT_TRUE(db.Put({}, "key", std::to_string(i)).ok());
      ASSERT_TRUE(db.Flush({}).ok());
      ASSERT_TRUE(
          db.CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr)
              .ok());
    }
  });
  for (; reads < kReads; ++reads) {
    EXPECT_THAT(Store::OpenToRead(folder_, {"default", "more"}, {.format = 1}),
                IsOk());
  }
  writer.join();
}

TEST_F(StoreTest, WhoReadsIsToldOfALostTable) {
  {
    auto owner = Store::Open(folder_, {"default", "more"}, {.format = 1});
    ASSERT_THAT(owner, IsOk());
  }
  for (const auto& file : std::filesystem::directory_iterator(folder_)) {
    if (file.path().extension() == ".sst") std::filesystem::remove(file);
  }
  EXPECT_THAT(Store::OpenToRead(folder_, {"default", "more"}, {.format = 1}),
              StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace garderobe
