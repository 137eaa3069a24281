// Whoever says a wrong date, or shortens how long data are kept, through the
// built daemons: a party or the coordinating body whose clock is wrong erases
// nothing, and what is old goes in small parts. Controls remove what is old.
#include "core/base/civil_time.h"
#include "core/base/files.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "core/rpc/tls.h"
#include "garderobe/v1/retention.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/aged_relations.h"
#include "tests/support/local_deployment.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

using ::testing::HasSubstr;

constexpr char kMuseum[] = "example-museum";
constexpr auto kRefused = absl::StatusCode::kFailedPrecondition;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;

class WrongClockTest : public ::testing::Test {
 protected:
  WrongClockTest() { deployment_.Up(); }

  // `count` customers with one visit each, so many months ago.
  void Send(int count, int months) {
    const std::string day = ToIso(MonthsBefore(Today(), months));
    std::string text =
        "order_id,line_id,event_id,starts_at,sold_at,customer_id,email,"
        "last_name,first_name\n";
    for (int i = 1; i <= count; ++i) {
      const std::string name = std::to_string(months) + "n" + std::to_string(i);
      text += "O" + name + ",1,E1," + day + " 20:00," + day + " 10:00,C" +
              name + ",c" + name + "@example.nl,Naam" + name + ",Anna\n";
    }
    const RunResult sent =
        deployment_.Run({"send", deployment_.Write("visits.csv", text),
                         "--institution", kMuseum});
    ASSERT_EQ(sent.exit, 0) << sent.err;
  }
  void KeepFor(int months) {
    const RunResult r = deployment_.Run(
        {"admin", "institution", "import",
         deployment_.Write("register.toml",
                           fmt::format("[[institution]]\nid = \"{}\"\n"
                                       "subsector = \"museum\"\n"
                                       "agreement_from = 2020-01-01\n"
                                       "retention_months = {}\n",
                                       kMuseum, months))});
    ASSERT_EQ(r.exit, 0) << r.err;
  }
  // What `garderobe admin retention` tells of the museum and of the vault.
  nlohmann::json Retention() {
    const RunResult r = deployment_.Run({"admin", "retention", "--json"});
    EXPECT_EQ(r.exit, 0) << r.err;
    const nlohmann::json answer = r.json();
    nlohmann::json told;
    for (const auto& one : answer["institutions"]) {
      if (one["institution"] == kMuseum) told = one;
    }
    told["vault"] = answer["vault_relations_removed"];
    told["vault_held_back"] = answer["vault_relations_held_back"];
    return told;
  }
  // Whether it was done by these custodians.
  bool Release(std::vector<std::string> what,
               const std::vector<std::string>& custodians) {
    what.insert(what.begin(), {"retention", "release"});
    for (const std::string& name : custodians) {
      what.insert(what.end(), {"--as", name});
    }
    const RunResult r = deployment_.Run(what);
    EXPECT_THAT(r.exit, ::testing::AnyOf(0, 1)) << r.err;
    return r.exit == 0;
  }
  template <typename Service, typename Request, typename Response>
  absl::Status Call(const char* party, const std::string& who,
                    grpc::Status (Service::Stub::*method)(grpc::ClientContext*,
                                                          const Request&,
                                                          Response*),
                    const Request& request) {
    const auto stub = Service::NewStub(
        TlsChannel(deployment_.daemon(party), deployment_.tls(who)));
    grpc::ClientContext context;
    SetDeadline(context, std::chrono::seconds(60));
    Response response;
    return FromGrpc((stub.get()->*method)(&context, request, &response));
  }
  // Everything that removes for its age, with `day` for today, by those who may
  // call it.
  std::vector<absl::Status> AskAll(int32_t day) {
    using AtAggregator = v1::AggregatorRetentionService;
    using AtVault = v1::VaultRetentionService;
    std::vector<absl::Status> answers;
    v1::ExpireInstitutionRequest visits;
    visits.set_institution(kMuseum);
    visits.set_today(day);
    answers.push_back(Call<AtAggregator>("aggregator", "ttp/tls",
                                         &AtAggregator::Stub::ExpireInstitution,
                                         visits));
    v1::ListExpiredRequest list;
    list.set_today(day);
    answers.push_back(Call<AtAggregator>(
        "aggregator", "ttp/tls", &AtAggregator::Stub::ListExpired, list));
    v1::ConfirmExpiredRequest confirm;
    confirm.set_today(day);
    answers.push_back(Call<AtAggregator>(
        "aggregator", "ttp/tls", &AtAggregator::Stub::ConfirmExpired, confirm));
    v1::RemoveRelationsRequest remove;
    remove.set_today(day);
    answers.push_back(Call<AtVault>("vault", "ttp/tls",
                                    &AtVault::Stub::RemoveRelations, remove));
    v1::RunRetentionRequest run;
    run.set_today(day);
    answers.push_back(Call<v1::RetentionService>(
        "ttp", "coordinator", &v1::RetentionService::Stub::RunRetention, run));
    return answers;
  }

  LocalDeployment deployment_;
};

TEST_F(WrongClockTest, AWrongDateErasesNothingAndTheRightOneWhatIsOld) {
  Send(3, 64);
  Send(2, 1);
  DeliverOn(deployment_, MonthsBefore(Today(), 64));
  const int32_t today = DayNumber(Today());
  for (int32_t wrong : {DayNumber({2090, 1, 1}), today + 3, today - 3, 0}) {
    for (const absl::Status& answer : AskAll(wrong)) {
      EXPECT_THAT(answer, StatusIs(kRefused)) << wrong;
      EXPECT_THAT(std::string(Message(answer)),
                  HasSubstr("nothing is removed"));
    }
  }
  // All three were still there.
  const nlohmann::json told = Retention();
  EXPECT_EQ(told["visits_removed"], 3);
  EXPECT_EQ(told["visits_left"], 2);
  EXPECT_EQ(told["visits_held_back"], 0);
  EXPECT_EQ(told["vault"], 3);
  for (const absl::Status& answer : AskAll(today)) {
    EXPECT_THAT(answer, IsOk());
  }
}

// Sixty months become six by a typing error: one part in twenty goes in a day,
// whoever asks again, and whatever is killed. Two custodians let more go.
TEST_F(WrongClockTest, AShortenedRetentionTakesASmallPartADay) {
  Send(400, 12);
  DeliverOn(deployment_, MonthsBefore(Today(), 12));
  KeepFor(60);
  nlohmann::json told = Retention();
  EXPECT_EQ(told["visits_removed"], 0);
  EXPECT_EQ(told["visits_left"], 400);
  KeepFor(6);
  told = Retention();
  EXPECT_EQ(told["visits_removed"], 20);
  EXPECT_EQ(told["visits_held_back"], 380);
  EXPECT_EQ(told["visits_left"], 380);
  EXPECT_EQ(told["relations_removed"], 20);
  EXPECT_EQ(told["vault"], 20);
  EXPECT_EQ(told["vault_held_back"], 0);
  for (const absl::Status& answer : AskAll(DayNumber(Today()))) {
    EXPECT_THAT(answer, IsOk());
  }
  for (const char* daemon : {"aggregatord", "vaultd", "ttpd"}) {
    deployment_.Kill(daemon);
  }
  deployment_.Up();
  told = Retention();
  EXPECT_EQ(told["visits_removed"], 0);
  EXPECT_EQ(told["visits_left"], 380);
  EXPECT_EQ(told["vault"], 0);

  EXPECT_FALSE(Release({kMuseum, "--more", "50"}, {"custodian-1"}));
  EXPECT_FALSE(
      Release({kMuseum, "--more", "50"}, {"custodian-1", "custodian-1"}));
  EXPECT_EQ(Retention()["visits_removed"], 0);
  EXPECT_TRUE(
      Release({kMuseum, "--more", "50"}, {"custodian-1", "custodian-2"}));
  told = Retention();
  EXPECT_EQ(told["visits_removed"], 50);
  EXPECT_EQ(told["visits_left"], 330);
  // The vault has a ceiling of its own; what it holds back the aggregator names
  // again until it is done.
  EXPECT_EQ(told["relations_removed"], 50);
  EXPECT_EQ(told["relations_held_back"], 0);
  EXPECT_EQ(told["vault"], 0);
  EXPECT_EQ(told["vault_held_back"], 50);
  EXPECT_FALSE(Release({"--vault", "--more", "45"}, {"custodian-1"}));
  EXPECT_TRUE(
      Release({"--vault", "--more", "45"}, {"custodian-2", "custodian-1"}));
  told = Retention();
  EXPECT_EQ(told["visits_removed"], 0);
  EXPECT_EQ(told["relations_removed"], 0);
  EXPECT_EQ(told["vault"], 45);
  EXPECT_EQ(told["vault_held_back"], 5);

  // Each party says what it removed, and of whom nothing.
  const std::string log =
      *ReadWholeFile(deployment_.folder() + "/aggregatord.log");
  EXPECT_THAT(log, HasSubstr("level=warning party=aggregator event=retention "
                             "institution=example-museum"));
  EXPECT_THAT(log, HasSubstr("visits=20 relations=20 visits_held_back=380"));
  EXPECT_THAT(log, HasSubstr("event=retention-release "
                             "institution=\"example-museum\" more=50"));
  EXPECT_THAT(*ReadWholeFile(deployment_.folder() + "/vaultd.log"),
              HasSubstr("event=retention relations=20"));
}

TEST_F(WrongClockTest, OnlyTwoCustodiansDecide) {
  using Custody = v1::RetentionCustodyService;
  Send(1, 1);
  v1::ReleaseRetentionRequest release;
  release.set_institution(kMuseum);
  release.set_more(1000);
  release.set_day(DayNumber(Today()));
  v1::ConfirmDayRequest confirm;
  confirm.set_day(DayNumber(Today()));
  for (const char* party : {"ttp", "vault", "aggregator"}) {
    for (const char* who : {"ttp/tls", "vault/tls", "clients/example-museum"}) {
      EXPECT_THAT(
          Call<Custody>(party, who, &Custody::Stub::ReleaseRetention, release),
          StatusIs(kDenied))
          << party << " " << who;
      EXPECT_THAT(
          Call<Custody>(party, who, &Custody::Stub::ConfirmDay, confirm),
          StatusIs(kDenied))
          << party << " " << who;
    }
    // Who may ask decides nothing without the two.
    for (const char* who : {"coordinator", "custodians/custodian-1"}) {
      EXPECT_THAT(
          Call<Custody>(party, who, &Custody::Stub::ConfirmDay, confirm),
          StatusIs(kDenied, HasSubstr("2 custodians have to approve this")))
          << party << " " << who;
    }
    // A wrong date is not confirmed by two either.
    const std::vector<std::string> by_two = {"--as", "custodian-1", "--as",
                                             "custodian-2"};
    for (const auto& [day, exit] :
         {std::pair{std::string("2090-01-01"), 1}, {ToIso(Today()), 0}}) {
      std::vector<std::string> command = {"retention", "confirm", party, day};
      EXPECT_EQ(deployment_.Run(command).exit, 1) << party << day;
      command.insert(command.end(), by_two.begin(), by_two.end());
      EXPECT_EQ(deployment_.Run(command).exit, exit) << party << day;
    }
  }
  EXPECT_THAT(Call<Custody>("aggregator", "custodians/custodian-1",
                            &Custody::Stub::ReleaseRetention, release),
              StatusIs(kDenied, HasSubstr("2 custodians")));
  release.set_day(DayNumber(Today()) + 1);
  EXPECT_THAT(Call<Custody>("aggregator", "custodians/custodian-1",
                            &Custody::Stub::ReleaseRetention, release),
              StatusIs(kRefused));
  for (const std::vector<std::string>& wrong :
       std::initializer_list<std::vector<std::string>>{
           {"retention", "release", "--more", "5", "--as", "custodian-1"},
           {"retention", "release", "elsewhere", "--more", "5", "--as",
            "custodian-1"},
           {"retention", "release", kMuseum, "--more", "0", "--as",
            "custodian-1"},
           {"retention", "confirm", "vault", "yesterday", "--as",
            "custodian-1"}}) {
    EXPECT_EQ(deployment_.Run(wrong).exit, 2);
  }
}

}  // namespace
}  // namespace garderobe
