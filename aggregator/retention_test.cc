// Retention against wrong clocks and wrong settings: what the aggregator keeps
// whatever it is told.
#include <filesystem>

#include "aggregator/aggregator.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::aggregator {
namespace {

constexpr char kMuseum[] = "museum";
constexpr uint32_t kNumber = 1;
constexpr auto kRefused = absl::StatusCode::kFailedPrecondition;

class RetentionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ + "/keys");
    ASSERT_THAT(AggregatorKeys::Generate(folder_ + "/keys"), IsOk());
    Reopen();
  }
  void Reopen() {
    aggregator_.reset();
    auto keys = AggregatorKeys::Read(folder_ + "/keys");
    ASSERT_THAT(keys, IsOk());
    auto aggregator =
        Aggregator::Open(*std::move(keys), OpenStore(), workers_,
                         {.clock = [this] { return FromDayNumber(today_); }});
    ASSERT_THAT(aggregator, IsOk());
    aggregator_ = *std::move(aggregator);
  }
  std::unique_ptr<Store> OpenStore() {
    auto store = Store::Open(folder_ + "/store", kFamilyNames, kStoreOptions);
    EXPECT_THAT(store, IsOk());
    return *std::move(store);
  }
  static AggregatorHandle HandleOf(uint64_t id) {
    std::string bytes(16, '\0');
    std::memcpy(bytes.data(), &id, sizeof id);
    return AggregatorHandle::From(bytes);
  }
  // Writes to the store while it is not open elsewhere.
  void Change(const std::function<void(Store& store, InstitutionLedger& ledger,
                                       rocksdb::WriteBatch& writes)>& change) {
    aggregator_.reset();
    {
      const auto store = OpenStore();
      rocksdb::WriteBatch writes;
      writes.Put(store->family(kMeta), std::string("institution/") + kMuseum,
                 ::garderobe::aggregator::Number(kNumber));
      auto ledger = InstitutionLedger::Load(*store, kNumber);
      ASSERT_THAT(ledger, IsOk());
      change(*store, **ledger, writes);
      ASSERT_THAT(store->WriteAndSync(writes), IsOk());
    }
    Reopen();
  }
  // `count` visits of one day, each of a customer of its own.
  void Deliver(int32_t day, int count) {
    Change([&](Store&, InstitutionLedger& ledger, rocksdb::WriteBatch& writes) {
      VisitBatch batch;
      std::vector<uint32_t> numbers;
      for (int i = 0; i < count; ++i) {
        const AggregatorHandle handle = HandleOf(++visits_);
        batch.visit_ids += handle.view();
        numbers.push_back(ledger.RelationOf(handle, writes));
        batch.events.push_back({"E", "", 0, 1440 * day});
        batch.rows.push_back({0, static_cast<uint32_t>(i), kUnknownTime, 100, 1,
                              0, static_cast<uint8_t>(VisitStatus::kSold)});
      }
      batch.is_refused.resize(static_cast<size_t>(count));
      ASSERT_THAT(ledger.Append(std::move(batch), numbers, writes), IsOk());
    });
  }
  // Customers who were delivered on one day, and have no visits.
  void DeliverRelations(int32_t day, int count) {
    Change([&](Store& store, InstitutionLedger& ledger,
               rocksdb::WriteBatch& writes) {
      for (int i = 0; i < count; ++i) {
        Relation relation;
        relation.delivered = static_cast<uint16_t>(day);
        const uint32_t number = ledger.RelationOf(HandleOf(++visits_), writes);
        writes.Put(store.family(kRelations), KeyOf(kNumber, number),
                   Encode(relation));
      }
    });
  }
  // Five years are kept.
  absl::StatusOr<Aggregator::Expired> Expire(int32_t callers_day,
                                             int months = 60) {
    return aggregator_->ExpireInstitution(kMuseum, months, callers_day);
  }
  RetentionStatement ExpireNow(int months = 60) {
    const auto expired = Expire(today_, months);
    EXPECT_THAT(expired, IsOk());
    if (!expired.ok()) return {};
    const auto& body = expired->signed_body;
    const auto verified =
        VerifyRetention(ReceiptKey(), body.body, body.signature);
    EXPECT_THAT(verified, IsOk());
    return verified.ok() ? *verified : RetentionStatement();
  }
  VerifyKey ReceiptKey() {
    const auto keys = AggregatorKeys::Read(folder_ + "/keys");
    return keys->Public().receipt_key;
  }

  const std::string folder_ = ::testing::TempDir() + "/aggregator_retention";
  const int32_t kOld = DayNumber({2020, 3, 1}), kNew = DayNumber({2026, 3, 1});
  int32_t today_ = DayNumber({2026, 11, 28});
  uint64_t visits_ = 0;
  boost::asio::thread_pool workers_{1};
  std::unique_ptr<Aggregator> aggregator_;
};

TEST_F(RetentionTest, AWrongClockRemovesNothing) {
  Deliver(kOld, 3);
  Deliver(kNew, 5);
  const int32_t in_2090 = DayNumber({2090, 1, 1});
  EXPECT_THAT(Expire(in_2090).status(), StatusIs(kRefused));
  EXPECT_THAT(Expire(0).status(), StatusIs(kRefused));
  // The aggregator's own clock jumps, and with it the caller's; also when it
  // was started again meanwhile.
  const int32_t right = today_;
  today_ = in_2090;
  EXPECT_THAT(Expire(in_2090).status(), StatusIs(kRefused));
  Reopen();
  EXPECT_THAT(Expire(in_2090).status(), StatusIs(kRefused));
  v1::ExpireRelationsRequest relations;
  relations.set_today(in_2090);
  v1::ExpireRelationsResponse response;
  EXPECT_THAT(aggregator_->ExpireRelations(relations, &response),
              StatusIs(kRefused));
  // The right day removes what is old, and nothing else.
  today_ = right;
  const RetentionStatement statement = ExpireNow();
  EXPECT_EQ(statement.visits_removed, 3u);
  EXPECT_EQ(statement.visits_left, 5u);
  EXPECT_EQ(statement.visits_held_back, 0u);
  EXPECT_EQ(statement.oldest, kNew);
}

TEST_F(RetentionTest, ADayTakesFivePercentAndTheStatementSaysWhatStays) {
  Deliver(kOld + 1, 300);
  Deliver(kOld, 30);
  Deliver(kNew, 70);
  RetentionStatement statement = ExpireNow();
  EXPECT_EQ(statement.visits_removed, 20u);
  EXPECT_EQ(statement.visits_held_back, 310u);
  EXPECT_EQ(statement.visits_left, 380u);
  EXPECT_EQ(statement.oldest, kOld);
  // Neither another call nor a restart gives more.
  EXPECT_EQ(ExpireNow().visits_removed, 0u);
  Reopen();
  statement = ExpireNow();
  EXPECT_EQ(statement.visits_removed, 0u);
  EXPECT_EQ(statement.visits_held_back, 310u);
  // The next day goes on with the oldest.
  ++today_;
  statement = ExpireNow();
  EXPECT_EQ(statement.visits_removed, 19u);  // of 380
  EXPECT_EQ(statement.oldest, kOld + 1);
}

// Two custodians let more go, on one day and once.
TEST_F(RetentionTest, WhatIsReleasedHoldsForItsDay) {
  Deliver(kOld, 400);
  EXPECT_EQ(ExpireNow().visits_removed, 20u);
  EXPECT_THAT(aggregator_->ReleaseRetention(kMuseum, 100), IsOk());
  EXPECT_THAT(aggregator_->ReleaseRetention("elsewhere", 100),
              StatusIs(absl::StatusCode::kNotFound));
  Reopen();
  EXPECT_EQ(ExpireNow().visits_removed, 100u);
  EXPECT_EQ(ExpireNow().visits_removed, 0u);
  ++today_;
  EXPECT_EQ(ExpireNow().visits_removed, 14u);  // of 280
}

TEST_F(RetentionTest, AShortenedRetentionIsHeldBackToo) {
  Deliver(kNew - 100, 100);
  Deliver(kNew, 100);
  EXPECT_EQ(ExpireNow(60).visits_removed, 0u);
  const RetentionStatement statement = ExpireNow(6);
  EXPECT_EQ(statement.visits_removed, 10u);
  EXPECT_EQ(statement.visits_held_back, 190u);
  EXPECT_EQ(statement.oldest, kNew - 100);
}

TEST_F(RetentionTest, ALittleHouseIsEmptiedInTheEnd) {
  Deliver(kOld, 25);
  uint64_t removed = 0;
  for (int day = 0; day < 3; ++day, ++today_) {
    removed += ExpireNow().visits_removed;
  }
  EXPECT_EQ(removed, 25u);
}

// Relations have a ceiling of their own, also those that the TTP names.
TEST_F(RetentionTest, RelationsWithoutVisitsAreHeldBackToo) {
  Deliver(kNew, 1);
  DeliverRelations(kOld, 300);
  auto ask = [&](uint64_t limit = UINT64_MAX) {
    v1::ExpireRelationsRequest request;
    request.set_today(today_);
    request.set_limit(limit);
    request.add_institutions(kMuseum);
    for (uint64_t id = 1; id <= visits_; ++id) {
      request.add_institution(0);
      request.mutable_handles()->append(HandleOf(id).view());
    }
    v1::ExpireRelationsResponse response;
    EXPECT_THAT(aggregator_->ExpireRelations(request, &response), IsOk());
    return response;
  };
  RetentionStatement statement = ExpireNow();
  EXPECT_EQ(statement.relations_removed, 15u);
  EXPECT_EQ(statement.relations_held_back, 285u);
  v1::ExpireRelationsResponse response = ask();
  EXPECT_EQ(response.kept_size(), 286);  // and the one that has a visit
  EXPECT_EQ(response.held_back(), 285u);
  EXPECT_EQ(ExpireNow().relations_held_back, 285u);
  EXPECT_THAT(aggregator_->ReleaseRetention(kMuseum, 5), IsOk());
  EXPECT_EQ(ask(/*limit=*/0).held_back(), 285u);
  EXPECT_EQ(ask(/*limit=*/2).held_back(), 283u);
  EXPECT_EQ(ask().held_back(), 280u);
  statement = ExpireNow();
  EXPECT_EQ(statement.relations_removed, 5u);
  EXPECT_EQ(statement.relations_held_back, 280u);
  // As long as they stay, they are known by their handles.
  ++today_;
  EXPECT_EQ(ask().held_back(), 266u);  // 14 of 280
}

}  // namespace
}  // namespace garderobe::aggregator
