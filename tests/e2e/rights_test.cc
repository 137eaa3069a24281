// Rights of visitors and agreements, through the built binaries.
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/base/files.h"
#include "tests/e2e/rights_fixture.h"
#include "tests/support/aged_relations.h"

namespace garderobe {
namespace {

using ::testing::HasSubstr;

TEST_F(RightsTest, AccessTellsWhatIsKeptAndErasureTakesIt) {
  ASSERT_EQ(Send(kMuseum, "A", 3, "K1", kAnna).exit, 0);
  nlohmann::json held = Held(kMuseum, "K1", "aggregator");
  EXPECT_TRUE(held["known"].get<bool>());
  EXPECT_EQ(held["postcode_digits"], 1012);
  ASSERT_EQ(held["visits"].size(), 3u);
  EXPECT_EQ(held["visits"][0]["title"], "Faust");
  EXPECT_EQ(held["visits"][0]["starts_at"], "2025-03-14T20:15");
  held = Held(kMuseum, "K1", "vault");
  EXPECT_THAT(held["tokens_of_kinds"].get<std::vector<std::string>>(),
              ::testing::Contains("email"));
  EXPECT_EQ(Visits(kMuseum), 3);

  const nlohmann::json erased = Right("erase", kMuseum, "K1");
  EXPECT_EQ(erased["relations_removed"], 1);
  EXPECT_EQ(erased["visits_removed"], 3);
  EXPECT_TRUE(std::filesystem::exists(erased["stored"].get<std::string>()));
  EXPECT_EQ(erased["receipt"]["receipts"].size(), 2u);
  EXPECT_FALSE(Held(kMuseum, "K1", "aggregator")["known"].get<bool>());
  EXPECT_FALSE(Held(kMuseum, "K1", "vault")["known"].get<bool>());
  // A customer who comes back is a customer again.
  ASSERT_EQ(Send(kMuseum, "B", 1, "K1", kAnna).exit, 0);
  EXPECT_TRUE(Held(kMuseum, "K1", "vault")["known"].get<bool>());
  EXPECT_EQ(Right("erase", kMuseum, "K1")["visits_removed"], 1);
}

// A batch waits at the TTP while its customer is erased: what it brings back is
// erased again, at both parties, without anybody asking.
TEST_F(RightsTest, WhatIsOnItsWayDuringAnErasureIsErasedToo) {
  ASSERT_EQ(Send(kMuseum, "W", 1, "K8", kAnna).exit, 0);
  const std::string path = deployment_->folder() + "/ttp/ttpd.toml";
  const std::string config = *ReadWholeFile(path);
  std::string patient = config;
  // One row is no crowd any more, and waits for one.
  for (const auto& [from, to] :
       {std::pair<std::string, std::string>{"\nrows = 1\n", "\nrows = 4000\n"},
        {"wait_ms = 200\n\n[round]", "wait_ms = 7000\n\n[round]"}}) {
    ASSERT_NE(patient.find(from), std::string::npos) << from;
    patient.replace(patient.find(from), from.size(), to);
  }
  deployment_->Down();
  std::ofstream(path) << patient;
  deployment_->Up();
  auto send = deployment_->Start(
      {"send",
       deployment_->Write("X.csv", std::string(kHeader) +
                                       "X1,1,E1,Faust,2025-03-14 20:15,1,5.00,"
                                       "K8,anna@example.org,Bakker,Anna,"
                                       "1012LG,12\n"),
       "--institution", kMuseum});
  std::this_thread::sleep_for(std::chrono::milliseconds(3500));
  EXPECT_FALSE(send.Ended());
  Right("erase", kMuseum, "K8");
  const RunResult sent = send.Wait();
  EXPECT_EQ(sent.exit, 0) << sent.err;
  std::string log;
  for (int i = 0; i < 300 && log.find("event=erased-again") == log.npos; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    log = *ReadWholeFile(deployment_->folder() + "/ttpd.log");
  }
  EXPECT_THAT(log, HasSubstr("event=erased-again"));
  EXPECT_FALSE(Held(kMuseum, "K8", "aggregator")["known"].get<bool>());
  EXPECT_FALSE(Held(kMuseum, "K8", "vault")["known"].get<bool>());
  deployment_->Down();
  std::ofstream(path) << config;
  deployment_->Up();
}

TEST_F(RightsTest, AnObjectionHoldsAtEveryInstitutionUntilItIsWithdrawn) {
  ASSERT_EQ(
      Send(kMuseum, "C", 2, "K2", "piet@example.nl,Smit,Piet,1012LG,14\n").exit,
      0);
  ASSERT_EQ(
      Send(kTheatre, "D", 2, "T2", "piet@example.nl,Smit,Piet,1012LG,14\n")
          .exit,
      0);
  const int64_t museum = Visits(kMuseum), theatre = Visits(kTheatre);
  const nlohmann::json objected = Right("object", kMuseum, "K2");
  // Counts would tell whether the customer objected elsewhere before.
  EXPECT_EQ(objected["relations_removed"], 0);
  EXPECT_EQ(objected["visits_removed"], 0);
  // The sales still count; nobody is behind them. The aggregator tells what the
  // institution delivered, as of everybody.
  EXPECT_EQ(Visits(kMuseum), museum);
  EXPECT_EQ(Visits(kTheatre), theatre);
  EXPECT_FALSE(Held(kTheatre, "T2", "vault")["known"].get<bool>());
  // Neither is anybody later, nor elsewhere.
  ASSERT_EQ(
      Send(kTheatre, "F", 2, "T3", "piet@example.nl,Smit,Piet,1012LG,14\n")
          .exit,
      0);
  EXPECT_FALSE(Held(kTheatre, "T3", "vault")["known"].get<bool>());
  EXPECT_EQ(Visits(kTheatre), theatre + 2);
  // The theatre lodged no objection: it can take none back, and is answered as
  // if it had.
  auto is_known_after = [](const std::string& institution,
                           const std::string& customer) {
    Right("withdraw", institution, customer);
    EXPECT_EQ(Run({"send", deployment_->folder() + "/F.csv", "--institution",
                   kTheatre, "--all-relations"})
                  .exit,
              0);
    return Held(kTheatre, "T3", "vault")["known"].get<bool>();
  };
  EXPECT_FALSE(is_known_after(kTheatre, "T2"));
  EXPECT_FALSE(is_known_after(kTheatre, "T3"));
  EXPECT_TRUE(is_known_after(kMuseum, "K2"));
}

// What an institution lodged for a visitor, it takes back with the same
// particulars; by then the institution may run on another computer.
TEST_F(RightsTest, AnObjectionByIdentityIsTakenBackByWhoLodgedIt) {
  const std::string who = deployment_->Write(
      "lodged.json",
      R"({"email": "eva@example.nl", "last_name": "Mulder", "first_name": "Eva"})");
  auto ask = [&](const char* right, const char* institution) {
    const RunResult r =
        Run({right, "--institution", institution, "--identity", who});
    EXPECT_EQ(r.exit, 0) << r.err;
  };
  auto is_known = [] {
    EXPECT_EQ(
        Send(kMuseum, "L", 2, "K9", "eva@example.nl,Mulder,Eva,1012LG,18\n")
            .exit,
        0);
    EXPECT_EQ(Run({"send", deployment_->folder() + "/L.csv", "--institution",
                   kMuseum, "--all-relations"})
                  .exit,
              0);
    return Held(kMuseum, "K9", "vault")["known"].get<bool>();
  };
  ask("object", kMuseum);
  EXPECT_FALSE(is_known());
  ask("withdraw", kTheatre);
  EXPECT_FALSE(is_known());
  ask("object", kTheatre);
  ask("withdraw", kMuseum);
  EXPECT_FALSE(is_known());  // the theatre's stands
  ask("withdraw", kTheatre);
  EXPECT_TRUE(is_known());
}

// The answer to an identity says nothing of whether anybody is known by it.
TEST_F(RightsTest, AnIdentityIsAnsweredAlikeKnownOrNot) {
  ASSERT_EQ(
      Send(kMuseum, "G", 2, "K4", "kim@example.nl,Visser,Kim,1012LG,16\n").exit,
      0);
  auto erase = [](const std::string& email) {
    const std::string file =
        deployment_->Write("who.json", "{\"email\": \"" + email +
                                           "\", \"last_name\": \"Visser\", "
                                           "\"first_name\": \"Kim\"}");
    RunResult r =
        Run({"erase", "--institution", kTheatre, "--identity", file, "--json"});
    EXPECT_EQ(r.exit, 0) << r.err;
    nlohmann::json answer = r.json();
    answer.erase("receipt");
    answer.erase("stored");
    return answer;
  };
  const nlohmann::json unknown = erase("someone.else@example.nl");
  EXPECT_TRUE(Held(kMuseum, "K4", "aggregator")["known"].get<bool>());
  EXPECT_EQ(erase("kim@example.nl"), unknown);
  EXPECT_FALSE(Held(kMuseum, "K4", "aggregator")["known"].get<bool>());
}

TEST_F(RightsTest, WrongUseIsASentence) {
  struct Case {
    std::vector<std::string> command;
    int exit;
    const char* says;
  };
  const std::string nothing = deployment_->Write("nothing.json", "{}");
  const std::string other =
      deployment_->Write("other.json", "{\"shoe_size\": \"43\"}");
  for (const Case& c : std::initializer_list<Case>{
           {{"erase", "--institution", kMuseum}, 2, "of whom?"},
           {{"erase", "--institution", kMuseum, "--identity", nothing},
            2,
            "identifies a visitor"},
           {{"erase", "--institution", kMuseum, "--identity", other},
            2,
            "none of email"},
           {{"erase", "--institution", kMuseum, "--identity", "/nergens"},
            2,
            "cannot open"},
           {{"erase", "--institution", "elsewhere", "--customer", "K1"},
            2,
            "elsewhere"},
           {{"erase", "--institution", kTheatre, "--client", kMuseum,
             "--customer", "K1"},
            1,
            "not listed as a client"}}) {
    const RunResult r = Run(c.command);
    EXPECT_EQ(r.exit, c.exit) << r.err;
    EXPECT_THAT(r.err, HasSubstr(c.says));
  }
}

// A script must not take half an answer for a whole one.
TEST_F(RightsTest, AnswersThatCantBeWrittenAreNoSuccess) {
  for (const char* command : {"mapping show pretix", "mapping list --json"}) {
    const RunResult r =
        RunToEnd({"/bin/sh", "-c",
                  std::string(GARDEROBE_BIN_DIR) + "/garderobe " + command +
                      " > /dev/full"});
    EXPECT_EQ(r.exit, 3) << command;
    EXPECT_THAT(r.err, HasSubstr("is the disk full?"));
  }
}

TEST_F(RightsTest, AVisitBeforeTheAgreementIsRefusedByItself) {
  const std::string file =
      deployment_->Write("early.csv",
                         "order_id,line_id,event_id,starts_at,sold_at\n"
                         "X1,1,E9,2019-12-31 20:00,2019-11-01 10:00\n"
                         "X2,1,E9,2020-01-02 20:00,2019-11-01 10:00\n"
                         "X3,1,E9,2020-01-02 20:00,2020-01-01 10:00\n");
  const RunResult r = Run({"send", file, "--institution", kMuseum, "--json"});
  EXPECT_EQ(r.exit, 4) << r.err;
  EXPECT_EQ(r.json()["visits_accepted"], 1);
  ASSERT_EQ(r.json()["refused"].size(), 2u);
  EXPECT_EQ(r.json()["refused"][0]["reason"], "BEFORE_AGREEMENT");
  EXPECT_EQ(r.json()["refused"][0]["column"], "starts_at");
  EXPECT_EQ(r.json()["refused"][1]["line"], 3);
  EXPECT_EQ(r.json()["refused"][1]["column"], "sold_at");
}

// Of three customers one came long ago, one came lately, and one both.
TEST_F(RightsTest, WhatIsOlderThanTheAgreementAllowsIsRemovedAndSigned) {
  // One that has never delivered must not keep the others' data.
  ImportRegister({{"aaa-never", ""}, {kMuseum, kAgreed}, {kTheatre, kAgreed}});
  auto line = [](const std::string& order, const std::string& day,
                 const std::string& customer, const std::string& identity) {
    return order + ",1,E7," + day + " 20:00," + day + " 10:00," + customer +
           "," + identity + ",1012LG,18\n";
  };
  const std::string file = deployment_->Write(
      "ages.csv",
      "order_id,line_id,event_id,starts_at,sold_at,customer_id,email,"
      "last_name,first_name,postcode,house_number\n" +
          line("R1", "2021-03-01", "OLD", "old@example.nl,Oud,Olga") +
          line("R2", "2021-03-01", "BOTH", "both@example.nl,Beide,Bo") +
          line("R3", "2025-03-01", "BOTH", "both@example.nl,Beide,Bo") +
          line("R4", "2025-03-01", "NEW", "new@example.nl,Nieuw,Nel"));
  const RunResult sent = Run({"send", file, "--institution", kTheatre});
  ASSERT_EQ(sent.exit, 0) << sent.err;
  const int64_t visits = Visits(kTheatre);
  ASSERT_TRUE(Held(kTheatre, "OLD", "vault")["known"].get<bool>());
  // Who has no visits left is as old as the last delivery; the others are kept
  // for their visits.
  DeliverOn(*deployment_, {2021, 3, 1});
  auto run = [&] {
    const RunResult r = Run({"admin", "retention", "--json"});
    EXPECT_EQ(r.exit, 0) << r.err;
    const nlohmann::json answer = r.json();
    for (const auto& one : answer["institutions"]) {
      if (one["institution"] == kTheatre) {
        nlohmann::json of_theatre = one;
        of_theatre["vault"] = answer["vault_relations_removed"];
        return of_theatre;
      }
    }
    return nlohmann::json();
  };
  const nlohmann::json first = run();
  EXPECT_EQ(first["months"], 60);
  EXPECT_EQ(first["visits_removed"], 2);
  EXPECT_EQ(first["relations_removed"], 1);
  EXPECT_EQ(first["statements"].size(), 1u);
  EXPECT_EQ(first["vault"], 1);
  EXPECT_GE(first["oldest"].get<std::string>(), first["kept_from"]);
  // answerd follows within a second or two.
  for (int tries = 0; tries < 50 && Visits(kTheatre) != visits - 2; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  EXPECT_EQ(Visits(kTheatre), visits - 2);
  for (const char* party : {"vault", "aggregator"}) {
    EXPECT_FALSE(Held(kTheatre, "OLD", party)["known"].get<bool>()) << party;
    EXPECT_TRUE(Held(kTheatre, "NEW", party)["known"].get<bool>()) << party;
    EXPECT_TRUE(Held(kTheatre, "BOTH", party)["known"].get<bool>()) << party;
  }
  EXPECT_EQ(Held(kTheatre, "BOTH", "aggregator")["visits_in_all"], 1);
  const nlohmann::json second = run();
  EXPECT_EQ(second["visits_removed"], 0);
  EXPECT_EQ(second["relations_removed"], 0);
  EXPECT_EQ(second["vault"], 0);
}

}  // namespace
}  // namespace garderobe
