// The vault's part of a rotation: what it takes, what it refuses, and what is
// there when it was interrupted.
#include "vault/rotation.h"

#include <filesystem>

#include "core/base/clock.h"
#include "core/conversion/rotation_factor.h"
#include "core/keys/parameter_issue.h"
#include "core/keys/receipt.h"
#include "core/keys/rotation_file.h"
#include "core/store/store_rotation.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "vault/keys.h"
#include "vault/link/linker.h"
#include "vault/link/rotate_tokens.h"

namespace garderobe::vault {
namespace {

namespace fs = std::filesystem;

class VaultRotationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(root_);
    for (const auto& folder : {places_.keys, places_.folder, root_ + "/data"}) {
      fs::create_directories(folder);
    }
    ASSERT_THAT(VaultKeys::Generate(places_.keys), IsOk());
    const auto linker = Linker::Open(places_.store, {});
    ASSERT_THAT(linker, IsOk());
    ASSERT_THAT((*linker)->Link({{VaultHandle::From(std::string(16, 'h')),
                                  std::string(kReferenceBytes, 'r'),
                                  {{Kind::kEmail, point_}}}}),
                IsOk());
    HandOn(2, ttp_);
  }
  void TearDown() override { fs::remove_all(root_); }

  VaultKeys Keys() const {
    auto keys = VaultKeys::Read(places_.keys);
    EXPECT_THAT(keys, IsOk());
    return *std::move(keys);
  }
  // What the TTP puts into the folder.
  void HandOn(uint32_t epoch, const SigningSeed& signer) const {
    std::vector<RotationFactor> factors;
    factors.push_back(*RotationFactor::Decode({d_.ExposeSecret(), 32}));
    ASSERT_THAT(WriteRotation(places_.folder, {"ttp", "vault", epoch}, factors,
                              signer, PublicKeyOf(Keys().sealing)),
                IsOk());
    Parameters parameters{"aggregator", {}, {}};
    parameters.issue.valid_from = DayNumber(Today());
    parameters.issue.valid_until = DayNumber(Today()) + 1;
    PutProvenKey(parameters, "Z", PseudonymScalar::Random());
    parameters.values["seal"] = PublicKeyOf(aggregator_sealing_).view();
    parameters.values["receipt"] = VerifyKeyOf(aggregator_).view();
    ASSERT_THAT(
        WriteRotationParameters(places_.folder, epoch, "aggregator",
                                SignParameters(aggregator_, parameters)),
        IsOk());
  }
  absl::StatusOr<Rotated> Run() {
    boost::asio::thread_pool workers(2);
    return Rotate(places_, workers, nullptr);
  }
  // Store and keys are of this epoch, and hold what that epoch holds.
  void ExpectEpoch(uint32_t epoch, const Element& token) const {
    StoreOptions options = kStoreOptions;
    options.epoch = Keys().epoch();
    EXPECT_EQ(options.epoch, epoch);
    const auto store = Store::Open(places_.store, kFamilyNames, options);
    ASSERT_THAT(store, IsOk());
    EXPECT_THAT((*store)->Get(kTokens, Token{Kind::kEmail, token}.Key()),
                IsOk());
    EXPECT_FALSE(fs::exists(places_.store + ".rotating"));
    for (const auto& file : fs::directory_iterator(places_.keys)) {
      EXPECT_EQ(file.path().string().find(".next"), std::string::npos);
    }
  }
  Element Next() const {
    Element next;
    EXPECT_TRUE(Multiply(d_, point_, &next));
    return next;
  }

  const std::string root_ = ::testing::TempDir() + "/vault_rotation";
  const SigningSeed ttp_ = SigningSeed::Random();
  const SigningSeed aggregator_ = SigningSeed::Random();
  const SealingSecretKey aggregator_sealing_ = SealingSecretKey::Random();
  RotationPlaces places_{root_ + "/data/store", root_ + "/keys",
                         root_ + "/handed", VerifyKeyOf(ttp_),
                         VerifyKeyOf(aggregator_)};
  const RotationFactor d_ = RotationFactor::Random();
  const Element point_ = RandomElement();
};

TEST_F(VaultRotationTest, TokensAndTheHouseholdScalarAreOthers) {
  const VaultKeys before = Keys();
  const auto rotated = Run();
  ASSERT_THAT(rotated, IsOk());
  EXPECT_EQ(rotated->epoch, 2u);
  EXPECT_FALSE(rotated->went_on);
  ExpectEpoch(2, Next());
  const VaultKeys after = Keys();
  EXPECT_EQ(after.issue.issue.serial, before.issue.issue.serial + 1);
  EXPECT_FALSE(after.commitment == before.commitment);
  // What the aggregator is given leads from the one w to the other.
  const auto factor =
      ReadRotation(places_.folder, {"vault", "aggregator", 2}, 1,
                   VerifyKeyOf(after.signing), aggregator_sealing_);
  ASSERT_THAT(factor, IsOk());
  Element moved;
  ASSERT_TRUE(Multiply((*factor)[0], MultiplyBase(before.household), &moved));
  EXPECT_EQ(moved, MultiplyBase(after.household));
  // What it decrypts with did not change.
  EXPECT_EQ(MultiplyBase(after.home), MultiplyBase(before.home));
}

TEST_F(VaultRotationTest, TheSameFilesAreNotAppliedTwice) {
  ASSERT_THAT(Run(), IsOk());
  EXPECT_THAT(Run(), StatusIs(absl::StatusCode::kNotFound,
                              ::testing::HasSubstr("go on from epoch 2")));
  fs::rename(RotationPath(places_.folder, {"ttp", "vault", 2}),
             RotationPath(places_.folder, {"ttp", "vault", 3}));
  EXPECT_THAT(Run(), StatusIs(absl::StatusCode::kFailedPrecondition,
                              ::testing::HasSubstr("to epoch 2")));
  ExpectEpoch(2, Next());
}

TEST_F(VaultRotationTest, AForgedFileIsRefused) {
  HandOn(2, SigningSeed::Random());
  EXPECT_THAT(Run(), StatusIs(absl::StatusCode::kFailedPrecondition,
                              ::testing::HasSubstr("not signed")));
  ExpectEpoch(1, point_);
  // The control.
  HandOn(2, ttp_);
  EXPECT_THAT(Run(), IsOk());
}

TEST_F(VaultRotationTest, AStoreThatWasSetBackIsRefused) {
  fs::copy(places_.store, root_ + "/copy", fs::copy_options::recursive);
  ASSERT_THAT(Run(), IsOk());
  fs::rename(places_.store, root_ + "/rotated");
  fs::copy(root_ + "/copy", places_.store, fs::copy_options::recursive);
  StoreOptions options = kStoreOptions;
  options.epoch = Keys().epoch();
  EXPECT_THAT(Store::Open(places_.store, kFamilyNames, options),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       ::testing::HasSubstr("epoch")));
}

TEST_F(VaultRotationTest, InterruptedAfterTheStoreItGoesOnWithTheKeys) {
  // As Run does it, up to the exchange.
  ASSERT_THAT(VaultKeys::DrawNext(places_.keys, 2), IsOk());
  boost::asio::thread_pool workers(1);
  ASSERT_THAT(
      RotateStore({places_.store, kFamilyNames, kStoreOptions}, 2,
                  RotatedFamilies(),
                  [&](Store& copy) { return RotateTokens(copy, d_, workers); }),
      IsOk());
  fs::create_directories(places_.store + ".rotating");
  const auto rotated = Run();
  ASSERT_THAT(rotated, IsOk());
  EXPECT_TRUE(rotated->went_on);
  ExpectEpoch(2, Next());
}

TEST_F(VaultRotationTest, InterruptedWhileTheKeysTakeTheirPlaceItGoesOn) {
  const Element before = MultiplyBase(Keys().household);
  ASSERT_THAT(VaultKeys::DrawNext(places_.keys, 2), IsOk());
  boost::asio::thread_pool workers(1);
  ASSERT_THAT(
      RotateStore({places_.store, kFamilyNames, kStoreOptions}, 2,
                  RotatedFamilies(),
                  [&](Store& copy) { return RotateTokens(copy, d_, workers); }),
      IsOk());
  ASSERT_THAT(RotateIssue(places_.keys, Today(), UnixSeconds()), IsOk());
  const Element next = MultiplyBase(Keys().household);
  EXPECT_NE(next, before);
  const auto rotated = Run();
  ASSERT_THAT(rotated, IsOk());
  EXPECT_EQ(rotated->epoch, 2u);
  EXPECT_TRUE(rotated->went_on);
  EXPECT_EQ(MultiplyBase(Keys().household), next);
  ExpectEpoch(2, Next());
}

TEST_F(VaultRotationTest, WithoutTheAggregatorsParametersNothingHappens) {
  fs::remove(places_.folder + "/rotation-2-aggregator-parameters");
  EXPECT_THAT(Run(), StatusIs(absl::StatusCode::kNotFound));
  ExpectEpoch(1, point_);
}

}  // namespace
}  // namespace garderobe::vault
