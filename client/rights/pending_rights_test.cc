#include "client/rights/pending_rights.h"

#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

namespace fs = std::filesystem;

class PendingRightsTest : public ::testing::Test {
 protected:
  void SetUp() override { fs::remove_all(state_); }
  v1::ExerciseRightRequest Request(char id) {
    v1::ExerciseRightRequest request;
    request.set_institution("museum-01");
    request.set_request_id(std::string(16, id));
    request.set_right(v1::RIGHT_ERASE);
    return request;
  }
  const std::string state_ = ::testing::TempDir() + "/pending_rights";
  PendingRights pending_{state_};
};

TEST_F(PendingRightsTest, NothingIsPendingAtFirst) {
  const auto list = pending_.List();
  ASSERT_THAT(list, IsOk());
  EXPECT_TRUE(list->empty());
}

TEST_F(PendingRightsTest, KeepsRequestsUntilTheyAreForgotten) {
  ASSERT_THAT(pending_.Keep(Request('a')), IsOk());
  ASSERT_THAT(pending_.Keep(Request('b')), IsOk());
  ASSERT_THAT(pending_.Keep(Request('b')), IsOk());
  auto list = PendingRights(state_).List();
  ASSERT_THAT(list, IsOk());
  EXPECT_EQ(list->size(), 2u);
  ASSERT_THAT(pending_.Forget(std::string(16, 'a')), IsOk());
  ASSERT_THAT(pending_.Forget(std::string(16, 'x')), IsOk());
  list = pending_.List();
  ASSERT_THAT(list, IsOk());
  ASSERT_EQ(list->size(), 1u);
  EXPECT_EQ(list->front().request_id(), std::string(16, 'b'));
}

TEST_F(PendingRightsTest, NobodyElseReadsThem) {
  ASSERT_THAT(pending_.Keep(Request('a')), IsOk());
  for (const auto& file : fs::directory_iterator(state_ + "/rights")) {
    EXPECT_EQ(fs::status(file).permissions() & fs::perms::all,
              fs::perms::owner_read | fs::perms::owner_write);
  }
}

TEST_F(PendingRightsTest, ADamagedFileIsNamed) {
  ASSERT_THAT(pending_.Keep(Request('a')), IsOk());
  const fs::path file = *fs::begin(fs::directory_iterator(state_ + "/rights"));
  std::ofstream(file, std::ios::app) << "x";
  const auto list = pending_.List();
  EXPECT_THAT(list, StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_NE(list.status().message().find(file.filename().string()),
            absl::string_view::npos);
}

}  // namespace
}  // namespace garderobe::client
