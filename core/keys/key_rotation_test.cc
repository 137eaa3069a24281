#include "core/keys/key_rotation.h"

#include <filesystem>
#include <fstream>

#include "core/base/files.h"
#include "core/conversion/rotation_factor.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

namespace fs = std::filesystem;
using Scalar = SecretScalar<struct TestRole>;
constexpr char kRole[] = "ttp-conversion-vault";

class KeyRotationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    const Scalar scalar = Scalar::Random();
    ASSERT_THAT(
        WriteKeyFile(first_, kRole, 1,
                     KeyFileSecret::CopyFrom({scalar.ExposeSecret(), 32})),
        IsOk());
  }
  std::string IdIn(const std::string& path) const {
    const auto file = ReadKeyFile(path, kRole);
    EXPECT_THAT(file, IsOk());
    return file.ok() ? file->key_id : "";
  }
  absl::Status Draw(uint32_t epoch) const {
    return DrawNextKey(folder_, kRole, epoch, KeyShape::kScalar);
  }

  const std::string folder_ = ::testing::TempDir() + "/key_rotation";
  const std::string first_ = folder_ + "/ttp-conversion-vault.key";
  const std::string next_ = folder_ + "/ttp-conversion-vault.next.key";
};

TEST_F(KeyRotationTest, WhatIsDrawnIsNotInForceBeforeItsEpoch) {
  ASSERT_THAT(Draw(2), IsOk());
  EXPECT_THAT(KeyPathOf(folder_, kRole, 1), IsOkAndHolds(first_));
  EXPECT_THAT(KeyPathOf(folder_, kRole, 2), IsOkAndHolds(next_));
  EXPECT_THAT(ReadScalar<Scalar>(next_, kRole), IsOk());
  EXPECT_NE(IdIn(first_), IdIn(next_));
  EXPECT_EQ(ReadKeyFile(next_, kRole)->epoch, 2u);
}

TEST_F(KeyRotationTest, AnInterruptedRotationKeepsWhatItHasDrawn) {
  ASSERT_THAT(Draw(2), IsOk());
  const std::string drawn = IdIn(next_);
  ASSERT_THAT(Draw(2), IsOk());
  EXPECT_EQ(IdIn(next_), drawn);
  // Not what was drawn for another epoch.
  ASSERT_THAT(Draw(3), IsOk());
  EXPECT_NE(IdIn(next_), drawn);
}

TEST_F(KeyRotationTest, TheNextTakesThePlaceOfTheFormer) {
  EXPECT_THAT(TakeOverNextKey(folder_, kRole, 1), IsOkAndHolds(false));
  ASSERT_THAT(Draw(2), IsOk());
  // Not before it is in force.
  EXPECT_THAT(TakeOverNextKey(folder_, kRole, 1), IsOkAndHolds(false));
  EXPECT_TRUE(fs::exists(next_));
  const std::string drawn = IdIn(next_);
  EXPECT_THAT(TakeOverNextKey(folder_, kRole, 2), IsOkAndHolds(true));
  EXPECT_FALSE(fs::exists(next_));
  EXPECT_EQ(IdIn(first_), drawn);
  EXPECT_THAT(KeyPathOf(folder_, kRole, 2), IsOkAndHolds(first_));
  EXPECT_THAT(TakeOverNextKey(folder_, kRole, 2), IsOkAndHolds(false));
}

TEST_F(KeyRotationTest, KilledWhenTheFormerWasWipedTheNextIsInForce) {
  ASSERT_THAT(Draw(2), IsOk());
  std::ofstream(first_, std::ios::trunc) << std::string(200, '\0');
  EXPECT_THAT(KeyPathOf(folder_, kRole, 2), IsOkAndHolds(next_));
  EXPECT_THAT(TakeOverNextKey(folder_, kRole, 2), IsOkAndHolds(true));
  EXPECT_THAT(KeyPathOf(folder_, kRole, 2), IsOkAndHolds(first_));
}

// A link to the file sees what becomes of its bytes.
TEST_F(KeyRotationTest, TheFormerIsOverwritten) {
  const std::string link = folder_ + "/link";
  fs::create_hard_link(first_, link);
  const auto size = fs::file_size(first_);
  ASSERT_THAT(Draw(2), IsOk());
  ASSERT_THAT(TakeOverNextKey(folder_, kRole, 2), IsOk());
  EXPECT_THAT(ReadWholeFile(link), IsOkAndHolds(std::string(size, '\0')));
}

TEST_F(KeyRotationTest, KeysOfAnotherCopyThanTheParametersAreRefused) {
  EXPECT_THAT(KeyPathOf(folder_, kRole, 2),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       ::testing::HasSubstr("different copies")));
  ASSERT_THAT(Draw(2), IsOk());
  ASSERT_THAT(TakeOverNextKey(folder_, kRole, 2), IsOk());
  EXPECT_THAT(KeyPathOf(folder_, kRole, 1),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(FactorBetweenTest, MultipliesTheFormerIntoTheNext) {
  const Scalar former = Scalar::Random(), next = Scalar::Random();
  const Element point = RandomElement();
  Element before, after, rotated;
  ASSERT_TRUE(Multiply(former, point, &before));
  ASSERT_TRUE(Multiply(next, point, &after));
  ASSERT_TRUE(Multiply(FactorBetween(former, next), before, &rotated));
  EXPECT_EQ(rotated, after);
}

}  // namespace
}  // namespace garderobe
