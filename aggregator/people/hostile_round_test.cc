// Rounds that a TTP between vault and aggregator has changed.
#include "aggregator/people/rounds_fixture.h"

namespace garderobe::aggregator {
namespace {

class HostileRoundTest : public RoundsTest {
 protected:
  void SetUp() override {
    RoundsTest::SetUp();
    for (const char name : {'a', 'b', 'c'}) Deliver(name, {anna_, home_});
    request_ = RoundOf({{ReferenceOf('a'), RoundAction::kLink, piet_},
                        {ReferenceOf('b'), RoundAction::kErase},
                        {RandomElement(), RoundAction::kNone}});
    before_ = Everything();
  }
  void ExpectRefused(const char* why, absl::StatusCode code = kRefused) {
    EXPECT_THAT(Store(request_), StatusIs(code)) << why;
    EXPECT_EQ(Everything(), before_) << why << ", and done";
  }
  std::string Encrypted(const Element& element) const {
    std::string bytes;
    EncryptTo(element, &bytes);
    return bytes;
  }
  v1::StoreRoundRequest request_;
  std::string before_;
};

TEST_F(HostileRoundTest, AsItCameItIsDone) {
  EXPECT_THAT(Store(request_), IsOk());
  EXPECT_NE(Everything(), before_);
}

TEST_F(HostileRoundTest, ADroppedReferenceIsRefused) {
  for (auto* column : {request_.mutable_references(),
                       request_.mutable_persons(), request_.mutable_tags()}) {
    column->resize(128);
  }
  ExpectRefused("the last entry is missing");
}

TEST_F(HostileRoundTest, AReplacedReferenceIsRefused) {
  request_.mutable_references()->replace(64, 64, Encrypted(ReferenceOf('c')));
  ExpectRefused("another relation would be erased");
}

TEST_F(HostileRoundTest, ADoubledReferenceIsRefused) {
  const v1::StoreRoundRequest good = request_;
  request_.mutable_references()->replace(128, 64, Encrypted(ReferenceOf('a')));
  ExpectRefused("in the place of another");
  request_ = good;
  *request_.mutable_references() += good.references().substr(0, 64);
  *request_.mutable_persons() += good.persons().substr(0, 64);
  *request_.mutable_tags() += good.tags().substr(0, 64);
  ExpectRefused("as one more");
}

// The sum is as it was, and the number is not.
TEST_F(HostileRoundTest, AnEntryMoreThatAddsNothingIsRefused) {
  *request_.mutable_references() += Encrypted(Element());
  *request_.mutable_persons() += Encrypted(piet_);
  *request_.mutable_tags() += Encrypted(RandomElement());
  ExpectRefused("an entry of the identity");
}

// The TTP can't open what it moves, but it can move it.
TEST_F(HostileRoundTest, WhatIsMovedToAnotherEntryIsRefused) {
  const v1::StoreRoundRequest good = request_;
  const auto exchange = [&](std::string* column) {
    const std::string first = column->substr(0, 64);
    column->replace(0, 64, column->substr(64, 64));
    column->replace(64, 64, first);
  };
  exchange(request_.mutable_references());
  ExpectRefused("the other relation would be erased");
  request_ = good;
  exchange(request_.mutable_persons());
  ExpectRefused("the other person");
  request_ = good;
  exchange(request_.mutable_tags());
  ExpectRefused("the other action");
  request_ = good;
  for (auto* column : {request_.mutable_references(),
                       request_.mutable_persons(), request_.mutable_tags()}) {
    exchange(column);
  }
  // As a whole it is the TTP's own order.
  EXPECT_THAT(Store(request_), IsOk());
}

// Adding to one what is taken from another keeps a plain sum as it was.
TEST_F(HostileRoundTest, PointsThatCancelEachOtherOutAreRefused) {
  const v1::StoreRoundRequest good = request_;
  const Element point = RandomElement();
  const auto shift = [&](std::string* column) {
    Ciphertext first = Ciphertext::From(column->substr(0, 64));
    Ciphertext second = Ciphertext::From(column->substr(64, 64));
    ASSERT_TRUE(Add(first.point_b, point, &first.point_b));
    ASSERT_TRUE(Subtract(second.point_b, point, &second.point_b));
    std::string moved;
    first.AppendTo(moved);
    second.AppendTo(moved);
    column->replace(0, 128, moved);
  };
  shift(request_.mutable_references());
  ExpectRefused("two references spoilt at once");
  request_ = good;
  shift(request_.mutable_persons());
  ExpectRefused("two persons moved at once");
}

TEST_F(HostileRoundTest, AnotherSumOfPersonsIsRefused) {
  *request_.mutable_weighted_persons() = Encrypted(RandomElement());
  ExpectRefused("another sum");
  request_.mutable_weighted_persons()->clear();
  ExpectRefused("none", absl::StatusCode::kInvalidArgument);
}

// One entry in the place of another: its action would be done twice.
TEST_F(HostileRoundTest, AnEntryThatComesTwiceIsRefused) {
  for (auto* column : {request_.mutable_references(),
                       request_.mutable_persons(), request_.mutable_tags()}) {
    column->replace(128, 64, column->substr(64, 64));
  }
  ExpectRefused("twice");
}

// An old round would make relations the persons' that they were before.
TEST_F(HostileRoundTest, ARoundIsNotStoredTwiceNorAfterALaterOne) {
  const std::vector<Entry> entries{
      {ReferenceOf('a'), RoundAction::kLink, piet_}};
  const auto first = RoundOf(entries), second = RoundOf(entries);
  ASSERT_THAT(Store(second), IsOk());
  EXPECT_THAT(Store(second), StatusIs(kRefused));
  EXPECT_THAT(Store(first), StatusIs(kRefused));
  Reopen();
  EXPECT_THAT(Store(second), StatusIs(kRefused));
  EXPECT_THAT(Round(entries), IsOk());
}

TEST_F(HostileRoundTest, AStatementOfAnotherKeyIsRefused) {
  const std::vector<Entry> entries = {{ReferenceOf('a'), RoundAction::kErase}};
  request_ = RoundOf(entries, ReceiptSeedOf(SigningSeed::Random()));
  ExpectRefused("another vault's statement");
  // Another vault's parameters with it.
  const FakeVault other = {};
  request_ = RoundOf(entries, other.receipts);
  *request_.mutable_vault() = other.Published();
  ExpectRefused("another vault");
}

TEST_F(HostileRoundTest, AnAlteredOrStrangeStatementIsRefused) {
  const v1::StoreRoundRequest good = request_;
  for (const size_t at : {size_t{0}, size_t{40}, good.statement().size() - 1}) {
    request_ = good;
    (*request_.mutable_statement())[at] ^= 1;
    ExpectRefused("a flipped byte");
  }
  request_ = good;
  request_.clear_statement();
  ExpectRefused("none");
  // That of another round.
  request_.set_statement(
      RoundOf({{ReferenceOf('c'), RoundAction::kErase}}).statement());
  ExpectRefused("another round's");
}

TEST_F(HostileRoundTest, AlteredParametersAreRefused) {
  (*request_.mutable_vault()->mutable_body())[30] ^= 1;
  ExpectRefused("a flipped byte");
}

TEST_F(HostileRoundTest, FormerParametersOfTheVaultAreRefused) {
  const auto book = SerialBook::Open(folder_ + "/serials");
  ASSERT_THAT(book, IsOk());
  const v1::SignedParameters newer = vault_.Published(/*serial=*/2);
  const auto parameters =
      VerifyParameters(VerifyKeyOf(vault_.seed), "vault", newer.body(),
                       newer.signature(), Today());
  ASSERT_THAT(parameters, IsOk());
  ASSERT_THAT((*book)->Take(*parameters), IsOk());
  serials_ = book->get();
  Reopen();
  ExpectRefused("serial 1");
  *request_.mutable_vault() = newer;
  EXPECT_THAT(Store(request_), IsOk());
  aggregator_.reset();  // before the book
}

TEST_F(HostileRoundTest, AnotherEpochIsRefused) {
  request_.set_epoch(kFirstEpoch + 1);
  ExpectRefused("epoch");
}

TEST_F(HostileRoundTest, ColumnsThatDoNotFitTogetherAreRefused) {
  constexpr auto kMalformed = absl::StatusCode::kInvalidArgument;
  const v1::StoreRoundRequest good = request_;
  for (const auto column : {&v1::StoreRoundRequest::mutable_references,
                            &v1::StoreRoundRequest::mutable_persons,
                            &v1::StoreRoundRequest::mutable_tags}) {
    for (const size_t size : {size_t{0}, size_t{128}, size_t{191}}) {
      request_ = good;
      (request_.*column)()->resize(size);
      ExpectRefused("a column cut short", kMalformed);
    }
    request_ = good;
    (request_.*column)()->append(64, '\0');
    ExpectRefused("a column with an entry more", kMalformed);
    request_ = good;
    (request_.*column)()->replace(64, 32, std::string(32, '\xff'));
    ExpectRefused("a point that does not decode", kMalformed);
  }
  request_ = good;
  request_.clear_references();
  request_.clear_persons();
  request_.clear_tags();
  ExpectRefused("no entries", kMalformed);
  std::string all(size_t{8193} * 64, '\0');
  for (auto* column : {request_.mutable_references(),
                       request_.mutable_persons(), request_.mutable_tags()}) {
    *column = all;
  }
  ExpectRefused("too many", kMalformed);
}

}  // namespace
}  // namespace garderobe::aggregator
