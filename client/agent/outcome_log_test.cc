#include "client/agent/outcome_log.h"

#include "client/agent/agent_fixture.h"
#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

class OutcomeLogTest : public AgentFixture {
 protected:
  std::unique_ptr<OutcomeLog> Open(uint64_t bytes_kept = 1 << 20) {
    auto log = OutcomeLog::Open(folder_ + "/outcomes", bytes_kept);
    EXPECT_THAT(log, IsOk());
    return *std::move(log);
  }
  // A batch of ten rows behind `after`, whose third was refused.
  static BatchResult Ten(uint64_t after) {
    BatchResult result;
    result.from = after + 1;
    result.to = after + 10;
    result.at = 1'800'000'000;
    result.stored = 9;
    result.refused_count = 1;
    result.refused = {{after + 3, "starts_at", "BEFORE_AGREEMENT"}};
    return result;
  }
};

TEST_F(OutcomeLogTest, BatchesComeBackBehindARowAndAfterARestart) {
  auto log = Open();
  for (uint64_t i = 0; i < 5; ++i)
    ASSERT_THAT(log->Append(Ten(10 * i)), IsOk());
  for (int restart = 0; restart < 2; ++restart) {
    EXPECT_EQ(log->totals().to, 50u);
    EXPECT_EQ(log->totals().stored, 45u);
    EXPECT_EQ(log->totals().refused, 5u);
    auto page = log->ReadAfter(20, 2);
    ASSERT_THAT(page, IsOk());
    EXPECT_EQ(page->lines.size(), 2u);
    EXPECT_EQ(page->after, 20u);
    EXPECT_EQ(page->to, 40u);
    const auto line = nlohmann::json::parse(page->lines[0]);
    EXPECT_EQ(line["from"], 21);
    EXPECT_EQ(line["refused"][0]["row"], 23);
    page = log->ReadAfter(50, 2);
    ASSERT_THAT(page, IsOk());
    EXPECT_TRUE(page->lines.empty());
    EXPECT_EQ(page->to, 50u);
    EXPECT_THAT(log->RefusedIn(13, 33),
                IsOkAndHolds(::testing::ElementsAre(13, 23, 33)));
    log.reset();
    log = Open();
  }
}

TEST_F(OutcomeLogTest, ALineThatIsNotWholeIsCut) {
  auto log = Open();
  ASSERT_THAT(log->Append(Ten(0)), IsOk());
  log.reset();
  std::ofstream(folder_ + "/outcomes", std::ios::app) << "{\"from\":11,\"to";
  log = Open();
  EXPECT_EQ(log->totals().to, 10u);
  ASSERT_THAT(log->Append(Ten(10)), IsOk());
  log.reset();
  EXPECT_EQ(Open()->totals().to, 20u);
}

// A million refusals once stood in one line, and an answer was as long.
TEST_F(OutcomeLogTest, ManyRefusalsTakeManyLinesAndPagesAreBounded) {
  auto log = Open(uint64_t{64} << 20);
  BatchResult all;
  all.from = 1;
  all.to = 50'000;
  for (uint64_t row = 2; row <= 50'000; row += 2) {
    all.refused.push_back({row, "starts_at", "STARTS_AT_INVALID"});
  }
  all.refused_count = all.refused.size();
  all.stored = 25'000;
  ASSERT_THAT(log->Append(all), IsOk());
  uint64_t after = 0, stored = 0, refused = 0;
  int pages = 0;
  for (; after < 50'000; ++pages) {
    const auto page = log->ReadAfter(after, 1000);
    ASSERT_THAT(page, IsOk());
    ASSERT_FALSE(page->lines.empty());
    size_t bytes = 0;
    for (const std::string& text : page->lines) {
      const auto line = nlohmann::json::parse(text);
      EXPECT_EQ(line["from"], after + 1);
      after = line["to"];
      stored += line["stored"].get<uint64_t>();
      refused += line["refused"].size();
      EXPECT_LE(line["refused"].size(), 1000u);
      bytes += text.size();
    }
    EXPECT_LT(bytes, 1'200'000u);
  }
  EXPECT_GT(pages, 1);
  EXPECT_EQ(after, 50'000u);
  EXPECT_EQ(stored, 25'000u);
  EXPECT_EQ(refused, 25'000u);
  EXPECT_EQ(log->totals().stored, 25'000u);
  EXPECT_THAT(log->ReadAfter(UINT64_MAX, 10), IsOk());
}

TEST_F(OutcomeLogTest, ALineThatWasDamagedLeavesThoseBehindIt) {
  auto log = Open();
  for (uint64_t i = 0; i < 3; ++i)
    ASSERT_THAT(log->Append(Ten(10 * i)), IsOk());
  log.reset();
  auto text = ReadWholeFile(folder_ + "/outcomes");
  ASSERT_THAT(text, IsOk());
  (*text)[text->find('\n') + 5] = '#';
  std::ofstream(folder_ + "/outcomes") << *text;
  log = Open();
  EXPECT_EQ(log->totals().to, 30u);
  EXPECT_EQ(log->totals().stored, 27u);
  const auto page = log->ReadAfter(10, 10);
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->lines.size(), 1u);
  EXPECT_EQ(page->after, 20u);
  ASSERT_THAT(log->Append(Ten(30)), IsOk());
}

TEST_F(OutcomeLogTest, AFileThatSomebodyDeletesIsNoticed) {
  auto log = Open();
  ASSERT_THAT(log->Append(Ten(0)), IsOk());
  std::filesystem::remove(folder_ + "/outcomes");
  EXPECT_THAT(log->Append(Ten(10)), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(log->totals().to, 10u);
}

TEST_F(OutcomeLogTest, OldBatchesAreForgottenAndThatIsSaid) {
  auto log = Open(/*bytes_kept=*/2000);
  for (uint64_t i = 0; i < 100; ++i) {
    ASSERT_THAT(log->Append(Ten(10 * i)), IsOk());
  }
  for (int restart = 0; restart < 2; ++restart) {
    const auto page = log->ReadAfter(0, 1000);
    ASSERT_THAT(page, IsOk());
    EXPECT_GT(page->after, 0u);
    EXPECT_EQ(page->to, 1000u);
    EXPECT_EQ(page->lines.size(), (1000 - page->after) / 10);
    EXPECT_GE(page->lines.size(), 8u);
    EXPECT_EQ(log->totals().refused, 100u);
    log.reset();
    log = Open(2000);
  }
}

}  // namespace
}  // namespace garderobe::client
