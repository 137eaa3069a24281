// Own figures through the built binaries: as an independent script counts them
// in the files, after corrections and second deliveries, and whoever objects.
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/local_deployment.h"
#include "tests/support/vectors.h"

namespace garderobe {
namespace {

using nlohmann::json;

constexpr std::chrono::seconds kPatience{60};

class OwnFiguresTest : public ::testing::Test {
 protected:
  json Own(std::vector<std::string> question,
           const std::string& institution) const {
    std::vector<std::string> arguments = {"query", "own"};
    arguments.insert(arguments.end(), question.begin(), question.end());
    arguments.insert(arguments.end(), {"--institution", institution, "--json"});
    const RunResult asked = deployment_.Run(arguments);
    return asked.exit == 0 ? asked.json() : json();
  }
  // Visits of customers of all years, as they are counted now.
  int64_t VisitsOfCustomers(const std::string& institution) const {
    int64_t visits = 0;
    const json told = Own({"customers"}, institution);
    if (!told.is_object()) return -1;
    for (const auto& row : told["rows"]) visits += row["visits"].get<int64_t>();
    return visits;
  }
  // Customers are counted when a delivery is over: waits until they are.
  void AwaitVisitsOfCustomers(const std::string& institution,
                              int64_t visits) const {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (VisitsOfCustomers(institution) != visits &&
           std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    ASSERT_EQ(VisitsOfCustomers(institution), visits);
  }
  LocalDeployment deployment_;
};

constexpr char kColumns[] =
    "order_id,line_id,event_id,starts_at,sold_at,quantity,price,channel,"
    "status,customer_id,email,last_name,first_name,postcode,house_number,"
    "genre,share\n";

std::string LineOf(int number, const std::string& status) {
  // 40 customers; each seventh line has none, each ninth does not share.
  return fmt::format(
      "O{},1,E{},2025-{:02}-{:02} {:02}:15,2025-01-05 11:00,{},{}.50,{},{},{},"
      "c{}@example.nl,Naam{},An,1012LG,{},{},{}\n",
      number, number % 30, 2 + number % 10, 1 + number % 28, 10 + number % 12,
      1 + number % 4, number % 50, number % 3 == 0 ? "web" : "box_office",
      status, number % 7 == 0 ? "" : fmt::format("K{}", number % 40),
      number % 40, number % 40, 1 + number % 40,
      number % 2 == 0 ? "dance" : "film", number % 9 == 0 ? "no" : "yes");
}

TEST_F(OwnFiguresTest, AreThoseOfTheFilesAfterCorrectionsToo) {
  deployment_.Up();
  const std::string house = "example-museum";
  std::string first = kColumns, second = kColumns;
  int64_t visits = 0;
  for (int number = 1; number <= 900; ++number) {
    first += LineOf(number, "sold");
    // Refunds in no order.
    const int mixed = number * 467 % 900 + 1;
    if (mixed % 5 == 0) second += LineOf(mixed, "refunded");
    visits += number % 5 != 0 && number % 7 != 0 && number % 9 != 0;
  }
  const std::vector<std::string> files = {
      deployment_.Write("first.csv", first),
      deployment_.Write("second.csv", second)};
  // The second one twice.
  for (const std::string& file : {files[0], files[1], files[1]}) {
    const RunResult sent =
        deployment_.Run({"send", file, "--institution", house, "--json"});
    ASSERT_EQ(sent.exit, 0) << sent.err;
  }
  AwaitVisitsOfCustomers(house, visits);
  const RunResult compared =
      RunToEnd({"/usr/bin/python3", SourcePath("tests/e2e/own_figures.py"),
                std::string(GARDEROBE_BIN_DIR) + "/garderobe",
                deployment_.folder(), house, files[0], files[1]});
  EXPECT_EQ(compared.exit, 0) << compared.out << compared.err;
  EXPECT_THAT(compared.out, ::testing::HasSubstr("figures compared, 0 tables"));
  // The control: of other files the script finds that they differ.
  const RunResult control =
      RunToEnd({"/usr/bin/python3", SourcePath("tests/e2e/own_figures.py"),
                std::string(GARDEROBE_BIN_DIR) + "/garderobe",
                deployment_.folder(), house, files[0]});
  EXPECT_EQ(control.exit, 1) << control.out << control.err;
}

// A house would see in its own figures who objects elsewhere.
TEST_F(OwnFiguresTest, AnObjectionElsewhereChangesNothing) {
  deployment_.Up();
  const std::string museum = "example-museum", theatre = "example-theatre";
  std::string text = kColumns;
  for (int number = 1; number <= 120; ++number) {
    text += LineOf(number, "sold");
  }
  const std::string file = deployment_.Write("sales.csv", text);
  for (const std::string& house : {museum, theatre}) {
    const RunResult sent =
        deployment_.Run({"send", file, "--institution", house});
    ASSERT_EQ(sent.exit, 0) << sent.err;
  }
  int64_t visits = 0;
  for (int number = 1; number <= 120; ++number) {
    visits += number % 7 != 0 && number % 9 != 0;
  }
  AwaitVisitsOfCustomers(museum, visits);
  const auto told = [&] {
    std::string all;
    for (const char* by : {"municipality", "gender", "age", "channel"}) {
      all += Own({"customers", "--by", by, "--period", "2025"}, museum).dump();
    }
    return all + Own({"visits", "--by", "event"}, museum).dump();
  };
  const std::string before = told();
  const RunResult objected = deployment_.Run(
      {"object", "--institution", theatre, "--customer", "K11", "--json"});
  ASSERT_EQ(objected.exit, 0) << objected.err;
  EXPECT_EQ(told(), before);
  // Counted anew, after a delivery that changes one number and is taken back.
  for (const auto& [status, expected] :
       {std::pair<std::string, int64_t>{"cancelled", visits - 1},
        {"sold", visits}}) {
    const RunResult sent = deployment_.Run(
        {"send",
         deployment_.Write(status + ".csv", kColumns + LineOf(1, status)),
         "--institution", museum});
    ASSERT_EQ(sent.exit, 0) << sent.err;
    AwaitVisitsOfCustomers(museum, expected);
  }
  EXPECT_EQ(told(), before);
  // The control: an erasure does change them.
  const RunResult erased = deployment_.Run(
      {"erase", "--institution", museum, "--customer", "K12", "--json"});
  ASSERT_EQ(erased.exit, 0) << erased.err;
  AwaitVisitsOfCustomers(museum,
                         visits - erased.json()["visits_removed"].get<int>());
  EXPECT_NE(told(), before);
}

}  // namespace
}  // namespace garderobe
