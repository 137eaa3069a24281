// A deployment with institutions that agree, for tests of rights and budgets.
#ifndef GARDEROBE_TESTS_E2E_RIGHTS_FIXTURE_H_
#define GARDEROBE_TESTS_E2E_RIGHTS_FIXTURE_H_

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/local_deployment.h"
#include "tests/support/status_matchers.h"

namespace garderobe {

inline constexpr char kHeader[] =
    "order_id,line_id,event_id,event_title,starts_at,quantity,price,"
    "customer_id,email,last_name,first_name,postcode,house_number\n";
inline constexpr char kAnna[] = "anna@example.nl,Bakker,Anna,1012LG,12\n";
inline constexpr char kMuseum[] = "example-museum", kTheatre[] = "example-theatre";
inline constexpr char kAgreed[] = "agreement_from = 2020-01-01";

class RightsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    deployment_ = new LocalDeployment();
    deployment_->Up();
  }
  static void TearDownTestSuite() {
    delete deployment_;
    deployment_ = nullptr;
  }
  static RunResult Run(std::vector<std::string> arguments) {
    return deployment_->Run(std::move(arguments));
  }
  // Order lines `prefix`1 to `prefix`N of one customer, delivered.
  static RunResult Send(const std::string& institution,
                        const std::string& prefix, int lines,
                        const std::string& customer,
                        const std::string& identity) {
    std::string text = kHeader;
    for (int i = 1; i <= lines; ++i) {
      text += prefix + std::to_string(i) +
              ",1,E1,Faust,2025-03-14 20:15,2,25.00," + customer + "," +
              identity;
    }
    return Run({"send", deployment_->Write(prefix + ".csv", text),
                "--institution", institution, "--json"});
  }
  static nlohmann::json Right(const std::string& right,
                              const std::string& institution,
                              const std::string& customer) {
    const RunResult r = Run({right, "--institution", institution, "--customer",
                             customer, "--json"});
    EXPECT_EQ(r.exit, 0) << r.err;
    return r.json();
  }
  static int64_t Visits(const std::string& institution) {
    int64_t visits = 0;
    for (const auto& [month, counts] : MirrorOf(*deployment_, institution)) {
      visits += counts[0];
    }
    return visits;
  }
  static nlohmann::json Held(const std::string& institution,
                             const std::string& customer,
                             const std::string& party) {
    const nlohmann::json told = Right("access", institution, customer);
    for (const auto& held : told["held"]) {
      if (held["party"] == party) return held;
    }
    return {};
  }

  // Imports a register: a line of TOML beside each id.
  static void ImportRegister(
      std::initializer_list<std::pair<const char*, const char*>> list) {
    std::string text;
    for (const auto& [id, more] : list) {
      text += fmt::format(
          "[[institution]]\nid = \"{}\"\nsubsector = \"museum\"\n{}\n", id,
          more);
    }
    const RunResult r = Run({"admin", "institution", "import",
                             deployment_->Write("register.toml", text)});
    EXPECT_EQ(r.exit, 0) << r.err;
  }
  static inline LocalDeployment* deployment_ = nullptr;
};

}  // namespace garderobe

#endif  // GARDEROBE_TESTS_E2E_RIGHTS_FIXTURE_H_
