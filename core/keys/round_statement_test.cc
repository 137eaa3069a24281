#include "core/keys/round_statement.h"

#include <sodium.h>

#include "core/keys/sign.h"
#include "core/sealing/sealed_answer.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

class RoundStatementTest : public ::testing::Test {
 protected:
  absl::StatusOr<RoundStatement> Open(std::string_view sealed) const {
    return OpenRoundStatement(aggregator_, vault_key_, sealed);
  }
  // A body of this vault's, sealed as its statements are.
  std::string Sealed(std::string body) const {
    const SignedBody made = SignBody(vault_, std::move(body));
    return *SealAnswer(PublicKeyOf(aggregator_).view(),
                       made.body + made.signature);
  }
  const ReceiptSeed vault_ = ReceiptSeedOf(SigningSeed::Random());
  const VerifyKey vault_key_ = VerifyKeyOf(vault_);
  const SealingSecretKey aggregator_ = SealingSecretKey::Random();
  static RoundStatement Statement(RoundAction action) {
    RoundStatement statement;
    statement.number = 77;
    statement.confirmation = RoundConfirmation::From(std::string(16, 'c'));
    statement.references = EncryptFresh(RandomElement(), RandomElement());
    for (int i = 0; i < 4; ++i) {
      statement.actions.emplace(DigestOfTag(RandomElement()), action);
    }
    return statement;
  }
  const RoundStatement statement_ = Statement(RoundAction::kErase);
  const std::string sealed_ =
      SealRoundStatement(vault_, PublicKeyOf(aggregator_), statement_);
};

TEST_F(RoundStatementTest, TheAggregatorReadsWhatTheVaultSays) {
  const auto opened = Open(sealed_);
  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(opened->number, 77u);
  EXPECT_EQ(opened->confirmation, statement_.confirmation);
  EXPECT_EQ(opened->actions, statement_.actions);
  EXPECT_EQ(opened->references.point_a, statement_.references.point_a);
  EXPECT_EQ(opened->references.point_b, statement_.references.point_b);
}

// The TTP in between sees none of it, and not whether two are the same.
TEST_F(RoundStatementTest, NothingOfItShowsOutside) {
  EXPECT_EQ(sealed_.find(statement_.references.point_a.view()),
            std::string::npos);
  EXPECT_EQ(sealed_.find("garderobe"), std::string::npos);
  EXPECT_NE(sealed_,
            SealRoundStatement(vault_, PublicKeyOf(aggregator_), statement_));
  // One that only fills up is as long.
  EXPECT_EQ(sealed_.size(), SealRoundStatement(vault_, PublicKeyOf(aggregator_),
                                               Statement(RoundAction::kNone))
                                .size());
}

TEST_F(RoundStatementTest, AnotherVaultsOrAnotherAggregatorsIsRefused) {
  const ReceiptSeed other = ReceiptSeedOf(SigningSeed::Random());
  EXPECT_THAT(
      Open(SealRoundStatement(other, PublicKeyOf(aggregator_), statement_)),
      StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(
      OpenRoundStatement(SealingSecretKey::Random(), vault_key_, sealed_),
      StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(RoundStatementTest, AnyFlippedByteOrCutIsRefused) {
  for (size_t i = 0; i < sealed_.size(); ++i) {
    std::string damaged = sealed_;
    damaged[i] ^= 1;
    EXPECT_THAT(Open(damaged), StatusIs(absl::StatusCode::kFailedPrecondition))
        << i;
    EXPECT_THAT(Open(sealed_.substr(0, i)),
                StatusIs(absl::StatusCode::kFailedPrecondition))
        << i;
  }
  EXPECT_THAT(Open(sealed_ + "x"),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

// Sealed and signed by the vault, and still no statement.
TEST_F(RoundStatementTest, AnotherBodyOfTheVaultsIsRefused) {
  std::string body("garderobe/round/v2\0", 19);
  PutBigEndian(body, statement_.number);
  body.append(statement_.confirmation.view());
  statement_.references.AppendTo(body);
  PutBigEndian(body, uint32_t{4});
  for (const auto& [digest, action] : statement_.actions) {
    body.append(digest.view());
    body.push_back(static_cast<char>(action));
  }
  ASSERT_THAT(Open(Sealed(body)), IsOk());
  EXPECT_THAT(Open(Sealed(body + "x")),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  for (size_t size = 0; size < body.size(); ++size) {
    EXPECT_THAT(Open(Sealed(body.substr(0, size))),
                StatusIs(absl::StatusCode::kFailedPrecondition));
  }
  std::string other = body;
  other.replace(0, 18, "garderobe/round/v1");
  EXPECT_THAT(Open(Sealed(other)),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  // A receipt, which the same key signs.
  Receipt receipt;
  receipt.party = "vault";
  EXPECT_THAT(Open(Sealed(SignReceipt(vault_, receipt).body)),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

// Entries in another order, twice, or with an action that is none.
TEST_F(RoundStatementTest, AnotherFormOfTheSameIsRefused) {
  std::string body("garderobe/round/v2\0", 19);
  PutBigEndian(body, statement_.number);
  body.append(statement_.confirmation.view());
  statement_.references.AppendTo(body);
  PutBigEndian(body, uint32_t{2});
  const auto with = [&](std::string_view entries) {
    return Sealed(body + std::string(entries));
  };
  const std::string low(16, 'a'), high(16, 'b');
  EXPECT_THAT(Open(with(low + "\1" + high + "\2")), IsOk());
  EXPECT_THAT(Open(with(high + "\2" + low + "\1")),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Open(with(low + "\1" + low + "\1")),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Open(with(low + "\1" + high + "\5")),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

// Computed with libsodium's calls alone, apart from the code above.
TEST(RoundTagTest, DigestAndWeightAreThoseOfTheProtocol) {
  const Element tag = RandomElement();
  std::string message =
      std::string("garderobe/round-tag/v2\0", 23) + std::string(tag.view());
  uint8_t digest[16];
  ASSERT_EQ(crypto_generichash(digest, 16,
                               reinterpret_cast<const uint8_t*>(message.data()),
                               message.size(), nullptr, 0),
            0);
  EXPECT_EQ(DigestOfTag(tag).view(),
            std::string_view(reinterpret_cast<char*>(digest), 16));
  message =
      std::string("garderobe/round-weight/v2\0", 26) + std::string(tag.view());
  uint8_t wide[64], weight[32];
  crypto_hash_sha512(wide, reinterpret_cast<const uint8_t*>(message.data()),
                     message.size());
  crypto_core_ristretto255_scalar_reduce(weight, wide);
  EXPECT_EQ(WeightOfTag(tag).view(),
            std::string_view(reinterpret_cast<char*>(weight), 32));
}

}  // namespace
}  // namespace garderobe
