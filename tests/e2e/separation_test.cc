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

// ttpd does so in plain mode, in one room of its own (ttp/plain.h); those that
// keep anything can't.
TEST(SeparationTest, NoPartyThatKeepsAnythingReadsIdentifiers) {
  for (const char* program : {"vaultd", "aggregatord", "answerd"}) {
    EXPECT_EQ(Symbols(program).find("NormaliseEmail"), std::string::npos)
        << program;
  }
  for (const char* program : {"garderobe", "ttpd"}) {
    EXPECT_NE(Symbols(program).find("NormaliseEmail"), std::string::npos);
  }
}

// Of the TTP's rooms only plain mode's names the code that reads them.
TEST(SeparationTest, OnlyOneRoomOfTheTtpReadsIdentifiers) {
  const std::filesystem::path rooms(GARDEROBE_SOURCE_DIR "/ttp");
  std::set<std::string> readers;
  for (const auto& file : std::filesystem::directory_iterator(rooms)) {
    const auto text = ReadWholeFile(file.path().string());
    ASSERT_TRUE(text.ok());
    if (text->find("#include \"core/identifiers/") != std::string::npos) {
      readers.insert(file.path().filename().string());
    }
  }
  EXPECT_EQ(readers, std::set<std::string>{"plain.cc"});
}

}  // namespace
}  // namespace garderobe
