// What ttpd keeps of the crowds that it sent: how much at most, which go first,
// and that nothing but a whole crowd with its answer is there to be proved.
#include "ttp/kept_crowds.h"

#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"
#include "ttp/converter_fixture.h"
#include "ttp/crowd_prover.h"

namespace garderobe::ttp {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

AnswerId IdOf(char letter) {
  return AnswerId::From(std::string(AnswerId::kBytes, letter));
}

std::shared_ptr<KeptCrowd> CrowdOf(char letter, size_t rows) {
  auto crowd = std::make_shared<KeptCrowd>();
  crowd->id = IdOf(letter);
  crowd->outputs.resize(rows);
  for (size_t i = 0; i < rows; ++i) {
    crowd->traces.push_back(std::make_unique<const RowTrace>());
  }
  return crowd;
}

std::string Held(const KeptCrowds& crowds) {
  std::string letters;
  for (const KeptCrowdPtr& crowd : crowds.List()) {
    letters += crowd->id.view().substr(0, 1);
  }
  return letters;
}

TEST(KeptCrowdsTest, TheLatestAreKeptAndTheOldestGoFirst) {
  KeptCrowds crowds(3);
  for (const char letter : {'a', 'b', 'c', 'd', 'e'}) {
    crowds.Keep(CrowdOf(letter, 10));
  }
  EXPECT_EQ(Held(crowds), "edc");
  EXPECT_EQ(crowds.Find(IdOf('b')), nullptr);
  ASSERT_NE(crowds.Find(IdOf('c')), nullptr);
  EXPECT_EQ(crowds.Find(IdOf('c'))->id, IdOf('c'));
}

TEST(KeptCrowdsTest, AllTogetherHaveNoMoreRowsThanAllowed) {
  KeptCrowds crowds(10, /*rows_max=*/100);
  crowds.Keep(CrowdOf('a', 40));
  crowds.Keep(CrowdOf('b', 40));
  crowds.Keep(CrowdOf('c', 20));
  EXPECT_EQ(Held(crowds), "cba");
  // Two have to go for it; then there is room again.
  crowds.Keep(CrowdOf('d', 60));
  EXPECT_EQ(Held(crowds), "dc");
  crowds.Keep(CrowdOf('e', 20));
  EXPECT_EQ(Held(crowds), "edc");
  // What never fits takes nobody's place; what just fits takes all.
  crowds.Keep(CrowdOf('f', 101));
  EXPECT_EQ(Held(crowds), "edc");
  crowds.Keep(CrowdOf('g', 100));
  EXPECT_EQ(Held(crowds), "g");
}

TEST(KeptCrowdsTest, WhatIsDroppedIsLetGo) {
  KeptCrowds crowds(1);
  auto first = CrowdOf('a', 1);
  const std::weak_ptr<const KeptCrowd> watched = first;
  crowds.Keep(std::move(first));
  EXPECT_FALSE(watched.expired());
  crowds.Keep(CrowdOf('b', 1));
  EXPECT_TRUE(watched.expired());
}

TEST(KeptCrowdsTest, NoneKeepsNone) {
  KeptCrowds crowds(0);
  crowds.Keep(CrowdOf('a', 1));
  EXPECT_THAT(crowds.List(), IsEmpty());
}

TEST(KeptCrowdsTest, ACrowdThatLacksATraceIsNotKept) {
  KeptCrowds crowds(4);
  auto lacking = CrowdOf('a', 3);
  lacking->traces[1] = nullptr;
  crowds.Keep(std::move(lacking));
  auto fewer = CrowdOf('b', 3);
  fewer->traces.pop_back();
  crowds.Keep(std::move(fewer));
  crowds.Keep(CrowdOf('c', 0));
  EXPECT_THAT(crowds.List(), IsEmpty());
}

// A crowd as the converter and the pool make it.
class KeepingTest : public ConverterTest {
 protected:
  void SetUp() override {
    ConverterTest::SetUp();
    batch_.mutable_serials()->set_ttp(3);
    batch_.mutable_serials()->set_vault(4);
    batch_.mutable_serials()->set_aggregator(5);
    const Converter converter(keys_, /*padding=*/0, workers_,
                              /*keeps_traces=*/true);
    auto converted = converter.Convert("museum-x", batch_, to_);
    ASSERT_THAT(converted, IsOk());
    std::vector<Rerandomised<VaultRow>> rows;
    for (ConvertedRelation& one : *converted) {
      rows.push_back(std::move(one.for_vault));
      traces_.push_back(std::move(one.trace));
    }
    auto mixed = ShuffleRows(std::move(rows));
    crowd_.emplace(std::move(mixed.shuffled));
    Pool::Traces in_order;
    for (const size_t place : mixed.places) {
      in_order.push_back(std::move(traces_[place]));
    }
    traces_ = std::move(in_order);
  }
  Upstream::Linked Keeping() {
    return crowds_.Keeping(
        *crowd_, std::move(traces_),
        [this](absl::StatusOr<std::vector<VaultAnswer>> answers) {
          heard_.push_back(std::move(answers));
        });
  }
  static LinkedCrowd Answer(std::string id) {
    return {std::vector<VaultAnswer>(3), std::move(id), 77, {"body", "sign"}};
  }

  std::optional<Pool::Crowd> crowd_;
  Pool::Traces traces_;
  KeptCrowds crowds_{4};
  std::vector<absl::StatusOr<std::vector<VaultAnswer>>> heard_;
};

TEST_F(KeepingTest, ACrowdIsKeptWithWhatTheVaultSaysOfIt) {
  const auto linked = Keeping();
  EXPECT_THAT(crowds_.List(), IsEmpty());
  linked(Answer(std::string(16, 'x')));
  ASSERT_THAT(heard_, SizeIs(1));
  ASSERT_THAT(heard_[0], IsOk());
  EXPECT_THAT(*heard_[0], SizeIs(3));
  const KeptCrowdPtr kept = crowds_.Find(IdOf('x'));
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->answer_day, 77);
  EXPECT_EQ(kept->receipt.body, "body");
  ASSERT_THAT(kept->outputs, SizeIs(3));
  for (size_t i = 0; i < 3; ++i) {
    const VaultRow& sent = crowd_->rows()[i].value();
    EXPECT_EQ(kept->outputs[i].handle, sent.handle);
    EXPECT_TRUE(kept->outputs[i].reference.point_a.is_zero());
    EXPECT_TRUE(kept->traces[i]->row.handle.is_zero());
    EXPECT_EQ(kept->traces[i]->serials, (ParameterSerials{3, 4, 5}));
  }
}

TEST_F(KeepingTest, WhatWasKeptIsProved) {
  Keeping()(Answer(std::string(16, 'x')));
  const KeptCrowdPtr kept = crowds_.Find(IdOf('x'));
  ASSERT_NE(kept, nullptr);
  const auto own = TtpParameters::From(keys_.Public(0));
  ASSERT_THAT(own, IsOk());
  const CrowdKeys published =
      CrowdKeys::From(*own, others_.vault, others_.aggregator);
  auto shown = ProveKeptCrowd(keys_, published, *kept);
  ASSERT_THAT(shown, IsOk());
  EXPECT_THAT(VerifyCrowdRows(*shown, published), IsOk());
  EXPECT_THAT(VerifyCrowdHomes(*shown, published), IsOk());
  // Inputs stand in an order of their own.
  EXPECT_LT(shown->inputs[0].point_a, shown->inputs[1].point_a);
  EXPECT_LT(shown->inputs[1].point_a, shown->inputs[2].point_a);
  // The control: another row than the one that was converted.
  shown->outputs[0].point_a = RandomElement();
  EXPECT_THAT(VerifyCrowdRows(*shown, published),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(KeepingTest, ARefusedCrowdIsNotKept) {
  Keeping()(Unavailable("the vault is not there"));
  ASSERT_THAT(heard_, SizeIs(1));
  EXPECT_THAT(heard_[0].status(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(crowds_.List(), IsEmpty());
}

TEST_F(KeepingTest, AnAnswerWithoutAnIdIsHandedOnAndNotKept) {
  Keeping()(Answer(""));
  ASSERT_THAT(heard_, SizeIs(1));
  EXPECT_THAT(heard_[0], IsOk());
  EXPECT_THAT(crowds_.List(), IsEmpty());
}

}  // namespace
}  // namespace garderobe::ttp
