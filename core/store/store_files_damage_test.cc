// Damage of what a killed store leaves besides its logs: manifest, tables,
// CURRENT and the mark.
#include <atomic>
#include <filesystem>

#include "core/store/store_damage_fixture.h"

namespace garderobe {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

using StoreFilesDamageTest = StoreDamageTest;

TEST_F(StoreFilesDamageTest, ADamagedManifestIsRefused) {
  FillAndKill(300, 3000);
  const std::string manifest = Files("MANIFEST-").back();
  const size_t size = fs::file_size(killed_ + "/" + manifest);
  for (size_t i = 0; i < 30; ++i) {
    const size_t at = size * i / 30;
    Again();
    Flip(manifest, at, 8);
    EXPECT_TRUE(ExpectAllOrRefused(fmt::format("eight bytes at {}", at)));
    Again();
    Flip(manifest, at, 1, 0x04);
    EXPECT_TRUE(ExpectAllOrRefused(fmt::format("a bit at {}", at)));
    Again();
    Change(manifest, [&](std::string& bytes) { bytes.resize(at); });
    EXPECT_TRUE(ExpectAllOrRefused(fmt::format("cut at {}", at)));
  }
}

TEST_F(StoreFilesDamageTest, ALostOrCutFileIsRefused) {
  FillAndKill(300, 3000);
  for (const std::string& name :
       {std::string("CURRENT"), Files("MANIFEST-").back(), Files(".sst")[0],
        Files(".sst").back()}) {
    Again();
    fs::remove(damaged_ + "/" + name);
    EXPECT_TRUE(ExpectAllOrRefused(name + " lost"));
    Again();
    Change(name, [](std::string& bytes) { bytes.resize(bytes.size() / 2); });
    EXPECT_TRUE(ExpectAllOrRefused(name + " cut"));
  }
}

TEST_F(StoreFilesDamageTest, ADamagedTableIsToldByWhoReadsIt) {
  FillAndKill(300, 3000);
  for (const std::string& table : Files(".sst")) {
    Again();
    Flip(table, fs::file_size(killed_ + "/" + table) / 2, 8);
    ExpectAllOrRefused(table);
  }
  Again();
  Flip(Files(".sst")[0], 100, 8);
  const auto store = Open(damaged_);
  ASSERT_THAT(store, IsOk());
  EXPECT_THAT((*store)->Health(), IsOk());
  for (int n = 0; n < synced_; ++n) {
    (void)(*store)->Get(static_cast<size_t>(n) % 2, fmt::format("{:06}", n));
    (void)(*store)->Get(2, fmt::format("{:06}", n));
  }
  EXPECT_THAT((*store)->Health(), StatusIs(absl::StatusCode::kDataLoss,
                                           HasSubstr(Files(".sst")[0])));
}

// Most reads go through iterators.
TEST_F(StoreFilesDamageTest, DamageThatAnIteratorMeetsIsKnown) {
  FillAndKill(300, 3000);
  Again();
  Flip(Files(".sst")[0], 100, 8);
  const auto store = Open(damaged_);
  ASSERT_THAT(store, IsOk());
  for (const size_t family : {0, 1, 2}) {
    const auto it = (*store)->NewIterator(family);
    for (it->SeekToFirst(); it->Valid(); it->Next()) continue;
  }
  EXPECT_THAT((*store)->Health(), StatusIs(absl::StatusCode::kDataLoss,
                                           HasSubstr(Files(".sst")[0])));
}

// A table that the system does not let be read tells nothing of the others, and
// is no damage.
TEST_F(StoreFilesDamageTest, VerifyGoesOnOverAllTables) {
  FillAndKill(300, 3000);
  const auto tables = Files(".sst");
  ASSERT_GT(tables.size(), 2u);
  const std::atomic<bool> stop = false;
  for (const bool damaged : {false, true}) {
    for (size_t unreadable = 0; unreadable < tables.size(); ++unreadable) {
      Again();
      const auto store = Open(damaged_);
      ASSERT_THAT(store, IsOk());
      EXPECT_THAT((*store)->Verify(stop), IsOk());
      const std::string& other = tables[unreadable == 0 ? 1 : 0];
      if (damaged) Flip(other, 100, 8);
      const std::string path = damaged_ + "/" + tables[unreadable];
      fs::remove(path);
      fs::create_directory(path);
      const auto verified = (*store)->Verify(stop);
      if (damaged) {
        EXPECT_THAT(verified,
                    StatusIs(absl::StatusCode::kDataLoss, HasSubstr(other)));
        EXPECT_THAT((*store)->Health(),
                    StatusIs(absl::StatusCode::kDataLoss, HasSubstr(other)));
      } else {
        EXPECT_THAT(verified, StatusIs(absl::StatusCode::kUnavailable,
                                       HasSubstr(tables[unreadable])));
        EXPECT_THAT((*store)->Health(), IsOk());
      }
    }
  }
}

TEST_F(StoreFilesDamageTest, TheMarkIsRefusedWhenDamagedAndNotNeeded) {
  FillAndKill(10, 500);
  Again();
  Flip("SYNCED", 20, 1);
  EXPECT_TRUE(ExpectAllOrRefused("flipped"));
  Again();
  Change("SYNCED", [](std::string& bytes) { bytes.clear(); });
  EXPECT_TRUE(ExpectAllOrRefused("emptied"));
  Again();
  fs::remove(damaged_ + "/SYNCED");
  EXPECT_THAT(Whole(), IsOkAndHolds(synced_));
}

TEST_F(StoreFilesDamageTest, AClosedStoreNeedsNoLog) {
  FillAndKill(50, 3000);
  Write(50, 3000);
  synced_ = 51;
  store_.reset();
  Kill();
  Again();
  for (const std::string& log : Files(".log")) fs::remove(damaged_ + "/" + log);
  EXPECT_THAT(Whole(), IsOkAndHolds(synced_));
}

}  // namespace
}  // namespace garderobe
