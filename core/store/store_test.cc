#include "core/store/store.h"

#include <filesystem>

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

}  // namespace
}  // namespace garderobe
