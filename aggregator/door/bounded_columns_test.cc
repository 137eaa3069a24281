#include "aggregator/door/bounded_columns.h"

#include "garderobe/v1/columns.pb.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::aggregator {
namespace {

using Shape = ColumnBound::Shape;

constexpr ColumnBound kEvents[] = {{1, Shape::kStrings}, {4, Shape::kNumbers}};
constexpr ColumnBound kVisits[] = {{1, Shape::kBytes, 16},
                                   {2, Shape::kColumns, 0, kEvents},
                                   {3, Shape::kNumbers}};

class BoundedColumnsTest : public ::testing::Test {
 protected:
  BoundedColumnsTest() {
    columns_.set_visit_ids(std::string(32, 'i'));
    columns_.mutable_events()->add_id("E1");
    columns_.mutable_events()->add_id("");
    columns_.mutable_events()->add_starts_at(-5);
    columns_.add_event(1);
    columns_.add_event(300);
  }
  absl::Status Parse(const std::string& payload, uint32_t rows = 2) {
    parsed_.Clear();
    return ParseColumns(payload, rows, kVisits, parsed_);
  }
  void ExpectRefused(const std::string& payload, uint32_t rows = 2) {
    EXPECT_THAT(Parse(payload, rows),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
  v1::VisitColumns columns_, parsed_;
};

TEST_F(BoundedColumnsTest, WhatFitsIsParsedAsProtobufDoes) {
  EXPECT_THAT(Parse(columns_.SerializeAsString()), IsOk());
  EXPECT_EQ(parsed_.SerializeAsString(), columns_.SerializeAsString());
  EXPECT_THAT(Parse("", 0), IsOk());
}

// A client in another language may not pack its numbers.
TEST_F(BoundedColumnsTest, NumbersMayBeUnpacked) {
  const std::string unpacked("\x18\x01\x18\xac\x02", 5);
  EXPECT_THAT(Parse(unpacked), IsOk());
  EXPECT_EQ(parsed_.event(1), 300u);
  ExpectRefused(unpacked, 1);
}

TEST_F(BoundedColumnsTest, MoreElementsThanRowsAreRefused) {
  ExpectRefused(columns_.SerializeAsString(), 1);
  v1::VisitColumns more = columns_;
  more.add_event(0);
  ExpectRefused(more.SerializeAsString());
  more = columns_;
  more.mutable_events()->add_id("E3");
  ExpectRefused(more.SerializeAsString());
  more = columns_;
  more.mutable_visit_ids()->push_back('x');
  ExpectRefused(more.SerializeAsString());
}

// Split over several fields, elements are still counted together.
TEST_F(BoundedColumnsTest, RepeatingAFieldGivesNoMoreRoom) {
  v1::VisitColumns one;
  one.add_event(1);
  const std::string field = one.SerializeAsString();
  EXPECT_THAT(Parse(field + field), IsOk());
  ExpectRefused(field + field + field);
  const std::string all = columns_.SerializeAsString();
  ExpectRefused(all + all);
}

TEST_F(BoundedColumnsTest, UnknownFieldsAndOtherTypesAreRefused) {
  v1::VisitColumns other = columns_;
  other.add_quantity(1);
  ExpectRefused(other.SerializeAsString());
  ExpectRefused(std::string("\x08\x01", 2));          // a number for bytes
  ExpectRefused(std::string("\x1b\x1c", 2));          // a group
  ExpectRefused(std::string("\x1d\0\0\0\0", 5));      // fixed32
  ExpectRefused(std::string("\x12\x05\x0a\x00", 4));  // longer than it is
}

TEST_F(BoundedColumnsTest, EveryCutIsRefusedOrFits) {
  const std::string whole = columns_.SerializeAsString();
  size_t refused = 0;
  for (size_t size = 0; size < whole.size(); ++size) {
    refused += !Parse(whole.substr(0, size)).ok();
  }
  EXPECT_GT(refused, whole.size() / 2);
}

// 16 MiB of empty strings: counted, never made.
TEST_F(BoundedColumnsTest, AMillionEmptyStringsAreNotMade) {
  std::string events;
  for (int i = 0; i < 8'000'000; ++i) events.append("\x0a\0", 2);
  std::string payload("\x12", 1);
  for (size_t n = events.size(); n > 0; n >>= 7) {
    payload.push_back(static_cast<char>((n & 0x7f) | (n > 0x7f ? 0x80 : 0)));
  }
  ExpectRefused(payload + events, 16384);
  EXPECT_EQ(parsed_.events().id_size(), 0);
}

}  // namespace
}  // namespace garderobe::aggregator
