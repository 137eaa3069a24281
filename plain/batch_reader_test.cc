#include "plain/batch_reader.h"

#include "core/group/hash_to_group.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plain/plain_fixture.h"
#include "tests/support/status_matchers.h"

namespace garderobe::plain {
namespace {

using ::testing::HasSubstr;

constexpr CivilDate kDay = {2026, 11, 23};

absl::Status Refused(const std::function<void(v1::PlainBatch&)>& spoil) {
  v1::PlainBatch batch = TwoCustomers();
  EXPECT_THAT(CheckBatch(batch), IsOk());
  spoil(batch);
  return CheckBatch(batch);
}

TEST(BatchReaderTest, CustomersAreReadAsEveryClientReadsThem) {
  const v1::PlainBatch batch = TwoCustomers();
  ASSERT_THAT(CheckBatch(batch), IsOk());
  const auto customers = ReadBatch(batch, kDay);
  ASSERT_EQ(customers.size(), 2u);
  EXPECT_EQ(customers[0].identifiers[0], "anna@example.nl");
  EXPECT_EQ(customers[1].identifiers[0], "");  // its own domain
  EXPECT_EQ(customers[1].handle, Handle::From(std::string(16, 'b')));
}

TEST(BatchReaderTest, AttributesAreThoseOfTheFields) {
  v1::PlainBatch batch = TwoCustomers();
  batch.mutable_rows(0)->set_postcode("1012lg");
  batch.mutable_rows(0)->set_birth_date("1980-02-03");
  const auto customers = ReadBatch(batch, kDay);
  EXPECT_EQ(customers[0].pc4, 1012);
  EXPECT_EQ(customers[0].birth_year, 1980);
  EXPECT_EQ(customers[1].pc4, 0);
}

// So that a customer is one person whoever has made the points.
TEST(BatchReaderTest, ThePointsAreThoseThatAClientMakes) {
  const KnownParties parties;
  const v1::RelationBatch batch =
      client::BuildRelationBatch(parties.Feed(0), client::PaddingKey::Random(),
                                 10, ReadBatch(TwoCustomers(), kDay));
  EXPECT_EQ(batch.SerializeAsString().find("example"), std::string::npos);
  ASSERT_EQ(batch.kinds_size(), 2);
  EXPECT_EQ(batch.kinds(0) & 1, 1u);
  EXPECT_EQ(batch.kinds(1), 0u);
  // The slot is there in every row, whether there is an address or not.
  EXPECT_EQ(batch.points_home().size(), 64u);
  EXPECT_EQ(parties.Opened(batch, 0, 0),
            HashToGroup("email", "anna@example.nl"));
}

// The author vouches for the points, not for zeros in their place.
TEST(BatchReaderTest, TheSignatureCoversThePoints) {
  const KnownParties parties;
  const client::FeedContext feed = parties.Feed(0);
  const v1::RelationBatch batch = client::BuildRelationBatch(
      feed, client::PaddingKey::Random(), 10, ReadBatch(TwoCustomers(), kDay));
  const BatchPlace place{SealedKind::kRelations, feed.institution, feed.source,
                         10, 2};
  const auto opened =
      OpenBatch(parties.aggregator, PublicKeyOf(parties.aggregator), place,
                batch.sealed());
  ASSERT_THAT(opened, IsOk());
  const auto payload = DecodeAuthored(*opened, 10'000);
  ASSERT_THAT(payload, IsOk());
  EXPECT_TRUE(IsAuthoredBy(AuthorKeyOf(parties.author), place, 7, *payload));
  EXPECT_EQ(payload->parts.points,
            PointsDigest({batch.kinds().data(), 2}, batch.points_a(),
                         batch.points_b(), batch.points_home()));
  EXPECT_FALSE(payload->parts.points.is_zero());
}

TEST(BatchReaderTest, WhatDoesNotFitIsRefusedByItsPlace) {
  const auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(Refused([](auto& b) { b.set_count(3); }),
              StatusIs(kInvalid, HasSubstr("handles, rows")));
  EXPECT_THAT(Refused([](auto& b) { b.set_count(0); }),
              StatusIs(kInvalid, HasSubstr("count")));
  EXPECT_THAT(Refused([](auto& b) { b.set_count(kRowsMax + 1); }),
              StatusIs(kInvalid, HasSubstr("count")));
  EXPECT_THAT(Refused([](auto& b) { b.mutable_handles()->pop_back(); }),
              StatusIs(kInvalid, HasSubstr("handles, rows")));
  EXPECT_THAT(Refused([](auto& b) { b.add_rows(); }),
              StatusIs(kInvalid, HasSubstr("handles, rows")));
  EXPECT_THAT(
      Refused([](auto& b) { b.set_handles(std::string(32, 'a')); }),
      StatusIs(kInvalid, HasSubstr("handles[1]: the same handle twice")));
  EXPECT_THAT(Refused([](auto& b) { b.set_handles(std::string(32, '\0')); }),
              StatusIs(kInvalid, HasSubstr("handles[0]: a relation has")));
  EXPECT_THAT(Refused([](auto& b) {
                for (int i = 0; i < kOwnDomainsMax; ++i) b.add_own_domains("x");
              }),
              StatusIs(kInvalid, HasSubstr("own_domains")));
}

TEST(BatchReaderTest, AFieldThatIsTooLongIsNamedWithoutItsValue) {
  const absl::Status refused = Refused([](auto& batch) {
    batch.mutable_rows(1)->set_street(std::string(kFieldBytesMax + 1, 'q'));
  });
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument,
                                HasSubstr("rows[1].street: at most 512")));
  EXPECT_EQ(Message(refused).find("qq"), std::string_view::npos);
  EXPECT_THAT(
      CheckBatch([] {
        v1::PlainBatch batch = TwoCustomers();
        batch.mutable_rows(1)->set_street(std::string(kFieldBytesMax, 'q'));
        return batch;
      }()),
      IsOk());
}

}  // namespace
}  // namespace garderobe::plain
