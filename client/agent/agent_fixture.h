// Queues of an agent, for tests.
#ifndef GARDEROBE_CLIENT_AGENT_AGENT_FIXTURE_H_
#define GARDEROBE_CLIENT_AGENT_AGENT_FIXTURE_H_

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "client/agent/institution_queue.h"
#include "core/base/files.h"
#include "core/keys/key_file.h"
#include "gtest/gtest.h"

namespace garderobe::client {

class AgentFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = ::testing::TempDir() + "/agent-" +
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    ASSERT_TRUE(WriteKeyFile(folder_ + "/handle.key", "institution-handle", 1,
                             KeyFileSecret::Random())
                    .ok());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  FeedOptions Feed() const {
    FeedOptions feed;
    feed.institution = "museum-01";
    feed.source = "agent";
    feed.handle_key = folder_ + "/handle.key";
    feed.state = folder_ + "/state";
    return feed;
  }
  SpoolOptions Limits() const {
    SpoolOptions limits;
    limits.free_bytes_min = 0;
    return limits;
  }
  absl::StatusOr<std::unique_ptr<InstitutionQueue>> OpenQueue() const {
    return InstitutionQueue::Open(Feed(), folder_ + "/museum-01", Limits());
  }
  // `count` rows, numbered from `first` in their order ids.
  static std::vector<AgentRow> Rows(size_t count, size_t first = 1) {
    std::vector<AgentRow> rows(count);
    for (size_t i = 0; i < count; ++i) {
      rows[i].fields[*RowFieldOf("order_id")] = std::to_string(first + i);
      rows[i].fields[*RowFieldOf("email")] = "anna@example.nl";
    }
    return rows;
  }

  std::string folder_;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_AGENT_AGENT_FIXTURE_H_
