// Plain mode: plaind encrypts for those that can't, as a client like any other.
#include <filesystem>

#include "tests/e2e/plain_fixture.h"

namespace garderobe {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(PlainTest, TheSameCustomerIsOnePersonInEitherMode) {
  const std::string zoe = "zoe@example.nl,Zwart,Zo\xc3\xab,1012LG,33\n";
  const RunResult r = SendPlain(deployment_->Write(
      "plain.csv", std::string(kHeader) +
                       "PL1,1,E1,Faust,2025-03-14 20:15,2,25.00,P1," + zoe));
  ASSERT_EQ(r.exit, 0) << r.err;
  EXPECT_EQ(r.json()["relations_accepted"], 1);
  EXPECT_EQ(r.json()["visits_accepted"], 1);
  ASSERT_EQ(Send(kTheatre, "SL", 1, "S1", zoe).exit, 0);
  auto ticket = [](const char* institution, const std::string& customer) {
    return Held(institution, customer, "vault")["review_ticket"]
        .get<std::string>();
  };
  const std::string a = ticket(kMuseum, "P1"), b = ticket(kTheatre, "S1");
  const RunResult told = Run({"vault", "explain", a, b, "--as", "custodian-1",
                              "--as", "custodian-2", "--json"});
  EXPECT_TRUE(told.json()["same_person"].get<bool>()) << told.out;
  for (const char* kind : {"email", "home"}) {
    EXPECT_EQ(told.json()["direct"]["agreements"][kind], "same") << kind;
  }
  // It is logged, without anything of anybody.
  for (const char* daemon : {"plaind", "ttpd"}) {
    const std::string log = Log(daemon);
    EXPECT_THAT(log, AllOf(Not(HasSubstr("zoe")), Not(HasSubstr("Zwart"))));
  }
  EXPECT_THAT(Log("plaind"), HasSubstr("event=plain-batch"));
  EXPECT_THAT(Log("ttpd"), HasSubstr("event=feed-open client=plaind"));
}

// Whatever ends in the middle: each row is in the feed once, and the client
// goes on by itself.
TEST_F(PlainTest, AKilledDaemonLosesAndDoublesNothing) {
  constexpr int kCustomers = 2600;
  for (const std::string victim : {"plaind", "ttpd"}) {
    const std::string name = "kill" + victim;
    const std::string file = FileOf(name, kCustomers);
    auto send = deployment_->Start({"send", file, "--institution", kMuseum,
                                    "--plain", "--source", name, "--json"});
    const std::string journal =
        fmt::format("{}/clients/{}/state/{}.{}.json", deployment_->folder(),
                    kMuseum, kMuseum, name);
    ASSERT_TRUE(Eventually([&] {
      return send.Ended() || (std::filesystem::exists(journal) &&
                              Committed(SourceOf(name)) > 0);
    }));
    const uint64_t before = Committed(SourceOf(name));
    deployment_->Kill(victim);
    deployment_->Up();
    const RunResult sent = send.Wait();
    ASSERT_EQ(sent.exit, 0) << victim << ": " << sent.err;
    std::printf("%s killed with %d of %d rows stored\n", victim.c_str(),
                static_cast<int>(before), kCustomers);
    EXPECT_LT(before, static_cast<uint64_t>(kCustomers));
    const auto report = sent.json();
    const int unconfirmed = report["relations_unconfirmed"];
    EXPECT_EQ(report["relations_accepted"].get<int>() + unconfirmed, kCustomers)
        << victim;
    // What ttpd has not answered plaind still holds, and delivers again.
    if (victim == "ttpd") EXPECT_EQ(unconfirmed, 0);
    EXPECT_EQ(report["visits_accepted"], kCustomers) << victim;
    EXPECT_EQ(Committed(SourceOf(name)), static_cast<uint64_t>(kCustomers))
        << victim;
  }
}

TEST_F(PlainTest, ItsKeyIsToldForTheRegister) {
  const std::string told = Run({"author-key", "--plain"}).out.substr(0, 64);
  EXPECT_THAT(Log("plaind"),
              HasSubstr("event=author-key client=plaind key=" + told));
  const auto institutions =
      Run({"admin", "institution", "list", "--json"}).json();
  EXPECT_EQ(institutions[0]["author_keys"][1], told) << institutions.dump();
  EXPECT_EQ(Run({"author-key"}).exit, 2);
  const auto status = Run({"status", "--json"}).json();
  EXPECT_TRUE(status["parties"]["plain"]["ready"].get<bool>());
  EXPECT_EQ(status["parties"]["plain"]["detail"],
            "1 institutions in plain mode");
}

// With padding on every row has every kind, also those that plaind makes.
TEST_F(PlainTest, RowsArePaddedWhereTheTtpAsksForIt) {
  const std::string path = deployment_->folder() + "/ttp/ttpd.toml";
  const auto config = ReadWholeFile(path);
  ASSERT_THAT(config, IsOk());
  const auto restart = [&](const std::string& text) {
    deployment_->Down();
    deployment_->Write("ttp/ttpd.toml", text);
    deployment_->Up();
  };
  const auto used = [&] {
    const auto budgets = Run({"budget", "list", "--json"}).json();
    for (const auto& one : budgets) {
      if (one["institution"] == kMuseum) return one["used"].get<int>();
    }
    return -1;
  };
  ASSERT_THAT(Deliver("padded", {PlainRows(0, 1, "padded")}), IsOk());
  const int one_row = [&] {
    const int before = used();
    EXPECT_THAT(Deliver("padded", {PlainRows(1, 1, "padded")}), IsOk());
    return used() - before;
  }();
  restart(*config + "\n[protocol]\npadding = \"all\"\n");
  const int before = used();
  ASSERT_THAT(Deliver("padded", {PlainRows(2, 1, "padded")}), IsOk());
  // Twenty-one kinds with a slot, and the home's.
  EXPECT_EQ(used() - before, 22);
  EXPECT_LT(one_row, 22);
  EXPECT_EQ(SendPlain(FileOf("padding", 2)).json()["relations_accepted"], 2);
  restart(*config);
}

}  // namespace
}  // namespace garderobe
