#include "core/conversion/point_columns.h"

#include "core/identifiers/identifier.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr uint32_t BitOf(Kind kind) {
  return uint32_t{1} << static_cast<unsigned>(kind);
}
Element Filled(char filler) {
  return Element::From(std::string(Element::kBytes, filler));
}

class PointColumnsTest : public ::testing::Test {
 protected:
  absl::StatusOr<PointColumns> Read() const {
    return PointColumns::Read(kinds_, a_, b_);
  }
  void ExpectRefused(const char* column) const {
    EXPECT_THAT(Read(), StatusIs(absl::StatusCode::kInvalidArgument,
                                 HasSubstr(column)));
  }
  // Two identifiers, none, and one.
  std::vector<uint32_t> kinds_ = {BitOf(Kind::kEmail) | BitOf(Kind::kMobile), 0,
                                  BitOf(Kind::kPass)};
  std::string a_ =
      std::string(32, 'x') + std::string(32, 'y') + std::string(32, 'z');
  std::string b_ =
      std::string(32, '1') + std::string(32, '2') + std::string(32, '3');
};

TEST_F(PointColumnsTest, EveryRowGetsItsPoints) {
  const auto columns = Read();
  ASSERT_THAT(columns, IsOk());
  ASSERT_EQ(columns->rows(), 3u);
  EXPECT_EQ(columns->kinds(0), kinds_[0]);
  EXPECT_EQ(columns->point_a(1), Filled('y'));
  EXPECT_THAT(columns->points_b(0), ElementsAre(Filled('1'), Filled('2')));
  EXPECT_THAT(columns->points_b(1), IsEmpty());
  EXPECT_THAT(columns->points_b(2), ElementsAre(Filled('3')));
}

TEST_F(PointColumnsTest, NoRowsAreNone) {
  kinds_.clear();
  a_.clear();
  b_.clear();
  const auto columns = Read();
  ASSERT_THAT(columns, IsOk());
  EXPECT_EQ(columns->rows(), 0u);
}

TEST_F(PointColumnsTest, KindsWithoutASlotAreRefused) {
  for (size_t bit = 0; bit < 32; ++bit) {
    const bool has_slot = bit < kKindCount && HasSlot(bit);
    kinds_[2] = uint32_t{1} << bit;
    EXPECT_EQ(Read().ok(), has_slot) << bit;
    if (!has_slot) ExpectRefused("kinds[2]");
  }
}

TEST_F(PointColumnsTest, PointsThatAreTooManyTooFewOrCutAreRefused) {
  const std::string a = a_, b = b_;
  for (const std::string& other : {a + "w", a.substr(32), a + a,
                                   a.substr(0, a.size() - 1), std::string()}) {
    a_ = other;
    ExpectRefused("points_a");
  }
  a_ = a;
  for (const std::string& other :
       {b + "w", b.substr(32), b + std::string(32, 'w'),
        b.substr(0, b.size() - 1), std::string()}) {
    b_ = other;
    ExpectRefused("points_b");
  }
}

}  // namespace
}  // namespace garderobe
