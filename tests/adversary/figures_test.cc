// Published figures are read for what they must not tell, through the built
// binaries: whether a stranger objected, what one house has that others have
// not, what a single large house did. Each year of the files is one attack's.
#include <filesystem>
#include <set>

#include "aggregator/ledger/institution_ledger.h"
#include "core/base/civil_time.h"
#include "core/base/files.h"
#include "core/catalogue/cube_format.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "garderobe/v1/common.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/local_deployment.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr char kHeader[] =
    "order_id,line_id,event_id,starts_at,customer_id,email,last_name,"
    "first_name,postcode,house_number\n";
constexpr int kHouses = 9;  // house-10 comes later, and delivers all the same

std::string House(int number) { return "house-" + std::to_string(number); }

// One house's order lines. Its first ten customers of house 1 and house 2 are
// the same people.
class OrderLines {
 public:
  explicit OrderLines(int house) : house_(house) {}
  // `customers` come on the day, each once.
  void Add(const std::string& day, int customers) {
    for (int i = 1; i <= customers; ++i) {
      const int home = house_ == 2 && i <= 10 ? 1 : house_;
      AddLine(day, fmt::format("K{},p{}-{}@example.nl,Naam{}x{},Voor,1012LG,{}",
                               i, home, i, home, i, 100 * home + i));
    }
  }
  // `visits` without a customer on the day.
  void AddAnonymous(const std::string& day, int visits) {
    for (int i = 0; i < visits; ++i) AddLine(day, ",,,,,");
  }
  const std::string& text() const { return text_; }

 private:
  void AddLine(const std::string& day, const std::string& who) {
    ++order_;
    text_ += fmt::format("O{},1,E{},{}T20:00,{}\n", order_, day, day, who);
  }
  const int house_;
  int order_ = 0;
  std::string text_ = kHeader;
};

std::string LinesOf(int house) {
  OrderLines lines(house);
  // 2025: enough visits for the nation's coverage, a fifth without a customer.
  for (int month = 1; month <= 12; ++month) {
    for (int day : {5, 20}) {
      lines.Add(fmt::format("2025-{:02}-{:02}", month, day), 60);
      lines.AddAnonymous(fmt::format("2025-{:02}-{:02}", month, day), 15);
    }
  }
  for (const char* day : {"2024-02-01", "2024-05-01", "2024-08-01",
                          "2024-11-01", "2020-02-01", "2020-05-01"}) {
    lines.Add(day, 40);
  }
  // 2023: seven houses. 2022: one has more than half, for a quarter.
  if (house <= 7) lines.Add("2023-02-01", 60);
  lines.Add("2022-02-01", 40);
  if (house == 1) lines.AddAnonymous("2022-02-01", 400);
  lines.Add("2022-05-01", 40);
  lines.Add("2021-02-01", 40);
  lines.Add("2021-05-01", 40);
  return lines.text();
}

// What the register says of a house beyond its id.
using Told = std::map<int, std::string>;
constexpr char kAgreed[] = "agreement_from = 2016-01-01\n";
constexpr char kKeptLong[] = "retention_months = 120\n";

Told AllHouses() {
  Told told;
  for (int i = 1; i <= kHouses; ++i) {
    told[i] = std::string(kAgreed) + kKeptLong;
  }
  return told;
}

class FiguresTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    deployment_ = new LocalDeployment();
    deployment_->Up();
    Told told = AllHouses();
    told[10] = told[9];
    ASSERT_EQ(Import(told).exit, 0);
    for (int house = 1; house <= kHouses + 1; ++house) {
      const RunResult sent = Run(
          {"send", deployment_->Write(House(house) + ".csv", LinesOf(house)),
           "--institution", House(house), "--json"});
      ASSERT_EQ(sent.exit, 0) << sent.err;
      ASSERT_EQ(sent.json()["visits_refused"], 0) << sent.out;
    }
  }
  static void TearDownTestSuite() {
    delete deployment_;
    deployment_ = nullptr;
  }
  void SetUp() override { ASSERT_EQ(Import(AllHouses()).exit, 0); }

  static RunResult Run(std::vector<std::string> arguments) {
    return deployment_->Run(std::move(arguments));
  }
  static std::string RegisterText(const Told& told) {
    std::string text;
    for (const auto& [house, more] : told) {
      text += fmt::format(
          "[[institution]]\nid = \"{}\"\nsubsector = \"museum\"\n{}",
          House(house), more);
    }
    return text;
  }
  static RunResult Import(const Told& told) {
    return Run({"admin", "institution", "import",
                deployment_->Write("register.toml", RegisterText(told))});
  }
  static RunResult Publish(const std::string& period) {
    return Run({"admin", "publish", period});
  }
  static nlohmann::json Reach(const std::string& population,
                              const std::string& period) {
    const RunResult r = Run({"query", "reach", "--population", population,
                             "--period", period, "--json"});
    EXPECT_EQ(r.exit, 0) << r.err;
    return r.json();
  }
  // Persons of the nation; -1 when they are withheld.
  static int NationOf(const std::string& period) {
    const nlohmann::json answer = Reach("national", period);
    int persons = -1;
    std::set<std::string> marks;
    for (const auto& row : answer["rows"]) {
      marks.insert(row["mark"]);
      if (row["measure"] == "persons" && !row["value"].is_null()) {
        persons = row["value"];
      }
    }
    if (persons == -1) {
      EXPECT_EQ(marks, std::set<std::string>{"p"}) << answer;
      EXPECT_TRUE(answer["coverage"]["visits_share"].is_null());
    }
    return persons;
  }
  static std::string HashOf(std::initializer_list<int> houses) {
    std::set<std::string> ids;
    for (int house : houses) ids.insert(House(house));
    return ToHex(AsBytes(MembersHash({ids.begin(), ids.end()})));
  }

  // Visits without a person in 2025, as they lie in the aggregator's store:
  // the true figure behind a house's coverage. The daemons must not run.
  static int64_t TrueOthers(const std::string& institution) {
    auto store =
        Store::Open(deployment_->folder() + "/aggregator/data/store",
                    aggregator::kFamilyNames, aggregator::kStoreOptions);
    EXPECT_THAT(store, IsOk());
    const auto number =
        (*store)->Get(aggregator::kMeta, "institution/" + institution);
    EXPECT_THAT(number, IsOk());
    const auto ledger = aggregator::InstitutionLedger::Load(
        **store, GetBigEndian<uint32_t>(number->data()));
    EXPECT_THAT(ledger, IsOk());
    const int32_t first = DayNumber({2025, 1, 1}) * 1440;
    // Whose visitor objects: an own customer, and no person.
    std::set<uint32_t> nobodies = {0};
    const auto it = (*store)->NewIterator(aggregator::kRelations);
    for (it->Seek(*number); it->Valid() && it->key().starts_with(*number);
         it->Next()) {
      aggregator::Relation relation;
      EXPECT_TRUE(aggregator::Decode(AsView(it->value()), &relation));
      if (relation.person == 0) {
        nobodies.insert(GetBigEndian<uint32_t>(it->key().data() + 4));
      }
    }
    int64_t others = 0;
    EXPECT_THAT((*ledger)->ForEachCounted([&](const aggregator::VisitRow& row,
                                              const aggregator::Event& event) {
      others += nobodies.contains(row.relation) && event.starts_at >= first;
    }),
                IsOk());
    return others;
  }
  // The parties that a publication changes, put aside and back.
  static void CopyStores(const std::string& from, const std::string& to) {
    for (const char* party : {"aggregator", "answer"}) {
      const std::string source = deployment_->folder() + from + party;
      const std::string target = deployment_->folder() + to + party;
      fs::remove_all(target);
      fs::create_directories(fs::path(target).parent_path());
      fs::copy(source, target, fs::copy_options::recursive);
    }
  }
  static LocalDeployment* deployment_;
};
LocalDeployment* FiguresTest::deployment_ = nullptr;

// House 1 is told how many of its visits carry a customer. A stranger, whom it
// knows as one of its own customers, objects elsewhere; their visits are
// nobody's from then on. With an exact share house 1 read that off.
TEST_F(FiguresTest, AStrangersObjectionChangesNoByteOfAHousesCoverage) {
  deployment_->Down();
  CopyStores("/", "/aside/");
  const int64_t others_before = TrueOthers("house-1");
  deployment_->Up();
  ASSERT_EQ(Publish("2025").exit, 0);
  const std::string before =
      Reach("institution:house-1", "2025")["coverage"].dump();
  const nlohmann::json nation = Reach("national", "2025")["coverage"];

  deployment_->Down();
  CopyStores("/aside/", "/");
  deployment_->Up();
  const RunResult objected =
      Run({"object", "--institution", "house-2", "--customer", "K1", "--json"});
  ASSERT_EQ(objected.exit, 0) << objected.err;
  const RunResult erased =
      Run({"erase", "--institution", "house-2", "--customer", "K2", "--json"});
  ASSERT_EQ(erased.exit, 0) << erased.err;
  ASSERT_EQ(Publish("2025").exit, 0);
  const std::string after =
      Reach("institution:house-1", "2025")["coverage"].dump();
  EXPECT_EQ(before, after);
  EXPECT_THAT(after, HasSubstr("\"visits_share\":null"));

  // The nation's is in steps, and of no month.
  EXPECT_EQ(nation["institutions"], kHouses);
  EXPECT_EQ(nation["members"], kHouses);
  ASSERT_TRUE(nation["visits_share"].is_number()) << nation;
  EXPECT_NEAR(nation["visits_share"].get<double>(), 0.8, 1e-9);
  ASSERT_EQ(Publish("2025-03").exit, 0);
  EXPECT_TRUE(
      Reach("national", "2025-03")["coverage"]["visits_share"].is_null());

  // Control: the true figure did change, by all of the stranger's visits.
  deployment_->Down();
  EXPECT_EQ(TrueOthers("house-1"), others_before + 24);
  deployment_->Up();
}

// Two populations that differ by one house, for days that both hold, tell of
// that house; those of two houses tell how many people both have.
TEST_F(FiguresTest, AnotherRegisterGivesTheSamePopulationOrNone) {
  ASSERT_EQ(Publish("2024Q1").exit, 0);
  const nlohmann::json quarter = Reach("national", "2024Q1")["coverage"];
  EXPECT_EQ(quarter["members_hash"], HashOf({1, 2, 3, 4, 5, 6, 7, 8, 9}));

  Told two = AllHouses();
  two.erase(two.find(3), two.end());
  ASSERT_EQ(Import(two).exit, 0);
  RunResult r = Publish("2024");
  EXPECT_EQ(r.exit, 1);
  EXPECT_THAT(r.err, HasSubstr("2024Q1 is published of 9 institutions, and "
                               "2024 would be of 2"));
  Told without = AllHouses();
  without.erase(9);
  ASSERT_EQ(Import(without).exit, 0);
  EXPECT_THAT(Publish("2024").err, HasSubstr("2024 would be of 8"));
  EXPECT_THAT(Publish("2024-02").err, HasSubstr("2024-02 would be of 8"));

  // One more, with dates that would have made it a member.
  Told more = AllHouses();
  more[10] = more[9];
  ASSERT_EQ(Import(more).exit, 0);
  ASSERT_EQ(Publish("2024").exit, 0);
  EXPECT_EQ(Reach("national", "2024")["coverage"]["members_hash"],
            quarter["members_hash"]);

  // Control: where nothing is fixed yet the register does decide. Afterwards
  // it does not.
  ASSERT_EQ(Import(without).exit, 0);
  ASSERT_EQ(Publish("2020Q1").exit, 0);
  const std::string eight = HashOf({1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_EQ(Reach("national", "2020Q1")["coverage"]["members_hash"], eight);
  ASSERT_EQ(Import(AllHouses()).exit, 0);
  ASSERT_EQ(Publish("2020").exit, 0);
  EXPECT_EQ(Reach("national", "2020")["coverage"]["members_hash"], eight);
}

TEST_F(FiguresTest, NoPartyTakesADateThatHasPassed) {
  for (const auto& [house, moved] :
       {std::pair{9, "agreement_from = 2024-07-01\n"},
        {9, "agreement_from = 2015-01-01\n"},
        {9, "agreement_from = 2016-01-01\nagreement_to = 2024-12-31\n"},
        // Taken out of the register by SetUp, and back again.
        {10, "agreement_from = 2024-07-01\n"}}) {
    Told told = AllHouses();
    told[house] = moved;
    const RunResult r = Import(told);
    EXPECT_EQ(r.exit, 1) << moved;
    EXPECT_THAT(r.err, HasSubstr(House(house) + ": agreement_"));
    v1::ImportRegisterRequest request;
    auto* institution = request.mutable_register_()->add_institutions();
    institution->set_id(House(house));
    institution->set_subsector("museum");
    institution->set_agreement_from("2024-07-01");
    for (const char* party : {"aggregator", "ttp", "answer"}) {
      const auto stub = v1::RegisterService::NewStub(TlsChannel(
          deployment_->daemon(party), deployment_->tls("coordinator")));
      grpc::ClientContext context;
      SetDeadline(context, std::chrono::seconds(10));
      v1::ImportRegisterResponse response;
      EXPECT_THAT(FromGrpc(stub->ImportRegister(&context, request, &response)),
                  StatusIs(absl::StatusCode::kFailedPrecondition,
                           HasSubstr("is not moved")))
          << daemon;
    }
  }
  // Control: whoever leaves from today on is let go.
  Told told = AllHouses();
  told[9] += "agreement_to = 2190-12-31\n";
  EXPECT_EQ(Import(told).exit, 0);
}

TEST_F(FiguresTest, SevenHousesAreNoNation) {
  ASSERT_EQ(Publish("2023").exit, 0);
  EXPECT_EQ(NationOf("2023"), -1);
  EXPECT_EQ(Reach("national", "2023")["coverage"]["institutions"], 7);
  // Control: each of them is told of its own.
  const nlohmann::json own = Reach("institution:house-1", "2023");
  EXPECT_NEAR(own["rows"][1]["value"].get<int>(), 60, 25) << own;
}

TEST_F(FiguresTest, ANationOfOneLargeHouseIsNotTold) {
  ASSERT_EQ(Publish("2022Q1").exit, 0);
  EXPECT_EQ(NationOf("2022Q1"), -1);
  // Control: the same people in the next quarter, without its 400 visits.
  ASSERT_EQ(Publish("2022Q2").exit, 0);
  EXPECT_NEAR(NationOf("2022Q2"), 350, 30);
}

// The register says how long; what a run has removed under an earlier one
// stays removed.
TEST_F(FiguresTest, WhatRetentionHasReachedIsNotPublished) {
  Told told = AllHouses();
  told[9] = std::string(kAgreed) + "retention_months = 6\n";
  ASSERT_EQ(Import(told).exit, 0);
  ASSERT_EQ(Publish("2021Q1").exit, 0);
  const nlohmann::json coverage = Reach("national", "2021Q1")["coverage"];
  EXPECT_EQ(coverage["members"], 8);
  EXPECT_EQ(coverage["left_out"], 1);
  EXPECT_GT(NationOf("2021Q1"), 0);
  // It may have lost part of the quarter: nothing of it alone either.
  const nlohmann::json alone = Reach("institution:house-9", "2021Q1");
  for (const auto& row : alone["rows"]) {
    EXPECT_EQ(row["mark"], "p");
  }

  told[1] = std::string(kAgreed) + "retention_months = 60\n";
  ASSERT_EQ(Import(told).exit, 0);
  RunResult r = Publish("2021Q2");
  EXPECT_EQ(r.exit, 1);
  EXPECT_THAT(r.err, HasSubstr("1 of its 8 institutions no longer keep"));
  ASSERT_EQ(Run({"admin", "retention"}).exit, 0);
  told[1] = std::string(kAgreed) + kKeptLong;
  ASSERT_EQ(Import(told).exit, 0);
  r = Publish("2021Q2");
  EXPECT_EQ(r.exit, 1);
  EXPECT_THAT(r.err, HasSubstr("1 of its 8 institutions no longer keep"));
}

}  // namespace
}  // namespace garderobe
