// Eight flipped bytes in a log once lost a third of what was stored, a lost log
// two thirds, and the daemon was ready. Here every kind of damage is done to
// the logs of a killed store: it opens with all that was synced, or not at all.
#include <filesystem>
#include <map>

#include "core/store/store_damage_fixture.h"

namespace garderobe {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST_F(StoreDamageTest, AKilledStoreOpensWithAllOfIt) {
  FillAndKill(300, 3000);
  EXPECT_FALSE(Files(".sst").empty());
  Again();
  EXPECT_THAT(Whole(), IsOkAndHolds(synced_));
}

TEST_F(StoreDamageTest, EightFlippedBytesAnywhereInALogAreRefused) {
  FillAndKill(120, 9000);
  constexpr size_t kPlaces = 40;
  for (const std::string& log : Files(".log")) {
    const size_t size = fs::file_size(killed_ + "/" + log);
    for (size_t i = 0; i <= kPlaces && size > 0; ++i) {
      Again();
      const size_t at = i == kPlaces ? size - 8 : size * i / kPlaces;
      Flip(log, at, 8);
      EXPECT_TRUE(ExpectAllOrRefused(fmt::format("{} at {}", log, at)));
    }
  }
}

// As in a copy that was made without the mark.
TEST_F(StoreDamageTest, DamageBeforeAnIntactRecordIsRefusedWithoutTheMark) {
  FillAndKill(20, 3000);
  const std::string log = Files(".log").back();
  const size_t size = fs::file_size(killed_ + "/" + log);
  ASSERT_GT(size, 4 * 3000u);
  for (size_t i = 0; i < 20; ++i) {
    const size_t at = (size - 4 * 3000) * i / 20;
    for (const int mask : {0xff, 0x04}) {
      Again();
      fs::remove(damaged_ + "/SYNCED");
      Flip(log, at, mask == 0xff ? 8 : 1, mask);
      EXPECT_TRUE(ExpectAllOrRefused(fmt::format("{} at {}", mask, at)));
    }
  }
}

// A length beyond the end of the file and a type of recycled logs are the end
// of the log to RocksDB.
TEST_F(StoreDamageTest, OneFlippedBitAnywhereInALogIsRefused) {
  FillAndKill(6, 40);
  const auto logs = Files(".log");
  ASSERT_EQ(logs.size(), 1u);
  const size_t size = fs::file_size(killed_ + "/" + logs[0]);
  ASSERT_GT(size, 300u);
  for (size_t at = 0; at < size; ++at) {
    for (const int bit : {0x04, 0x80}) {
      Again();
      Flip(logs[0], at, 1, bit);
      EXPECT_TRUE(ExpectAllOrRefused(fmt::format("bit {} of {}", bit, at)));
    }
  }
}

TEST_F(StoreDamageTest, ZerosInALogAreRefused) {
  FillAndKill(60, 9000);
  const std::string log = Files(".log").back();
  const size_t size = fs::file_size(killed_ + "/" + log);
  ASSERT_GT(size, 2 * 32768u);
  for (const size_t begin : {size_t{0}, size_t{32768}, size_t{40000}}) {
    for (const size_t count : {size_t{512}, size_t{4096}, size_t{32768}}) {
      Again();
      Change(log, [&](std::string& bytes) {
        for (size_t i = begin; i < std::min(begin + count, size); ++i) {
          bytes[i] = 0;
        }
      });
      EXPECT_TRUE(ExpectAllOrRefused(fmt::format("{} from {}", count, begin)));
    }
  }
}

TEST_F(StoreDamageTest, ALogCutWhereItWasSyncedIsRefused) {
  FillAndKill(40, 5000);
  for (const std::string& log : Files(".log")) {
    const size_t size = fs::file_size(killed_ + "/" + log);
    for (size_t i = 0; i < 40 && size > 0; ++i) {
      Again();
      const size_t left = i == 39 ? size - 1 : size * i / 40;
      Change(log, [&](std::string& bytes) { bytes.resize(left); });
      EXPECT_TRUE(ExpectAllOrRefused(fmt::format("{} cut at {}", log, left)));
    }
  }
}

TEST_F(StoreDamageTest, ALostLogIsRefused) {
  FillAndKill(300, 3000);
  for (const std::string& log : Files(".log")) {
    Again();
    const bool is_empty = fs::file_size(damaged_ + "/" + log) == 0;
    fs::remove(damaged_ + "/" + log);
    EXPECT_TRUE(ExpectAllOrRefused(log) || is_empty);
    // It was refused for good, not only the first time.
    EXPECT_TRUE(ExpectAllOrRefused(log) || is_empty);
  }
  Again();
  for (const std::string& log : Files(".log")) fs::remove(damaged_ + "/" + log);
  EXPECT_TRUE(ExpectAllOrRefused("all logs"));
}

// The control: this much a crash in the middle of a write may lose.
TEST_F(StoreDamageTest, AnEndTornBeyondWhatWasSyncedOpens) {
  FillAndKill(7, 5000);
  const std::string log = Files(".log").back();
  const size_t synced_bytes = fs::file_size(killed_ + "/" + log);
  Write(7, 80'000);
  Write(8, 80'000);
  Kill();
  const size_t size = fs::file_size(killed_ + "/" + log);
  ASSERT_GT(size, synced_bytes + 32768);
  for (size_t left = synced_bytes; left <= size;
       left += 1 + (size - synced_bytes) / 12) {
    Again();
    Change(log, [&](std::string& bytes) { bytes.resize(left); });
    EXPECT_FALSE(ExpectAllOrRefused(fmt::format("torn at {}", left)));
    // What is written after it is kept like all else.
    EXPECT_FALSE(ExpectAllOrRefused(fmt::format("torn at {}, again", left)));
  }
  // A file may have grown before its bytes came.
  Again();
  Change(log, [&](std::string& bytes) {
    bytes.resize(synced_bytes);
    bytes.resize(size);
  });
  EXPECT_FALSE(ExpectAllOrRefused("zeros at the end"));
}

// What was synced is in a table, and the log that the crash tore has none of
// it.
TEST_F(StoreDamageTest, AnEndTornInALogOfNothingElseOpens) {
  FillAndKill(7, 5000);
  Write(7, 5000);
  synced_ = 8;
  ASSERT_TRUE(
      store_->db()
          .Flush({}, {store_->family(0), store_->family(1), store_->family(2)})
          .ok());
  ASSERT_THAT(store_->Sync(), IsOk());
  Write(8, 80'000);
  Kill();
  const std::string log = Files(".log").back();
  const size_t size = fs::file_size(killed_ + "/" + log);
  ASSERT_GT(size, 1000u);
  for (const size_t left : {size_t{1}, size_t{20}, size / 2, size - 1}) {
    Again();
    Change(log, [&](std::string& bytes) { bytes.resize(left); });
    EXPECT_FALSE(ExpectAllOrRefused(fmt::format("torn at {}", left)));
  }
}

// The check comes before RocksDB, which throws away what it does not replay.
TEST_F(StoreDamageTest, ARefusedLogIsLeftAsItWas) {
  FillAndKill(40, 5000);
  Again();
  const std::string log = Files(".log").back();
  Change(log, [](std::string& bytes) { bytes.resize(bytes.size() - 1); });
  auto contents = [&] {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::directory_iterator(damaged_)) {
      files[entry.path().filename()] = *ReadWholeFile(entry.path());
    }
    return files;
  };
  const auto before = contents();
  EXPECT_THAT(Whole(), StatusIs(absl::StatusCode::kDataLoss,
                                AllOf(HasSubstr(log), HasSubstr("missing"))));
  EXPECT_EQ(contents(), before);
}

}  // namespace
}  // namespace garderobe
