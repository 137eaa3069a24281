#include "client/register_file.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

std::string Fault(const std::string& text) {
  return std::string(Message(ReadRegisterText(text, "r.toml").status()));
}

TEST(RegisterFileTest, ReadsEveryKey) {
  const auto reg = ReadRegisterText(
      "[[institution]]\nid = \"a\"\nname = \"A\"\nsubsector = \"museum\"\n"
      "municipality = \"GM0599\"\nowner = \"o\"\nclients = [\"v\", \"w\"]\n"
      "agreement_from = 2024-01-01\nagreement_to = \"2027-12-31\"\n"
      "[[institution]]\nid = \"b\"\nsubsector = \"film\"\n",
      "r.toml");
  ASSERT_THAT(reg, IsOk());
  ASSERT_EQ(reg->institutions_size(), 2);
  const auto& a = reg->institutions(0);
  EXPECT_EQ(a.municipality(), "GM0599");
  EXPECT_EQ(a.clients_size(), 2);
  EXPECT_EQ(a.agreement_from(), "2024-01-01");
  EXPECT_EQ(a.agreement_to(), "2027-12-31");
  // Without clients, the one that is called as the institution is.
  EXPECT_EQ(reg->institutions(1).clients(0), "b");
}

TEST(RegisterFileTest, FaultsNameLineAndRule) {
  const std::string good = "[[institution]]\nid=\"a\"\nsubsector=\"film\"\n";
  EXPECT_THAT(Fault(good + "sector=\"x\"\n"),
              ::testing::StartsWith("r.toml:4: unknown key sector; known are"));
  EXPECT_EQ(Fault(good + "name=4\n"),
            "r.toml:4: name must be a text in quotes");
  EXPECT_EQ(Fault(good + "clients=\"x\"\n"),
            "r.toml:4: clients must be a list of texts");
  EXPECT_EQ(Fault(good + "clients=[3]\n"),
            "r.toml:4: clients must be a list of texts");
  EXPECT_THAT(Fault(good + "clients=[\"../x\"]\n"),
              ::testing::HasSubstr("clients"));
  EXPECT_THAT(Fault(good + good), ::testing::HasSubstr("twice"));
  for (const char* date : {"31-12-2026", "2026-1-5", "2026-02-30", "x"}) {
    EXPECT_THAT(Fault(good + "agreement_to=\"" + date + "\"\n"),
                ::testing::HasSubstr("written 2025-01-31"))
        << date;
  }
  EXPECT_THAT(
      Fault(good + "agreement_from=2026-02-01\nagreement_to=2026-01-31\n"),
      ::testing::HasSubstr("ends before it begins"));
  EXPECT_THAT(Fault("x = 1\n"), ::testing::StartsWith("r.toml:1: unknown key"));
  EXPECT_THAT(Fault("institution = [1]\n"),
              ::testing::HasSubstr("[[institution]]"));
  EXPECT_THAT(Fault("institution = [\n"), ::testing::StartsWith("r.toml:"));
}

}  // namespace
}  // namespace garderobe::client
