// The link graph shows the separation of duties: no party's code stands in
// another's program (architecture.md, Daemons).
#include <map>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/local_deployment.h"

namespace garderobe {
namespace {

const std::set<std::string> kParties = {"ttp", "vault", "aggregator", "answer"};

std::string Symbols(const std::string& program) {
  const RunResult r = RunToEnd(
      {"/usr/bin/nm", "-C", std::string(GARDEROBE_BIN_DIR) + "/" + program});
  EXPECT_EQ(r.exit, 0) << r.err;
  return r.out;
}

TEST(SeparationTest, NoPartyIsLinkedIntoAnothersProgram) {
  const std::map<std::string, std::string> owner = {
      {"ttpd", "ttp"},
      {"vaultd", "vault"},
      {"aggregatord", "aggregator"},
      {"answerd", "answer"},
      {"garderobe", ""}};
  for (const auto& [program, party] : owner) {
    const std::string symbols = Symbols(program);
    for (const std::string& other : kParties) {
      const bool there =
          symbols.find("garderobe::" + other + "::") != std::string::npos;
      EXPECT_EQ(there, other == party) << other << " in " << program;
    }
  }
}

TEST(SeparationTest, OnlyTheClientReadsIdentifiers) {
  for (const char* program : {"ttpd", "vaultd", "aggregatord", "answerd"}) {
    EXPECT_EQ(Symbols(program).find("NormaliseEmail"), std::string::npos)
        << program;
  }
  EXPECT_NE(Symbols("garderobe").find("NormaliseEmail"), std::string::npos);
}

}  // namespace
}  // namespace garderobe
