#include "client/agent/spool.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <random>
#include <thread>

#include "client/agent/agent_fixture.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

using absl::StatusCode;
namespace fs = std::filesystem;

class SpoolTest : public AgentFixture {
 protected:
  std::unique_ptr<Spool> Open() { return Open(Options()); }
  std::unique_ptr<Spool> Open(SpoolOptions options) {
    auto spool = Spool::Open(std::move(options),
                             SpoolKey::CopyFrom(AsBytes(std::string(32, 'k'))));
    EXPECT_THAT(spool, IsOk());
    return *std::move(spool);
  }
  SpoolOptions Options() const {
    SpoolOptions options = Limits();
    options.folder = folder_ + "/spool";
    options.institution = "museum-01";
    options.segment_bytes = 4096;
    options.clock = [] { return uint64_t{1'800'000'000}; };
    return options;
  }
  // Order ids by row; damaged rows as "!".
  static std::map<uint64_t, std::string> ReadAll(Spool& spool,
                                                 uint64_t from = 1) {
    std::map<uint64_t, std::string> all;
    SpoolReader reader(spool, from);
    for (;;) {
      const auto batch = reader.Read();
      EXPECT_THAT(batch, IsOk());
      if (!batch.ok() || !*batch) return all;
      for (size_t i = 0; i < (*batch)->rows.size(); ++i) {
        const AgentRow& row = (*batch)->rows[i];
        const bool is_new =
            all.emplace((*batch)->first_row + i,
                        row.reason.empty() ? row.fields[*RowFieldOf("order_id")]
                                           : "!")
                .second;
        EXPECT_TRUE(is_new);
      }
    }
  }
  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(folder_ + "/spool")) {
      if (entry.path().extension() == ".spool") {
        files.push_back(entry.path().string());
      }
    }
    std::sort(files.begin(), files.end());
    return files;
  }
};

TEST_F(SpoolTest, RowsComeBackInOrderAfterARestart) {
  auto spool = Open();
  EXPECT_THAT(spool->Append(Rows(3)), IsOkAndHolds(1u));
  EXPECT_THAT(spool->Append(Rows(100, 4)), IsOkAndHolds(4u));
  std::vector<AgentRow> refused = Rows(2, 104);
  refused[0].Refuse("phone", "FIELD_TYPE");
  EXPECT_THAT(spool->Append(refused), IsOkAndHolds(104u));
  for (int restart = 0; restart < 2; ++restart) {
    const auto rows = ReadAll(*spool);
    ASSERT_EQ(rows.size(), 105u);
    for (const auto& [row, order] : rows) {
      EXPECT_EQ(order, row == 104 ? "!" : std::to_string(row));
    }
    EXPECT_EQ(ReadAll(*spool, 50).size(), 56u);
    spool.reset();
    spool = Open();
  }
  EXPECT_EQ(spool->next_row(), 106u);
  EXPECT_EQ(spool->TakenAt(5), 1'800'000'000u);
  EXPECT_EQ(spool->TakenAt(106), std::nullopt);
}

TEST_F(SpoolTest, NothingCanBeReadInACopyOfTheFiles) {
  auto spool = Open();
  ASSERT_THAT(spool->Append(Rows(10)), IsOk());
  const auto files = Files();
  ASSERT_EQ(files.size(), 1u);
  const auto bytes = ReadWholeFile(files[0]);
  ASSERT_THAT(bytes, IsOk());
  EXPECT_EQ(bytes->find("anna"), std::string::npos);
  EXPECT_EQ(bytes->find("example"), std::string::npos);
  // Another key, and the same key for another institution.
  for (const bool other_key : {true, false}) {
    SpoolOptions options = Options();
    if (!other_key) options.institution = "museum-02";
    fs::remove_all(folder_ + "/spool");
    fs::create_directories(folder_ + "/spool");
    std::ofstream(files[0]) << *bytes;
    auto copy = Spool::Open(
        options,
        SpoolKey::CopyFrom(AsBytes(std::string(32, other_key ? 'x' : 'k'))));
    ASSERT_THAT(copy, IsOk());
    for (const auto& [row, order] : ReadAll(**copy)) EXPECT_EQ(order, "!");
  }
}

TEST_F(SpoolTest, WhatIsDeliveredIsForgottenAndNumbersGoOn) {
  auto spool = Open();
  for (int i = 0; i < 20; ++i) ASSERT_THAT(spool->Append(Rows(20)), IsOk());
  const size_t files = Files().size();
  EXPECT_GE(files, 5u);
  EXPECT_THAT(spool->ForgetBelow(200), IsOk());
  EXPECT_LT(Files().size(), files);
  EXPECT_LE(spool->first_row(), 200u);
  EXPECT_EQ(ReadAll(*spool, 200).size(), 201u);
  EXPECT_THAT(spool->ForgetBelow(401), IsOk());
  EXPECT_TRUE(Files().empty());
  EXPECT_EQ(spool->bytes(), 0u);
  EXPECT_THAT(spool->Append(Rows(1)), IsOkAndHolds(401u));
  spool.reset();
  fs::remove_all(folder_ + "/spool");
  SpoolOptions options = Options();
  options.next_row = 402;
  EXPECT_THAT(Open(options)->Append(Rows(1)), IsOkAndHolds(402u));
}

TEST_F(SpoolTest, AFullSpoolRefusesAndDropsNothing) {
  SpoolOptions options = Options();
  options.bytes_max = 20'000;
  auto spool = Open(options);
  uint64_t taken = 0;
  for (;;) {
    const auto first = spool->Append(Rows(10));
    if (!first.ok()) {
      EXPECT_THAT(first, StatusIs(StatusCode::kResourceExhausted));
      break;
    }
    taken += 10;
  }
  EXPECT_GT(taken, 100u);
  EXPECT_EQ(ReadAll(*spool).size(), taken);
  EXPECT_THAT(spool->ForgetBelow(taken + 1), IsOk());
  EXPECT_THAT(spool->Append(Rows(1)), IsOkAndHolds(taken + 1));
}

// A disk that takes no more bytes in the middle of a write.
TEST_F(SpoolTest, WhatTheDiskDoesNotTakeIsRefusedAndNumbersAreNotSkipped) {
  auto spool = Open();
  ASSERT_THAT(spool->Append(Rows(10)), IsOk());
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  signal(SIGXFSZ, SIG_IGN);
  rlimit little = before;
  little.rlim_cur = 2'000;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &little), 0);
  const auto refused = spool->Append(Rows(40, 11));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_THAT(refused, StatusIs(StatusCode::kUnavailable));
  EXPECT_EQ(spool->next_row(), 11u);
  EXPECT_EQ(ReadAll(*spool).size(), 10u);
  EXPECT_THAT(spool->Append(Rows(5, 11)), IsOkAndHolds(11u));
  for (int restart = 0; restart < 2; ++restart) {
    const auto rows = ReadAll(*spool);
    ASSERT_EQ(rows.size(), 15u);
    for (const auto& [row, order] : rows) EXPECT_EQ(order, std::to_string(row));
    spool.reset();
    spool = Open();
  }
}

TEST_F(SpoolTest, ATornEndIsPutAsideAndWhatWasAcknowledgedStays) {
  for (const size_t cut : {1, 20, 40, 300}) {
    fs::remove_all(folder_ + "/spool");
    auto spool = Open();
    ASSERT_THAT(spool->Append(Rows(3)), IsOk());
    const auto whole = fs::file_size(Files()[0]);
    ASSERT_THAT(spool->Append(Rows(10, 4)), IsOk());
    spool.reset();
    const std::string path = Files()[0];
    fs::resize_file(path,
                    std::max<uintmax_t>(whole + 1, fs::file_size(path) - cut));
    spool = Open();
    // Its head tells how many rows it had, if that is there; their numbers are
    // not given again.
    const auto rows = ReadAll(*spool);
    ASSERT_TRUE(rows.size() == 3 || rows.size() == 13) << cut;
    for (const auto& [row, order] : rows) {
      EXPECT_EQ(order, row <= 3 ? std::to_string(row) : "!");
    }
    ASSERT_EQ(spool->findings().size(), 1u);
    EXPECT_THAT(spool->findings()[0], ::testing::HasSubstr(".torn"));
    const uint64_t next = rows.size() + 1;
    EXPECT_THAT(spool->Append(Rows(1, next)), IsOkAndHolds(next));
    EXPECT_EQ(ReadAll(*spool).size(), next);
  }
}

// A record in the middle of the newest file was once taken for its torn end,
// and all whole ones behind it were lost with it.
TEST_F(SpoolTest, DamageInTheNewestFileLosesNothingBehindIt) {
  auto spool = Open();
  std::vector<uint64_t> ends;
  for (int i = 0; i < 5; ++i) {
    ASSERT_THAT(spool->Append(Rows(2, 2 * i + 1)), IsOk());
    ends.push_back(spool->bytes());
  }
  spool.reset();
  const std::string path = Files()[0];
  const auto bytes = ReadWholeFile(path);
  ASSERT_THAT(bytes, IsOk());
  // In the second record: each byte of its head, and some of its rows.
  for (uint64_t at = ends[0]; at < ends[1]; at += at < ends[0] + 30 ? 1 : 17) {
    std::string changed = *bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x40);
    std::ofstream(path, std::ios::binary) << changed;
    spool = Open();
    const auto rows = ReadAll(*spool);
    ASSERT_EQ(rows.size(), 10u) << at;
    for (const auto& [row, order] : rows) {
      ASSERT_EQ(order, row == 3 || row == 4 ? "!" : std::to_string(row)) << at;
    }
    EXPECT_EQ(spool->findings().size(), 1u);
    EXPECT_EQ(spool->next_row(), 11u);
    spool.reset();
  }
}

TEST_F(SpoolTest, AnotherKeyIsRefusedAndEatsNothing) {
  auto spool = Open();
  ASSERT_THAT(spool->Append(Rows(4)), IsOk());
  spool.reset();
  EXPECT_THAT(
      Spool::Open(Options(), SpoolKey::CopyFrom(AsBytes(std::string(32, 'x')))),
      StatusIs(StatusCode::kFailedPrecondition,
               ::testing::HasSubstr("another handle key")));
  EXPECT_EQ(ReadAll(*Open()).size(), 4u);
}

TEST_F(SpoolTest, AFileThatSomebodyDeletesIsNoticed) {
  auto spool = Open();
  ASSERT_THAT(spool->Append(Rows(4)), IsOk());
  fs::remove(Files()[0]);
  EXPECT_THAT(spool->Append(Rows(2, 5)), StatusIs(StatusCode::kUnavailable));
  // The next begins another, and what is gone is told.
  EXPECT_THAT(spool->Append(Rows(2, 5)), IsOkAndHolds(5u));
  const auto rows = ReadAll(*spool);
  ASSERT_EQ(rows.size(), 6u);
  EXPECT_EQ(rows.at(4), "!");
  EXPECT_EQ(rows.at(5), "5");
}

// Any byte of an older file may rot: every row is either as it was or told as
// damaged, and none is missing or comes twice.
TEST_F(SpoolTest, DamageIsToldByRow) {
  auto spool = Open();
  for (int i = 0; i < 40; ++i) {
    ASSERT_THAT(spool->Append(Rows(5, 5 * i + 1)), IsOk());
  }
  spool.reset();
  const std::string path = Files()[1];
  const auto bytes = ReadWholeFile(path);
  ASSERT_THAT(bytes, IsOk());
  size_t damaged_most = 0;
  for (size_t at = 0; at < bytes->size(); at += 7) {
    std::string changed = *bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x40);
    std::ofstream(path, std::ios::binary) << changed;
    spool = Open();
    const auto rows = ReadAll(*spool);
    ASSERT_EQ(rows.size(), 200u) << at;
    size_t damaged = 0;
    for (const auto& [row, order] : rows) {
      if (order == "!") {
        ++damaged;
      } else {
        ASSERT_EQ(order, std::to_string(row)) << at;
      }
    }
    damaged_most = std::max(damaged_most, damaged);
    // The eight bytes at the front are looked at by nobody.
    if (at >= 8) {
      ASSERT_GT(damaged, 0u) << at;
    }
  }
  EXPECT_LT(damaged_most, 100u);
}

TEST_F(SpoolTest, AppendsAtTheSameTimeEachGetTheirNumbers) {
  auto spool = Open();
  constexpr int kThreads = 8, kAppends = 50;
  std::vector<std::thread> threads;
  Mutex mutex;
  std::map<uint64_t, std::string> expected;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kAppends; ++i) {
        const size_t first = 1000 * thread + 10 * i;
        const auto row = spool->Append(Rows(3, first));
        ASSERT_THAT(row, IsOk());
        const MutexLock lock(&mutex);
        for (size_t k = 0; k < 3; ++k) {
          expected[*row + k] = std::to_string(first + k);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ReadAll(*spool), expected);
  EXPECT_EQ(expected.size(), 3u * kThreads * kAppends);
}

// Killed at any moment: what was acknowledged is there.
TEST_F(SpoolTest, AKilledProcessLosesNothingThatItAcknowledged) {
  std::mt19937 random(11);
  uint64_t acknowledged = 0;
  for (int round = 0; round < 12; ++round) {
    int pipes[2];
    ASSERT_EQ(pipe(pipes), 0);
    const pid_t child = fork();
    if (child == 0) {
      close(pipes[0]);
      auto spool = Spool::Open(
          Options(), SpoolKey::CopyFrom(AsBytes(std::string(32, 'k'))));
      if (!spool.ok()) _exit(2);
      for (;;) {
        const uint64_t next = (*spool)->next_row();
        const auto first = (*spool)->Append(Rows(7, next));
        if (!first.ok() || *first != next) _exit(3);
        const uint64_t end = next + 7;
        if (write(pipes[1], &end, sizeof end) != sizeof end) _exit(4);
      }
    }
    close(pipes[1]);
    uint64_t end = 0;
    const int records = std::uniform_int_distribution<int>(1, 40)(random);
    for (int i = 0; i < records; ++i) {
      ASSERT_EQ(read(pipes[0], &end, sizeof end),
                static_cast<ssize_t>(sizeof end));
    }
    kill(child, SIGKILL);
    while (read(pipes[0], &end, sizeof end) == sizeof end) continue;
    close(pipes[0]);
    int how = 0;
    waitpid(child, &how, 0);
    ASSERT_TRUE(WIFSIGNALED(how));
    acknowledged = end;
    const auto spool = Open();
    ASSERT_GE(spool->next_row(), acknowledged);
    const auto rows = ReadAll(*spool);
    ASSERT_EQ(rows.size(), spool->next_row() - 1);
    for (const auto& [row, order] : rows) ASSERT_EQ(order, std::to_string(row));
  }
}

}  // namespace
}  // namespace garderobe::client
