// The TTP's part of a rotation, and what is there when it was killed between
// any two of its steps.
#include "ttp/rotation.h"

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "core/conversion/rotation_factor.h"
#include "core/keys/rotation_file.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "ttp/keys.h"

namespace garderobe::ttp {
namespace {

namespace fs = std::filesystem;

class TtpRotationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(root_);
    fs::create_directories(keys_);
    fs::create_directories(folder_);
    ASSERT_THAT(TtpKeys::Generate(keys_), IsOk());
  }
  void TearDown() override { fs::remove_all(root_); }

  TtpKeys Keys() const {
    auto keys = TtpKeys::Read(keys_);
    EXPECT_THAT(keys, IsOk());
    return *std::move(keys);
  }
  absl::StatusOr<StoredIssue> Run(const std::function<void()>& between = [] {
  }) const {
    return RotateKeys(keys_, folder_,
                      {PublicKeyOf(vault_),
                       PublicKeyOf(aggregator_),
                       {"body", std::string(64, 's')}},
                      between);
  }
  // Runs it in a process that ends before its step of this number.
  void RunUntil(int step) const {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      int at = 0;
      (void)Run([&] {
        if (++at == step) _exit(9);
      });
      _exit(0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_EQ(WEXITSTATUS(status), 9) << step;
  }
  std::vector<Element> Moved(const char* to, const SealingSecretKey& key,
                             const std::vector<Element>& points) const {
    const auto factors = ReadRotation(folder_, {"ttp", to, 2}, points.size(),
                                      VerifyKeyOf(Keys().signing), key);
    EXPECT_THAT(factors, IsOk());
    std::vector<Element> moved(points.size());
    for (size_t i = 0; factors.ok() && i < points.size(); ++i) {
      EXPECT_TRUE(Multiply((*factors)[i], points[i], &moved[i]));
    }
    return moved;
  }
  // What was handed on leads from `former` to what is in force.
  void ExpectLeadsFrom(const TtpKeys& former) const {
    const TtpKeys now = Keys();
    EXPECT_EQ(now.epoch(), 2u);
    EXPECT_EQ(Moved("vault", vault_, {MultiplyBase(former.to_vault)}),
              std::vector{MultiplyBase(now.to_vault)});
    const auto household = [](const TtpKeys& keys) {
      return MultiplyBase(
          ProductOf<RotationFactor>(keys.to_aggregator, keys.home));
    };
    EXPECT_EQ(Moved("aggregator", aggregator_,
                    {MultiplyBase(former.to_aggregator), household(former)}),
              (std::vector{MultiplyBase(now.to_aggregator), household(now)}));
  }
  void ExpectTidy() const {
    for (const auto& file : fs::directory_iterator(keys_)) {
      EXPECT_EQ(file.path().string().find(".next"), std::string::npos);
    }
  }

  const std::string root_ = ::testing::TempDir() + "/ttp_rotation";
  const std::string keys_ = root_ + "/keys", folder_ = root_ + "/handed";
  const SealingSecretKey vault_ = SealingSecretKey::Random();
  const SealingSecretKey aggregator_ = SealingSecretKey::Random();
};

TEST_F(TtpRotationTest, WhatIsHandedOnLeadsFromTheFormerScalars) {
  const TtpKeys former = Keys();
  const auto issue = Run();
  ASSERT_THAT(issue, IsOk());
  EXPECT_EQ(issue->issue.epoch, 2u);
  EXPECT_EQ(issue->issue.serial, former.issue.issue.serial + 1);
  ExpectLeadsFrom(former);
  ExpectTidy();
}

TEST_F(TtpRotationTest, WhatIsNotRotatedStays) {
  const TtpKeys former = Keys();
  ASSERT_THAT(Run(), IsOk());
  const TtpKeys now = Keys();
  EXPECT_EQ(MultiplyBase(now.ingress), MultiplyBase(former.ingress));
  EXPECT_EQ(MultiplyBase(now.relation), MultiplyBase(former.relation));
  EXPECT_TRUE(now.vault_handle == former.vault_handle);
  EXPECT_TRUE(now.aggregator_handle == former.aggregator_handle);
  EXPECT_TRUE(now.sigma == former.sigma);
  EXPECT_TRUE(now.signing == former.signing);
}

// C_s of both epochs under one blinding would tell the vault (d - 1)*s*G.
TEST_F(TtpRotationTest, CommitmentsAreBlindedAnew) {
  const TtpKeys former = Keys();
  ASSERT_THAT(Run(), IsOk());
  const TtpKeys now = Keys();
  EXPECT_FALSE(now.commitment == former.commitment);
  Element difference, scalars;
  ASSERT_TRUE(Subtract(Element::From(now.Public(0).values.at("C_s")),
                       Element::From(former.Public(0).values.at("C_s")),
                       &difference));
  ASSERT_TRUE(Subtract(MultiplyBase(now.to_vault),
                       MultiplyBase(former.to_vault), &scalars));
  EXPECT_NE(difference, scalars);
}

TEST_F(TtpRotationTest, KilledBeforeTheNextEpochTheFormerOneIsInForce) {
  const TtpKeys former = Keys();
  for (const int step : {1, 2, 1, 2}) {
    RunUntil(step);
    const TtpKeys now = Keys();
    EXPECT_EQ(now.epoch(), 1u);
    EXPECT_EQ(MultiplyBase(now.to_vault), MultiplyBase(former.to_vault));
  }
  ASSERT_THAT(Run(), IsOk());
  ExpectLeadsFrom(former);
  ExpectTidy();
}

// A vault may have taken what was handed on before.
TEST_F(TtpRotationTest, WhatWasHandedOnBeforeAKillStillLeadsThere) {
  const TtpKeys former = Keys();
  RunUntil(2);
  const std::string handed = root_ + "/taken";
  fs::copy(folder_, handed);
  ASSERT_THAT(Run(), IsOk());
  fs::remove_all(folder_);
  fs::rename(handed, folder_);
  ExpectLeadsFrom(former);
}

TEST_F(TtpRotationTest, KilledAfterItTheNextIsInForceAndTheRestFollows) {
  const TtpKeys former = Keys();
  RunUntil(3);
  ExpectLeadsFrom(former);
  const Element next = MultiplyBase(Keys().to_vault);
  EXPECT_THAT(TtpKeys::TakeOverNext(keys_), IsOkAndHolds(true));
  EXPECT_EQ(MultiplyBase(Keys().to_vault), next);
  ExpectTidy();
  EXPECT_THAT(TtpKeys::TakeOverNext(keys_), IsOkAndHolds(false));
}

TEST_F(TtpRotationTest, AnIssueThatWasSetBackIsRefused) {
  fs::copy(keys_ + "/parameters", root_ + "/parameters");
  ASSERT_THAT(Run(), IsOk());
  fs::copy(root_ + "/parameters", keys_ + "/parameters",
           fs::copy_options::overwrite_existing);
  EXPECT_THAT(TtpKeys::Read(keys_),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace garderobe::ttp
