// What one party gives another at a rotation, and every file that is not that.
#include "core/keys/rotation_file.h"

#include <filesystem>

#include "core/base/checked_file.h"
#include "core/base/files.h"
#include "core/keys/sign.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

namespace fs = std::filesystem;
constexpr auto kRefused = absl::StatusCode::kFailedPrecondition;

class RotationFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  absl::Status Write(const RotationRoute& route, const SigningSeed& signer) {
    std::vector<RotationFactor> factors;
    factors.push_back(*RotationFactor::Decode({first_.ExposeSecret(), 32}));
    factors.push_back(*RotationFactor::Decode({second_.ExposeSecret(), 32}));
    return WriteRotation(folder_, route, factors, signer, PublicKeyOf(vault_));
  }
  absl::StatusOr<std::vector<RotationFactor>> Read(size_t count = 2) const {
    return ReadRotation(folder_, route_, count, VerifyKeyOf(ttp_), vault_);
  }
  // What is written for `other` is put in the place of what is needed.
  void ExpectRefused(const RotationRoute& other, const std::string& text) {
    ASSERT_THAT(Write(other, ttp_), IsOk());
    fs::rename(RotationPath(folder_, other), path_);
    EXPECT_THAT(Read(), StatusIs(kRefused, ::testing::HasSubstr(text)));
  }

  const std::string folder_ = ::testing::TempDir() + "/rotation_file";
  const RotationRoute route_{"ttp", "vault", 2};
  const std::string path_ = RotationPath(folder_, route_);
  const SigningSeed ttp_ = SigningSeed::Random();
  const SealingSecretKey vault_ = SealingSecretKey::Random();
  const RotationFactor first_ = RotationFactor::Random();
  const RotationFactor second_ = RotationFactor::Random();
};

TEST_F(RotationFileTest, BringsTheFactorsInTheirOrder) {
  ASSERT_THAT(Write(route_, ttp_), IsOk());
  const auto read = Read();
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(MultiplyBase((*read)[0]), MultiplyBase(first_));
  EXPECT_EQ(MultiplyBase((*read)[1]), MultiplyBase(second_));
  EXPECT_EQ(path_, folder_ + "/rotation-2-ttp-to-vault");
}

TEST_F(RotationFileTest, TellsTheFactorsToNobodyElse) {
  ASSERT_THAT(Write(route_, ttp_), IsOk());
  const auto file = ReadWholeFile(path_);
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(*file, ::testing::Not(::testing::HasSubstr(
                         AsString({first_.ExposeSecret(), 32}))));
  EXPECT_THAT(ReadRotation(folder_, route_, 2, VerifyKeyOf(ttp_),
                           SealingSecretKey::Random()),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(RotationFileTest, AnotherSignerIsRefused) {
  ASSERT_THAT(Write(route_, SigningSeed::Random()), IsOk());
  EXPECT_THAT(Read(), StatusIs(kRefused, ::testing::HasSubstr("not signed")));
}

TEST_F(RotationFileTest, AnotherRouteIsRefusedAndNamed) {
  ExpectRefused({"ttp", "aggregator", 2}, "from ttp to aggregator");
  ExpectRefused({"vault", "vault", 2}, "from vault to vault");
  ExpectRefused({"ttp", "vault", 1}, "leads to epoch 1");
  ExpectRefused({"ttp", "vault", 3}, "leads to epoch 3");
}

TEST_F(RotationFileTest, AnyByteThatIsAlteredIsRefused) {
  ASSERT_THAT(Write(route_, ttp_), IsOk());
  const auto good = ReadCheckedFile(path_, "rotation");
  ASSERT_THAT(good, IsOk());
  for (size_t i = 0; i < good->size(); ++i) {
    std::string bytes = *good;
    bytes[i] = static_cast<char>(bytes[i] ^ 1);
    ASSERT_THAT(WriteCheckedFile(path_, "rotation", bytes), IsOk());
    EXPECT_THAT(Read(), StatusIs(kRefused)) << i;
  }
  for (const size_t size : {size_t{0}, size_t{63}, good->size() - 1}) {
    ASSERT_THAT(WriteCheckedFile(path_, "rotation", good->substr(0, size)),
                IsOk());
    EXPECT_THAT(Read(), StatusIs(kRefused)) << size;
  }
  ASSERT_THAT(WriteCheckedFile(path_, "rotation", *good), IsOk());
  EXPECT_THAT(Read(), IsOk());
}

// Parameters are signed by the same key.
TEST_F(RotationFileTest, SomethingElseThatTheSignerSignedIsRefused) {
  const SignedBody other =
      SignBody(ttp_, std::string("garderobe/parameters/v2\0", 24));
  ASSERT_THAT(WriteCheckedFile(path_, "rotation", other.body + other.signature),
              IsOk());
  EXPECT_THAT(Read(), StatusIs(kRefused));
}

TEST_F(RotationFileTest, AnotherNumberOfFactorsIsRefused) {
  ASSERT_THAT(Write(route_, ttp_), IsOk());
  for (const size_t count : {0, 1, 3}) {
    EXPECT_THAT(Read(count), StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST_F(RotationFileTest, MissingAndDamagedFilesAreTold) {
  EXPECT_THAT(Read(), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_THAT(Write(route_, ttp_), IsOk());
  fs::resize_file(path_, fs::file_size(path_) - 1);
  EXPECT_THAT(Read(), StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(RotationFileTest, ParametersAreReadAsTheyWereSigned) {
  const CivilDate today{2026, 11, 28};
  Parameters parameters{"aggregator", {}, {{"seal", "key"}}};
  parameters.issue.valid_from = parameters.issue.valid_until = DayNumber(today);
  const SignedBody signed_body = SignParameters(ttp_, parameters);
  ASSERT_THAT(WriteRotationParameters(folder_, 2, "aggregator", signed_body),
              IsOk());
  auto read = [&](const SigningSeed& signer, const char* party) {
    return ReadRotationParameters(folder_, 2, party, VerifyKeyOf(signer),
                                  today);
  };
  const auto good = read(ttp_, "aggregator");
  ASSERT_THAT(good, IsOk());
  EXPECT_EQ(good->values.at("seal"), "key");
  EXPECT_THAT(read(SigningSeed::Random(), "aggregator"), StatusIs(kRefused));
  EXPECT_THAT(read(ttp_, "vault"), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace garderobe
