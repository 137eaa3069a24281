// The link graph shows the separation of duties: no party's code stands in
// another's program (architecture.md, Daemons).
#include <filesystem>
#include <map>
#include <set>

#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/local_deployment.h"

namespace garderobe {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// plaind is no party, and held to the same.
const std::set<std::string> kParties = {"ttp", "vault", "aggregator", "answer",
                                        "plain"};

std::string Symbols(const std::string& program) {
  const RunResult r = RunToEnd(
      {"/usr/bin/nm", "-C", std::string(GARDEROBE_BIN_DIR) + "/" + program});
  EXPECT_EQ(r.exit, 0) << r.err;
  return r.out;
}

TEST(SeparationTest, NoPartyIsLinkedIntoAnothersProgram) {
  const std::map<std::string, std::string> owner = {
      {"ttpd", "ttp"},       {"vaultd", "vault"}, {"aggregatord", "aggregator"},
      {"answerd", "answer"}, {"plaind", "plain"}, {"garderobe", ""}};
  for (const auto& [program, party] : owner) {
    const std::string symbols = Symbols(program);
    for (const std::string& other : kParties) {
      const bool there =
          symbols.find("garderobe::" + other + "::") != std::string::npos;
      EXPECT_EQ(there, other == party) << other << " in " << program;
    }
  }
}

// Whoever reads identifiers has the code for it, and what that needs.
TEST(SeparationTest, NoPartyReadsIdentifiers) {
  const auto libraries = [](const std::string& program) {
    const RunResult r = RunToEnd(
        {"/usr/bin/ldd", std::string(GARDEROBE_BIN_DIR) + "/" + program});
    EXPECT_EQ(r.exit, 0) << r.err;
    return r.out;
  };
  for (const char* program : {"ttpd", "vaultd", "aggregatord", "answerd"}) {
    EXPECT_THAT(Symbols(program), Not(HasSubstr("NormaliseEmail"))) << program;
    EXPECT_THAT(libraries(program), AllOf(Not(HasSubstr("libicu")),
                                          Not(HasSubstr("libphonenumber"))))
        << program;
  }
  // The control.
  for (const char* program : {"garderobe", "plaind"}) {
    EXPECT_THAT(Symbols(program), HasSubstr("NormaliseEmail")) << program;
    EXPECT_THAT(libraries(program),
                AllOf(HasSubstr("libicu"), HasSubstr("libphonenumber")))
        << program;
  }
}

// plaind delivers and reads no files; what opens a token is not in it.
TEST(SeparationTest, PlaindIsAClientAndNothingElse) {
  const auto has = [](const std::string& symbols, const char* name) {
    return symbols.find(name) != symbols.npos;
  };
  const std::string plaind = Symbols("plaind");
  EXPECT_TRUE(has(plaind, "garderobe::client::BuildRelationBatch"));
  EXPECT_FALSE(has(plaind, "garderobe::OpenToken"));
  EXPECT_FALSE(has(plaind, "garderobe::client::OrderFile"));
  // The control.
  EXPECT_TRUE(has(Symbols("vaultd"), "garderobe::OpenToken"));
  EXPECT_TRUE(has(Symbols("garderobe"), "garderobe::client::OrderFile"));
}

// Of plaind's rooms only one reads what customers wrote.
TEST(SeparationTest, OneRoomOfPlaindReadsIdentifiers) {
  std::set<std::string> readers;
  for (const std::string party :
       {"ttp", "vault", "aggregator", "answer", "plain"}) {
    const std::filesystem::path rooms(GARDEROBE_SOURCE_DIR "/" + party);
    for (const auto& file :
         std::filesystem::recursive_directory_iterator(rooms)) {
      const std::string name = file.path().filename().string();
      if (!name.ends_with(".cc") || name.ends_with("_test.cc")) continue;
      const auto text = ReadWholeFile(file.path().string());
      ASSERT_TRUE(text.ok());
      if (text->find("ReadPersonFields(") != text->npos ||
          text->find("ReadCustomer(") != text->npos) {
        readers.insert(party + "/" + name);
      }
    }
  }
  EXPECT_EQ(readers, std::set<std::string>{"plain/batch_reader.cc"});
}

}  // namespace
}  // namespace garderobe
