// A deployment in which a delivery is one crowd, and an auditor who asks either
// its TTP or one that stands before it.
#ifndef GARDEROBE_TESTS_ADVERSARY_AUDIT_FIXTURE_H_
#define GARDEROBE_TESTS_ADVERSARY_AUDIT_FIXTURE_H_

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/local_deployment.h"
#include "tests/support/status_matchers.h"

namespace garderobe {

inline constexpr char kAuditMuseum[] = "example-museum";

class AuditTest : public ::testing::Test {
 protected:
  // Rows wait for a second, or for a thousand.
  static void SetUpTestSuite() {
    deployment_ = new LocalDeployment();
    const std::string path = deployment_->folder() + "/ttp/ttpd.toml";
    Replace(path, "rows = 1\ninstitutions = 1\nwait_ms = 200",
            "rows = 1000\ninstitutions = 1\nwait_ms = 1000");
    deployment_->Up();
  }
  static void TearDownTestSuite() {
    delete deployment_;
    deployment_ = nullptr;
  }

  static void Replace(const std::string& path, const std::string& from,
                      const std::string& to) {
    auto text = ReadWholeFile(path);
    ASSERT_THAT(text, IsOk());
    const size_t at = text->find(from);
    ASSERT_NE(at, text->npos) << path << " has no " << from;
    text->replace(at, from.size(), to);
    ASSERT_THAT(ReplaceFile(path, *text, 0600), IsOk());
  }
  // Delivers a visit each of so many customers, whom nobody knows yet.
  static void Deliver(const std::string& source, int customers) {
    std::string text =
        "customer_id,email,postcode,house_number,order_id,line_id,event_id,"
        "starts_at\n";
    for (int i = 0; i < customers; ++i) {
      text += fmt::format(
          "{0}{1},{0}{1}@example.nl,1012AB,{2},{0}{1},1,E,"
          "2025-03-04T20:00\n",
          source, i, i + 1);
    }
    const RunResult sent =
        deployment_->Run({"send", deployment_->Write(source + ".csv", text),
                          "--institution", kAuditMuseum, "--source", source});
    ASSERT_EQ(sent.exit, 0) << sent.err;
  }
  static std::vector<std::string> Crowds() {
    const RunResult r = deployment_->Run({"audit", "crowds", "--json"});
    EXPECT_EQ(r.exit, 0) << r.err;
    std::vector<std::string> ids;
    for (const auto& crowd : r.json()) ids.push_back(crowd["answer_id"]);
    return ids;
  }
  // The id of the crowd that a delivery was.
  static std::string DeliverCrowd(const std::string& source, int customers) {
    Deliver(source, customers);
    const auto ids = Crowds();
    EXPECT_FALSE(ids.empty());
    return ids.empty() ? "" : ids.front();
  }

  // The same auditor with the same pins, who reaches a TTP at another port.
  static RunResult AuditAt(int port, const std::string& id) {
    const std::string folder =
        deployment_->folder() + "/audits-" + std::to_string(port);
    std::filesystem::create_directories(folder);
    auto config = ReadWholeFile(deployment_->folder() + "/client.toml");
    EXPECT_THAT(config, IsOk());
    const std::string real = deployment_->address("ttp");
    config->replace(config->find(real), real.size(),
                    "127.0.0.1:" + std::to_string(port));
    EXPECT_THAT(ReplaceFile(folder + "/client.toml", *config, 0600), IsOk());
    if (!std::filesystem::exists(folder + "/auditors")) {
      std::filesystem::copy(deployment_->folder() + "/auditors",
                            folder + "/auditors",
                            std::filesystem::copy_options::recursive);
    }
    return deployment_->Run(
        {"audit", "crowd", id, "--json", "--deployment", folder});
  }
  // The checks that do not hold; "error" with the message when it came to none.
  static std::vector<std::string> Refused(const RunResult& audit) {
    std::vector<std::string> names;
    const auto told = audit.json();
    if (!told.is_object()) return {"error", audit.err};
    for (const auto& check : told["checks"]) {
      if (check["holds"]) continue;
      EXPECT_NE(check["reason"], "");
      names.push_back(check["check"]);
    }
    EXPECT_EQ(told["holds"].get<bool>(), names.empty());
    EXPECT_EQ(audit.exit, names.empty() ? 0 : 1);
    return names;
  }

  static inline LocalDeployment* deployment_ = nullptr;
};

}  // namespace garderobe

#endif  // GARDEROBE_TESTS_ADVERSARY_AUDIT_FIXTURE_H_
