#include "core/config/settings.h"

#include "core/config/toml.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

class SettingsTest : public ::testing::Test {
 protected:
  SettingsTest() {
    table_.Text("server.listen", &listen_, "Address and port.", true);
    table_.Number("server.streams_max", &streams_, "Streams at once.", 1, 100);
    table_.Address("metrics.listen", &metrics_, "Where.");
    table_.Choice("log.level", &level_, "How much.", {"info", "debug"});
    table_.Flag("log.json", &json_, "JSON lines.");
    table_.List("peers.allow", &allow_, "Names.");
    table_.Number("server.late", &late_, "Of a section begun before.", 0, 9);
  }
  std::string listen_;
  int64_t streams_ = 8;
  bool json_ = false;
  std::vector<std::string> allow_;
  int64_t late_ = 1;
  std::string metrics_, level_ = "info";
  Settings table_;
};

TEST_F(SettingsTest, ReadsEveryType) {
  EXPECT_THAT(table_.ReadText("[server]\nlisten = \"a:1\"\nstreams_max = 9\n"
                              "[log]\njson = true\n[peers]\nallow=[\"x\"]\n",
                              "t.toml"),
              IsOk());
  EXPECT_EQ(listen_, "a:1");
  EXPECT_EQ(streams_, 9);
  EXPECT_TRUE(json_);
  EXPECT_EQ(allow_, std::vector<std::string>{"x"});
}

TEST_F(SettingsTest, WrongKeyNamesTheNearestRightOne) {
  EXPECT_THAT(
      table_.ReadText("[server]\nlisten=\"a\"\nstream_max = 9\n", "t.toml"),
      StatusIs(absl::StatusCode::kInvalidArgument,
               "t.toml: line 3: unknown key server.stream_max; did you mean "
               "server.streams_max?"));
}

TEST_F(SettingsTest, FaultsNamePlaceAndRule) {
  auto message = [&](std::string_view text) {
    return std::string(Message(table_.ReadText(text, "t.toml")));
  };
  EXPECT_EQ(message("[server]\nlisten=\"a\"\nstreams_max=0"),
            "t.toml: line 3: server.streams_max must be from 1 to 100");
  EXPECT_EQ(message("[server]\nlisten=7"),
            "t.toml: line 2: server.listen must be a text in quotes");
  EXPECT_EQ(message(""),
            "t.toml: server.listen is missing (Address and port.)");
  EXPECT_THAT(message("[server\n"), ::testing::StartsWith("t.toml:1:"));
}

// Each of these once stopped the process.
TEST_F(SettingsTest, MalformedTablesAndListsAreRefusedInWords) {
  for (const char* text : {"[=", "[[ .", "[\x01", "x=1\n [,]\n", "[#", "0=[}[",
                           "0=[,", "a=[[", "a={b=[}"}) {
    EXPECT_THAT(table_.ReadText(text, "t.toml"),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

// Undefined in toml++ as it comes (core/config/toml.h).
TEST_F(SettingsTest, LettersOutsideOfQuotesAreRefused) {
  for (const char* text :
       {"\xef\xbb\xaf", "é=1", "[sérver]\n", "x = 1 é", "x = \"a\\\"é\" é",
        "y--=-=-X\x18\"X.X\xcb\x88", "x = 'a' \xe3\x81\x82"}) {
    EXPECT_THAT(ParseToml(text, "t.toml"),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         ::testing::HasSubstr("t.toml:")))
        << text;
  }
  for (const char* text :
       {"x = \"é\"", "x = 'é' # é", "\xef\xbb\xbfx = 1", "x = \"\"\"\né\"\"\"",
        "\"é\" = 1", "x = \"\"\"a\\\n  é\"\"\"", "x = [\"é\", '', \"é\"]"}) {
    EXPECT_THAT(ParseToml(text, "t.toml"), IsOk()) << text;
  }
}

TEST_F(SettingsTest, AddressesAndWordsAreChecked) {
  const std::string begin = "[server]\nlisten=\"a\"\n";
  for (const char* good : {"", "127.0.0.1:1", "[::1]:65535", "10.0.0.1:443"}) {
    EXPECT_THAT(
        table_.ReadText(fmt::format("{}[metrics]\nlisten=\"{}\"", begin, good),
                        "t.toml"),
        IsOk())
        << good;
  }
  for (const char* bad : {"127.0.0.1", "127.0.0.1:99999", "127.0.0.1:0",
                          "localhost:80", "nonsense", ":80", "1.2.3.4:8x"}) {
    EXPECT_THAT(
        table_.ReadText(fmt::format("{}[metrics]\nlisten=\"{}\"", begin, bad),
                        "t.toml"),
        StatusIs(absl::StatusCode::kInvalidArgument,
                 ::testing::HasSubstr("t.toml: line 4: metrics.listen "
                                      "must be an IP address")))
        << bad;
  }
  EXPECT_THAT(
      table_.ReadText(begin + "[log]\nlevel=\"loud\"", "t.toml"),
      StatusIs(absl::StatusCode::kInvalidArgument,
               ::testing::HasSubstr("log.level must be one of info, debug")));
}

TEST_F(SettingsTest, ExampleParsesAndNamesEverySetting) {
  const std::string example = table_.Example();
  EXPECT_THAT(example, ::testing::HasSubstr("# streams_max = 8"));
  EXPECT_THAT(table_.ReadText(example, "example"), IsOk());
}

}  // namespace
}  // namespace garderobe
