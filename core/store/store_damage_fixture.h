// What a killed store leaves, for tests that damage it: it opens with all that
// was synced, or not at all.
#ifndef GARDEROBE_CORE_STORE_STORE_DAMAGE_FIXTURE_H_
#define GARDEROBE_CORE_STORE_STORE_DAMAGE_FIXTURE_H_

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/store/store.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {

class StoreDamageTest : public ::testing::Test {
 protected:
  StoreDamageTest() {
    for (const auto& folder : {live_, killed_, damaged_})
      std::filesystem::remove_all(folder);
  }
  ~StoreDamageTest() override {
    store_.reset();
    for (const auto& folder : {live_, killed_, damaged_})
      std::filesystem::remove_all(folder);
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
    std::filesystem::remove_all(killed_);
    std::filesystem::copy(live_, killed_);
  }

  // A fresh copy of what the killed process left.
  void Again() const {
    std::filesystem::remove_all(damaged_);
    std::filesystem::copy(killed_, damaged_);
  }
  std::vector<std::string> Files(const std::string& ending) const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(killed_)) {
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
                  ::testing::AllOf(::testing::HasSubstr(damaged_),
                                   ::testing::HasSubstr("operating.md")))
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

}  // namespace garderobe

#endif  // GARDEROBE_CORE_STORE_STORE_DAMAGE_FIXTURE_H_
