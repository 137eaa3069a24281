#include "aggregator/ledger/institution_ledger.h"

#include <filesystem>
#include <map>
#include <random>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::aggregator {
namespace {

struct Visit {
  uint64_t id;
  std::string event = "E1";
  uint16_t quantity = 1;
  int32_t price_cents = 100;
  VisitStatus status = VisitStatus::kSold;
  int32_t day = 10;
};

class InstitutionLedgerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(directory_);
    auto store = Store::Open(directory_, kFamilyNames);
    ASSERT_THAT(store, IsOk());
    store_ = *std::move(store);
    Reload();
  }
  void Reload() {
    auto ledger = InstitutionLedger::Load(*store_, 1);
    ASSERT_THAT(ledger, IsOk());
    ledger_ = *std::move(ledger);
  }
  InstitutionLedger::Applied Append(const std::vector<Visit>& visits) {
    VisitBatch batch;
    for (const Visit& v : visits) {
      std::string id(16, '\0');
      std::memcpy(id.data(), &v.id, sizeof v.id);
      batch.visit_ids += id;
      const auto event = static_cast<uint32_t>(batch.events.size());
      batch.events.push_back({v.event, "", 0, 1440 * v.day});
      batch.rows.push_back({0, event, kUnknownTime, v.price_cents, v.quantity,
                            0, static_cast<uint8_t>(v.status)});
    }
    batch.is_refused.resize(visits.size());
    rocksdb::WriteBatch writes;
    auto applied = ledger_->Append(
        std::move(batch), std::vector<uint32_t>(visits.size()), writes);
    EXPECT_THAT(applied, IsOk());
    EXPECT_THAT(store_->Write(writes), IsOk());
    return *applied;
  }
  // visits, tickets, cents of all events, as the mirror has them.
  std::array<int64_t, 3> Totals() {
    std::array<int64_t, 3> totals{};
    const v1::Mirror mirror = ledger_->MakeMirror("x", 1);
    for (int i = 0; i < mirror.event_size(); ++i) {
      totals[0] += static_cast<int64_t>(mirror.tallies().visits(i));
      totals[1] += static_cast<int64_t>(mirror.tallies().tickets(i));
      totals[2] += mirror.tallies().revenue_cents(i);
    }
    return totals;
  }
  std::array<int64_t, 3> TotalsByScan() {
    std::array<int64_t, 3> totals{};
    EXPECT_THAT(ledger_->ForEachCounted([&](const VisitRow& r, const Event&) {
      totals[0] += 1;
      totals[1] += r.quantity;
      totals[2] += r.price_cents;
    }),
                IsOk());
    return totals;
  }
  std::string directory_ = ::testing::TempDir() + "/ledger_test";
  std::unique_ptr<Store> store_;
  std::unique_ptr<InstitutionLedger> ledger_;
};

using Three = std::array<int64_t, 3>;

TEST_F(InstitutionLedgerTest, LastDeliveryWinsWithinAndAcrossBatches) {
  auto applied = Append({{1}, {2}, {1, "E1", 5, 900}});
  EXPECT_EQ(applied.accepted, 3u);
  EXPECT_EQ(applied.replaced, 1u);
  EXPECT_EQ(Totals(), (Three{2, 6, 1000}));
  EXPECT_EQ(Append({{2, "E2", 3, 50}}).replaced, 1u);
  EXPECT_EQ(Totals(), (Three{2, 8, 950}));
  Reload();
  EXPECT_EQ(Totals(), (Three{2, 8, 950}));
  EXPECT_EQ(TotalsByScan(), Totals());
}

TEST_F(InstitutionLedgerTest, CancellationRemovesAndSaleBringsBack) {
  Append({{1}, {2}});
  Append({{1, "E1", 1, 100, VisitStatus::kCancelled}});
  EXPECT_EQ(Totals(), (Three{1, 1, 100}));
  Append({{1, "E1", 1, 100, VisitStatus::kRefunded}});
  EXPECT_EQ(Totals(), (Three{1, 1, 100}));
  Append({{1}});
  EXPECT_EQ(Totals(), (Three{2, 2, 200}));
}

TEST_F(InstitutionLedgerTest, SingleVisitsAreJoinedIntoFewBlocks) {
  for (uint64_t i = 0; i < 1000; ++i) Append({{i}});
  int blocks = 0;
  const auto it = store_->NewIterator(kBlocks);
  for (it->SeekToFirst(); it->Valid(); it->Next()) ++blocks;
  EXPECT_LE(blocks, 11);
  EXPECT_EQ(Totals(), (Three{1000, 1000, 100000}));
  Reload();
  EXPECT_EQ(TotalsByScan(), (Three{1000, 1000, 100000}));
}

// Against a plain map, over random batches, corrections and restarts.
TEST_F(InstitutionLedgerTest, AgreesWithAModelOverManyRandomBatches) {
  std::mt19937 random(7);
  std::map<uint64_t, Visit> model;
  for (int round = 0; round < 300; ++round) {
    std::vector<Visit> batch;
    const size_t rows = 1 + random() % (round % 10 == 0 ? 5000 : 40);
    for (size_t i = 0; i < rows; ++i) {
      Visit v{1 + random() % 20000, "E" + std::to_string(random() % 5),
              static_cast<uint16_t>(random() % 9),
              static_cast<int32_t>(random() % 5000),
              static_cast<VisitStatus>(random() % 5)};
      model[v.id] = v;
      batch.push_back(v);
    }
    Append(batch);
    if (round % 40 == 0) Reload();
    if (round % 20 != 0) continue;
    Three expected{};
    for (const auto& [id, v] : model) {
      if (!Counts(v.status)) continue;
      expected[0] += 1;
      expected[1] += v.quantity;
      expected[2] += v.price_cents;
    }
    ASSERT_EQ(Totals(), expected) << "round " << round;
    ASSERT_EQ(TotalsByScan(), expected) << "round " << round;
  }
  EXPECT_EQ(ledger_->live_visits(), model.size());
}

TEST_F(InstitutionLedgerTest, RelationsKeepTheirNumber) {
  rocksdb::WriteBatch writes;
  const auto handle = AggregatorHandle::From(std::string(16, 'h'));
  const auto other = AggregatorHandle::From(std::string(16, 'i'));
  const uint32_t number = ledger_->FindOrAddRelation(handle, writes);
  EXPECT_NE(number, 0u);
  EXPECT_NE(ledger_->FindOrAddRelation(other, writes), number);
  ASSERT_THAT(store_->Write(writes), IsOk());
  Reload();
  EXPECT_EQ(ledger_->FindOrAddRelation(handle, writes), number);
}

TEST_F(InstitutionLedgerTest, WhatIsOlderThanADayGoesWithAllItsDeliveries) {
  Append({{.id = 1, .day = 99},
          {.id = 2, .day = 100},
          {.id = 3, .day = 98},
          {.id = 4, .day = 150}});
  // Moved to an earlier day: the delivery before must not count again.
  Append({{.id = 4, .day = 50}, {.id = 3, .day = 120}});
  rocksdb::WriteBatch writes;
  const auto forgotten = ledger_->ForgetBefore(100, UINT64_MAX, writes);
  ASSERT_THAT(forgotten, IsOk());
  EXPECT_EQ(forgotten->removed, 2u);
  EXPECT_EQ(forgotten->left, 2u);
  EXPECT_EQ(forgotten->oldest, 100);
  ASSERT_THAT(store_->Write(writes), IsOk());
  Reload();
  EXPECT_EQ(Totals(), (Three{2, 2, 200}));
  EXPECT_EQ(TotalsByScan(), Totals());
  rocksdb::WriteBatch again;
  EXPECT_EQ(ledger_->ForgetBefore(100, UINT64_MAX, again)->removed, 0u);
  EXPECT_EQ(again.Count(), 0u);
}

// The oldest first, over blocks and deliveries; the rest on another day.
TEST_F(InstitutionLedgerTest, BeyondALimitTheYoungestOfTheOldStay) {
  Append({{.id = 1, .day = 30},
          {.id = 2, .day = 20},
          {.id = 3, .day = 40},
          {.id = 4, .day = 150}});
  Append({{.id = 5, .day = 20}, {.id = 6, .day = 10}, {.id = 3, .day = 15}});
  auto forget = [&](uint64_t limit) {
    rocksdb::WriteBatch writes;
    const auto forgotten = ledger_->ForgetBefore(100, limit, writes);
    EXPECT_THAT(forgotten, IsOk());
    EXPECT_THAT(store_->Write(writes), IsOk());
    Reload();
    return *forgotten;
  };
  // Days 10, 15, 20, 20 and 30: the visit of 40 was delivered again for 15.
  InstitutionLedger::Forgotten forgotten = forget(3);
  EXPECT_EQ(forgotten.removed, 3u);
  EXPECT_EQ(forgotten.held_back, 2u);
  EXPECT_EQ(forgotten.left, 3u);
  EXPECT_EQ(forgotten.oldest, 20);
  EXPECT_EQ(Totals(), (Three{3, 3, 300}));
  EXPECT_EQ(TotalsByScan(), Totals());
  forgotten = forget(0);
  EXPECT_EQ(forgotten.removed, 0u);
  EXPECT_EQ(forgotten.held_back, 2u);
  forgotten = forget(2);
  EXPECT_EQ(forgotten.removed, 2u);
  EXPECT_EQ(forgotten.held_back, 0u);
  EXPECT_EQ(forgotten.oldest, 150);
  EXPECT_EQ(Totals(), (Three{1, 1, 100}));
}

}  // namespace
}  // namespace garderobe::aggregator
