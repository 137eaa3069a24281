#include "ttp/plain.h"

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "ttp/conversion_fixture.h"

namespace garderobe::ttp {
namespace {

using ::testing::HasSubstr;

class PlainTest : public ::testing::Test {
 protected:
  void SetUp() override {
    batch_.set_count(2);
    batch_.set_handles(std::string(16, 'a') + std::string(16, 'b'));
    batch_.mutable_plain()->add_rows()->set_email("anna@example.nl");
    batch_.mutable_plain()->add_rows()->set_email("box@museum.nl");
    batch_.mutable_plain()->add_own_domains("museum.nl");
  }
  absl::Status Seal() {
    return SealPlain(batch_, joint_, {2026, 11, 23}, workers_);
  }
  boost::asio::thread_pool workers_{2};
  const TtpKeys keys_ = RandomTtpKeys();
  const OtherParties others_;
  const JointKeys joint_ = others_.joint(keys_);
  v1::RelationBatch batch_;
};

TEST_F(PlainTest, NothingPlainIsLeftAndTheBatchIsAsAClientMakesIt) {
  ASSERT_THAT(Seal(), IsOk());
  EXPECT_FALSE(batch_.has_plain());
  EXPECT_EQ(batch_.SerializeAsString().find("example"), std::string::npos);
  ASSERT_EQ(batch_.kinds_size(), 2);
  EXPECT_EQ(batch_.kinds(0) & 1, 1u);
  EXPECT_EQ(batch_.kinds(1), 0u);  // its own domain
  EXPECT_EQ(batch_.points_a().size(), 64u);
  // The slot is there in every row, whether there is an address or not.
  EXPECT_EQ(batch_.points_home().size(), 64u);
  EXPECT_THAT(Converter(keys_, 0, workers_).CheckRelations(batch_), IsOk());
}

// So that a customer is one person whoever has made the points.
TEST_F(PlainTest, TheVaultOpensTheTokenThatAClientsRowHas) {
  ASSERT_THAT(Seal(), IsOk());
  const auto converted =
      Converter(keys_, 0, workers_).Convert("museum-x", batch_, others_.keys());
  ASSERT_THAT(converted, IsOk());
  const VaultRow& row = converted->at(0).for_vault.value();
  EXPECT_EQ(OpenToken(others_.y[static_cast<size_t>(Kind::kEmail)], row.point_a,
                      row.points_b.at(0)),
            Times(keys_.to_vault, HashToGroup("email", "anna@example.nl")));
}

TEST_F(PlainTest, WhatDoesNotFitIsRefusedWithoutItsValue) {
  batch_.mutable_plain()->mutable_rows(1)->set_street(std::string(513, 'q'));
  absl::Status refused = Seal();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument,
                                HasSubstr("plain.rows[1].street")));
  EXPECT_EQ(Message(refused).find("qq"), std::string_view::npos);
  batch_.mutable_plain()->mutable_rows(1)->clear_street();
  batch_.add_kinds(1);
  EXPECT_THAT(Seal(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("without kinds")));
  batch_.clear_kinds();
  batch_.set_points_home(std::string(64, 'h'));
  EXPECT_THAT(Seal(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("without kinds")));
  batch_.clear_points_home();
  batch_.set_count(3);
  EXPECT_THAT(Seal(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("plain.rows")));
}

}  // namespace
}  // namespace garderobe::ttp
