// The whole path through the built binaries, over real TLS.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "client/deploy/authority.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/local_deployment.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

using ::testing::HasSubstr;

constexpr char kHeader[] =
    "order_id;line_id;event_id;starts_at;aantal;prijs;klantnummer;email\n";

class EndToEndTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    deployment_ = new LocalDeployment();
    deployment_->Up();
    deployment_->Simulate(8, 8000, 11);  // fewer are no nation
    // The register of the simulated country, and three besides.
    std::ifstream in(deployment_->country() + "/register.toml");
    std::string reg(std::istreambuf_iterator<char>(in), {});
    for (const char* id : {"example-theatre", "example-museum", "ended"}) {
      reg += "[[institution]]\nid = \"" + std::string(id) +
             "\"\nname = \"X\"\nsubsector = \"museum\"\n"
             "agreement_from = \"2020-01-01\"\n";
    }
    reg += "agreement_to = \"2021-01-01\"\n";  // of the last
    const RunResult r =
        deployment_->Run({"admin", "institution", "import",
                          deployment_->Write("register.toml", reg)});
    ASSERT_EQ(r.exit, 0) << r.err;
  }
  static void TearDownTestSuite() {
    delete deployment_;
    deployment_ = nullptr;
  }
  RunResult Run(std::vector<std::string> arguments) {
    return deployment_->Run(std::move(arguments));
  }
  static LocalDeployment* deployment_;
};
LocalDeployment* EndToEndTest::deployment_ = nullptr;

TEST_F(EndToEndTest, ACountryIsDeliveredMirroredPublishedAndAsked) {
  std::map<std::string, std::set<std::string>> person_of;
  {
    std::ifstream truth(deployment_->country() + "/truth.csv");
    std::string line;
    std::getline(truth, line);
    while (std::getline(truth, line)) {
      std::stringstream fields(line);
      std::string institution, customer, person;
      std::getline(fields, institution, ',');
      std::getline(fields, customer, ',');
      std::getline(fields, person, ',');
      person_of[institution].insert(person);
      person_of["national"].insert(person);
    }
  }
  for (const std::string& name : deployment_->institutions()) {
    const RunResult sent =
        Run({"send", deployment_->file(name), "--institution", name, "--json"});
    ASSERT_EQ(sent.exit, 0) << sent.err;
    EXPECT_EQ(sent.json()["visits_refused"], 0);
    EXPECT_GT(sent.json()["relations_accepted"], 0);
    EXPECT_EQ(MirrorOf(*deployment_, name),
              MirrorOfFile(deployment_->file(name)));
  }
  const std::string first = deployment_->institutions()[0];
  const RunResult again =
      Run({"send", deployment_->file(first), "--institution", first, "--json"});
  EXPECT_EQ(again.json()["visits_replaced"], again.json()["visits_accepted"]);
  EXPECT_EQ(again.json()["relations_accepted"], 0);
  EXPECT_EQ(MirrorOf(*deployment_, first),
            MirrorOfFile(deployment_->file(first)));

  RunResult r = Run({"admin", "publish", "2025", "--json"});
  ASSERT_EQ(r.exit, 0) << r.err;
  const auto snapshot = r.json()["snapshot"];
  r = Run({"admin", "publish", "2025", "--json"});
  EXPECT_EQ(r.json()["snapshot"], snapshot);
  EXPECT_TRUE(r.json()["already_published"].get<bool>());

  r = Run({"query", "reach", "--period", "2025", "--json"});
  ASSERT_EQ(r.exit, 0) << r.err;
  EXPECT_EQ(r.json()["coverage"]["institutions"], 8);
  const nlohmann::json answer = r.json();
  for (const auto& row : answer["rows"]) {
    if (row["measure"] != "persons") continue;
    const double truth = static_cast<double>(person_of["national"].size());
    EXPECT_NEAR(row["value"].get<double>(), truth, 45 + 0.04 * truth);
    EXPECT_EQ(row["cell"], "v1;reach;2025;national");
  }
  EXPECT_EQ(Run({"query", "reach", "--period", "2025", "--json"}).out, r.out);
}

TEST_F(EndToEndTest, UglyExportIsReadAndBadRowsAreNamed) {
  // Semicolons, Windows-1252, Dutch headers, decimal comma, dd-mm-yyyy.
  const std::string file = deployment_->Write(
      "ugly.csv",
      std::string(kHeader) +
          "A1;1;E1;14-03-2025 20:15;2;27,50;K1;zo\xeb@example.nl\n"
          "A1;2;E1;14-03-2025 20:15;x;27,50;K1;zo\xeb@example.nl\n"
          "A2;1;E1;14-03-2025 20:15;1;\"1.027,50\";K2;b@example.nl\n"
          "A3;1;E1;gisteren;1;5;K2;b@example.nl\n"
          "A4;1\n");
  const RunResult r =
      Run({"send", file, "--institution", "example-museum", "--json"});
  EXPECT_EQ(r.exit, 4) << r.err;
  const auto j = r.json();
  EXPECT_EQ(j["rows"], 5);
  EXPECT_EQ(j["visits_accepted"], 2);
  EXPECT_EQ(j["visits_refused"], 3);
  ASSERT_EQ(j["refused"].size(), 3u);
  EXPECT_EQ(j["refused"][0], (nlohmann::json{{"line", 3},
                                             {"column", "quantity"},
                                             {"reason", "QUANTITY_INVALID"}}));
  EXPECT_EQ(j["refused"][1]["reason"], "STARTS_AT_INVALID");
  EXPECT_EQ(j["refused"][2],
            (nlohmann::json{
                {"line", 6}, {"column", ""}, {"reason", "TOO_FEW_COLUMNS"}}));
  EXPECT_THAT(r.out + r.err, ::testing::Not(HasSubstr("gisteren")));
}

TEST_F(EndToEndTest, CancellationInALaterDeliveryRemoves) {
  auto send = [&](const std::string& status) {
    const std::string file = deployment_->Write(
        "status.csv",
        "order_id,line_id,event_id,starts_at,status\nZ1,1,EZ,2024-05-01," +
            status + "\n");
    EXPECT_EQ(Run({"send", file, "--institution", "example-theatre"}).exit, 0);
    return MirrorOf(*deployment_, "example-theatre");
  };
  EXPECT_EQ(send("sold").size(), 1u);
  EXPECT_TRUE(send("cancelled").empty());
  EXPECT_EQ(send("sold").size(), 1u);
  // An agreement that has ended covers nothing.
  const RunResult ended = Run({"send", deployment_->folder() + "/status.csv",
                               "--institution", "ended"});
  EXPECT_EQ(ended.exit, 1);
  EXPECT_THAT(ended.err, HasSubstr("no agreement of ended covers"));
}

TEST_F(EndToEndTest, WrongUseIsToldInOneSentence) {
  struct Case {
    std::vector<std::string> arguments;
    int exit;
    std::string text;
  };
  const std::string empty = deployment_->Write("empty.csv", "");
  const std::string foreign =
      deployment_->Write("foreign.csv", "naam|kleur\nx|y\n");
  const std::string page =
      deployment_->Write("page.csv", "<html><table></table></html>");
  for (const Case& c : std::initializer_list<Case>{
           {{"send", empty, "--institution", "museum-01"},
            2,
            "the file is empty"},
           {{"send", foreign, "--institution", "museum-01"},
            2,
            "separated by '|', none of a name that the mapping"},
           {{"send", page, "--institution", "museum-01"}, 2, "web page"},
           {{"send", "/nowhere.csv", "--institution", "museum-01"},
            2,
            "cannot open"},
           {{"send", empty, "--institution", "nobody"},
            2,
            "holds no handle key of nobody"},
           {{"send", empty}, 2, "--institution is required"},
           {{"query", "reach", "--population", "institution:nobody", "--period",
             "2025"},
            2,
            "has no institution nobody"},
           {{"query", "reach", "--period", "2025Q9"}, 2, "not a period"},
           {{"query", "reach", "--period", "1999"}, 2, "not a period"},
           {{"query", "reach", "--period", "2024"}, 2, "2024 is not published"},
           {{"query", "reach", "--population", "cluster:x", "--period", "2025"},
            2,
            "no clusters"},
           {{"query", "own", "visits", "--institution", "museum-01", "--by",
             "customer"},
            2,
            "one of month, quarter, year, season"},
           {{"admin", "publish", "2190"},
            1,
            "can be published from 2191-01-01"},
           {{"init", deployment_->folder()}, 2, "is not empty"},
           {{"mapping", "show", "x"}, 2, "there is no mapping x"}}) {
    const RunResult r = Run(c.arguments);
    EXPECT_EQ(r.exit, c.exit) << c.arguments[0] << ": " << r.err;
    EXPECT_THAT(r.err, HasSubstr(c.text));
  }
}

TEST_F(EndToEndTest, AnInstitutionAsksAboutItselfOnly) {
  Run({"admin", "publish", "2025"});
  const RunResult other =
      Run({"query", "reach", "--period", "2025", "--population",
           "institution:museum-01", "--as", "film-03"});
  EXPECT_EQ(other.exit, 1);
  EXPECT_THAT(other.err, HasSubstr("about itself"));
  // Whether another one exists is not told either.
  const RunResult unknown =
      Run({"query", "reach", "--period", "2025", "--population",
           "institution:nobody", "--as", "film-03"});
  EXPECT_EQ(unknown.err, other.err);
  EXPECT_EQ(Run({"query", "reach", "--period", "2025", "--as", "film-03"}).exit,
            0);
}

TEST_F(EndToEndTest, AVendorDeliversForSeveralInstitutions) {
  // A deployment of its own: the register is replaced as a whole.
  LocalDeployment deployment;
  deployment.Up();
  std::string reg;
  for (const char* id : {"stage-a", "stage-b"}) {
    reg += fmt::format(
        "[[institution]]\nid = \"{}\"\nsubsector = \"podium\"\n"
        "clients = [\"vendor\"]\nagreement_from = \"2020-01-01\"\n",
        id);
  }
  ASSERT_EQ(deployment
                .Run({"admin", "institution", "import",
                      deployment.Write("register.toml", reg)})
                .exit,
            0);
  const std::string file = deployment.Write(
      "x.csv", "order_id,line_id,event_id,starts_at\n1,1,E,2025-01-01T20:00\n");
  for (const char* id : {"stage-a", "stage-b"}) {
    const RunResult sent = deployment.Run(
        {"send", file, "--institution", id, "--client", "vendor", "--json"});
    EXPECT_EQ(sent.exit, 0) << sent.err;
    EXPECT_EQ(sent.json().value("visits_accepted", 0), 1);
  }
  // Another client of the deployment is no client of this institution.
  const RunResult other = deployment.Run(
      {"send", file, "--institution", "stage-a", "--client", "example-museum"});
  EXPECT_EQ(other.exit, 1);
  EXPECT_THAT(other.err, HasSubstr("the register has no key of "
                                   "garderobe://client/example-museum"));
  const RunResult unclear =
      deployment.Run({"send", file, "--institution", "stage-a"});
  EXPECT_EQ(unclear.exit, 2);
  EXPECT_THAT(unclear.err, HasSubstr("--client"));
}

TEST_F(EndToEndTest, StatusTellsEveryParty) {
  const RunResult r = Run({"status", "--json"});
  ASSERT_EQ(r.exit, 0) << r.err;
  for (const char* party : {"ttp", "vault", "aggregator", "answer"}) {
    EXPECT_TRUE(r.json()["parties"][party]["ready"].get<bool>()) << party;
    EXPECT_EQ(r.json()["parties"][party]["version"], "0.1.0");
  }
}

}  // namespace
}  // namespace garderobe
