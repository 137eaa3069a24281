#include "ttp/plain.h"

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "ttp/converter.h"

namespace garderobe::ttp {
namespace {

using ::testing::HasSubstr;

class PlainTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (Element& key : vault_.public_keys) key = RandomElement();
    batch_.set_count(2);
    batch_.set_handles(std::string(16, 'a') + std::string(16, 'b'));
    batch_.add_as_of(0);
    batch_.add_as_of(0);
    batch_.mutable_plain()->add_rows()->set_email("anna@example.nl");
    batch_.mutable_plain()->add_rows()->set_email("box@museum.nl");
    batch_.mutable_plain()->add_own_domains("museum.nl");
  }
  absl::Status Seal() {
    return SealPlain(batch_, vault_, {2026, 11, 23}, workers_);
  }
  boost::asio::thread_pool workers_{2};
  VaultParameters vault_;
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
  batch_.set_count(3);
  EXPECT_THAT(Seal(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("plain.rows")));
}

}  // namespace
}  // namespace garderobe::ttp
