// What a party publishes: who signed it, for how long it holds, and that its
// keys are its own.
#include "core/keys/parameters.h"

#include "core/keys/sign.h"
#include "core/proof/pedersen.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

using ::testing::HasSubstr;
using TestScalar = SecretScalar<struct TestRole>;

ParameterIssue IssueOf(uint32_t serial) {
  return {.epoch = 1,
          .serial = serial,
          .valid_from = DayNumber({2026, 11, 1}),
          .valid_until = DayNumber({2027, 11, 1})};
}
constexpr auto kRefused = absl::StatusCode::kFailedPrecondition;
constexpr CivilDate kIssued{2026, 11, 28};

Parameters AggregatorBody() {
  Parameters parameters{"aggregator", IssueOf(3), {}};
  PutProvenKey(parameters, "Z", TestScalar::Random());
  parameters.values["seal"] = PublicKeyOf(SealingSecretKey::Random()).view();
  parameters.values["receipt"] = VerifyKeyOf(SigningSeed::Random()).view();
  return parameters;
}
Parameters VaultBody() {
  Parameters parameters{"vault", IssueOf(3), {}};
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if (!HasSlot(kind)) continue;
    PutProvenKey(parameters, PublicKeyName(kind), TestScalar::Random());
  }
  PutProvenKey(parameters, "Y.home", TestScalar::Random());
  parameters.values["C_w"] = RandomElement().view();
  parameters.values["seal"] = PublicKeyOf(SealingSecretKey::Random()).view();
  parameters.values["receipt"] = VerifyKeyOf(SigningSeed::Random()).view();
  return parameters;
}
Parameters TtpBody() {
  Parameters parameters{"ttp", IssueOf(3), {}};
  PutProvenKey(parameters, "U", TestScalar::Random());
  for (const char* name : {"C_s", "C_v", "C_t", "C_h", "C_hu", "C_a"}) {
    parameters.values[name] = RandomElement().view();
  }
  parameters.values["padding"] = std::string(4, '\0');
  return parameters;
}

class ParametersTest : public ::testing::Test {
 protected:
  absl::StatusOr<Parameters> Verify(const Parameters& parameters,
                                    const CivilDate& today = kIssued) const {
    const SignedBody made = SignParameters(seed_, parameters);
    return VerifyParameters(VerifyKeyOf(seed_), parameters.party, made.body,
                            made.signature, today);
  }
  const SigningSeed seed_ = SigningSeed::Random();
  Parameters parameters_ = AggregatorBody();
};

TEST_F(ParametersTest, VerifiesWhatTheOwnerSigned) {
  const auto verified = Verify(parameters_);
  ASSERT_THAT(verified, IsOk());
  EXPECT_EQ(verified->party, "aggregator");
  EXPECT_EQ(verified->issue.epoch, 1u);
  EXPECT_EQ(verified->issue.serial, 3u);
  EXPECT_EQ(verified->issue.valid_from, IssueOf(3).valid_from);
  EXPECT_EQ(verified->issue.valid_until, IssueOf(3).valid_until);
  EXPECT_EQ(verified->values, parameters_.values);
  const auto read = AggregatorParameters::From(*verified);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->issue.serial, 3u);
  EXPECT_EQ(read->pseudonym_key.view(), parameters_.values["Z"]);
  EXPECT_EQ(read->sealing_key.view(), parameters_.values["seal"]);
  EXPECT_EQ(read->receipt_key.view(), parameters_.values["receipt"]);
}

TEST_F(ParametersTest, AnyFlippedByteAnotherPartyOrSignerIsRefused) {
  const VerifyKey key = VerifyKeyOf(seed_);
  const SignedBody made = SignParameters(seed_, parameters_);
  for (size_t i = 0; i < made.body.size(); ++i) {
    std::string damaged = made.body;
    damaged[i] ^= 1;
    EXPECT_THAT(
        VerifyParameters(key, "aggregator", damaged, made.signature, kIssued),
        StatusIs(kRefused));
  }
  for (size_t i = 0; i < made.signature.size(); ++i) {
    std::string damaged = made.signature;
    damaged[i] ^= 1;
    EXPECT_THAT(
        VerifyParameters(key, "aggregator", made.body, damaged, kIssued),
        StatusIs(kRefused));
  }
  EXPECT_THAT(VerifyParameters(key, "aggregator", made.body,
                               made.signature.substr(1), kIssued),
              StatusIs(kRefused));
  EXPECT_THAT(
      VerifyParameters(key, "vault", made.body, made.signature, kIssued),
      StatusIs(kRefused));
  EXPECT_THAT(VerifyParameters(VerifyKeyOf(SigningSeed::Random()), "aggregator",
                               made.body, made.signature, kIssued),
              StatusIs(kRefused));
}

// Signed as it should be, and still not a body: cut anywhere, or longer.
TEST_F(ParametersTest, ASignedBodyOfAnotherLengthIsRefused) {
  const std::string body = SignParameters(seed_, parameters_).body;
  auto verify = [&](std::string other) {
    const SignedBody made = SignBody(seed_, std::move(other));
    return VerifyParameters(VerifyKeyOf(seed_), "aggregator", made.body,
                            made.signature, kIssued);
  };
  ASSERT_THAT(verify(body), IsOk());
  EXPECT_THAT(verify(body + "x"), StatusIs(kRefused));
  for (size_t size = 0; size < body.size(); ++size) {
    EXPECT_THAT(verify(body.substr(0, size)), StatusIs(kRefused)) << size;
  }
}

TEST_F(ParametersTest, SerialZeroIsNone) {
  parameters_.issue.serial = 0;
  EXPECT_THAT(Verify(parameters_), StatusIs(kRefused));
}

TEST_F(ParametersTest, BothDaysAreInclusiveAndNoOtherIsTaken) {
  EXPECT_THAT(Verify(parameters_, {2026, 11, 1}), IsOk());
  EXPECT_THAT(Verify(parameters_, {2027, 11, 1}), IsOk());
  EXPECT_THAT(Verify(parameters_, {2026, 10, 31}),
              StatusIs(kRefused, HasSubstr("valid from 2026-11-01")));
  EXPECT_THAT(Verify(parameters_, {2027, 11, 2}),
              StatusIs(kRefused, HasSubstr("ended on 2027-11-01")));
}

TEST_F(ParametersTest, MoreThan400DaysOrAnEndBeforeTheBeginningAreRefused) {
  ParameterIssue& issue = parameters_.issue;
  issue.valid_until = issue.valid_from + ParameterIssue::kDaysMax;
  EXPECT_THAT(Verify(parameters_), IsOk());
  ++issue.valid_until;
  EXPECT_THAT(Verify(parameters_), StatusIs(kRefused, HasSubstr("400 days")));
  issue.valid_until = issue.valid_from - 1;
  EXPECT_THAT(Verify(parameters_), StatusIs(kRefused));
}

// The two days as they stand on the wire are anything that 32 bits hold.
TEST_F(ParametersTest, DaysAtTheEndsOfTheirRangeAreRefused) {
  for (const auto& [from, until] :
       {std::pair{INT32_MIN, INT32_MAX}, std::pair{-1, INT32_MAX},
        std::pair{INT32_MIN, 0}, std::pair{INT32_MAX, INT32_MIN}}) {
    parameters_.issue.valid_from = from;
    parameters_.issue.valid_until = until;
    EXPECT_THAT(Verify(parameters_), StatusIs(kRefused)) << from << until;
  }
}

class AggregatorParametersTest : public ParametersTest {};

TEST_F(AggregatorParametersTest, WhatIsMissingIsNamed) {
  for (const char* name : {"Z", "seal", "receipt"}) {
    Parameters without = AggregatorBody();
    without.values.erase(name);
    EXPECT_THAT(AggregatorParameters::From(without),
                StatusIs(kRefused, HasSubstr(name)));
  }
  for (const char* name : {"seal", "receipt"}) {
    Parameters cut = AggregatorBody();
    cut.values[name].pop_back();
    EXPECT_THAT(AggregatorParameters::From(cut),
                StatusIs(kRefused, HasSubstr(name)));
  }
}

TEST_F(AggregatorParametersTest, WhatIsNoGroupElementIsRefused) {
  for (const std::string& other :
       {std::string(32, '\0'), std::string(32, '\xff'), std::string(31, '\1'),
        std::string()}) {
    parameters_.values["Z"] = other;
    EXPECT_THAT(AggregatorParameters::From(parameters_),
                StatusIs(kRefused, HasSubstr("not a group element")));
  }
}

// Each of them lets a party publish a key whose logarithm it does not know, or
// play back a proof that another made.
TEST_F(AggregatorParametersTest, AProofOfAnotherStatementIsRefused) {
  const auto scalar = TestScalar::Random();
  PutProvenKey(parameters_, "Z", scalar);
  ASSERT_THAT(AggregatorParameters::From(parameters_), IsOk());
  auto refuses = [](const Parameters& parameters) {
    EXPECT_THAT(AggregatorParameters::From(parameters),
                StatusIs(kRefused, HasSubstr("without a proof")));
  };
  Parameters other = parameters_;
  other.values.erase("proof.Z");
  refuses(other);
  other.values["proof.Z"] = "";
  refuses(other);
  // Another point, with the proof of this one.
  other = parameters_;
  other.values["Z"] = RandomElement().view();
  refuses(other);
  // The proof of another point.
  other = parameters_;
  PutProvenKey(other, "Z", TestScalar::Random());
  other.values["Z"] = parameters_.values["Z"];
  refuses(other);
  // The proof of this point under another name, by another party, and of
  // another serial.
  other = parameters_;
  PutProvenKey(other, "U", scalar);
  other.values["proof.Z"] = other.values["proof.U"];
  refuses(other);
  other = parameters_;
  other.party = "vault";
  PutProvenKey(other, "Z", scalar);
  other.party = "aggregator";
  refuses(other);
  other = parameters_;
  ++other.issue.serial;
  refuses(other);
  for (size_t i = 0; i < parameters_.values["proof.Z"].size(); ++i) {
    other = parameters_;
    other.values["proof.Z"][i] ^= 1;
    refuses(other);
  }
}

TEST(VaultParametersTest, EveryKeyIsThereWithItsProof) {
  const Parameters whole = VaultBody();
  const auto read = VaultParameters::From(whole);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->issue.serial, 3u);
  EXPECT_EQ(read->home_key.view(), whole.values.at("Y.home"));
  EXPECT_EQ(read->household_commitment.view(), whole.values.at("C_w"));
  std::vector<std::string> names = {"Y.home"};
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    EXPECT_EQ(read->public_keys[kind].is_zero(), !HasSlot(kind)) << kind;
    if (HasSlot(kind)) names.push_back(PublicKeyName(kind));
  }
  for (const std::string& name : names) {
    Parameters without = whole;
    without.values.erase(name);
    EXPECT_THAT(VaultParameters::From(without), StatusIs(kRefused)) << name;
    without = whole;
    without.values.erase(ProofName(name));
    EXPECT_THAT(VaultParameters::From(without),
                StatusIs(kRefused, HasSubstr("without a proof")))
        << name;
    // The key of another kind, with that kind's proof.
    const std::string& other = name == "Y.home" ? names[1] : names[0];
    without = whole;
    without.values[name] = whole.values.at(other);
    without.values[ProofName(name)] = whole.values.at(ProofName(other));
    EXPECT_THAT(VaultParameters::From(without),
                StatusIs(kRefused, HasSubstr("without a proof")))
        << name;
  }
  for (const char* name : {"C_w", "seal", "receipt"}) {
    Parameters without = whole;
    without.values.erase(name);
    EXPECT_THAT(VaultParameters::From(without),
                StatusIs(kRefused, HasSubstr(name)));
  }
}

// An address and a landline have no slot, so a key of theirs says nothing.
TEST(VaultParametersTest, AKeyOfAKindWithoutASlotIsNotTaken) {
  Parameters parameters = VaultBody();
  PutProvenKey(parameters, PublicKeyName(static_cast<size_t>(Kind::kAddress)),
               TestScalar::Random());
  const auto read = VaultParameters::From(parameters);
  ASSERT_THAT(read, IsOk());
  EXPECT_TRUE(read->public_keys[static_cast<size_t>(Kind::kAddress)].is_zero());
}

TEST(TtpParametersTest, WhatIsMissingOrUnprovenIsRefused) {
  const Parameters whole = TtpBody();
  const auto read = TtpParameters::From(whole);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->ingress_key.view(), whole.values.at("U"));
  EXPECT_EQ(read->commitments.at("C_hu").view(), whole.values.at("C_hu"));
  EXPECT_EQ(read->padding, 0u);
  for (const auto& [name, value] : whole.values) {
    Parameters without = whole;
    without.values.erase(name);
    EXPECT_THAT(TtpParameters::From(without), StatusIs(kRefused)) << name;
  }
}

TEST(TtpParametersTest, PaddingNamesKindsThatHaveASlot) {
  Parameters parameters = TtpBody();
  auto pad = [&](uint32_t kinds) {
    std::string bytes;
    PutBigEndian(bytes, kinds);
    parameters.values["padding"] = bytes;
    return TtpParameters::From(parameters);
  };
  const auto all = pad(kSlotKinds);
  ASSERT_THAT(all, IsOk());
  EXPECT_EQ(all->padding, kSlotKinds);
  EXPECT_THAT(pad(uint32_t{1} << static_cast<unsigned>(Kind::kAddress)),
              StatusIs(kRefused));
  EXPECT_THAT(pad(uint32_t{1} << kKindCount), StatusIs(kRefused));
}

class JointKeysTest : public ::testing::Test {
 protected:
  static Element Negated(const Element& element) {
    Element result;
    GARDEROBE_CHECK(Negate(element, &result));
    return result;
  }
  absl::Status Join() const {
    return JointKeys::From(ttp_, vault_, aggregator_).status();
  }
  TtpParameters ttp_ = *TtpParameters::From(TtpBody());
  VaultParameters vault_ = *VaultParameters::From(VaultBody());
  AggregatorParameters aggregator_ =
      *AggregatorParameters::From(AggregatorBody());
};

TEST_F(JointKeysTest, AreTheSumsOfTheParties) {
  const auto joint = JointKeys::From(ttp_, vault_, aggregator_);
  ASSERT_THAT(joint, IsOk());
  const auto email = static_cast<size_t>(Kind::kEmail);
  Element sum;
  ASSERT_TRUE(Add(vault_.public_keys[email], ttp_.ingress_key, &sum));
  EXPECT_EQ(joint->kinds[email], sum);
  EXPECT_TRUE(joint->kinds[static_cast<size_t>(Kind::kAddress)].is_zero());
  ASSERT_TRUE(Add(vault_.home_key, aggregator_.pseudonym_key, &sum));
  ASSERT_TRUE(Add(sum, ttp_.ingress_key, &sum));
  EXPECT_EQ(joint->home, sum);
}

TEST_F(JointKeysTest, KeysThatCancelEachOtherOutAreRefused) {
  ASSERT_THAT(Join(), IsOk());
  const TtpParameters honest = ttp_;
  ttp_.ingress_key =
      Negated(vault_.public_keys[static_cast<size_t>(Kind::kEmail)]);
  EXPECT_THAT(Join(), StatusIs(kRefused, HasSubstr("cancel")));
  // The home slot: vault and aggregator, then all three.
  ttp_ = honest;
  const Element home = vault_.home_key;
  vault_.home_key = Negated(aggregator_.pseudonym_key);
  EXPECT_THAT(Join(), StatusIs(kRefused, HasSubstr("cancel")));
  vault_.home_key = home;
  Element sum;
  ASSERT_TRUE(Add(home, aggregator_.pseudonym_key, &sum));
  ttp_.ingress_key = Negated(sum);
  EXPECT_THAT(Join(), StatusIs(kRefused, HasSubstr("cancel")));
}

// A TTP that takes U' = u'*G - Y[email] would open every e-mail: it has no
// logarithm of U' to prove.
TEST_F(JointKeysTest, ARogueKeyHasNoProof) {
  Parameters rogue = TtpBody();
  const auto own = TestScalar::Random();
  Element key;
  ASSERT_TRUE(Subtract(MultiplyBase(own),
                       vault_.public_keys[static_cast<size_t>(Kind::kEmail)],
                       &key));
  PutProvenKey(rogue, "U", own);
  ASSERT_THAT(TtpParameters::From(rogue), IsOk());
  rogue.values["U"] = key.view();
  EXPECT_THAT(TtpParameters::From(rogue),
              StatusIs(kRefused, HasSubstr("without a proof")));
}

}  // namespace
}  // namespace garderobe
