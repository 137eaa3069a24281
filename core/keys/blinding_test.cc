#include "core/keys/blinding.h"

#include "gtest/gtest.h"

namespace garderobe {
namespace {

CommitmentSecret SecretOf(char filler) {
  const std::string bytes(CommitmentSecret::kBytes, filler);
  return CommitmentSecret::CopyFrom(AsBytes(bytes));
}
std::string HexOf(const BlindingScalar& scalar) {
  return ToHex({scalar.ExposeSecret(), 32});
}

// Else a commitment could not be opened after a restart.
TEST(BlindingTest, OneSecretAndNameAreOneScalar) {
  EXPECT_EQ(HexOf(BlindingOf(SecretOf('a'), "C_s")),
            HexOf(BlindingOf(SecretOf('a'), "C_s")));
}

// Two commitments under one scalar would show their difference.
TEST(BlindingTest, AnotherSecretOrNameIsAnotherScalar) {
  const std::string one = HexOf(BlindingOf(SecretOf('a'), "C_s"));
  EXPECT_NE(one, HexOf(BlindingOf(SecretOf('b'), "C_s")));
  for (const char* name : {"C_v", "C_t", "C_h", "C_hu", "C_a", "C_w", "C_"}) {
    EXPECT_NE(one, HexOf(BlindingOf(SecretOf('a'), name))) << name;
  }
}

// Computed with Python's hashlib from the definition in the header.
TEST(BlindingTest, MatchesTheKnownAnswer) {
  EXPECT_EQ(HexOf(BlindingOf(SecretOf('a'), "C_s")),
            "d6e1777182850bec799194097bf83dcb9bdd88c9b27fcdb99a024abea65ee206");
}

}  // namespace
}  // namespace garderobe
