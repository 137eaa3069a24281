#include "core/base/columns.h"

#include "gtest/gtest.h"

namespace garderobe {
namespace {

struct RowTag;
using Row = FixedBytes<8, RowTag>;

TEST(ColumnTest, GivesEveryRow) {
  const Column<Row> column("aaaaaaaabbbbbbbbcccccccc");
  EXPECT_EQ(column.size(), 3u);
  EXPECT_TRUE(column.HasRows(3));
  EXPECT_EQ(column[0].view(), "aaaaaaaa");
  EXPECT_EQ(column[2].view(), "cccccccc");
}

TEST(ColumnTest, RowsOfAnotherNumberAreNoticed) {
  const Column<Row> two("aaaaaaaabbbbbbbb");
  EXPECT_FALSE(two.HasRows(1));
  EXPECT_FALSE(two.HasRows(3));
  // As many bytes as 2^61 + 2 rows would have, were they counted in 64 bits.
  EXPECT_FALSE(two.HasRows((size_t{1} << 61) + 2));
  EXPECT_TRUE(Column<Row>("").HasRows(0));
}

TEST(ColumnTest, RowThatIsCutOffIsNone) {
  // Altered: the last byte is missing, then one too many.
  const Column<Row> cut("aaaaaaaabbbbbbb");
  EXPECT_EQ(cut.size(), 1u);
  EXPECT_FALSE(cut.HasRows(1));
  EXPECT_FALSE(cut.HasRows(2));
  EXPECT_FALSE(Column<Row>("aaaaaaaabbbbbbbbb").HasRows(2));
}

TEST(ColumnDeathTest, RowBeyondTheEndStopsTheProgram) {
  const Column<Row> column("aaaaaaaabbbb");
  EXPECT_DEATH(column[1], "invariant broken");
}

}  // namespace
}  // namespace garderobe
