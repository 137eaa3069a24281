// `garderobe conformance`: this project's own client differs nowhere, and of
// another one, in Python, every fault is found and named.
#include <filesystem>
#include <map>
#include <set>
#include <thread>

#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/local_deployment.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::SizeIs;

constexpr char kInstitution[] = "example-museum";
constexpr char kVisits[] = GARDEROBE_SOURCE_DIR "/tests/conformance/visits.csv";
constexpr char kClient[] = GARDEROBE_SOURCE_DIR "/tests/conformance/client.py";
// Of a client's program that has not what it needs.
constexpr int kSkipped = 77;

class ConformanceTest : public ::testing::Test {
 protected:
  // Begins to record, and returns when it listens, or has ended.
  LocalDeployment::Background Listen(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {"conformance", "--institution", kInstitution, "--json"});
    auto running = deployment_.Start(arguments);
    for (int i = 0; i < 1000 && !running.Ended(); ++i) {
      const auto said = ReadWholeFile(running.err_file);
      if (said.ok() && said->find("listening") != said->npos) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return running;
  }
  RunResult Python(const std::string& file,
                   std::vector<std::string> arguments) const {
    std::vector<std::string> command = {"/usr/bin/python3",
                                        "-B",
                                        kClient,
                                        file,
                                        "--deployment",
                                        deployment_.folder(),
                                        "--institution",
                                        kInstitution,
                                        "--client",
                                        kInstitution};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return RunToEnd(command);
  }
  // What is said of the Python client with these arguments.
  json PythonAgainst(const std::string& file,
                     const std::vector<std::string>& arguments) {
    auto running = Listen({file, "--wait", "20"});
    const RunResult client = Python(file, arguments);
    is_skipped_ = client.exit == kSkipped;
    if (is_skipped_) kill(running.pid, SIGTERM);
    const RunResult said = running.Wait();
    if (is_skipped_) return {};
    EXPECT_EQ(client.exit, 0) << client.err;
    const json report = said.json();
    EXPECT_TRUE(report.is_object()) << said.err;
    EXPECT_EQ(said.exit, report["agrees"] ? 0 : 1);
    return report;
  }
  json SendAgainst(const std::string& file) {
    auto running = Listen({file, "--wait", "20"});
    const RunResult sent = deployment_.Run(
        {"send", file, "--institution", kInstitution, "--all-relations"});
    EXPECT_TRUE(sent.exit == 0 || sent.exit == 4) << sent.err;
    const RunResult said = running.Wait();
    EXPECT_EQ(said.exit, 0) << said.out << said.err;
    return said.json();
  }
  static std::set<std::string> RulesOf(const json& report) {
    std::set<std::string> rules;
    for (const json& one : report["differences"]) rules.insert(one["rule"]);
    return rules;
  }

  LocalDeployment deployment_;
  bool is_skipped_ = false;
};

TEST_F(ConformanceTest, OwnClientDiffersNowhere) {
  const json nasty = SendAgainst(kVisits);
  EXPECT_EQ(nasty["agrees"], true) << nasty;
  EXPECT_EQ(nasty["visits"]["same"], 10);
  EXPECT_EQ(nasty["relations"]["same"], 6);
  EXPECT_EQ(nasty["kinds"]["email"]["same"], 5);

  deployment_.Run({"simulate", "--institutions", "2", "--visits", "3000",
                   "--seed", "5", "--out", deployment_.country()});
  const json simulated = SendAgainst(deployment_.file("museum-01"));
  EXPECT_EQ(simulated["agrees"], true) << simulated;
  EXPECT_EQ(simulated["visits"]["same"], simulated["visits"]["expected"]);
  EXPECT_GT(simulated["kinds"]["mobile"]["same"], 5);
  EXPECT_GT(simulated["kinds"]["home"]["same"], 5);

  // What it remembers of the parties are their own serials and keys.
  deployment_.Up();
  const RunResult connected =
      deployment_.Run({"connect", "--institution", kInstitution});
  EXPECT_EQ(connected.exit, 0) << connected.err;
  // And ttpd's place is taken now.
  const RunResult taken =
      deployment_.Run({"conformance", kVisits, "--institution", kInstitution});
  EXPECT_EQ(taken.exit, 3);
  EXPECT_THAT(taken.err, HasSubstr("the real ttpd"));
}

TEST_F(ConformanceTest, AnotherClientWithoutFaultsDiffersNowhere) {
  const json report = PythonAgainst(kVisits, {"--batch", "3"});
  if (is_skipped_) GTEST_SKIP() << "python3-grpcio is not installed";
  EXPECT_EQ(report["agrees"], true) << report;
  EXPECT_EQ(report["visits"]["same"], 10);
  EXPECT_EQ(report["relations"]["same"], 6);
  EXPECT_EQ(report["batches"]["relations"], 2);
}

TEST_F(ConformanceTest, KindsThatAreLeftOutAreSaid) {
  const std::string file = deployment_.Write(
      "phones.csv",
      "order_id,line_id,customer_id,phone,email,first_name,last_name,"
      "birth_date,postcode,house_number,house_number_addition,country,street,"
      "city,pass,event_id,event_title,genre,starts_at,sold_at,quantity,price,"
      "channel,status,share\n"
      "1,1,K1,06-12345670,anna@voorbeeld-post.nl,Anna,Bakker,,,,,,,,,E1,,,"
      "2026-03-01 20:00,,1,,,,\n");
  const json report = PythonAgainst(file, {});
  if (is_skipped_) GTEST_SKIP() << "python3-grpcio is not installed";
  EXPECT_THAT(RulesOf(report), ElementsAre("kind-left-out"));
  std::set<std::string> kinds;
  for (const json& one : report["differences"]) kinds.insert(one["kind"]);
  EXPECT_THAT(kinds, ElementsAre("mobile", "mobile_first", "mobile_initial"));
}

// What a client does wrong, and the rule that is to be named; with others that
// follow from it.
const std::map<std::string, std::string> kFaults = {
    {"keep-tag", "email-tag-kept"},
    {"keep-dots", "email-dots-kept"},
    {"keep-case", "email-trimmed"},
    {"particles-kept", "name-particles"},
    {"doubled-kept", "name-doubled"},
    {"whole-first-name", "key-initial"},
    {"unordered-names", "key-unordered"},
    {"date-dashes", "birth-date-dashes"},
    {"date-order", "birth-date-order"},
    {"no-addition", "address-addition-lost"},
    {"postcode-blank", "address-postcode-blank"},
    {"no-country", "address-country-lost"},
    {"no-box", "address-box-lost"},
    {"street-unfolded", "address-street-unfolded"},
    {"key-order", "key-order"},
    {"key-separator", "key-separator"},
    {"letters-unsorted", "key-letters"},
    {"skeleton-long", "key-skeleton"},
    {"wrong-tag", "token"},
    {"tag-of-email", "hash-tag-kind"},
    {"plain-sha512", "hash-map"},
    {"wrong-slot", "token-other-slot"},
    {"vault-alone", "encrypted-to"},
    {"no-encryption", "encrypted-to"},
    {"skip-kind", "kind-left-out"},
    {"extra-kind", "kind-unexpected"},
    {"wrong-shown", "shown"},
    {"wrong-pc4", "pc4"},
    {"last-row-only", "home-left-out"},
    {"utc-start", "starts-at-utc"},
    {"start-1970", "starts-at-epoch"},
    {"sold-in-minutes", "sold-at-minutes"},
    {"sold-in-utc", "sold-at-utc"},
    {"price-per-ticket", "price-per-ticket"},
    {"price-in-euros", "price-in-euros"},
    {"quantity-once", "quantity-once"},
    {"unknown-word", "word-unknown"},
    {"no-title", "title-missing"},
    {"other-event-id", "event-id"},
    {"no-handle", "handle-nobody"},
    {"kept-share-no", "handle-share"},
    {"share-no-relation", "relation-share"},
    {"refused-relation", "relation-without-visits"},
    {"no-length-prefix", "visit-no-length-prefix"},
    {"order-alone", "visit-order-alone"},
    {"hex-key", "id-hex-key"},
    {"no-label", "id-no-label"},
    {"swapped-ids", "visit-swapped"},
    {"handle-hex-key", "id-hex-key"},
    {"skip-visit", "visit-missing"},
    {"skip-customer", "relation-missing"},
    {"visit-twice", "visit-twice"},
    {"customer-twice", "relation-twice"},
    {"refused-visit", "visit-unsent"},
    {"reuse-scalar", "scalar-reused"},
    {"reuse-home", "home-reused"},
    {"reuse-batch-key", "seal-reused"},
    {"wrong-author", "author-signature"},
    {"signed-frame", "author-signature"},
    {"no-serial-signed", "author-signature"},
    {"no-payload-step", "payload-step"},
    {"not-zeros", "payload-zeros"},
    {"no-content-size", "frame-size"},
    {"wrong-place", "sealed-place"},
    {"wrong-serial", "serials"},
    {"wrong-digest", "handles-digest"},
    {"short-column", "columns-unequal"},
    {"wrong-close", "close-count"},
};
// These bring others along: what they change is read by several rules.
const std::set<std::string> kWithOthers = {
    "keep-case",     "date-order",   "last-row-only", "order-alone",
    "refused-visit", "wrong-serial", "short-column"};

TEST_F(ConformanceTest, EveryFaultIsNamed) {
  for (const auto& [fault, rule] : kFaults) {
    SCOPED_TRACE(fault);
    std::vector<std::string> arguments = {"--fault", fault};
    if (fault == "reuse-batch-key") {
      arguments.insert(arguments.end(), {"--batch", "4"});
    }
    const json report = PythonAgainst(kVisits, arguments);
    if (is_skipped_) GTEST_SKIP() << "python3-grpcio is not installed";
    const auto rules = RulesOf(report);
    EXPECT_THAT(rules, Contains(rule)) << report["differences"];
    if (!kWithOthers.contains(fault)) {
      EXPECT_THAT(rules, SizeIs(1)) << report["differences"];
    }
  }
}

TEST_F(ConformanceTest, DummiesOfPaddingAreCompared) {
  const std::string config = deployment_.folder() + "/ttp/ttpd.toml";
  const auto text = ReadWholeFile(config);
  ASSERT_THAT(text, IsOk());
  ASSERT_THAT(
      ReplaceFile(config, *text + "\n[protocol]\npadding = \"birth\"\n", 0600),
      IsOk());
  EXPECT_EQ(SendAgainst(kVisits)["agrees"], true);
  const json right = PythonAgainst(kVisits, {});
  if (is_skipped_) GTEST_SKIP() << "python3-grpcio is not installed";
  EXPECT_EQ(right["agrees"], true) << right;
  EXPECT_THAT(RulesOf(PythonAgainst(kVisits, {"--fault", "shared-dummy"})),
              IsSupersetOf({"dummy-shared", "token"}));
  EXPECT_THAT(RulesOf(PythonAgainst(kVisits, {"--fault", "no-padding"})),
              IsSupersetOf({"padding-missing", "kind-left-out"}));
}

TEST_F(ConformanceTest, StreamsAreThoseOfTheDocument) {
  const json report = PythonAgainst(kVisits, {"--streams"});
  if (is_skipped_) GTEST_SKIP() << "python3-grpcio is not installed";
  // What was tried on purpose, and nothing else.
  EXPECT_THAT(RulesOf(report), ElementsAre("offset"));
  EXPECT_EQ(report["visits"]["same"], 10);
}

TEST_F(ConformanceTest, WhatIsMissingIsSaid) {
  auto running = Listen({kVisits});
  kill(running.pid, SIGINT);
  const RunResult nothing = running.Wait();
  EXPECT_EQ(nothing.exit, 1);
  EXPECT_EQ(nothing.json()["visits"]["missing"], 10);
  EXPECT_EQ(nothing.json()["interrupted"], true);
  const RunResult no_file = deployment_.Run(
      {"conformance", "none.csv", "--institution", kInstitution});
  EXPECT_EQ(no_file.exit, 2);
  const RunResult nobody =
      deployment_.Run({"conformance", kVisits, "--institution", "nobody"});
  EXPECT_EQ(nobody.exit, 2);
}

}  // namespace
}  // namespace garderobe
