// The aggregator's part of a rotation: pseudonyms change, numbers stay.
#include "aggregator/rotation.h"

#include <filesystem>

#include "aggregator/keys.h"
#include "aggregator/people/person_directory.h"
#include "core/keys/rotation_file.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::aggregator {
namespace {

namespace fs = std::filesystem;

class AggregatorRotationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(root_);
    for (const auto& folder : {places_.keys, places_.folder, root_ + "/data"}) {
      fs::create_directories(folder);
    }
    ASSERT_THAT(AggregatorKeys::Generate(places_.keys), IsOk());
    for (int i = 0; i < 20; ++i) points_.push_back(RandomElement());
    ExpectNumbers(points_, points_);
    HandOn(2, ttp_);
  }
  void TearDown() override { fs::remove_all(root_); }

  AggregatorKeys Keys() const {
    auto keys = AggregatorKeys::Read(places_.keys);
    EXPECT_THAT(keys, IsOk());
    return *std::move(keys);
  }
  void HandOn(uint32_t epoch, const SigningSeed& signer) const {
    const SealingPublicKey key = PublicKeyOf(Keys().sealing);
    ASSERT_THAT(WriteRotation(places_.folder, {"ttp", "aggregator", epoch},
                              Copies({&persons_, &households_}), signer, key),
                IsOk());
    ASSERT_THAT(WriteRotation(places_.folder, {"vault", "aggregator", epoch},
                              Copies({&w_}), vault_, key),
                IsOk());
  }
  static std::vector<RotationFactor> Copies(
      std::initializer_list<const RotationFactor*> factors) {
    std::vector<RotationFactor> copies;
    for (const RotationFactor* factor : factors) {
      copies.push_back(*RotationFactor::Decode({factor->ExposeSecret(), 32}));
    }
    return copies;
  }
  absl::StatusOr<Rotated> Run() {
    boost::asio::thread_pool workers(2);
    return Rotate(places_, workers);
  }
  std::vector<Element> Moved(
      std::initializer_list<const RotationFactor*> factors) const {
    std::vector<Element> moved = points_;
    for (const RotationFactor* factor : factors) {
      for (Element& point : moved) {
        Element next;
        EXPECT_TRUE(Multiply(*factor, point, &next));
        point = next;
      }
    }
    return moved;
  }
  // The numbers of these are 1, 2 and so on, as they were given at first.
  void ExpectNumbers(const std::vector<Element>& persons,
                     const std::vector<Element>& households) const {
    StoreOptions options = kStoreOptions;
    options.epoch = Keys().epoch();
    const auto store = Store::Open(places_.store, kFamilyNames, options);
    ASSERT_THAT(store, IsOk());
    const auto directory = PersonDirectory::Load(**store);
    ASSERT_THAT(directory, IsOk());
    rocksdb::WriteBatch batch;
    for (uint32_t i = 0; i < persons.size(); ++i) {
      EXPECT_THAT(
          (*directory)->FindOrAddNumber(Who::kPerson, persons[i], batch),
          IsOkAndHolds(i + 1));
      EXPECT_THAT(
          (*directory)->FindOrAddNumber(Who::kHousehold, households[i], batch),
          IsOkAndHolds(i + 1));
    }
    EXPECT_EQ((*directory)->count(Who::kPerson), persons.size());
    EXPECT_EQ((*directory)->count(Who::kHousehold), households.size());
    ASSERT_THAT((*store)->WriteAndSync(batch), IsOk());
    for (uint32_t i = 0; i < persons.size(); ++i) {
      EXPECT_THAT(
          PersonDirectory::PseudonymOf(**store, Who::kPerson, i + 1, nullptr),
          IsOkAndHolds(persons[i]));
    }
  }

  const std::string root_ = ::testing::TempDir() + "/aggregator_rotation";
  const SigningSeed ttp_ = SigningSeed::Random();
  const SigningSeed vault_ = SigningSeed::Random();
  RotationPlaces places_{root_ + "/data/store", root_ + "/keys",
                         root_ + "/handed", VerifyKeyOf(ttp_),
                         VerifyKeyOf(vault_)};
  const RotationFactor persons_ = RotationFactor::Random();
  const RotationFactor households_ = RotationFactor::Random();
  const RotationFactor w_ = RotationFactor::Random();
  std::vector<Element> points_;
};

TEST_F(AggregatorRotationTest, WhoComesAgainHasTheSameNumber) {
  const uint32_t serial = Keys().issue.issue.serial;
  const auto rotated = Run();
  ASSERT_THAT(rotated, IsOk());
  EXPECT_EQ(rotated->epoch, 2u);
  EXPECT_FALSE(rotated->went_on);
  EXPECT_EQ(Keys().epoch(), 2u);
  EXPECT_EQ(Keys().issue.issue.serial, serial + 1);
  ExpectNumbers(Moved({&persons_}), Moved({&households_, &w_}));
}

TEST_F(AggregatorRotationTest, TheSameFilesAreNotAppliedTwice) {
  ASSERT_THAT(Run(), IsOk());
  EXPECT_THAT(Run(), StatusIs(absl::StatusCode::kNotFound,
                              ::testing::HasSubstr("go on from epoch 2")));
  for (const char* from : {"ttp", "vault"}) {
    fs::rename(RotationPath(places_.folder, {from, "aggregator", 2}),
               RotationPath(places_.folder, {from, "aggregator", 3}));
  }
  EXPECT_THAT(Run(), StatusIs(absl::StatusCode::kFailedPrecondition,
                              ::testing::HasSubstr("to epoch 2")));
  ExpectNumbers(Moved({&persons_}), Moved({&households_, &w_}));
}

TEST_F(AggregatorRotationTest, WhatIsForgedOrMissingChangesNothing) {
  HandOn(2, SigningSeed::Random());
  EXPECT_THAT(Run(), StatusIs(absl::StatusCode::kFailedPrecondition,
                              ::testing::HasSubstr("not signed")));
  HandOn(2, ttp_);
  fs::remove(RotationPath(places_.folder, {"vault", "aggregator", 2}));
  EXPECT_THAT(Run(), StatusIs(absl::StatusCode::kNotFound,
                              ::testing::HasSubstr("the vault lets")));
  ExpectNumbers(points_, points_);
  // The control.
  HandOn(2, ttp_);
  EXPECT_THAT(Run(), IsOk());
}

TEST_F(AggregatorRotationTest, InterruptedAfterTheStoreItGoesOnWithTheEpoch) {
  fs::copy(places_.keys, root_ + "/keys-before");
  ASSERT_THAT(Run(), IsOk());
  // As if it had been killed between the store and the parameters.
  fs::remove_all(places_.keys);
  fs::rename(root_ + "/keys-before", places_.keys);
  const auto rotated = Run();
  ASSERT_THAT(rotated, IsOk());
  EXPECT_TRUE(rotated->went_on);
  EXPECT_EQ(rotated->epoch, 2u);
  ExpectNumbers(Moved({&persons_}), Moved({&households_, &w_}));
}

}  // namespace
}  // namespace garderobe::aggregator
