// Objections that are taken back without their secret, through the built
// programs: two custodians let one request through, and no other.
#include <filesystem>
#include <regex>

#include "core/base/files.h"
#include "tests/e2e/rights_fixture.h"

namespace garderobe {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class CustodiansWithdrawTest : public RightsTest {
 protected:
  void SetUp() override {
    ImportRegister({{kMuseum, kAgreed}, {kTheatre, kAgreed}});
  }
  // A request that waits, as the command tells custodians of it.
  struct Waiting {
    std::string request, commitment;
    std::string text;  // of the refusal, without the two
  };
  static Waiting Ask(const std::string& institution,
                     const std::vector<std::string>& of) {
    std::vector<std::string> command = {"withdraw", "--institution",
                                        institution, "--without-secret"};
    command.insert(command.end(), of.begin(), of.end());
    const RunResult r = Run(command);
    EXPECT_EQ(r.exit, 1) << r.err;
    std::smatch told;
    EXPECT_TRUE(std::regex_search(
        r.err, told,
        std::regex("custodian approve withdrawal --request ([0-9a-f]{32}) "
                   "--commitment ([0-9a-f]{64}) ")))
        << r.err;
    return {told[1], told[2],
            std::regex_replace(r.err, std::regex("[0-9a-f]{32,}"), "N")};
  }
  static std::vector<std::string> Named(const Waiting& waiting) {
    return {"--request", waiting.request, "--commitment", waiting.commitment};
  }
  // A custodian's approval of it; the file.
  static std::string Approve(const std::string& custodian,
                             const Waiting& waiting) {
    static int count = 0;
    const std::string file =
        deployment_->folder() + "/withdrawal-" + std::to_string(++count);
    std::vector<std::string> command = {"custodian", "approve", "withdrawal"};
    for (const std::string& word : Named(waiting)) command.push_back(word);
    command.insert(command.end(), {"--as", custodian, "--out", file});
    const RunResult r = Run(command);
    EXPECT_EQ(r.exit, 0) << r.err;
    EXPECT_THAT(r.out, HasSubstr("takes back, without the secret"));
    return file;
  }
  static RunResult Allow(const Waiting& waiting,
                         const std::vector<std::string>& files) {
    std::vector<std::string> command = {"vault", "allow-withdrawal", "--json"};
    for (const std::string& word : Named(waiting)) command.push_back(word);
    for (const std::string& file : files) {
      command.insert(command.end(), {"--approval", file});
    }
    return Run(command);
  }
  // Lets it through, by two custodians whose keys are at hand.
  static void Allow(const Waiting& waiting) {
    std::vector<std::string> command = {"vault", "allow-withdrawal",
                                        "--as",  "custodian-1",
                                        "--as",  "custodian-2"};
    for (const std::string& word : Named(waiting)) command.push_back(word);
    const RunResult r = Run(command);
    EXPECT_EQ(r.exit, 0) << r.err;
  }
  // The numbers of the requests that are done now.
  static std::vector<std::string> Done(const std::string& institution) {
    std::vector<std::string> ids;
    const RunResult r =
        Run({"receipts", "--institution", institution, "--json"});
    for (const auto& one : r.json()) {
      EXPECT_EQ(one["receipt"]["receipts"].size(), 2u);
      ids.push_back(one["receipt"]["request_id"]);
    }
    return ids;
  }
  // Whether the customer is somebody once the file that Send wrote comes again.
  static bool IsKnown(const std::string& institution,
                      const std::string& customer, const std::string& sent) {
    const RunResult r =
        Run({"send", deployment_->folder() + "/" + sent + ".csv",
             "--institution", institution, "--all-relations"});
    EXPECT_EQ(r.exit, 0) << r.err;
    return Held(institution, customer, "vault")["known"].get<bool>();
  }
  static std::string VaultLog() {
    return *ReadWholeFile(deployment_->folder() + "/vaultd.log");
  }
};

TEST_F(CustodiansWithdrawTest, TwoLetJustOneRequestThrough) {
  ASSERT_EQ(Send(kMuseum, "M", 1, "c1", kAnna).exit, 0);
  ASSERT_EQ(Send(kTheatre, "T", 1, "t1", kAnna).exit, 0);
  Right("object", kMuseum, "c1");
  Right("object", kTheatre, "t1");
  const Waiting asked = Ask(kMuseum, {"--customer", "c1"});
  EXPECT_THAT(asked.text, HasSubstr("two custodians"));
  EXPECT_THAT(asked.text, HasSubstr("garderobe receipts"));
  // The refusal says the same where no objection stands.
  const Waiting other = Ask(kMuseum, {"--customer", "unheard-of"});
  EXPECT_EQ(other.text, asked.text);
  EXPECT_THAT(Done(kMuseum), IsEmpty());
  const std::string one = Approve("custodian-1", asked),
                    two = Approve("custodian-2", asked);
  EXPECT_EQ(Allow(asked, {one}).exit, 1);
  EXPECT_EQ(Allow(asked, {one, one}).exit, 1);
  EXPECT_THAT(Done(kMuseum), IsEmpty());
  // Good for this request about this subject, and for nothing else.
  for (const Waiting& wrong :
       {other, Waiting{other.request, asked.commitment, ""},
        Waiting{asked.request, other.commitment, ""}}) {
    const RunResult r = Allow(wrong, {one, two});
    EXPECT_EQ(r.exit, 1);
    EXPECT_THAT(r.err, HasSubstr("has approved another request"));
  }
  // What two allow of this request about somebody else lets nothing through.
  Allow({asked.request, other.commitment, ""});
  EXPECT_THAT(Done(kMuseum), IsEmpty());
  const RunResult allowed = Allow(asked, {one, two});
  EXPECT_EQ(allowed.exit, 0) << allowed.err;
  EXPECT_GT(allowed.json()["expiry"], 0);
  const RunResult replayed = Allow(asked, {one, two});
  EXPECT_EQ(replayed.exit, 1);
  EXPECT_THAT(replayed.err, HasSubstr("was used before"));
  // What was allowed outlives the vault.
  deployment_->Kill("vaultd");
  deployment_->Up();
  EXPECT_THAT(Done(kMuseum), ::testing::ElementsAre(asked.request));
  EXPECT_THAT(VaultLog(),
              HasSubstr("event=withdrawal-allowed request=" + asked.request));
  EXPECT_THAT(VaultLog(), HasSubstr("event=withdrawal-by-custodians request=" +
                                    asked.request));
  EXPECT_THAT(VaultLog(), Not(HasSubstr("withdrawal-by-custodians request=" +
                                        other.request)));
  // The other one waits, and so does the next about the same customer.
  EXPECT_THAT(Done(kMuseum), IsEmpty());
  EXPECT_NE(Ask(kMuseum, {"--customer", "c1"}).request, asked.request);
  // The theatre's stands until the theatre takes it back.
  EXPECT_FALSE(IsKnown(kMuseum, "c1", "M"));
  Right("withdraw", kTheatre, "t1");
  EXPECT_TRUE(IsKnown(kMuseum, "c1", "M"));
}

TEST_F(CustodiansWithdrawTest, AnIdentityIsTakenBackWhoeverLodgedIt) {
  const char kBram[] = "bram@example.nl,Vos,Bram,1012LG,20\n";
  ASSERT_EQ(Send(kMuseum, "B", 1, "c2", kBram).exit, 0);
  const std::string who = deployment_->Write(
      "bram.json",
      R"({"email": "bram@example.nl", "last_name": "Vos", "first_name": "Bram"})");
  for (const char* institution : {kMuseum, kTheatre}) {
    const RunResult r =
        Run({"object", "--institution", institution, "--identity", who});
    ASSERT_EQ(r.exit, 0) << r.err;
  }
  ASSERT_FALSE(IsKnown(kMuseum, "c2", "B"));
  const Waiting asked = Ask(kTheatre, {"--identity", who});
  Allow(asked);
  EXPECT_THAT(Done(kTheatre), SizeIs(1));
  EXPECT_TRUE(IsKnown(kMuseum, "c2", "B"));
}

// What the option is for: the key that would give the secret is another one.
TEST_F(CustodiansWithdrawTest, AReceiptNamesTheCustomerOfALostKey) {
  const char kCato[] = "cato@example.nl,Prins,Cato,1012LG,22\n";
  ASSERT_EQ(Send(kMuseum, "C", 1, "c3", kCato).exit, 0);
  ASSERT_EQ(Send(kTheatre, "D", 1, "t3", kCato).exit, 0);
  const std::string stored = Right("object", kMuseum, "c3")["stored"];
  ASSERT_FALSE(IsKnown(kTheatre, "t3", "D"));
  std::filesystem::remove(deployment_->folder() + "/institutions/" + kMuseum +
                          "/handle.key");
  ImportRegister({{kMuseum, kAgreed}, {kTheatre, kAgreed}});
  // With the new key it is nobody who objected.
  Right("withdraw", kMuseum, "c3");
  EXPECT_FALSE(IsKnown(kTheatre, "t3", "D"));
  const auto withdraw = [](std::vector<std::string> more) {
    more.insert(more.begin(), {"withdraw", "--institution", kMuseum});
    return Run(more);
  };
  EXPECT_EQ(withdraw({"--receipt", stored}).exit, 2);
  const RunResult none = withdraw(
      {"--without-secret", "--receipt", deployment_->Write("none", "{}")});
  EXPECT_EQ(none.exit, 2);
  EXPECT_THAT(none.err, HasSubstr("not the stored receipt of an objection"));
  EXPECT_EQ(Run({"withdraw", "--institution", kTheatre, "--without-secret",
                 "--receipt", stored})
                .exit,
            2);
  const Waiting asked = Ask(kMuseum, {"--receipt", stored});
  Allow(asked);
  EXPECT_THAT(Done(kMuseum), ::testing::Contains(asked.request));
  EXPECT_TRUE(IsKnown(kTheatre, "t3", "D"));
}

}  // namespace
}  // namespace garderobe
