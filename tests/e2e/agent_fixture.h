// An agent that runs on a deployment of the built binaries.
#ifndef GARDEROBE_TESTS_E2E_AGENT_FIXTURE_H_
#define GARDEROBE_TESTS_E2E_AGENT_FIXTURE_H_

#include <signal.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/http_call.h"
#include "tests/support/local_deployment.h"
#include "tests/support/status_matchers.h"

namespace garderobe {

class RunningAgentTest : public ::testing::Test {
 protected:
  static constexpr char kMuseum[] = "example-museum";

  void TearDown() override { KillAgent(); }

  std::string AgentFolder() const {
    return deployment_.folder() + "/clients/" + kMuseum + "/agent";
  }
  // Gathers for no time, unless `settings` say so.
  void StartAgent(const std::string& settings = "", bool waits = true) {
    const std::string config = deployment_.Write(
        "agent-under-test.toml",
        "[listen]\naddress = \"127.0.0.1:" + std::to_string(Port()) +
            "\"\n[agent]\nclient = \"" + kMuseum + "\"\ninstitutions = [\"" +
            kMuseum +
            "\"]\n[deliver]\ngather_visits_s = 0\ngather_relations_s = 0\n"
            "rows_per_second = 0\n" +
            settings);
    agent_ = deployment_.Start({"agent", "--config", config});
    if (!waits) return;
    ASSERT_TRUE(Eventually([&] {
      return agent_.Ended() || CallHttp(Port(), "GET", "/healthz", "").status;
    }));
    ASSERT_FALSE(agent_.Ended()) << agent_.Wait().err;
    const auto token = ReadWholeFile(AgentFolder() + "/agent.token");
    ASSERT_THAT(token, IsOk());
    token_ = token->substr(0, 64);
  }
  void KillAgent() {
    if (agent_.pid > 0 && !agent_.Ended()) {
      kill(agent_.pid, SIGKILL);
      (void)agent_.Wait();
    }
    agent_.pid = -1;
  }
  int Port() const { return deployment_.spare_port(); }
  std::string Headers(const std::string& type = "application/json") const {
    return "Authorization: Bearer " + token_ + "\r\nContent-Type: " + type +
           "\r\n";
  }
  HttpAnswer Post(const std::string& body,
                  const std::string& type = "application/json") const {
    return CallHttp(Port(), "POST",
                    std::string("/v1/institutions/") + kMuseum + "/rows",
                    Headers(type), body);
  }
  nlohmann::json Get(const std::string& target) const {
    return CallHttp(Port(), "GET", target, Headers()).json();
  }
  nlohmann::json Outcomes(const std::string& query = "after=0") const {
    return Get(std::string("/v1/institutions/") + kMuseum + "/outcomes?" +
               query);
  }
  // How far the one institution is.
  nlohmann::json Status() const {
    const auto status = Get("/v1/status");
    return status.is_object() ? status["institutions"][0] : nlohmann::json();
  }
  // Waits until `done`; false after two minutes.
  static bool Eventually(const std::function<bool()>& done) {
    for (int i = 0; i < 2400; ++i) {
      if (done()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return false;
  }
  bool EventuallyAllDelivered(bool customers_too = false) const {
    return Eventually([&] {
      const auto status = Status();
      return status.is_object() && status["waiting"] == 0 &&
             (!customers_too || status["customers_waiting"] == 0);
    });
  }
  // `count` rows of one ticket each, as JSON.
  static std::string Rows(int first, int count) {
    nlohmann::json rows = nlohmann::json::array();
    for (int i = first; i < first + count; ++i) {
      rows.push_back({{"customer_id", fmt::format("K{}", i / 2)},
                      {"email", fmt::format("visitor{}@example.nl", i / 2)},
                      {"last_name", "Jansen"},
                      {"first_name", "Anna"},
                      {"order_id", i},
                      {"line_id", "1"},
                      {"event_id", "E1"},
                      {"starts_at", "2026-03-01T20:00"},
                      {"price", 12.5}});
    }
    return rows.dump();
  }
  // Tickets of the institution as answerd tells them.
  int64_t Tickets() const {
    int64_t tickets = 0;
    for (const auto& [month, sums] : MirrorOf(deployment_, kMuseum)) {
      tickets += sums[1];
    }
    return tickets;
  }

  LocalDeployment deployment_;
  LocalDeployment::Background agent_;
  std::string token_;
};

}  // namespace garderobe

#endif  // GARDEROBE_TESTS_E2E_AGENT_FIXTURE_H_
