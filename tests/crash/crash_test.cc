// kill -9 of any daemon at any moment under load: no acknowledged visit or
// relation is lost, none is counted twice, and the client goes on by itself.
// GARDEROBE_CRASH_ROUNDS and GARDEROBE_CRASH_SEED repeat and lengthen a run.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <random>
#include <set>
#include <sstream>

#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/local_deployment.h"

namespace garderobe {
namespace {

TEST(CrashTest, NothingIsLostOrDoubledWhateverIsKilledWhenever) {
  const int rounds = EnvironmentNumber("GARDEROBE_CRASH_ROUNDS", 12);
  const int seed =
      EnvironmentNumber("GARDEROBE_CRASH_SEED",
                        static_cast<int>(std::random_device{}() % 1000000));
  std::printf("replay with GARDEROBE_CRASH_SEED=%d\n", seed);
  std::mt19937 random(static_cast<unsigned>(seed));
  LocalDeployment deployment;
  deployment.Up();
  deployment.Simulate(8, 60'000, 5);  // fewer are no nation
  const std::vector<std::string> daemons = {"ttpd", "vaultd", "aggregatord",
                                            "answerd"};
  for (int round = 0; round < rounds; ++round) {
    const std::string institution = deployment.institutions()[random() % 8];
    SCOPED_TRACE("round " + std::to_string(round) + ", " + institution);
    auto send =
        deployment.Start({"send", deployment.file(institution), "--institution",
                          institution, "--all-relations", "--json"});
    const int kills = 1 + static_cast<int>(random() % 3);
    for (int k = 0; k < kills && !send.Ended(); ++k) {
      usleep(static_cast<useconds_t>(random() % 700'000));
      const std::string& victim = daemons[random() % daemons.size()];
      deployment.Kill(victim);
      const auto begin = std::chrono::steady_clock::now();
      deployment.Up();
      const double seconds = std::chrono::duration<double>(
                                 std::chrono::steady_clock::now() - begin)
                                 .count();
      std::printf("round %d: killed %s, serving again after %.2f s\n", round,
                  victim.c_str(), seconds);
    }
    const RunResult sent = send.Wait();
    ASSERT_EQ(sent.exit, 0) << sent.err;
    const auto report = sent.json();
    // The client's ledger: every row is acknowledged exactly once.
    EXPECT_EQ(report["visits_accepted"], report["rows"]);
    EXPECT_EQ(report["visits_refused"], 0);
    EXPECT_GT(report["relations_accepted"], 0);
    ASSERT_EQ(MirrorOf(deployment, institution),
              MirrorOfFile(deployment.file(institution)));
  }
  // What was linked survives, too: the published persons are those of the
  // truth, as without any crash.
  for (const std::string& institution : deployment.institutions()) {
    ASSERT_EQ(deployment
                  .Run({"send", deployment.file(institution), "--institution",
                        institution})
                  .exit,
              0);
  }
  ASSERT_EQ(deployment.Run({"admin", "publish", "2025"}).exit, 0);
  const RunResult reach =
      deployment.Run({"query", "reach", "--period", "2025", "--json"});
  ASSERT_EQ(reach.exit, 0) << reach.err;
  std::set<std::string> persons;
  std::ifstream truth(deployment.country() + "/truth.csv");
  std::string line;
  std::getline(truth, line);
  while (std::getline(truth, line)) {
    const size_t from = line.find(',', line.find(',') + 1) + 1;
    persons.insert(line.substr(from, line.find(',', from) - from));
  }
  const nlohmann::json answer = reach.json();
  for (const auto& row : answer["rows"]) {
    if (row["measure"] != "persons") continue;
    const double expected = static_cast<double>(persons.size());
    EXPECT_NEAR(row["value"].get<double>(), expected, 45 + 0.04 * expected);
  }
}

TEST(CrashTest, AKilledClientGoesOnWhereItStopped) {
  LocalDeployment deployment;
  deployment.Up();
  deployment.Simulate(1, 60'000, 5);
  std::mt19937 random(3);
  for (int round = 0; round < 4; ++round) {
    auto send = deployment.Start(
        {"send", deployment.file("museum-01"), "--institution", "museum-01"});
    usleep(200'000 + static_cast<useconds_t>(random() % 400'000));
    if (!send.Ended()) kill(send.pid, SIGKILL);
    send.Wait();
  }
  const RunResult last =
      deployment.Run({"send", deployment.file("museum-01"), "--institution",
                      "museum-01", "--json"});
  ASSERT_EQ(last.exit, 0) << last.err;
  EXPECT_EQ(last.json()["visits_accepted"], last.json()["rows"]);
  EXPECT_EQ(MirrorOf(deployment, "museum-01"),
            MirrorOfFile(deployment.file("museum-01")));
}

// A state folder that was copied to a second machine, which then delivered in
// the same feed: rows of the one were passed over for rows of the other, and
// counts agreed.
TEST(CrashTest, RowsOfAnotherInTheSameFeedAreNotTakenForOnesOwn) {
  LocalDeployment deployment;
  deployment.Up();
  deployment.Simulate(1, 60'000, 5);
  const std::string institution = "museum-01";
  const std::string file = deployment.file(institution);
  // The same lines under other orders, which the second machine delivers.
  std::ifstream in(file);
  std::string header, text, both;
  std::getline(in, header);
  std::vector<std::string> columns;
  std::istringstream names(header);
  for (std::string name; std::getline(names, name, ',');) {
    columns.push_back(name);
  }
  const auto order = std::find(columns.begin(), columns.end(), "order_id");
  ASSERT_NE(order, columns.end());
  const auto before_order = static_cast<size_t>(order - columns.begin());
  both = header + "\n";
  std::string other = both;
  for (std::string line; std::getline(in, line);) {
    both += line + "\n";
    size_t at = 0;
    for (size_t i = 0; i < before_order; ++i) at = line.find(',', at) + 1;
    other += line.substr(0, at) + "second-" + line.substr(at) + "\n";
  }
  both += other.substr(header.size() + 1);

  const std::string journal = deployment.folder() + "/clients/" + institution +
                              "/state/" + institution + ".files.json";
  for (bool under_way = false; !under_way;) {
    auto send = deployment.Start({"send", file, "--institution", institution});
    usleep(300'000);
    if (!send.Ended()) kill(send.pid, SIGKILL);
    send.Wait();
    under_way =
        !nlohmann::json::parse(ReadWholeFile(journal).value())["file_digest"]
             .get<std::string>()
             .empty();
  }
  const std::string first_machine = ReadWholeFile(journal).value();
  nlohmann::json second_machine = nlohmann::json::parse(first_machine);
  second_machine["file_digest"] = "";
  std::ofstream(journal) << second_machine.dump();
  ASSERT_EQ(deployment
                .Run({"send", deployment.Write("second.csv", other),
                      "--institution", institution})
                .exit,
            0);
  std::ofstream(journal) << first_machine;
  const RunResult sent =
      deployment.Run({"send", file, "--institution", institution, "--json"});
  ASSERT_EQ(sent.exit, 0) << sent.err;
  EXPECT_EQ(sent.json()["visits_accepted"], sent.json()["rows"]);
  EXPECT_THAT(sent.json()["oddities"].dump(),
              ::testing::HasSubstr("somebody else has delivered"));
  EXPECT_EQ(MirrorOf(deployment, institution),
            MirrorOfFile(deployment.Write("both.csv", both)));
}

}  // namespace
}  // namespace garderobe
