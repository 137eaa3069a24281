#include "answer/mirror_shelf.h"

#include <filesystem>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::answer {
namespace {

class MirrorShelfTest : public ::testing::Test {
 protected:
  static constexpr size_t kCacheBytes = 64 << 10;
  MirrorShelfTest() {
    std::filesystem::remove_all(folder_);
    Reopen();
  }
  void Reopen() {
    shelf_.reset();
    store_.reset();
    auto store =
        Store::Open(folder_, {"default", "held", "mirrors", "customers"});
    ASSERT_THAT(store, IsOk());
    store_ = *std::move(store);
    shelf_ = std::make_unique<MirrorShelf>(
        *store_, MirrorShelf::Families{.held = 1, .mirrors = 2, .customers = 3},
        kCacheBytes);
    ASSERT_THAT(shelf_->Load(), IsOk());
  }
  // About 8 kB in memory.
  static v1::Mirror Visits(const std::string& institution, uint64_t version) {
    v1::Mirror mirror;
    mirror.set_institution(institution);
    mirror.set_run(1);
    mirror.set_version(version);
    for (int i = 0; i < 1000; ++i)
      mirror.mutable_tallies()->add_visits(version);
    return mirror;
  }
  static v1::CustomerMirror Customers(const std::string& institution,
                                      uint64_t run, uint64_t version) {
    v1::CustomerMirror mirror;
    mirror.set_institution(institution);
    mirror.set_run(run);
    mirror.set_version(version);
    return mirror;
  }
  const std::string folder_ = ::testing::TempDir() + "/mirror_shelf";
  std::unique_ptr<Store> store_;
  std::unique_ptr<MirrorShelf> shelf_;
};

TEST_F(MirrorShelfTest, MemoryStaysWithinItsLimitAndEverythingIsFound) {
  constexpr int kInstitutions = 60;
  for (int i = 0; i < kInstitutions; ++i) {
    ASSERT_THAT(shelf_->Put(Visits("i" + std::to_string(i),
                                   static_cast<uint64_t>(i + 1))),
                IsOk());
  }
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < kInstitutions; ++i) {
      const auto found = shelf_->FindVisits("i" + std::to_string(i));
      ASSERT_THAT(found, IsOk());
      EXPECT_EQ((*found)->tallies().visits(0), static_cast<uint64_t>(i + 1));
      EXPECT_LE(shelf_->bytes(), kCacheBytes);
    }
    Reopen();
  }
}

TEST_F(MirrorShelfTest, WhatIsInMemoryIsNotWhatWasReplaced) {
  ASSERT_THAT(shelf_->Put(Visits("a", 1)), IsOk());
  EXPECT_EQ((*shelf_->FindVisits("a"))->version(), 1u);
  ASSERT_THAT(shelf_->Put(Visits("a", 2)), IsOk());
  EXPECT_EQ((*shelf_->FindVisits("a"))->version(), 2u);
}

TEST_F(MirrorShelfTest, VisitsAndCustomersHaveVersionsOfTheirOwn) {
  EXPECT_THAT(shelf_->FindCustomers("a"),
              StatusIs(absl::StatusCode::kNotFound));
  ASSERT_THAT(shelf_->Put(Visits("a", 9)), IsOk());
  ASSERT_THAT(shelf_->Put(Customers("a", 1, 7)), IsOk());
  ASSERT_THAT(shelf_->Put(Customers("a", 1, 6)), IsOk());
  Reopen();
  EXPECT_EQ((*shelf_->FindCustomers("a"))->version(), 7u);
  ASSERT_THAT(shelf_->Put(Customers("a", 2, 1)), IsOk());
  EXPECT_EQ((*shelf_->FindCustomers("a"))->version(), 1u);
  v1::ListHeldResponse held;
  shelf_->AddHeld(&held);
  ASSERT_EQ(held.mirrors_size(), 1);
  EXPECT_EQ(held.mirrors(0).version(), 9u);
  EXPECT_EQ(held.mirrors(0).customers_version(), 1u);
}

}  // namespace
}  // namespace garderobe::answer
