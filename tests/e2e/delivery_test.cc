// What becomes of a customer that stands on several rows of a file, through
// the built binaries.
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/local_deployment.h"

namespace garderobe {
namespace {

using ::testing::ElementsAre;
using ::testing::IsSupersetOf;

constexpr char kInstitution[] = "example-museum";

class DeliveryTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    deployment_ = new LocalDeployment();
    deployment_->Up();
  }
  static void TearDownTestSuite() {
    delete deployment_;
    deployment_ = nullptr;
  }
  struct Row {
    std::string customer, sold_at;
    std::string email = {}, phone = {};
  };
  // Delivers `rows` in one file; the number of relations that were accepted.
  static int Send(const std::string& name, const std::vector<Row>& rows) {
    std::string text =
        "order_id,line_id,event_id,starts_at,sold_at,customer_id,email,phone,"
        "last_name,first_name,postcode,house_number\n";
    for (size_t i = 0; i < rows.size(); ++i) {
      text += fmt::format(
          "{}-{},1,E1,2025-12-14 20:15,{},{},{},{},Bakker,Anna,1012LG,12\n",
          name, i, rows[i].sold_at, rows[i].customer, rows[i].email,
          rows[i].phone);
    }
    const RunResult r =
        deployment_->Run({"send", deployment_->Write(name + ".csv", text),
                          "--institution", kInstitution, "--json"});
    EXPECT_EQ(r.exit, 0) << r.err;
    return r.exit == 0 ? r.json()["relations_accepted"].get<int>() : -1;
  }
  static nlohmann::json AtTheVault(const std::string& customer) {
    const RunResult r =
        deployment_->Run({"access", "--institution", kInstitution, "--customer",
                          customer, "--json"});
    EXPECT_EQ(r.exit, 0) << r.err;
    if (r.exit != 0) return {};
    const nlohmann::json told = r.json();
    for (const auto& held : told["held"]) {
      if (held["party"] == "vault") return held;
    }
    return {};
  }
  static LocalDeployment* deployment_;
};
LocalDeployment* DeliveryTest::deployment_ = nullptr;

TEST_F(DeliveryTest, TheLatestSaleCountsInWhateverOrderTheRowsAre) {
  std::vector<Row> rows;
  for (const char* month : {"02", "05", "11"}) {
    rows.push_back({"early-first", fmt::format("2024-{}-10 12:00", month)});
  }
  for (const char* month : {"11", "05", "02"}) {
    rows.push_back({"late-first", fmt::format("2024-{}-10 12:00", month)});
  }
  EXPECT_EQ(Send("order", rows), 2);

  // The same again is no news; a later quarter is, an earlier one is not.
  EXPECT_EQ(Send("order", rows), 0);
  EXPECT_EQ(Send("later", {{"early-first", "2025-04-01 10:00"},
                           {"late-first", "2023-04-01 10:00"}}),
            1);
  EXPECT_EQ(Send("earlier", {{"early-first", "2024-12-01 10:00"},
                             {"late-first", "2024-12-01 10:00"}}),
            0);
}

// The aggregator knows the sales, and a time that both know would join them.
TEST_F(DeliveryTest, TheVaultIsToldNoTime) {
  ASSERT_EQ(Send("times", {{"times", "2024-11-10 12:00"}}), 1);
  const nlohmann::json held = AtTheVault("times");
  ASSERT_TRUE(held["known"].get<bool>());
  std::set<std::string> told;
  for (const auto& [name, value] : held.items()) told.insert(name);
  EXPECT_THAT(
      told, ElementsAre("known", "party", "review_ticket", "tokens_of_kinds"));
}

// One mistyped year made the TTP refuse the whole batch.
TEST_F(DeliveryTest, ASaleInTheFutureStopsNobody) {
  EXPECT_EQ(Send("slip", {{"slip", "2125-03-01 10:00"},
                          {"beside", "2025-03-01 10:00"}}),
            2);
  EXPECT_TRUE(AtTheVault("slip")["known"].get<bool>());
  EXPECT_TRUE(AtTheVault("beside")["known"].get<bool>());
}

TEST_F(DeliveryTest, WhatAnEarlierRowKnewIsNotLost) {
  const std::string sold = "2024-05-10 12:00";
  EXPECT_EQ(Send("partly", {{"A", sold, "anna@example.nl", ""},
                            {"A", sold, "", "0612345670"},
                            {"A", sold, "", ""},
                            {"A", sold, "noreply@example.nl", "0"}}),
            1);
  EXPECT_THAT(
      AtTheVault("A")["tokens_of_kinds"].get<std::vector<std::string>>(),
      IsSupersetOf(
          {"email", "email_initial", "email_names", "mobile", "name_address"}));
}

// Whose visits are all refused is kept nowhere: they lie before the agreement.
TEST_F(DeliveryTest, WhoseVisitsAreAllRefusedIsNotDelivered) {
  const std::string file = deployment_->Write(
      "before.csv",
      "order_id,line_id,event_id,starts_at,customer_id,email\n"
      "before-1,1,E1,1999-12-14 20:15,refused,refused@example.nl\n"
      "before-2,1,E1,2025-12-14 20:15,stored,stored@example.nl\n"
      "before-3,1,E1,1999-12-14 20:15,both,both@example.nl\n"
      "before-4,1,E1,2025-12-14 20:15,both,both@example.nl\n");
  const RunResult r =
      deployment_->Run({"send", file, "--institution", kInstitution, "--json"});
  EXPECT_EQ(r.exit, 4) << r.err;
  EXPECT_EQ(r.json()["visits_refused"], 2);
  EXPECT_EQ(r.json()["relations_accepted"], 2);
  EXPECT_FALSE(AtTheVault("refused")["known"].get<bool>());
  EXPECT_TRUE(AtTheVault("stored")["known"].get<bool>());
  EXPECT_TRUE(AtTheVault("both")["known"].get<bool>());
  // The same again changes nothing: what was refused stays so.
  const RunResult again =
      deployment_->Run({"send", file, "--institution", kInstitution, "--json"});
  EXPECT_EQ(again.json()["relations_accepted"], 0);
  EXPECT_FALSE(AtTheVault("refused")["known"].get<bool>());
}

}  // namespace
}  // namespace garderobe
