// Eight flipped bytes in a log once lost a third of what was stored, a lost log
// two thirds, and the daemon was ready. Here every kind of damage is done to
// what a killed store leaves: it opens with all that was synced, or not at all.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>

#include "core/base/files.h"
#include "core/store/store.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class StoreDamageTest : public ::testing::Test {
 protected:
  StoreDamageTest() {
    for (const auto& folder : {live_, killed_, damaged_})
      fs::remove_all(folder);
  }
  ~StoreDamageTest() override {
    store_.reset();
    for (const auto& folder : {live_, killed_, damaged_})
      fs::remove_all(folder);
  }

  static absl::StatusOr<std::unique_ptr<Store>> Open(
      const std::string& folder) {
    return Store::Open(folder, {"default", "more", "most"},
                       {.write_buffer_bytes = 96 << 10});
  }

  // Writes and syncs batches of one record in each of two families, of up to
  // `bytes_max` each, and leaves the folder as a killed process does.
  void FillAndKill(int batches, size_t bytes_max) {
    auto store = Open(live_);
    ASSERT_THAT(store, IsOk());
    store_ = *std::move(store);
    for (; synced_ < batches; ++synced_) Write(synced_, bytes_max);
    ASSERT_THAT(store_->Sync(), IsOk());
    Kill();
  }
  void Write(int number, size_t bytes_max) {
    rocksdb::WriteBatch batch;
    const std::string key = fmt::format("{:06}", number);
    const auto n = static_cast<size_t>(number);
    batch.Put(
        store_->family(n % 2), key,
        std::string(n * 7919 % bytes_max, static_cast<char>('a' + n % 26)));
    batch.Put(store_->family(2), key, "second");
    ASSERT_THAT(store_->Write(batch), IsOk());
    if (number % 3 == 0) ASSERT_THAT(store_->Sync(), IsOk());
  }
  void Kill() const {
    fs::remove_all(killed_);
    fs::copy(live_, killed_);
  }

  // A fresh copy of what the killed process left.
  void Again() const {
    fs::remove_all(damaged_);
    fs::copy(killed_, damaged_);
  }
  std::vector<std::string> Files(const std::string& ending) const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(killed_)) {
      const std::string name = entry.path().filename().string();
      if (name.ends_with(ending) || name.starts_with(ending)) {
        names.push_back(name);
      }
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  void Change(const std::string& name,
              const std::function<void(std::string&)>& change) const {
    std::string bytes = *ReadWholeFile(damaged_ + "/" + name);
    change(bytes);
    std::ofstream(damaged_ + "/" + name, std::ios::binary | std::ios::trunc)
        << bytes;
  }
  void Flip(const std::string& name, size_t at, size_t count,
            int mask = 0xff) const {
    Change(name, [=](std::string& bytes) {
      for (size_t i = at; i < std::min(at + count, bytes.size()); ++i) {
        bytes[i] = static_cast<char>(bytes[i] ^ mask);
      }
    });
  }

  // How many batches are there from the first on without a gap; or why the
  // store does not open or read.
  absl::StatusOr<int> Whole() const {
    GARDEROBE_ASSIGN_OR_RETURN(const auto store, Open(damaged_));
    for (int n = 0;; ++n) {
      const std::string key = fmt::format("{:06}", n);
      const auto first = store->Get(static_cast<size_t>(n) % 2, key);
      const auto second = store->Get(2, key);
      for (const auto& status : {first.status(), second.status()}) {
        if (!status.ok() && status.code() != absl::StatusCode::kNotFound) {
          return status;
        }
      }
      if (!first.ok() || !second.ok()) return n;
    }
  }
  // All that was synced is there, or the store is refused in words.
  bool ExpectAllOrRefused(const std::string& what) const {
    const auto whole = Whole();
    if (whole.ok()) {
      EXPECT_GE(*whole, synced_) << what;
    } else {
      EXPECT_EQ(whole.status().code(), absl::StatusCode::kDataLoss)
          << what << ": " << whole.status();
      EXPECT_THAT(std::string(Message(whole.status())),
                  AllOf(HasSubstr(damaged_), HasSubstr("operating.md")))
          << what;
    }
    return !whole.ok();
  }

  const std::string live_ = ::testing::TempDir() + "/store-live";
  const std::string killed_ = ::testing::TempDir() + "/store-killed";
  const std::string damaged_ = ::testing::TempDir() + "/store-damaged";
  std::unique_ptr<Store> store_;
  int synced_ = 0;
};

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

TEST_F(StoreDamageTest, ADamagedManifestIsRefused) {
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

TEST_F(StoreDamageTest, ALostOrCutFileIsRefused) {
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

TEST_F(StoreDamageTest, ADamagedTableIsToldByWhoReadsIt) {
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
TEST_F(StoreDamageTest, DamageThatAnIteratorMeetsIsKnown) {
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
TEST_F(StoreDamageTest, VerifyGoesOnOverAllTables) {
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

TEST_F(StoreDamageTest, TheMarkIsRefusedWhenDamagedAndNotNeeded) {
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

TEST_F(StoreDamageTest, AClosedStoreNeedsNoLog) {
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
