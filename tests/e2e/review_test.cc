// Looking into a link, through the built binaries.
#include "core/base/files.h"
#include "tests/e2e/rights_fixture.h"

namespace garderobe {
namespace {

using ::testing::HasSubstr;
using ReviewTest = RightsTest;

// Two customers of one person: two custodians look, and set it right.
TEST_F(ReviewTest, TwoCustodiansExplainAndUndoALink) {
  ASSERT_EQ(
      Send(kMuseum, "V1", 1, "U1", "uma@example.nl,Udo,Uma,1012LG,21\n").exit,
      0);
  ASSERT_EQ(
      Send(kMuseum, "V2", 1, "U2", "uma@example.nl,Udo,Uma,1012LG,21\n").exit,
      0);
  auto ticket = [](const std::string& customer) {
    return Held(kMuseum, customer, "vault")["review_ticket"].get<std::string>();
  };
  const std::string a = ticket("U1"), b = ticket("U2");
  auto by_two = [&](const std::string& what, const std::string& x,
                    const std::string& y) {
    const RunResult r = Run({"vault", what, x, y, "--as", "custodian-1", "--as",
                             "custodian-2", "--json"});
    EXPECT_EQ(r.exit, 0) << r.err;
    return r.json();
  };
  auto approve = [&](const std::string& what, const std::string& who) {
    const std::string file = deployment_->folder() + "/" + what + "." + who;
    const RunResult r = Run({"custodian", "approve", "review", what, a, b,
                             "--as", who, "--out", file});
    EXPECT_EQ(r.exit, 0) << r.err;
    return file;
  };
  const std::string one = approve("explain", "custodian-1"),
                    two = approve("explain", "custodian-2");
  // Not by whoever asks alone.
  EXPECT_EQ(Run({"vault", "explain", a, b}).exit, 1);
  // What was approved was the explanation, and of these two.
  for (const auto& [what, second] :
       {std::pair{"unlink", b}, {"explain", ticket("U2")}}) {
    EXPECT_EQ(
        Run({"vault", what, a, second, "--approval", one, "--approval", two})
            .exit,
        1);
  }
  // Tickets may come in either order.
  RunResult r = Run({"vault", "explain", b, a, "--approval", one, "--approval",
                     two, "--json"});
  ASSERT_EQ(r.exit, 0) << r.err;
  nlohmann::json told = r.json();
  EXPECT_TRUE(told["same_person"].get<bool>());
  EXPECT_EQ(told["direct"]["agreements"]["email"], "same");
  ASSERT_EQ(told["steps"].size(), 1u);
  // And once.
  r = Run({"vault", "explain", a, b, "--approval", one, "--approval", two});
  EXPECT_EQ(r.exit, 1);
  EXPECT_THAT(r.err, HasSubstr("was used before"));
  told = by_two("unlink", a, b);
  EXPECT_FALSE(told["same_person"].get<bool>());
  EXPECT_TRUE(told["kept_apart"].get<bool>());
  const std::string log = *ReadWholeFile(deployment_->folder() + "/vaultd.log");
  EXPECT_THAT(log,
              HasSubstr("event=approved action=review custodians=custodian-1,"
                        "custodian-2"));
  EXPECT_THAT(log, HasSubstr("event=review action=unlink review="));
  EXPECT_TRUE(by_two("relink", a, b)["same_person"].get<bool>());
  // Nobody else, and nothing else.
  r = Run({"vault", "unlink", a, b, "--as", "custodian-9"});
  EXPECT_EQ(r.exit, 2);
  EXPECT_THAT(r.err, HasSubstr("custodian-1, custodian-2"));
  r = Run({"vault", "unlink", a, a, "--as", "custodian-1"});
  EXPECT_EQ(r.exit, 2) << r.err;
  r = Run({"vault", "unlink", a, std::string(128, 'a'), "--as", "custodian-1"});
  EXPECT_EQ(r.exit, 2);
  EXPECT_THAT(r.err, HasSubstr("not a ticket of this vault"));
}

}  // namespace
}  // namespace garderobe
