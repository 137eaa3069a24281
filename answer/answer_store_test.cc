#include "answer/answer_store.h"

#include <filesystem>

#include "core/catalogue/cube_root.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::answer {
namespace {

class AnswerStoreTest : public ::testing::Test {
 protected:
  AnswerStoreTest() {
    std::filesystem::remove_all(folder_);
    Reopen();
  }
  void Reopen() {
    store_.reset();
    auto store = AnswerStore::Open(folder_, cache_bytes_);
    ASSERT_THAT(store, IsOk());
    store_ = *std::move(store);
  }
  static v1::Mirror Mirror(uint64_t run, uint64_t version, uint64_t visits) {
    v1::Mirror mirror;
    mirror.set_institution("museum");
    mirror.set_run(run);
    mirror.set_version(version);
    mirror.mutable_tallies()->add_visits(visits);
    return mirror;
  }
  uint64_t Visits() {
    const auto mirror = store_->mirrors().FindVisits("museum");
    return mirror.ok() ? (*mirror)->tallies().visits(0) : 0;
  }
  static v1::Cube Cube(int64_t value) {
    v1::Cube cube;
    cube.set_period("2025");
    auto* cell = cube.add_cells();
    cell->set_cell("v1;reach;2025;national");
    cell->set_measure("persons");
    cell->set_value(value);
    auto* coverage = cube.add_coverage();
    coverage->set_population("national");
    coverage->set_institutions(8);
    coverage->set_visits_share_percent(80);
    cube.set_root(CubeRoot(cube));
    return cube;
  }
  const std::string folder_ = ::testing::TempDir() + "/answer_store";
  size_t cache_bytes_ = 1 << 20;
  std::unique_ptr<AnswerStore> store_;
};

TEST_F(AnswerStoreTest, AnOlderMirrorNeverReplacesANewerOne) {
  ASSERT_THAT(store_->mirrors().Put(Mirror(1, 5, 50)), IsOk());
  ASSERT_THAT(store_->mirrors().Put(Mirror(1, 4, 40)), IsOk());
  EXPECT_EQ(Visits(), 50u);
  ASSERT_THAT(store_->mirrors().Put(Mirror(1, 6, 60)), IsOk());
  EXPECT_EQ(Visits(), 60u);
}

// A restored aggregator once went unheard until it had grown past what it had
// been.
TEST_F(AnswerStoreTest, ALaterRunCountsWhateverItsVersion) {
  ASSERT_THAT(store_->mirrors().Put(Mirror(1, 9, 90)), IsOk());
  ASSERT_THAT(store_->mirrors().Put(Mirror(2, 3, 30)), IsOk());
  EXPECT_EQ(Visits(), 30u);
  ASSERT_THAT(store_->mirrors().Put(Mirror(1, 10, 100)), IsOk());
  EXPECT_EQ(Visits(), 30u);
  Reopen();
  EXPECT_EQ(Visits(), 30u);
}

TEST_F(AnswerStoreTest, TellsWhatItHolds) {
  ASSERT_THAT(store_->mirrors().Put(Mirror(1, 9, 90)), IsOk());
  ASSERT_THAT(store_->PutCube(Cube(100)), IsOk());
  Reopen();
  const v1::ListHeldResponse held = store_->Held();
  ASSERT_EQ(held.mirrors_size(), 1);
  EXPECT_EQ(held.mirrors(0).institution(), "museum");
  EXPECT_EQ(held.mirrors(0).version(), 9u);
  ASSERT_EQ(held.periods_size(), 1);
  EXPECT_EQ(held.periods(0), "2025");
}

TEST_F(AnswerStoreTest, APublishedCubeIsNeverReplaced) {
  ASSERT_THAT(store_->PutCube(Cube(100)), IsOk());
  EXPECT_THAT(store_->PutCube(Cube(100)), IsOk());
  EXPECT_THAT(store_->PutCube(Cube(105)),
              StatusIs(absl::StatusCode::kAlreadyExists));
  const auto cube = store_->FindCube("2025");
  ASSERT_THAT(cube, IsOk());
  EXPECT_EQ((*cube)->Find("v1;reach;2025;national")[0]->value(), 100);
}

TEST_F(AnswerStoreTest, ACubeWithAnotherRootOrOrderIsRefused) {
  v1::Cube changed = Cube(100);
  changed.mutable_cells(0)->set_value(105);
  EXPECT_THAT(store_->PutCube(changed),
              StatusIs(absl::StatusCode::kInvalidArgument));
  changed = Cube(100);
  changed.mutable_coverage(0)->set_visits_share_percent(90);
  EXPECT_THAT(store_->PutCube(changed),
              StatusIs(absl::StatusCode::kInvalidArgument));
  v1::Cube twice_covered = Cube(100);
  *twice_covered.add_coverage() = twice_covered.coverage(0);
  twice_covered.set_root(CubeRoot(twice_covered));
  EXPECT_THAT(store_->PutCube(twice_covered),
              StatusIs(absl::StatusCode::kInvalidArgument));
  v1::Cube twice = Cube(100);
  *twice.add_cells() = twice.cells(0);
  EXPECT_THAT(store_->PutCube(twice),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace garderobe::answer
