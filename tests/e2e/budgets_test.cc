// Budgets of tokens, through the built binaries.
#include "tests/e2e/rights_fixture.h"

namespace garderobe {
namespace {

using ::testing::HasSubstr;
using BudgetsTest = RightsTest;

// Tokens of a customer with an e-mail address, names and an address, the slot
// of the home among them.
constexpr int kRowTokens = 9;  // a month's budget of 900 is 100 of them

// Visits go on without the relations that a budget holds back; two custodians
// release more, and the same file brings them.
TEST_F(BudgetsTest, ABudgetHoldsRelationsBackUntilTwoReleaseMore) {
  ImportRegister(
      {{"small", "agreement_from = 2020-01-01\ntokens_per_month = 900"},
       {kMuseum, kAgreed},
       {kTheatre, kAgreed}});
  std::string text = kHeader;
  for (int i = 1; i <= 150; ++i) {
    const std::string n = std::to_string(i);
    text += "BG" + n + ",1,E1,Faust,2025-03-14 20:15,2,25.00,C" + n + ",c" + n +
            "@example.nl,Naam" + n + ",Anna,1012LG," + n + "\n";
  }
  const std::string file = deployment_->Write("budget.csv", text);
  RunResult r = Run({"send", file, "--institution", "small", "--json"});
  EXPECT_EQ(r.exit, 4) << r.err;
  EXPECT_EQ(r.json()["visits_accepted"], 150);
  EXPECT_EQ(r.json()["relations_accepted"], 0);
  EXPECT_EQ(r.json()["relations_waiting"], 150);
  EXPECT_THAT(r.json()["why_waiting"], HasSubstr("two custodians"));
  auto release = [](const std::string& one, const std::string& two) {
    return Run({"budget", "release", "small", "--tokens",
                std::to_string(50 * kRowTokens), "--as", one, "--as", two,
                "--json"});
  };
  EXPECT_EQ(release("custodian-1", "custodian-1").exit, 1);
  r = release("custodian-1", "custodian-2");
  EXPECT_EQ(r.exit, 0) << r.err;
  EXPECT_EQ(r.json()["released"], 50 * kRowTokens);
  r = Run({"send", file, "--institution", "small", "--json"});
  EXPECT_EQ(r.exit, 0) << r.err;
  EXPECT_EQ(r.json()["relations_accepted"], 150);
  EXPECT_EQ(r.json()["relations_waiting"], 0);
  r = Run({"budget", "list", "--json"});
  EXPECT_THAT(r.out, HasSubstr(fmt::format("\"used\":{}", 150 * kRowTokens)));
  EXPECT_THAT(r.out, HasSubstr("\"budget\":22000000"));
}

// A budget that is nearly used up, and a ttpd that is killed in between: what
// was let through stays counted. A clean stop gives back what was reserved.
TEST_F(BudgetsTest, AKilledTtpGivesNoBudgetBack) {
  ImportRegister(
      {{"killed", "agreement_from = 2020-01-01\ntokens_per_month = 900"},
       {kMuseum, kAgreed},
       {kTheatre, kAgreed}});
  auto send = [](const std::string& prefix, int rows) {
    std::string text = kHeader;
    for (int i = 1; i <= rows; ++i) {
      const std::string n = prefix + std::to_string(i);
      text += n + ",1,E1,Faust,2025-03-14 20:15,2,25.00,C" + n + ",c" + n +
              "@example.nl,Naam" + n + ",Anna,1012LG,1\n";
    }
    const RunResult r = Run({"send", deployment_->Write(prefix + ".csv", text),
                             "--institution", "killed", "--json"});
    EXPECT_THAT(r.exit, ::testing::AnyOf(0, 4)) << r.err;
    return r.json()["relations_accepted"].get<int>();
  };
  auto used = [] {
    const RunResult r = Run({"budget", "list", "--json"});
    for (const auto& budget : r.json()) {
      if (budget["institution"] == "killed") return budget["used"].get<int>();
    }
    return -1;
  };
  EXPECT_EQ(send("KA", 60), 60);
  deployment_->Kill("ttpd");
  deployment_->Up();
  const int after = used();
  EXPECT_GE(after, 60 * kRowTokens);
  EXPECT_LE(after, 61 * kRowTokens);  // a hundredth was reserved
  EXPECT_EQ(send("KB", 60), 0);
  EXPECT_EQ(send("KC", 30), 30);
  deployment_->Down();
  deployment_->Up();
  EXPECT_EQ(used(), after + 30 * kRowTokens);
}

}  // namespace
}  // namespace garderobe
