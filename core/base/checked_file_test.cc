#include "core/base/checked_file.h"

#include <fstream>

#include "core/base/files.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

class CheckedFileTest : public ::testing::Test {
 protected:
  CheckedFileTest() {
    EXPECT_THAT(WriteCheckedFile(path_, "kind", "contents"), IsOk());
    bytes_ = *ReadWholeFile(path_);
  }
  absl::StatusOr<std::string> ReadAs(const std::string& bytes) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
    return ReadCheckedFile(path_, "kind");
  }
  const std::string path_ = ::testing::TempDir() + "/checked-file";
  std::string bytes_;
};

TEST_F(CheckedFileTest, GivesBackWhatWasWritten) {
  EXPECT_THAT(ReadCheckedFile(path_, "kind"), IsOkAndHolds("contents"));
  EXPECT_THAT(WriteCheckedFile(path_, "kind", ""), IsOk());
  EXPECT_THAT(ReadCheckedFile(path_, "kind"), IsOkAndHolds(""));
}

TEST_F(CheckedFileTest, EveryFlippedBitIsNoticed) {
  for (size_t bit = 0; bit < 8 * bytes_.size(); ++bit) {
    std::string damaged = bytes_;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_THAT(ReadAs(damaged), StatusIs(absl::StatusCode::kDataLoss,
                                          ::testing::HasSubstr(path_)))
        << bit;
  }
}

// A register that was emptied was once taken for one without institutions.
TEST_F(CheckedFileTest, EveryCutTailIsNoticedAnEmptyFileToo) {
  for (size_t size = 0; size < bytes_.size(); ++size) {
    EXPECT_THAT(ReadAs(bytes_.substr(0, size)),
                StatusIs(absl::StatusCode::kDataLoss))
        << size;
  }
  EXPECT_THAT(ReadAs(bytes_ + "x"), StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(CheckedFileTest, AFileOfAnotherKindIsNoticed) {
  EXPECT_THAT(ReadCheckedFile(path_, "other"),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(CheckedFileTest, AFileThatIsNotThereIsNotDamaged) {
  EXPECT_THAT(ReadCheckedFile(path_ + "-none", "kind"),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace garderobe
