// The agent as a vendor meets it: rows over HTTP become figures, whatever
// happens between.
#include <sys/mount.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>

#include "tests/e2e/agent_fixture.h"

namespace garderobe {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;

class AgentTest : public RunningAgentTest {
 protected:
  void SetUp() override { deployment_.Up(); }
};

TEST_F(AgentTest, RowsBecomeFiguresAndOutcomesAreToldByRow) {
  StartAgent();
  json rows = json::parse(Rows(1, 20));
  rows[4]["nickname"] = "x";
  rows[6]["starts_at"] = "1999-03-01T20:00";  // before the agreement
  rows[8]["share"] = false;
  const HttpAnswer taken = Post(rows.dump());
  ASSERT_EQ(taken.status, 200) << taken.body;
  EXPECT_EQ(taken.json()["taken"], 19);
  EXPECT_EQ(taken.json()["refused"][0]["row"], 5);
  ASSERT_TRUE(EventuallyAllDelivered(/*customers_too=*/true));
  std::map<uint64_t, std::string> refused;
  const json page = Outcomes();
  for (const json& batch : page["batches"]) {
    for (const json& one : batch["refused"]) {
      refused[one["row"]] = one["reason"];
    }
  }
  EXPECT_THAT(refused, ::testing::ElementsAre(std::pair(5, "FIELD_UNKNOWN"),
                                              std::pair(7, "BEFORE_AGREEMENT")))
      << page;
  EXPECT_EQ(page["next_after"], 20);
  EXPECT_EQ(Tickets(), 18);
  uint64_t customers = 0;
  const json of_customers = Outcomes("of=customers");
  for (const json& batch : of_customers["batches"]) {
    customers += batch["stored"].get<uint64_t>();
  }
  // K0 to K10, but for those whose only rows were refused or not shared.
  EXPECT_EQ(customers, 11u) << of_customers;
  const RunResult status =
      deployment_.Run({"agent", "status", "--config",
                       deployment_.folder() + "/agent-under-test.toml"});
  EXPECT_EQ(status.exit, 0) << status.err;
  EXPECT_THAT(status.out, HasSubstr("example-museum"));
  // Nothing of it stays on the disk, nor in what the agent says.
  for (const auto& entry : fs::recursive_directory_iterator(AgentFolder())) {
    EXPECT_NE(entry.path().extension(), ".spool");
  }
  EXPECT_EQ(status.out.find("visitor"), std::string::npos);
}

TEST_F(AgentTest, ASecondDeliveryOfTheSameRowsCountsNothingTwice) {
  StartAgent();
  ASSERT_EQ(Post(Rows(1, 50)).status, 200);
  ASSERT_EQ(Post(Rows(1, 50)).status, 200);
  ASSERT_TRUE(EventuallyAllDelivered());
  EXPECT_EQ(Tickets(), 50);
  EXPECT_EQ(Status()["stored"], 100);
}

// Whoever sends goes on until a request is answered, as the contract says.
TEST_F(AgentTest, NothingIsLostWhenAgentAndDaemonsAreKilledAllTheTime) {
  StartAgent();
  constexpr int kRows = 25, kSenders = 3, kKills = 10;
  std::atomic<int> next{0};
  std::atomic<bool> ends{false};
  std::vector<std::thread> senders;
  for (int i = 0; i < kSenders; ++i) {
    senders.emplace_back([&] {
      while (!ends) {
        const std::string body = Rows(1 + next++ * kRows, kRows);
        while (Post(body).status != 200) {
          std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
      }
    });
  }
  std::mt19937 random(7);
  for (int kills = 0; kills < kKills; ++kills) {
    std::this_thread::sleep_for(std::chrono::milliseconds(
        std::uniform_int_distribution<int>(30, 400)(random)));
    if (kills == 3) deployment_.Kill("aggregatord");
    if (kills == 5) deployment_.Kill("ttpd");
    if (kills == 7) deployment_.Up();
    KillAgent();
    StartAgent();
  }
  ends = true;
  for (std::thread& sender : senders) sender.join();
  deployment_.Up();
  ASSERT_TRUE(EventuallyAllDelivered());
  EXPECT_EQ(Tickets(), next * kRows);
  const json status = Status();
  EXPECT_EQ(status["refused"], 0);
  EXPECT_GE(status["taken"], next * kRows);
}

// A week, compressed: the parties are away, the agent is started anew between,
// and everything comes in the end.
TEST_F(AgentTest, AWeekWithoutTheServiceLosesNothing) {
  deployment_.Down();
  StartAgent();
  int sent = 0;
  for (int day = 0; day < 7; ++day) {
    for (int hour = 0; hour < 24; ++hour) {
      ASSERT_EQ(Post(Rows(1 + sent, 25)).status, 200);
      sent += 25;
    }
    KillAgent();
    StartAgent();
  }
  ASSERT_TRUE(Eventually(
      [&] { return Status()["visits_hindered_by"].get<std::string>() != ""; }));
  json status = Status();
  EXPECT_EQ(status["waiting"], sent);
  EXPECT_EQ(status["stored"], 0);
  const RunResult shown =
      deployment_.Run({"agent", "status", "--config",
                       deployment_.folder() + "/agent-under-test.toml"});
  EXPECT_THAT(shown.out, HasSubstr("visits wait: "));
  deployment_.Up();
  ASSERT_TRUE(EventuallyAllDelivered());
  EXPECT_EQ(Tickets(), sent);
}

TEST_F(AgentTest, AFullSpoolIsSaidAndTakesRowsAgainWhenItIsDelivered) {
  deployment_.Down();
  StartAgent("[spool]\nmib_max = 1\n");
  int taken = 0;
  HttpAnswer full;
  for (; taken < 100'000; taken += 500) {
    full = Post(Rows(1 + taken, 500));
    if (full.status != 200) break;
  }
  EXPECT_EQ(full.status, 507) << full.body;
  EXPECT_THAT(full.head, HasSubstr("Retry-After: "));
  EXPECT_EQ(full.json()["error"]["code"], "NOT_KEPT");
  EXPECT_EQ(Status()["taken"], taken);
  deployment_.Up();
  ASSERT_TRUE(
      Eventually([&] { return Post(Rows(1 + taken, 500)).status == 200; }));
  ASSERT_TRUE(EventuallyAllDelivered());
  EXPECT_EQ(Tickets(), taken + 500);
}

TEST_F(AgentTest, AFullDiskIsSaidAndLosesNothing) {
  if (geteuid() != 0)
    GTEST_SKIP() << "a small disk can only be mounted by root";
  deployment_.Down();
  fs::create_directories(AgentFolder());
  const std::string folder = AgentFolder();
  if (mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=2m,mode=700") != 0) {
    GTEST_SKIP() << "no file system can be mounted here";
  }
  // Unmounted whatever the test comes to.
  const std::unique_ptr<void, std::function<void(void*)>> unmount(
      this, [&](void*) {
        KillAgent();
        umount(folder.c_str());
      });
  StartAgent("[spool]\nfree_mib_min = 0\n");
  int taken = 0;
  HttpAnswer full;
  for (; taken < 100'000; taken += 100) {
    json rows = json::parse(Rows(1 + taken, 100));
    // Refused by the aggregator, so that a list of outcomes that was lost
    // would show.
    for (size_t i = 0; i < 100; i += 10) {
      rows[i]["starts_at"] = "1999-03-01T20:00";
    }
    full = Post(rows.dump());
    if (full.status != 200) break;
  }
  EXPECT_EQ(full.status, 507) << full.body;
  EXPECT_GT(taken, 1000);
  KillAgent();
  // Even the log of outcomes finds no room then: nothing counts as delivered
  // that could not be noted.
  StartAgent("[spool]\nfree_mib_min = 0\n");
  deployment_.Up();
  ASSERT_TRUE(Eventually([&] {
    return Status()["visits_hindered_by"].get<std::string>() != "" ||
           Status()["waiting"] == 0;
  }));
  ASSERT_EQ(
      mount("tmpfs", folder.c_str(), "tmpfs", MS_REMOUNT, "size=64m,mode=700"),
      0);
  ASSERT_TRUE(EventuallyAllDelivered());
  EXPECT_EQ(Tickets(), taken - taken / 10);
  EXPECT_EQ(Status()["refused"], taken / 10);
  EXPECT_EQ(Status()["stored"], taken - taken / 10);
}

TEST_F(AgentTest, AWatchedFolderIsDeliveredToo) {
  const std::string folder = deployment_.folder() + "/exports";
  fs::create_directories(folder);
  StartAgent("[folders]\nwatch = [\"example-museum default " + folder +
             "\"]\n");
  std::ofstream(folder + "/day.csv")
      << "order_id,line_id,event_id,starts_at\n1,1,E1,2026-03-01 20:00\n"
         "2,1,E1,nonsense\n";
  ASSERT_TRUE(
      Eventually([&] { return fs::exists(folder + "/delivered/day.csv"); }));
  EXPECT_EQ(Tickets(), 1);
  // A share that is unmounted is said, hinders nothing else, and is over when
  // it is mended.
  const auto hindered = [&] {
    const json status = Get("/v1/status");
    return status.is_object()
               ? status["folders"][0]["hindered_by"].get<std::string>()
               : "?";
  };
  fs::rename(folder, folder + "-away");
  ASSERT_TRUE(Eventually([&] { return hindered() != ""; }));
  ASSERT_EQ(Post(Rows(10, 5)).status, 200);
  ASSERT_TRUE(EventuallyAllDelivered());
  fs::rename(folder + "-away", folder);
  fs::create_symlink("loop.csv", folder + "/loop.csv");
  std::ofstream(folder + "/next.csv")
      << "order_id,line_id,event_id,starts_at\n3,1,E1,2026-03-01 20:00\n";
  ASSERT_TRUE(
      Eventually([&] { return fs::exists(folder + "/delivered/next.csv"); }));
  EXPECT_EQ(hindered(), "");
  EXPECT_EQ(Tickets(), 7);
  kill(agent_.pid, SIGTERM);
  const RunResult ended = agent_.Wait();
  EXPECT_EQ(ended.exit, 0);
  EXPECT_THAT(ended.err, HasSubstr("line 3: starts_at STARTS_AT_INVALID"));
  agent_.pid = -1;
}

// What hinders is said, and when it is mended everything goes.
TEST_F(AgentTest, AWrongCertificateIsSaidAndNothingIsDropped) {
  const std::string at = deployment_.folder() + "/clients/" + kMuseum;
  fs::rename(at + "/certificate.pem", at + "/kept.pem");
  StartAgent("", /*waits=*/false);
  const RunResult refused = agent_.Wait();
  EXPECT_NE(refused.exit, 0);
  EXPECT_THAT(refused.err, HasSubstr("no client example-museum"));
  agent_.pid = -1;
  // Of another client, which may not deliver for this institution.
  fs::copy_file(
      deployment_.folder() + "/clients/example-theatre/certificate.pem",
      at + "/certificate.pem");
  fs::rename(at + "/private.key", at + "/kept.key");
  fs::copy_file(deployment_.folder() + "/clients/example-theatre/private.key",
                at + "/private.key");
  StartAgent();
  ASSERT_EQ(Post(Rows(1, 10)).status, 200);
  ASSERT_TRUE(Eventually(
      [&] { return Status()["visits_hindered_by"].get<std::string>() != ""; }));
  EXPECT_THAT(Status()["visits_hindered_by"].get<std::string>(),
              HasSubstr("example-theatre"));
  KillAgent();
  fs::rename(at + "/kept.pem", at + "/certificate.pem");
  fs::rename(at + "/kept.key", at + "/private.key");
  StartAgent();
  ASSERT_TRUE(EventuallyAllDelivered());
  EXPECT_EQ(Tickets(), 10);
}

TEST_F(AgentTest, TwoAgentsNeverShareAFolder) {
  StartAgent();
  const RunResult second = deployment_.Run(
      {"agent", "--config", deployment_.folder() + "/agent-under-test.toml"});
  EXPECT_NE(second.exit, 0);
  EXPECT_THAT(second.err, HasSubstr("is another agent running?"));
  // Another feed is no way round: the rows are in the same folder.
  const RunResult third = deployment_.Run(
      {"agent", "--config",
       deployment_.Write("third.toml",
                         "[agent]\nclient = \"example-museum\"\ninstitutions = "
                         "[\"example-museum\"]\nsource = \"third\"\n")});
  EXPECT_NE(third.exit, 0);
  EXPECT_THAT(third.err, HasSubstr("is another agent running?"));
}

// The examples of docs/agent.md, in the languages that are on this machine.
TEST_F(AgentTest, ExamplesInFourLanguagesDeliver) {
  StartAgent();
  const std::string examples =
      std::string(GARDEROBE_SOURCE_DIR) + "/client/agent/examples/";
  const std::string made = deployment_.folder() + "/Deliver.exe";
  struct Example {
    const char* language;
    std::string needs, command;
  };
  const Example all[] = {
      {"Python", "/usr/bin/python3",
       "/usr/bin/python3 " + examples + "deliver.py"},
      {"PHP", "/usr/bin/php", "/usr/bin/php " + examples + "deliver.php"},
      {"JavaScript", "/usr/bin/node",
       "/usr/bin/node " + examples + "deliver.js"},
      {"C#", "/usr/bin/mcs",
       "/usr/bin/mcs -out:" + made + " " + examples +
           "Deliver.cs && /usr/bin/mono " + made}};
  int run = 0, first = 1;
  for (const Example& example : all) {
    if (!fs::exists(example.needs)) {
      std::cout << "no " << example.language << " here: " << example.needs
                << "\n";
      continue;
    }
    ++run;
    json rows = json::parse(Rows(first, 700));
    rows[600]["phone"] = 612345678;
    const std::string file = deployment_.Write("rows.json", rows.dump());
    const RunResult r = RunToEnd(
        {"/bin/sh", "-c",
         fmt::format("{} {} {}/agent.token http://127.0.0.1:{} < {}",
                     example.command, kMuseum, AgentFolder(), Port(), file)});
    EXPECT_EQ(r.exit, 0) << example.language << r.out << r.err;
    EXPECT_THAT(r.out, HasSubstr("phone")) << example.language << r.err;
    EXPECT_THAT(r.out, HasSubstr(fmt::format("{}", first + 600)));
    first += 700;
  }
  if (run == 0) GTEST_SKIP() << "none of the four languages is here";
  ASSERT_TRUE(EventuallyAllDelivered());
  EXPECT_EQ(Tickets(), run * 699);
}

}  // namespace
}  // namespace garderobe
