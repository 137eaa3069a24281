// Rights that are not done at once: a party is away, or a quota is used up. The
// request is kept, and asked again.
#include "tests/e2e/rights_fixture.h"

namespace garderobe {
namespace {

using ::testing::HasSubstr;

class PendingRightTest : public RightsTest {
 protected:
  static std::string Identity(const std::string& email) {
    return deployment_->Write("identity.json",
                              R"({"email": ")" + email + R"("})");
  }
  static RunResult Erase(const std::string& email) {
    return Run({"erase", "--institution", kMuseum, "--identity",
                Identity(email), "--json"});
  }
  static std::string AccessKey() {
    const RunResult key =
        Run({"access-key", "--institution", kMuseum, "--json"});
    EXPECT_EQ(key.exit, 0) << key.err;
    return key.json()["access_key"];
  }
  static RunResult Release(const std::string& key,
                           const std::vector<std::string>& custodians) {
    std::vector<std::string> command = {
        "vault", "release", "--identities", "1", "--access-key", key, "--json"};
    for (const std::string& custodian : custodians) {
      command.insert(command.end(), {"--as", custodian});
    }
    return Run(command);
  }
  static RunResult Receipts(const std::string& institution = kMuseum) {
    return Run({"receipts", "--institution", institution, "--json"});
  }
};

TEST_F(PendingRightTest, BeyondTheQuotaItWaitsForTwoCustodians) {
  ImportRegister({{kMuseum,
                   "agreement_from = 2020-01-01\n"
                   "identity_rights_per_month = 2"},
                  {kTheatre, kAgreed}});
  // Known or not, it counts.
  EXPECT_EQ(Erase("one@example.nl").exit, 0);
  EXPECT_EQ(Erase("two@example.nl").exit, 0);
  const RunResult third = Erase("three@example.nl");
  EXPECT_EQ(third.exit, 1);
  EXPECT_THAT(third.err, HasSubstr("two custodians"));
  EXPECT_THAT(third.err, Not(HasSubstr("three@example.nl")));
  // Of the own customers there is no quota.
  EXPECT_EQ(Right("erase", kMuseum, "c1")["receipt"]["right"], "erase");
  // And none of another institution's is used.
  EXPECT_EQ(Run({"erase", "--institution", kTheatre, "--identity",
                 Identity("one@example.nl")})
                .exit,
            0);
  const std::string key = AccessKey();
  EXPECT_NE(Release(key, {"custodian-1"}).exit, 0);
  EXPECT_EQ(Receipts().exit, 1);
  const RunResult released = Release(key, {"custodian-1", "custodian-2"});
  EXPECT_EQ(released.exit, 0) << released.err;
  const RunResult done = Receipts();
  EXPECT_EQ(done.exit, 0) << done.err;
  ASSERT_EQ(done.json().size(), 1u);
  EXPECT_EQ(done.json()[0]["receipt"]["receipts"].size(), 2u);
  EXPECT_TRUE(Receipts().json().empty());
  // One was let through, not the next.
  EXPECT_EQ(Erase("four@example.nl").exit, 1);
  EXPECT_EQ(Release(key, {"custodian-1", "custodian-2"}).exit, 0);
  EXPECT_EQ(Receipts().exit, 0);
}

TEST_F(PendingRightTest, ARequestOutlivesAVaultThatIsAway) {
  ImportRegister({{kMuseum, kAgreed}, {kTheatre, kAgreed}});
  ASSERT_EQ(Send(kMuseum, "away", 2, "c7", kAnna).exit, 0);
  deployment_->Kill("vaultd");
  const RunResult waits = Run(
      {"erase", "--institution", kMuseum, "--customer", "c7", "--wait", "1"});
  EXPECT_EQ(waits.exit, 3) << waits.err;
  EXPECT_THAT(waits.err, HasSubstr("garderobe receipts"));
  deployment_->Up();
  const RunResult done = Receipts();
  EXPECT_EQ(done.exit, 0) << done.err;
  ASSERT_EQ(done.json().size(), 1u);
  EXPECT_EQ(done.json()[0]["visits_removed"], 2);
  EXPECT_FALSE(Held(kMuseum, "c7", "vault")["known"]);
  EXPECT_TRUE(Receipts().json().empty());
}

// A TTP that has ended knows nothing of what it had accepted.
TEST_F(PendingRightTest, ARequestOutlivesTheTtp) {
  ImportRegister({{kMuseum, kAgreed}, {kTheatre, kAgreed}});
  ASSERT_EQ(Send(kMuseum, "ended", 3, "c8", kAnna).exit, 0);
  deployment_->Kill("vaultd");
  EXPECT_EQ(Run({"object", "--institution", kMuseum, "--customer", "c8",
                 "--wait", "1"})
                .exit,
            3);
  deployment_->Kill("ttpd");
  deployment_->Up();
  const RunResult done = Receipts();
  EXPECT_EQ(done.exit, 0) << done.err;
  ASSERT_EQ(done.json().size(), 1u);
  EXPECT_FALSE(Held(kMuseum, "c8", "vault")["known"]);
}

}  // namespace
}  // namespace garderobe
