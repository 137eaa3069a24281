#include "client/send/journal.h"

#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

class JournalTest : public ::testing::Test {
 protected:
  JournalTest() { std::filesystem::remove_all(folder_); }
  Journal Open() {
    auto journal = Journal::Open(folder_, "museum.files", 0);
    EXPECT_THAT(journal, IsOk());
    return *std::move(journal);
  }
  const std::string folder_ = ::testing::TempDir() + "/journal";
};

TEST_F(JournalTest, RemembersTheFileUnderWay) {
  std::string place;
  {
    Journal journal = Open();
    place = journal.place;
    EXPECT_EQ(place.size(), 8u);
    journal.file_digest = "d";
    journal.base_offset = 7;
    ASSERT_THAT(journal.Save(), IsOk());
  }
  const Journal again = Open();
  EXPECT_EQ(again.place, place);
  EXPECT_EQ(again.file_digest, "d");
  EXPECT_EQ(again.base_offset, 7u);
}

TEST_F(JournalTest, OneDeliveryOfAFeedAtATime) {
  const Journal first = Open();
  EXPECT_THAT(Journal::Open(folder_, "museum.files", 0),
              StatusIs(absl::StatusCode::kUnavailable));
}

// A number where a text is expected once ended the program.
TEST_F(JournalTest, ADamagedJournalIsAsGoodAsNone) {
  for (const char* damage :
       {"", "{", "[1]", "{\"place\":7,\"base_offset\":\"x\"}",
        "{\"file_digest\":{},\"base_offset\":-3}"}) {
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ + "/museum.files.json") << damage;
    const Journal journal = Open();
    EXPECT_EQ(journal.file_digest, "") << damage;
    EXPECT_EQ(journal.place.size(), 8u) << damage;
  }
}

TEST_F(JournalTest, RefusalsOutliveTheRunThatSawThem) {
  Open().NoteRefusal({3, "price", "PRICE_NEGATIVE"});
  Open().NoteRefusal({9, "", "ROW_DUPLICATE"});
  const Journal journal = Open();
  const auto refusals = journal.Refusals();
  ASSERT_EQ(refusals.size(), 2u);
  EXPECT_EQ(refusals[0].line, 3u);
  EXPECT_EQ(refusals[0].column, "price");
  EXPECT_EQ(refusals[1].reason, "ROW_DUPLICATE");
  EXPECT_EQ(refusals[1].column, "");
  journal.ForgetRefusals();
  EXPECT_TRUE(journal.Refusals().empty());
}

}  // namespace
}  // namespace garderobe::client
