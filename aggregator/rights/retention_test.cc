// Retention against wrong clocks and wrong settings: what the aggregator keeps
// whatever it is told.
#include <filesystem>
#include <map>

#include "aggregator/aggregator.h"
#include "core/base/columns.h"
#include "gtest/gtest.h"
#include "tests/support/sign_right.h"
#include "tests/support/status_matchers.h"

namespace garderobe::aggregator {
namespace {

constexpr char kHouse[] = "museum";
constexpr uint32_t kNumber = 1;

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
                         {.vault_pin = VerifyKey(),
                          .clock = [this] { return FromDayNumber(today_); }});
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
  // What the TTP would have sealed of it.
  static Sigma SigmaOf(const AggregatorHandle& handle) {
    return Sigma::From(std::string(handle.view()) + std::string(16, 's'));
  }
  // What is to be removed at the vault now, by handle.
  std::map<AggregatorHandle, Sigma> ListExpired() {
    v1::ListExpiredRequest request;
    request.set_today(today_);
    v1::ListExpiredResponse response;
    EXPECT_THAT(aggregator_->retention().ListExpired(request, &response),
                IsOk());
    const Column<AggregatorHandle> handles(response.handles());
    const Column<Sigma> sigmas(response.sigmas());
    EXPECT_EQ(handles.size(), sigmas.size());
    std::map<AggregatorHandle, Sigma> listed;
    for (size_t i = 0; i < handles.size(); ++i) listed[handles[i]] = sigmas[i];
    return listed;
  }
  absl::Status Confirm(const std::vector<AggregatorHandle>& handles) {
    v1::ConfirmExpiredRequest request;
    request.set_today(today_);
    for (const auto& handle : handles) {
      request.mutable_handles()->append(handle.view());
    }
    return aggregator_->retention().ConfirmExpired(request);
  }
  size_t CountOf(Family family) {
    size_t count = 0;
    const auto it = aggregator_->store().NewIterator(family);
    for (it->SeekToFirst(); it->Valid(); it->Next()) ++count;
    return count;
  }
  // Writes to the store while it is not open elsewhere.
  void Change(const std::function<void(Store& store, InstitutionLedger& ledger,
                                       rocksdb::WriteBatch& writes)>& change) {
    aggregator_.reset();
    {
      const auto store = OpenStore();
      rocksdb::WriteBatch writes;
      writes.Put(store->family(kMeta), std::string("institution/") + kHouse,
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
        numbers.push_back(ledger.FindOrAddRelation(handle, writes));
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
        const AggregatorHandle handle = HandleOf(++visits_);
        relation.delivered = static_cast<uint16_t>(day);
        relation.sigma = SigmaOf(handle);
        relation.reference = RandomElement();
        const uint32_t number = ledger.FindOrAddRelation(handle, writes);
        writes.Put(store.family(kRelations), KeyOf(kNumber, number),
                   Encode(relation));
        references_[handle] = relation.reference;
        writes.Put(store.family(kReferences),
                   AsSlice(relation.reference.view()),
                   Encode(RelationPlace{kNumber, handle}));
      }
    });
  }
  // Five years are kept.
  absl::StatusOr<Retention::Expired> Expire(int32_t callers_day,
                                            int months = 60) {
    return aggregator_->retention().Expire(kHouse, months, callers_day);
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
  // rho, as the TTP proves it to who asks.
  std::string EncryptedReferenceOf(const AggregatorHandle& handle) {
    const auto keys = AggregatorKeys::Read(folder_ + "/keys");
    const Ciphertext rho =
        EncryptFresh(references_.at(handle), MultiplyBase(keys->pseudonym));
    return AsString(rho.point_a.bytes()) + AsString(rho.point_b.bytes());
  }
  VerifyKey ReceiptKey() {
    const auto keys = AggregatorKeys::Read(folder_ + "/keys");
    return AggregatorParameters::From(keys->Public())->receipt_key;
  }

  const std::string folder_ = ::testing::TempDir() + "/aggregator_retention";
  const int32_t kOld = DayNumber({2020, 3, 1}), kNew = DayNumber({2026, 3, 1});
  int32_t today_ = DayNumber({2026, 11, 28});
  uint64_t visits_ = 0;
  std::map<AggregatorHandle, Element> references_;
  boost::asio::thread_pool workers_{1};
  std::unique_ptr<Aggregator> aggregator_;
};

TEST_F(RetentionTest, AWrongClockRemovesNothing) {
  Deliver(kOld, 3);
  Deliver(kNew, 5);
  const int32_t in_2090 = DayNumber({2090, 1, 1});
  EXPECT_THAT(Expire(in_2090).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Expire(0).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  // The aggregator's own clock jumps, and with it the caller's; also when it
  // was started again meanwhile.
  const int32_t right = today_;
  today_ = in_2090;
  EXPECT_THAT(Expire(in_2090).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  Reopen();
  EXPECT_THAT(Expire(in_2090).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  v1::ListExpiredRequest list;
  list.set_today(in_2090);
  v1::ListExpiredResponse listed;
  EXPECT_THAT(aggregator_->retention().ListExpired(list, &listed),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  v1::ConfirmExpiredRequest confirm;
  confirm.set_today(in_2090);
  EXPECT_THAT(aggregator_->retention().ConfirmExpired(confirm),
              StatusIs(absl::StatusCode::kFailedPrecondition));
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
  EXPECT_THAT(aggregator_->retention().Release(kHouse, 100), IsOk());
  EXPECT_THAT(aggregator_->retention().Release("elsewhere", 100),
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

// Relations have a ceiling of their own.
TEST_F(RetentionTest, RelationsWithoutVisitsAreHeldBackToo) {
  Deliver(kNew, 1);
  DeliverRelations(kOld, 300);
  RetentionStatement statement = ExpireNow();
  EXPECT_EQ(statement.relations_removed, 15u);
  EXPECT_EQ(statement.relations_held_back, 285u);
  EXPECT_EQ(CountOf(kRelations), 285u);
  Reopen();
  statement = ExpireNow();
  EXPECT_EQ(statement.relations_removed, 0u);
  EXPECT_EQ(statement.relations_held_back, 285u);
  EXPECT_THAT(aggregator_->retention().Release(kHouse, 5), IsOk());
  statement = ExpireNow();
  EXPECT_EQ(statement.relations_removed, 5u);
  EXPECT_EQ(statement.relations_held_back, 280u);
  // As long as they stay, they are known by their handles and references.
  EXPECT_EQ(CountOf(kHandles), 281u);  // and the one that has a visit
  EXPECT_EQ(CountOf(kReferences), 280u);
  ++today_;
  statement = ExpireNow();
  EXPECT_EQ(statement.relations_removed, 14u);  // of 280
  EXPECT_EQ(statement.relations_held_back, 266u);
  EXPECT_EQ(CountOf(kReferences), 266u);
}

TEST_F(RetentionTest, TheVaultsHandlesOfWhatWasRemovedForItsAgeAreHandedOut) {
  DeliverRelations(kOld, 4);
  DeliverRelations(kNew, 3);
  EXPECT_TRUE(ListExpired().empty());
  EXPECT_EQ(ExpireNow().relations_removed, 4u);
  const auto listed = ListExpired();
  ASSERT_EQ(listed.size(), 4u);
  for (uint64_t id = 1; id <= 4; ++id) {
    const auto found = listed.find(HandleOf(id));
    ASSERT_NE(found, listed.end()) << id;
    EXPECT_EQ(found->second, SigmaOf(HandleOf(id)));
  }
  // Until the vault is done with them, over restarts and further runs.
  Reopen();
  EXPECT_EQ(ExpireNow().relations_removed, 0u);
  EXPECT_EQ(ListExpired(), listed);
  // Only what is named is confirmed; what is not on the list is no error.
  EXPECT_THAT(Confirm({HandleOf(1), HandleOf(3), HandleOf(5), HandleOf(99)}),
              IsOk());
  Reopen();
  const auto left = ListExpired();
  EXPECT_EQ(left.size(), 2u);
  EXPECT_TRUE(left.contains(HandleOf(2)) && left.contains(HandleOf(4)));
  EXPECT_EQ(CountOf(kRelations), 3u);
  EXPECT_THAT(Confirm({HandleOf(2), HandleOf(4)}), IsOk());
  EXPECT_TRUE(ListExpired().empty());
}

// What a visitor's right took away the vault has heard of otherwise; listed, it
// would tell the TTP who asked.
TEST_F(RetentionTest, WhatWasErasedIsNotHandedOut) {
  DeliverRelations(kOld, 2);
  v1::ExerciseAtAggregatorRequest request;
  request.set_right(v1::RIGHT_ERASE);
  request.set_request_id(std::string(16, 'r'));
  request.set_institution(kHouse);
  request.set_handle(AsString(HandleOf(1).bytes()));
  request.set_reference(EncryptedReferenceOf(HandleOf(1)));
  const AskingKeys keys{InstitutionHandleKey::Random(), AuthorSeed::Random()};
  v1::Register::Institution museum;
  museum.set_access_key(AsString(keys.access_key().bytes()));
  museum.add_authors()->set_key(AsString(AuthorKeyOf(keys.author).bytes()));
  const auto sign = [&] {
    v1::ExerciseRightRequest asked;
    asked.set_right(request.right());
    asked.set_request_id(request.request_id());
    *request.mutable_authorisation() = ToProto(SignedFor(asked, keys));
  };
  sign();
  v1::ExerciseAtAggregatorResponse response;
  ASSERT_THAT(aggregator_->rights().Exercise(request, museum, &response),
              IsOk());
  EXPECT_EQ(response.relations_removed(), 1u);
  EXPECT_TRUE(ListExpired().empty());
  EXPECT_EQ(ExpireNow().relations_removed, 1u);
  ASSERT_EQ(ListExpired().size(), 1u);
  EXPECT_TRUE(ListExpired().contains(HandleOf(2)));
  // Nor when it was on the list before.
  request.set_request_id(std::string(16, 's'));
  request.set_handle(AsString(HandleOf(2).bytes()));
  request.set_reference(EncryptedReferenceOf(HandleOf(2)));
  sign();
  ASSERT_THAT(aggregator_->rights().Exercise(request, museum, &response),
              IsOk());
  EXPECT_TRUE(ListExpired().empty());
}

// One with a visit that is young enough stays, however old its delivery.
TEST_F(RetentionTest, ARelationWithAVisitIsNotHandedOut) {
  DeliverRelations(kOld, 1);
  visits_ = 0;
  Deliver(kNew, 1);  // of the same customer
  EXPECT_EQ(ExpireNow().relations_removed, 0u);
  EXPECT_TRUE(ListExpired().empty());
  EXPECT_EQ(CountOf(kRelations), 1u);
}

TEST_F(RetentionTest, AConfirmationThatIsMalformedIsRefused) {
  v1::ConfirmExpiredRequest request;
  request.set_today(today_);
  request.set_handles(std::string(17, 'h'));
  EXPECT_THAT(aggregator_->retention().ConfirmExpired(request),
              StatusIs(absl::StatusCode::kInvalidArgument));
  request.set_handles(std::string(size_t{16} * 4097, 'h'));
  EXPECT_THAT(aggregator_->retention().ConfirmExpired(request),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(RetentionTest, ADamagedListIsAnError) {
  const std::pair<std::string, std::string> records[] = {
      {std::string(15, 'h'), std::string(32, 's')},
      {std::string(16, 'h'), std::string(31, 's')}};
  for (const auto& record : records) {
    Change([&](Store& store, InstitutionLedger&, rocksdb::WriteBatch& writes) {
      writes.Put(store.family(kExpired), record.first, record.second);
    });
    v1::ListExpiredRequest request;
    request.set_today(today_);
    v1::ListExpiredResponse response;
    EXPECT_THAT(aggregator_->retention().ListExpired(request, &response),
                StatusIs(absl::StatusCode::kDataLoss));
    Change([&](Store& store, InstitutionLedger&, rocksdb::WriteBatch& writes) {
      writes.Delete(store.family(kExpired), record.first);
    });
  }
}

}  // namespace
}  // namespace garderobe::aggregator
