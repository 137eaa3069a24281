#include "core/store/inventory.h"

#include <filesystem>
#include <fstream>

#include "core/store/store.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class InventoryTest : public ::testing::Test {
 protected:
  InventoryTest() {
    fs::remove_all(folder_);
    fs::create_directories(keys_);
  }
  std::unique_ptr<Inventory> Open() const {
    auto inventory =
        Inventory::Open(keys_, {{"store", store_}, {"register.pb", register_}});
    EXPECT_THAT(inventory, IsOk());
    return inventory.ok() ? *std::move(inventory) : nullptr;
  }
  absl::Status OpenStore() const {
    const auto inventory = Open();
    GARDEROBE_RETURN_IF_ERROR(inventory->Check());
    GARDEROBE_RETURN_IF_ERROR(inventory->NoteFiles());
    return Store::Open(store_, {"default"}, {.inventory = inventory.get()})
        .status();
  }
  const std::string folder_ = ::testing::TempDir() + "/inventory";
  const std::string keys_ = folder_ + "/keys", store_ = folder_ + "/store",
                    register_ = folder_ + "/register.pb";
  const Inventory::Places places_ = {{"store", store_},
                                     {"register.pb", register_}};
};

TEST_F(InventoryTest, FreshKeysBeginWithAnEmptyStore) {
  EXPECT_THAT(OpenStore(), IsOk());
  EXPECT_THAT(OpenStore(), IsOk());
}

TEST_F(InventoryTest, AnEmptiedStoreBesideUsedKeysIsRefusedUntilGivenUp) {
  ASSERT_THAT(OpenStore(), IsOk());
  EXPECT_THAT(Inventory::GiveUpMissing(keys_, places_),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  for (const bool empty_folder : {false, true}) {
    fs::remove_all(store_);
    if (empty_folder) fs::create_directory(store_);
    EXPECT_THAT(OpenStore(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                      HasSubstr("--create-store")));
    EXPECT_THAT(Inventory::GiveUpMissing(keys_, places_),
                IsOkAndHolds(std::vector<std::string>{store_}));
    EXPECT_THAT(OpenStore(), IsOk());
  }
}

TEST_F(InventoryTest, AFileThatWasThereOnceIsMissed) {
  ASSERT_THAT(OpenStore(), IsOk());
  std::ofstream(register_) << "x";
  ASSERT_THAT(OpenStore(), IsOk());
  fs::remove(register_);
  EXPECT_THAT(OpenStore(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                    HasSubstr(register_)));
}

TEST_F(InventoryTest, AStoreOfOtherKeysIsRefused) {
  ASSERT_THAT(OpenStore(), IsOk());
  const std::string other = folder_ + "/other";
  fs::rename(store_, other);
  fs::rename(keys_, keys_ + "-of-other");
  fs::create_directory(keys_);
  ASSERT_THAT(OpenStore(), IsOk());
  fs::remove_all(store_);
  fs::rename(other, store_);
  EXPECT_THAT(OpenStore(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                    HasSubstr("belongs to other keys")));
}

TEST_F(InventoryTest, ADamagedInventoryIsRefused) {
  ASSERT_THAT(OpenStore(), IsOk());
  std::ofstream(keys_ + "/data-inventory", std::ios::trunc) << "store -\n";
  EXPECT_THAT(Inventory::Open(keys_, {}),
              StatusIs(absl::StatusCode::kDataLoss));
}

// It was taken for none, and replaced by one without the store.
TEST_F(InventoryTest, AnInventoryThatDoesNotReadIsNotTakenForNone) {
  const std::string path = keys_ + "/data-inventory";
  fs::create_symlink(path, path);
  EXPECT_THAT(
      Inventory::Open(keys_, places_).status(),
      StatusIs(absl::StatusCode::kUnavailable, HasSubstr("data-inventory")));
  fs::remove(path);
  EXPECT_THAT(Inventory::Open(keys_, places_).status(), IsOk());
}

}  // namespace
}  // namespace garderobe
