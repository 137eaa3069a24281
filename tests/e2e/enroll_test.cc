// A vendor and an analyst on machines of their own: private keys are made
// there, and only what is public goes to the coordinating body and back.
#include <algorithm>
#include <filesystem>

#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/local_deployment.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class EnrollTest : public ::testing::Test {
 protected:
  void SetUp() override { deployment_.Up(); }

  std::string Place(const std::string& name) const {
    return deployment_.folder() + "/elsewhere/" + name;
  }
  // `garderobe` with another folder than the deployment's.
  RunResult At(const std::string& place, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--deployment", Place(place)});
    return deployment_.Run(arguments);
  }
  nlohmann::json Enroll(const std::string& place,
                        std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"enroll", "--json"});
    const RunResult r = At(place, arguments);
    EXPECT_EQ(r.exit, 0) << r.err;
    return r.json();
  }
  // What the coordinating body does, and what it gives back.
  void Certify(const std::string& place, const nlohmann::json& enrolled,
               const std::string& role, const std::string& name) {
    const std::string at = enrolled["certificate_folder"];
    const RunResult r = deployment_.Run(
        {"admin", "certify", at + "/certificate-request.pem", role, name,
         "--out", at + "/certificate.pem", "--json"});
    ASSERT_EQ(r.exit, 0) << r.err;
    EXPECT_EQ(r.json()["pin"], enrolled["pin"]);
    fs::copy_file(deployment_.folder() + "/ca/authority.pem",
                  at + "/authority.pem");
    fs::copy_file(deployment_.folder() + "/client.toml",
                  Place(place) + "/client.toml");
  }

  LocalDeployment deployment_;
};

TEST_F(EnrollTest, AVendorDeliversWithKeysThatNobodyElseHad) {
  const auto vendor =
      Enroll("vendor", {"--client", "vendor-a", "--institution", "museum-01"});
  const auto analyst = Enroll("analyst", {"--analyst", "museum-01"});
  Certify("vendor", vendor, "--client", "vendor-a");
  Certify("analyst", analyst, "--analyst", "museum-01");
  const std::string file = deployment_.Write(
      "visits.csv",
      "order_id,line_id,event_id,starts_at,customer_id,email\n"
      "1,1,E1,2026-03-01 20:00,K1,anna@example.nl\n");
  const std::vector<std::string> send = {"send", file, "--institution",
                                         "museum-01", "--json"};
  const std::vector<std::string> connect = {"connect", "--institution",
                                            "museum-01"};
  // The register knows nothing of it yet.
  EXPECT_EQ(At("vendor", connect).exit, 1);
  EXPECT_EQ(At("vendor", send).exit, 1);

  const auto& museum = vendor["institutions"][0];
  const std::string reg = deployment_.Write(
      "register.toml",
      fmt::format("[[institution]]\nid = \"museum-01\"\nname = \"Museum\"\n"
                  "subsector = \"museum\"\nmunicipality = \"GM0599\"\n"
                  "clients = [\"vendor-a\"]\nagreement_from = \"2020-01-01\"\n"
                  "author_keys = [\"{}\"]\naccess_key = \"{}\"\n"
                  "analyst_key_pins = [\"{}\"]\n\n"
                  "[[client]]\nname = \"vendor-a\"\nkey_pins = [\"{}\"]\n",
                  museum["author_key"].get<std::string>(),
                  museum["access_key"].get<std::string>(),
                  analyst["pin"].get<std::string>(),
                  vendor["pin"].get<std::string>()));
  const RunResult imported =
      deployment_.Run({"admin", "institution", "import", reg});
  ASSERT_EQ(imported.exit, 0) << imported.err;
  // The coordinating body makes no second keys for whom has their own.
  for (const char* place : {"/clients/vendor-a", "/institutions/museum-01",
                            "/analysts/museum-01"}) {
    EXPECT_FALSE(fs::exists(deployment_.folder() + place)) << place;
  }

  const RunResult connected = At("vendor", connect);
  EXPECT_EQ(connected.exit, 0) << connected.err;
  EXPECT_THAT(connected.out, HasSubstr("vendor-a may deliver for museum-01"));
  const RunResult sent = At("vendor", send);
  ASSERT_EQ(sent.exit, 0) << sent.err;
  EXPECT_EQ(sent.json()["visits_accepted"], 1);
  EXPECT_EQ(sent.json()["relations_accepted"], 1);
  const RunResult asked =
      At("analyst", {"query", "own", "visits", "--institution", "museum-01",
                     "--by", "month"});
  EXPECT_EQ(asked.exit, 0) << asked.err;
  EXPECT_THAT(asked.out, HasSubstr("2026-03"));
}

TEST_F(EnrollTest, AnotherKeyOfTheSameNameIsRefused) {
  const auto mine = Enroll("mine", {"--client", "example-museum",
                                    "--institution", "example-museum"});
  Certify("mine", mine, "--client", "example-museum");
  const std::string file = deployment_.Write(
      "visits.csv",
      "order_id,line_id,event_id,starts_at\n1,1,E1,2026-03-01 20:00\n");
  const RunResult sent =
      At("mine", {"send", file, "--institution", "example-museum"});
  EXPECT_EQ(sent.exit, 1);
  EXPECT_THAT(sent.err, HasSubstr("key"));
}

TEST_F(EnrollTest, WhatIsMissingIsSaid) {
  Enroll("early", {"--client", "vendor-a", "--institution", "museum-01"});
  const RunResult early =
      At("early", {"send", deployment_.Write("a.csv", "a\n"), "--institution",
                   "museum-01"});
  EXPECT_EQ(early.exit, 2);
  EXPECT_THAT(early.err, HasSubstr("client.toml"));
  EXPECT_EQ(At("x", {"enroll"}).exit, 2);
  EXPECT_EQ(At("x", {"enroll", "--client", "a", "--analyst", "b"}).exit, 2);
  EXPECT_EQ(At("x", {"enroll", "--client", "../a"}).exit, 2);
  EXPECT_FALSE(fs::exists(Place("x")));
  const RunResult no_request = deployment_.Run(
      {"admin", "certify", Place("none.pem"), "--client", "vendor-a"});
  EXPECT_EQ(no_request.exit, 2);
  EXPECT_THAT(no_request.err, HasSubstr("none.pem"));
}

}  // namespace
}  // namespace garderobe
