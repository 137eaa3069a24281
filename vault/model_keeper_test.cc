#include "vault/model_keeper.h"

#include "gmock/gmock.h"
#include "vault/link/linker_fixture.h"

namespace garderobe::vault {
namespace {

using ModelKeeperTest = LinkerTest;

TEST_F(ModelKeeperTest, LinksAgainStepByStepAndTellsHowFarItIs) {
  constexpr int kRelations = 250;
  for (int i = 0; i < kRelations; ++i) {
    Link(i, {.email = fmt::format("p{}@x.nl", i / 2), .first = "anna"});
  }
  MatchParameters strict = MatchParameters::Default();
  strict.link_bits = 90;
  linker_.reset();
  auto opened = Linker::Open(directory_, {.model = strict});
  ASSERT_THAT(opened, IsOk());
  linker_ = *std::move(opened);
  absl::Status storage;
  ModelKeeper keeper(*linker_, [&] { return storage; });
  EXPECT_EQ(keeper.state(), "linking again, 0 %");
  storage = absl::ResourceExhaustedError("the disk is full");
  EXPECT_EQ(keeper.Step().status(), storage);
  EXPECT_EQ(keeper.state(), "linking again, 0 %");
  storage = absl::OkStatus();
  const auto idle = keeper.Step();
  ASSERT_THAT(idle, IsOk());
  EXPECT_FALSE(*idle);
  EXPECT_EQ(keeper.state(), "linking again, 40 %");
  int steps = 1;
  for (;; ++steps) {
    const auto done = keeper.Step();
    ASSERT_THAT(done, IsOk());
    if (*done) break;
  }
  EXPECT_EQ(steps, 3);
  EXPECT_EQ(keeper.state(), "linking");
  EXPECT_EQ(linker_->counts().persons, unsigned{kRelations});
}

TEST_F(ModelKeeperTest, EndsAtOnceWhenTheDaemonDoes) {
  ModelKeeper keeper(*linker_, [] { return absl::OkStatus(); });
  keeper.Start();
}

}  // namespace
}  // namespace garderobe::vault
