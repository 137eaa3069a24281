#include "client/audit/crowd_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <functional>

#include "client/audit/audited_fixture.h"
#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class CrowdFileTest : public ::testing::Test {
 protected:
  const KnownAudit audit_;
  const std::string text_ = CrowdFileText(audit_.audited);
};

TEST_F(CrowdFileTest, WhatWasWrittenIsReadAndHolds) {
  const std::string path = ::testing::TempDir() + "crowd.json";
  unlink(path.c_str());
  ASSERT_THAT(WriteCrowdFile(path, audit_.audited), IsOk());
  struct stat about;
  ASSERT_EQ(stat(path.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
  const auto read = ReadCrowdFile(path);
  ASSERT_THAT(read, IsOk());
  EXPECT_TRUE(AllHold(CheckCrowd(*read, audit_.pins)));
  EXPECT_EQ(CrowdFileText(*read), text_);
  // What is there is kept.
  EXPECT_THAT(WriteCrowdFile(path, audit_.audited),
              StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(ReadCrowdFile(path + ".none").status(),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(CrowdFileTest, WhatIsNoFileOfACrowdIsRefused) {
  ASSERT_THAT(ReadCrowdText(text_), IsOk());
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("[]"), std::string("{}"),
        std::string("{\"format\":\"garderobe-crowd-v2\"}"),
        text_.substr(0, text_.size() / 2), std::string(100'000, '[')}) {
    EXPECT_THAT(ReadCrowdText(text).status(), StatusIs(kInvalid));
  }
}

TEST_F(CrowdFileTest, EveryFieldIsNeededAndNamed) {
  const json file = json::parse(text_);
  for (const auto& [name, value] : file.items()) {
    if (name == "format") continue;
    SCOPED_TRACE(name);
    json altered = file;
    altered.erase(name);
    EXPECT_THAT(ReadCrowdText(altered.dump()).status(),
                StatusIs(kInvalid, HasSubstr(name)));
    altered[name] = nullptr;
    EXPECT_THAT(ReadCrowdText(altered.dump()).status(),
                StatusIs(kInvalid, HasSubstr(name)));
  }
  for (const char* list : {"inputs", "outputs"}) {
    for (const auto& [name, value] : file[list][1].items()) {
      SCOPED_TRACE(name);
      json altered = file;
      altered[list][1].erase(name);
      const std::string place = std::string(list) + "[1]." + name;
      EXPECT_THAT(ReadCrowdText(altered.dump()).status(),
                  StatusIs(kInvalid, HasSubstr(place)));
      altered[list][1][name] = {{"an", "object"}};
      EXPECT_THAT(ReadCrowdText(altered.dump()).status(),
                  StatusIs(kInvalid, HasSubstr(place)));
    }
  }
}

TEST_F(CrowdFileTest, ValuesThatCanNotBeAreRefused) {
  const json file = json::parse(text_);
  const std::vector<std::pair<const char*, std::function<void(json&)>>>
      alterations = {
          {"answer_id", [](json& f) { f["answer_id"] = "00"; }},
          {"answer_day", [](json& f) { f["answer_day"] = 1e10; }},
          {"answer_day", [](json& f) { f["answer_day"] = int64_t{1} << 40; }},
          {"fetched", [](json& f) { f["fetched"] = "2026-13-01"; }},
          {"parameters.vault.body",
           [](json& f) { f["parameters"]["vault"]["body"] = "xy"; }},
          {"inputs[0].kinds", [](json& f) { f["inputs"][0]["kinds"] = -1; }},
          {"inputs[0].B",
           [](json& f) { f["inputs"][0]["B"].push_back(f["inputs"][0]["A"]); }},
          {"inputs[0].serials",
           [](json& f) {
             f["inputs"][0]["serials"] = {1, 2};
           }},
          {"outputs[2].input",
           [](json& f) { f["outputs"][2]["input"] = int64_t{1} << 32; }},
          {"outputs[2]", [](json& f) { f["outputs"][2] = 7; }},
          {"at most", [](json& f) {
             f["inputs"] = json::array();
             for (size_t i = 0; i <= kCrowdRowsMax; ++i) {
               f["inputs"].push_back(0);
             }
           }}};
  for (const auto& [place, alter] : alterations) {
    SCOPED_TRACE(place);
    json altered = file;
    alter(altered);
    EXPECT_THAT(ReadCrowdText(altered.dump()).status(),
                StatusIs(kInvalid, HasSubstr(place)));
  }
  // A list that lacks a row is one that does not hold, not a crash.
  json fewer = file;
  fewer["inputs"].erase(0);
  const auto read = ReadCrowdText(fewer.dump());
  ASSERT_THAT(read, IsOk());
  EXPECT_FALSE(AllHold(CheckCrowd(*read, audit_.pins)));
}

}  // namespace
}  // namespace garderobe::client
