// A register that lets more happen, through the built command line and daemons:
// the coordinating body alone can't have it.
#include <filesystem>

#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/local_deployment.h"

namespace garderobe {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kHeld[] =
    "[[institution]]\nid = \"example-museum\"\nsubsector = \"museum\"\n"
    "agreement_from = 2020-01-01\n";

class RegisterCustodyTest : public ::testing::Test {
 protected:
  RegisterCustodyTest() {
    // As in earnest: nobody takes the custodians' part.
    std::string config = *ReadWholeFile(deployment_.folder() + "/client.toml");
    const std::string on = "demo_custodians = true";
    const size_t at = config.find(on);
    EXPECT_NE(at, config.npos);
    deployment_.Write("client.toml",
                      config.replace(at, on.size(), "demo_custodians = false"));
    deployment_.Up();
  }
  RunResult Run(std::vector<std::string> arguments) {
    return deployment_.Run(std::move(arguments));
  }
  std::string Path(const std::string& name) const {
    return deployment_.folder() + "/" + name;
  }
  RunResult Import(const std::string& text,
                   std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"admin", "institution", "import",
                               deployment_.Write("register.toml", text)});
    return Run(more);
  }
  // The register with its keys, as it is approved and imported.
  std::string Request(const std::string& text, const std::string& name) {
    const RunResult r =
        Run({"admin", "institution", "request",
             deployment_.Write("register.toml", text), "--out", Path(name)});
    EXPECT_EQ(r.exit, 0) << r.err;
    return Path(name);
  }
  RunResult Approve(const std::string& request, const std::string& custodian,
                    const std::string& out) {
    return Run({"custodian", "approve", "register", request, "--as", custodian,
                "--out", Path(out)});
  }
  // What ttpd holds of the museum.
  nlohmann::json Museum() {
    const nlohmann::json list =
        Run({"admin", "institution", "list", "--json"}).json();
    for (const auto& one : list) {
      if (one["id"] == "example-museum") return one;
    }
    return {};
  }

  LocalDeployment deployment_;
};

TEST_F(RegisterCustodyTest, WhatWidensTakesTwoWhoHaveSeenIt) {
  const std::string wider = std::string(kHeld) +
                            "plain = true\nretention_months = 72\n\n"
                            "[[institution]]\nid = \"new-house\"\n"
                            "subsector = \"podium\"\n";
  RunResult r = Import(wider);
  EXPECT_EQ(r.exit, 1);
  for (const char* told :
       {"example-museum: 72 months of retention instead of 60",
        "example-museum: may deliver in plain mode",
        "new-house: is a new institution",
        "garderobe admin institution request",
        "garderobe custodian approve register"}) {
    EXPECT_THAT(r.err, HasSubstr(told));
  }
  EXPECT_FALSE(Museum()["plain"].get<bool>());

  const std::string request = Request(wider, "request.toml");
  r = Approve(request, "custodian-1", "one");
  EXPECT_EQ(r.exit, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("at answer:\n"));
  EXPECT_THAT(r.out, HasSubstr("  example-museum: may deliver in plain mode"));
  ASSERT_EQ(Approve(request, "custodian-2", "two").exit, 0);
  const auto import = [&](const std::string& file,
                          std::vector<std::string> more) {
    more.insert(more.begin(), {"admin", "institution", "import", file});
    return Run(more);
  };
  const std::string one = Path("one"), two = Path("two");
  EXPECT_THAT(import(request, {"--approval", one}).err,
              HasSubstr("2 custodians have to approve this at answer, and 1"));
  EXPECT_THAT(import(request, {"--approval", one, "--approval", one}).err,
              HasSubstr("custodian-1 has approved twice"));
  EXPECT_THAT(import(Request(wider + "benchmark = true\n", "other.toml"),
                     {"--approval", one, "--approval", two})
                  .err,
              HasSubstr("has approved another request"));
  EXPECT_FALSE(Museum()["plain"].get<bool>());
  r = import(request, {"--approval", one, "--approval", two});
  EXPECT_EQ(r.exit, 0) << r.err;
  EXPECT_TRUE(Museum()["plain"].get<bool>());
  EXPECT_EQ(Museum()["retention_months"], 72);
  // The same again widens nothing, and narrower takes the coordinating body.
  EXPECT_EQ(import(request, {}).exit, 0);
  EXPECT_EQ(Import(kHeld).exit, 0);
  EXPECT_FALSE(Museum()["plain"].get<bool>());
  // What was approved once is not approved for ever, also after a kill.
  for (const char* daemon : {"answerd", "aggregatord", "ttpd"}) {
    deployment_.Kill(daemon);
  }
  deployment_.Up();
  r = import(request, {"--approval", one, "--approval", two});
  EXPECT_EQ(r.exit, 1);
  EXPECT_THAT(r.err, HasSubstr("was used before"));
  EXPECT_FALSE(Museum()["plain"].get<bool>());
  EXPECT_EQ(import(request, {"--as", "custodian-1"}).exit, 1);
  EXPECT_EQ(
      import(request, {"--as", "custodian-1", "--as", "custodian-2"}).exit, 0);
  EXPECT_TRUE(Museum()["plain"].get<bool>());
  r = Approve(request, "custodian-1", "three");
  EXPECT_EQ(r.exit, 1);
  EXPECT_THAT(r.err, HasSubstr("lets nothing more happen"));
}

// A party that has lost its register takes none over the wire that two have not
// approved: what it holds then is nothing, and everything is wider.
TEST_F(RegisterCustodyTest, TheFirstRegisterIsNotTakenOverTheWire) {
  deployment_.Down();
  std::filesystem::remove(Path("answer/data/register.pb"));
  std::filesystem::remove(Path("answer/data/agreements.pb"));
  deployment_.Up();
  const std::string request = Request(kHeld, "request.toml");
  RunResult r = Run({"admin", "institution", "import", request});
  EXPECT_EQ(r.exit, 1);
  EXPECT_THAT(r.err, HasSubstr("example-museum: is a new institution"));
  ASSERT_EQ(Approve(request, "custodian-1", "one").exit, 0);
  r = Approve(request, "custodian-2", "two");
  ASSERT_EQ(r.exit, 0) << r.err;
  // Only there: the other parties hold it already.
  EXPECT_THAT(r.out, HasSubstr("at answer:"));
  EXPECT_THAT(r.out, Not(HasSubstr("at ttp:")));
  r = Run({"admin", "institution", "import", request, "--approval", Path("one"),
           "--approval", Path("two")});
  EXPECT_EQ(r.exit, 0) << r.err;
}

// What `init` makes is to try with: its own custodians agree, and it says so.
TEST(DemoCustodiansTest, ApproveWhatIsImported) {
  LocalDeployment deployment;
  deployment.Up();
  const RunResult r =
      deployment.Run({"admin", "institution", "import",
                      deployment.Write("register.toml",
                                       std::string(kHeld) + "plain = true\n")});
  EXPECT_EQ(r.exit, 0) << r.err;
  EXPECT_THAT(r.err, HasSubstr("approved by custodian-1 and custodian-2"));
  EXPECT_THAT(*ReadWholeFile(deployment.folder() + "/ttpd.log"),
              HasSubstr("event=approved action=register "
                        "custodians=custodian-1,custodian-2"));
}

}  // namespace
}  // namespace garderobe
