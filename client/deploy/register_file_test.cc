#include "client/deploy/register_file.h"

#include "core/sealing/author_payload.h"
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
      "analyst_key_pins = [\"" +
          std::string(64, 'a') +
          "\"]\n"
          "[[institution]]\nid = \"b\"\nsubsector = \"film\"\n"
          "[[client]]\nname = \"v\"\nkey_pins = [\"" +
          std::string(64, '0') + "\", \"" + std::string(64, 'f') + "\"]\n",
      "r.toml");
  ASSERT_THAT(reg, IsOk());
  ASSERT_EQ(reg->institutions_size(), 2);
  const auto& a = reg->institutions(0);
  EXPECT_EQ(a.municipality(), "GM0599");
  EXPECT_EQ(a.clients_size(), 2);
  EXPECT_EQ(a.agreement_from(), "2024-01-01");
  EXPECT_EQ(a.agreement_to(), "2027-12-31");
  ASSERT_EQ(a.analyst_key_pins_size(), 1);
  EXPECT_EQ(a.analyst_key_pins(0), std::string(32, '\xaa'));
  ASSERT_EQ(reg->clients_size(), 1);
  EXPECT_EQ(reg->clients(0).name(), "v");
  ASSERT_EQ(reg->clients(0).key_pins_size(), 2);
  EXPECT_EQ(reg->clients(0).key_pins(1), std::string(32, '\xff'));
  // Without clients, the one that is called as the institution is.
  EXPECT_EQ(reg->institutions(1).clients(0), "b");
}

TEST(RegisterFileTest, AuthorKeysAreInForceOrRetired) {
  const std::string now(AuthorKeyOf(AuthorSeed::Random()).view());
  const std::string before(AuthorKeyOf(AuthorSeed::Random()).view());
  const std::string good = "[[institution]]\nid=\"a\"\nsubsector=\"film\"\n";
  const std::string now_hex = "\"" + ToHex(AsBytes(now)) + "\"";
  const auto reg = ReadRegisterText(good + "author_keys=[" + now_hex +
                                        "]\nretired_author_keys=[\"" +
                                        ToHex(AsBytes(before)) + "\"]\n",
                                    "r.toml");
  ASSERT_THAT(reg, IsOk());
  const auto& authors = reg->institutions(0).authors();
  ASSERT_EQ(authors.size(), 2);
  EXPECT_EQ(authors[0].key(), now);
  EXPECT_FALSE(authors[0].retired());
  EXPECT_EQ(authors[1].key(), before);
  EXPECT_TRUE(authors[1].retired());

  EXPECT_EQ(Fault(good + "author_keys=\"x\"\n"),
            "r.toml:4: author_keys must be a list of texts");
  // 32 bytes, but none that a signature could be verified with.
  EXPECT_THAT(Fault(good + "author_keys=[\"" + std::string(64, '0') + "\"]\n"),
              ::testing::StartsWith("r.toml:4: author_keys: a key is the 64"));
  EXPECT_THAT(Fault(good + "retired_author_keys=[7]\n"),
              ::testing::StartsWith("r.toml:4: retired_author_keys: a key is"));
  EXPECT_THAT(Fault(good + "author_keys=[" + now_hex + "]\n" +
                    "retired_author_keys=[" + now_hex + "]\n"),
              ::testing::HasSubstr("authors: the same key twice"));
  std::string many;
  for (int i = 0; i < 17; ++i) {
    many += "\"" + ToHex(AuthorKeyOf(AuthorSeed::Random()).bytes()) + "\",";
  }
  EXPECT_THAT(Fault(good + "author_keys=[" + many + "]\n"),
              ::testing::HasSubstr("authors: at most 16 keys"));
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
  EXPECT_EQ(Fault(good + "analyst_key_pins=\"x\"\n"),
            "r.toml:4: analyst_key_pins must be a list of texts");
  const std::string client = good + "[[client]]\nname=\"v\"\n";
  EXPECT_THAT(Fault(client + "key_pins=[\"" + std::string(62, 'a') + "\"]\n"),
              ::testing::StartsWith("r.toml:6: key_pins: a key's pin is"));
  EXPECT_THAT(Fault(client + "key_pins=[7]\n"),
              ::testing::StartsWith("r.toml:6: key_pins: a key's pin is"));
  EXPECT_THAT(Fault(client + "keys=[]\n"),
              ::testing::StartsWith("r.toml:6: unknown key keys; known are"));
  EXPECT_EQ(Fault(good + "[[client]]\nname=7\n"),
            "r.toml:5: name must be a text in quotes");
  EXPECT_THAT(Fault(client + "[[client]]\nname=\"v\"\n"),
              ::testing::HasSubstr("v is there twice"));
  EXPECT_THAT(Fault(good + "[[client]]\nname=\"V/x\"\n"),
              ::testing::HasSubstr("clients[0].name"));
  EXPECT_THAT(Fault("client=3\n" + good),
              ::testing::HasSubstr("expected tables [[client]]"));
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
