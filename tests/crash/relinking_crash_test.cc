// kill -9 of vaultd while it links everything again with other weights: it goes
// on where it was, and who is whom in the end does not show that it was killed.
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "tests/support/local_deployment.h"

namespace garderobe {
namespace {

class RelinkingCrashTest : public ::testing::Test {
 protected:
  std::string Config() const {
    std::ifstream in(path_);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // Weights for so many people from the next start on.
  void SetPopulation(uint64_t people) const {
    std::ofstream(path_) << config_ << "\n[linking]\nestimate = false\n"
                         << "population = " << people << "\n";
  }
  // A metric of vaultd's; NaN when there is no answer.
  double Metric(const std::string& name) const {
    constexpr std::string_view kListen = "[metrics]\nlisten = \"127.0.0.1:";
    const size_t at = config_.find(kListen) + kListen.size();
    boost::asio::ip::tcp::iostream peer(
        "127.0.0.1", config_.substr(at, config_.find('"', at) - at));
    peer << "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" << std::flush;
    std::string line;
    while (std::getline(peer, line)) {
      if (line.starts_with(name + " "))
        return std::stod(line.substr(name.size()));
    }
    return NAN;
  }
  // How much is linked with the weights of now, as `garderobe status` tells.
  int Percent() const {
    const auto told = deployment_.Run({"status", "--json"}).json();
    const std::string detail = told["parties"]["vault"]["detail"];
    constexpr std::string_view kAgain = "linking again, ";
    return detail.starts_with(kAgain) ? std::stoi(detail.substr(kAgain.size()))
                                      : 100;
  }
  // Waits until everything is linked with the weights of now. Returns the
  // number of persons, which vaultd counts when it starts.
  double Linked() const {
    for (int i = 0; Percent() < 100; ++i) {
      if (i == 1200) {
        ADD_FAILURE() << "it does not get on";
        return NAN;
      }
      usleep(100'000);
    }
    deployment_.Down();
    deployment_.Up();
    return Metric("garderobe_vault_persons");
  }

  LocalDeployment deployment_;
  const std::string path_ = deployment_.folder() + "/vault/vaultd.toml";
  const std::string config_ = Config();
};

TEST_F(RelinkingCrashTest, AKilledVaultEndsWithTheSamePersons) {
  SetPopulation(1'000);
  deployment_.Up();
  deployment_.Simulate(8, 60'000, 5);
  for (const std::string& institution : deployment_.institutions()) {
    ASSERT_EQ(deployment_
                  .Run({"send", deployment_.file(institution), "--institution",
                        institution})
                  .exit,
              0);
  }
  const double persons = Linked();
  ASSERT_GT(persons, 1'000);

  // Control: other weights do make other persons.
  deployment_.Down();
  SetPopulation(100'000'000);
  deployment_.Up();
  EXPECT_NE(Linked(), persons);

  // Back again, killed on the way as long as there is one.
  deployment_.Down();
  SetPopulation(1'000);
  int killed_on_the_way = 0, before = -1;
  for (int round = 0; round < 20; ++round) {
    deployment_.Up();
    const int percent = Percent();
    if (percent == 100) break;
    // It goes on where it was, and does not begin anew.
    EXPECT_GE(percent, before);
    before = percent;
    usleep(300'000);
    deployment_.Kill("vaultd");
    ++killed_on_the_way;
  }
  deployment_.Up();
  std::printf("killed %d times while it linked again\n", killed_on_the_way);
  EXPECT_GT(killed_on_the_way, 0);
  EXPECT_EQ(Linked(), persons);
}

}  // namespace
}  // namespace garderobe
