// One daemon's bad day: configuration, certificates, disks, restarts, backups.
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "client/deploy/authority.h"
#include "core/base/files.h"
#include "core/register/register_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/local_deployment.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

using ::testing::HasSubstr;

TEST(DaemonTest, WrongKeyInTheConfigurationNamesTheNearestRightOne) {
  LocalDeployment deployment;
  for (const char* daemon :
       {"ttp/ttpd", "vault/vaultd", "aggregator/aggregatord", "answer/answerd",
        "plain/plaind"}) {
    const std::string config = deployment.folder() + "/" + daemon + ".toml";
    auto text = ReadWholeFile(config);
    ASSERT_THAT(text, IsOk());
    std::ofstream(config) << *text << "\n[servers]\nlisten = \"x\"\n";
    const std::string program =
        std::string(GARDEROBE_BIN_DIR) + "/" +
        std::filesystem::path(daemon).filename().string();
    const RunResult r =
        RunToEnd({program, "--config", config, "--check-config"});
    EXPECT_EQ(r.exit, 2);
    EXPECT_THAT(
        r.err,
        HasSubstr("unknown key servers.listen; did you mean server.listen?"));
    std::ofstream(config) << *text;
    EXPECT_EQ(RunToEnd({program, "--config", config, "--check-config"}).exit,
              0);
  }
}

TEST(DaemonTest, ExpiredCertificateSaysWhichAndSinceWhen) {
  LocalDeployment deployment;
  const std::string tls = deployment.folder() + "/vault/tls";
  auto authority = client::Authority::Open(deployment.folder() + "/ca");
  ASSERT_THAT(authority, IsOk());
  std::filesystem::remove_all(tls);
  ASSERT_THAT(authority->Issue(tls, {Role::kParty, "vault"}, "vaultd", -3),
              IsOk());
  const RunResult up = deployment.Run({"up", deployment.folder()});
  EXPECT_EQ(up.exit, 3);
  EXPECT_THAT(up.err, HasSubstr("tls/certificate.pem expired on 20"));

  // A client's own certificate is told before anything is sent.
  const std::string client = deployment.folder() + "/clients/example-museum";
  for (const char* file :
       {"/certificate.pem", "/private.key", "/authority.pem"}) {
    std::filesystem::remove(client + file);
  }
  ASSERT_THAT(
      authority->Issue(client, {Role::kClient, "example-museum"}, "", -3),
      IsOk());
  const RunResult send =
      deployment.Run({"send", "x.csv", "--institution", "example-museum"});
  EXPECT_EQ(send.exit, 1);
  EXPECT_THAT(send.err,
              HasSubstr("clients/example-museum/certificate.pem expired on"));
}

TEST(DaemonTest, KeyThatOthersMayReadIsRefused) {
  LocalDeployment deployment;
  chmod((deployment.folder() + "/ttp/keys/ttp-conversion-vault.key").c_str(),
        0644);
  const RunResult up = deployment.Run({"up", deployment.folder()});
  EXPECT_EQ(up.exit, 3);
  EXPECT_THAT(up.err, HasSubstr("may be read by others"));
}

TEST(DaemonTest, UnreachableServiceIsExitThreeAndSaysWhere) {
  LocalDeployment deployment;
  const std::string file = deployment.Write(
      "x.csv", "order_id,line_id,event_id,starts_at\n1,1,E,2025-01-01\n");
  const RunResult r =
      deployment.Run({"send", file, "--institution", "example-museum",
                      "--give-up-after", "1"});
  EXPECT_EQ(r.exit, 3);
  EXPECT_THAT(r.err, HasSubstr("nothing listens at 127.0.0.1"));
}

TEST(DaemonTest, DrainsOnSigtermAndStartsAgainWithItsData) {
  LocalDeployment deployment;
  deployment.Up();
  deployment.Simulate(1, 500, 3);
  ASSERT_EQ(deployment
                .Run({"send", deployment.file("museum-01"), "--institution",
                      "museum-01"})
                .exit,
            0);
  const Mirror before = MirrorOf(deployment, "museum-01");
  EXPECT_FALSE(before.empty());
  deployment.Down();
  EXPECT_EQ(deployment.Pid("ttpd"), 0);
  deployment.Up();
  EXPECT_EQ(MirrorOf(deployment, "museum-01"), before);
}

TEST(DaemonTest, HangupReadsLogLevelAndRegisterAgain) {
  LocalDeployment deployment;
  deployment.Up();
  const std::string folder = deployment.folder();
  const std::string log = folder + "/ttpd.log";
  auto logs = [&](const char* text) {
    for (int tenths = 0; tenths < 50; ++tenths) {
      const auto lines = ReadWholeFile(log);
      if (lines.ok() && lines->find(text) != lines->npos) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return false;
  };
  auto institutions = [&] {
    return deployment.Run({"status", "--json"})
        .json()["parties"]["ttp"]["detail"]
        .get<std::string>();
  };
  EXPECT_EQ(institutions(), "2 institutions");
  std::filesystem::copy_file(folder + "/ttp/data/register.pb",
                             folder + "/register.bak");
  ASSERT_THAT(RegisterStore::Write(folder + "/ttp/data/register.pb", {}),
              IsOk());
  std::ofstream(folder + "/ttp/ttpd.toml", std::ios::app)
      << "[log]\nlevel = \"debug\"\n";
  kill(deployment.Pid("ttpd"), SIGHUP);
  EXPECT_TRUE(logs("event=reloaded"));
  EXPECT_EQ(institutions(), "0 institutions");
  // A fault changes nothing and ends nothing.
  std::ofstream(folder + "/ttp/ttpd.toml", std::ios::app) << "levle = 3\n";
  kill(deployment.Pid("ttpd"), SIGHUP);
  EXPECT_TRUE(logs("did you mean log.level?"));
  EXPECT_EQ(institutions(), "0 institutions");
}

TEST(DaemonTest, TtpIsNotReadyWhileTheVaultIsAway) {
  LocalDeployment deployment;
  deployment.Up();
  deployment.Kill("vaultd");
  auto ready = [&] {
    return deployment.Run({"status", "--json"})
        .json()["parties"]["ttp"]["ready"]
        .get<bool>();
  };
  for (int tenths = 0; tenths < 100 && ready(); ++tenths) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_FALSE(ready());
  deployment.Up();
  EXPECT_TRUE(ready());
}

TEST(DaemonTest, DataThatOthersMayReadIsRefused) {
  LocalDeployment deployment;
  chmod((deployment.folder() + "/vault/data").c_str(), 0755);
  const RunResult up = deployment.Run({"up", deployment.folder()});
  EXPECT_EQ(up.exit, 3);
  EXPECT_THAT(up.err, HasSubstr("others may read data.directory"));
}

TEST(DaemonTest, TtpEndsInTimeWhileTheAggregatorHangs) {
  LocalDeployment deployment;
  deployment.Up();
  const pid_t ttpd = deployment.Pid("ttpd");
  const pid_t hanging = deployment.Pid("aggregatord");
  kill(hanging, SIGSTOP);
  auto send = deployment.Start(
      {"send",
       deployment.Write("x.csv",
                        "order_id,line_id,event_id,starts_at\n1,1,E,2025-01-01"
                        "\n"),
       "--institution", "example-museum", "--give-up-after", "1"});
  std::this_thread::sleep_for(std::chrono::seconds(1));
  kill(ttpd, SIGTERM);
  // A drain of five seconds, and no waiting for a call of thirty.
  int tenths = 0;
  while (tenths < 200 && deployment.Pid("ttpd") == ttpd) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    ++tenths;
  }
  EXPECT_LT(tenths, 90);
  kill(hanging, SIGCONT);
  (void)send.Wait();
}

// A backup that is put back is older than what answerd was told since.
TEST(DaemonTest, ARestoredAggregatorAndAnEmptyAnswerdAgreeAgain) {
  LocalDeployment deployment;
  deployment.Up();
  auto send = [&](const char* name, const char* line) {
    const RunResult sent = deployment.Run(
        {"send",
         deployment.Write(name, fmt::format("order_id,line_id,event_id,"
                                            "starts_at\n{},1,E,2025-01-01\n",
                                            line)),
         "--institution", "example-museum"});
    EXPECT_EQ(sent.exit, 0) << sent.err;
  };
  auto visits = [&] {
    const RunResult own =
        deployment.Run({"query", "own", "visits", "--institution",
                        "example-museum", "--json"});
    int64_t sum = 0;
    const auto answer = own.json();
    for (const auto& row : answer.value("rows", nlohmann::json::array())) {
      sum += row.value("visits", 0);
    }
    return sum;
  };
  auto becomes = [&](int64_t expected) {
    for (int tenths = 0; tenths < 100 && visits() != expected; ++tenths) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return visits();
  };
  namespace fs = std::filesystem;
  const std::string data = deployment.folder() + "/aggregator/data";
  const std::string backup = deployment.folder() + "/backup";
  send("a.csv", "1");
  deployment.Down();
  fs::copy(data, backup, fs::copy_options::recursive);
  deployment.Up();
  send("b.csv", "2");
  send("c.csv", "3");
  EXPECT_EQ(becomes(3), 3);
  deployment.Down();
  fs::remove_all(data);
  fs::copy(backup, data, fs::copy_options::recursive);
  deployment.Up();
  EXPECT_EQ(becomes(1), 1);
  deployment.Down();
  fs::remove_all(deployment.folder() + "/answer/data/store");
  deployment.Up();
  EXPECT_EQ(becomes(1), 1);
}

TEST(DaemonTest, FullDiskStopsAcknowledgingSaysSoAndRecovers) {
  if (geteuid() != 0)
    GTEST_SKIP() << "a small disk can only be mounted by root";
  LocalDeployment deployment;
  const std::string data = deployment.folder() + "/aggregator/data";
  auto reg = ReadWholeFile(data + "/register.pb");
  ASSERT_THAT(reg, IsOk());
  if (mount("tmpfs", data.c_str(), "tmpfs", 0, "size=200m,mode=700") != 0) {
    GTEST_SKIP() << "no file system can be mounted here";
  }
  // Unmounted whatever the test comes to.
  struct Unmount {
    ~Unmount() {
      deployment.Down();
      umount(data.c_str());
    }
    const LocalDeployment& deployment;
    const std::string& data;
  } const unmount{deployment, data};
  std::ofstream(data + "/register.pb") << *reg;
  deployment.Up();
  deployment.Simulate(1, 2000, 3);
  // All but the reserve is taken by somebody else.
  const std::string ballast = data + "/ballast";
  std::ofstream(ballast) << std::string(150 << 20, 'x');
  const RunResult full =
      deployment.Run({"send", deployment.file("museum-01"), "--institution",
                      "museum-01", "--give-up-after", "2"});
  EXPECT_EQ(full.exit, 1) << full.err;
  EXPECT_THAT(full.err, HasSubstr("the disk of aggregator is full"));
  const RunResult status = deployment.Run({"status"});
  EXPECT_EQ(status.exit, 3);
  EXPECT_THAT(status.out, HasSubstr("the disk of aggregator is full"));
  // Opening a store writes, so a full disk is told before.
  deployment.Kill("aggregatord");
  const RunResult start = deployment.Run({"up"});
  EXPECT_EQ(start.exit, 3);
  EXPECT_THAT(start.err,
              HasSubstr("data is not opened: the disk of aggregator is full"));
  std::filesystem::remove(ballast);
  deployment.Up();
  const RunResult room = deployment.Run(
      {"send", deployment.file("museum-01"), "--institution", "museum-01"});
  EXPECT_EQ(room.exit, 0) << room.err;
  EXPECT_EQ(MirrorOf(deployment, "museum-01"),
            MirrorOfFile(deployment.file("museum-01")));
}

}  // namespace
}  // namespace garderobe
