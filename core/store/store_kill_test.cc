// A process that writes on several threads is killed at any moment: the store
// opens, with every write that had been synced. This is the control of the
// damage tests: what refuses damage must never refuse what a crash leaves.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <random>
#include <thread>

#include "core/base/bytes.h"
#include "core/store/store.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

constexpr int kThreads = 4;
constexpr char kChildFolder[] = "GARDEROBE_STORE_KILL_FOLDER";
constexpr char kChildPipe[] = "GARDEROBE_STORE_KILL_PIPE";

absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& folder) {
  // Small, so that tables are written and logs change all the time.
  return Store::Open(folder, {"default", "more"},
                     {.write_buffer_bytes = 64 << 10});
}

std::string KeyOf(int thread, uint32_t number) {
  std::string key(1, static_cast<char>(thread));
  PutBigEndian(key, number);
  return key;
}

// Where each thread goes on: after its last key.
uint32_t NextOf(Store& store, int thread) {
  const auto it = store.NewIterator(0);
  it->SeekForPrev(KeyOf(thread, UINT32_MAX));
  if (!it->Valid() || it->key()[0] != static_cast<char>(thread)) return 0;
  return GetBigEndian<uint32_t>(it->key().data() + 1) + 1;
}

// Writes until it is killed, and tells in the pipe what was synced.
void WriteForEver(const std::string& folder, int pipe) {
  const auto store = Open(folder);
  if (!store.ok()) _exit(2);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (uint32_t n = NextOf(**store, thread);; ++n) {
        rocksdb::WriteBatch batch;
        const std::string key = KeyOf(thread, n);
        batch.Put((*store)->family(0), key, std::string(n * 997 % 9000, 'x'));
        batch.Put((*store)->family(1), key, "second");
        if (!(*store)->Write(batch).ok()) _exit(3);
        if (n % 3 == 0 && !(*store)->Sync().ok()) _exit(4);
        if (n % 3 == 0 && write(pipe, key.data(), key.size()) < 0) _exit(5);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(StoreKillTest, EveryKillLeavesAStoreThatOpensWithAllThatWasSynced) {
  if (const char* folder = std::getenv(kChildFolder)) {
    WriteForEver(folder, std::atoi(std::getenv(kChildPipe)));
  }
  const std::string folder = ::testing::TempDir() + "/store-kill";
  std::filesystem::remove_all(folder);
  constexpr unsigned kSeed = 11;
  constexpr int kRounds = 15;
  std::mt19937 random(kSeed);
  std::map<int, uint32_t> synced;
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE(round);
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    setenv(kChildFolder, folder.c_str(), 1);
    setenv(kChildPipe, std::to_string(ends[1]).c_str(), 1);
    const pid_t child = fork();
    if (child == 0) {
      execl("/proc/self/exe", "store-kill-child",
            "--gtest_filter=StoreKillTest.*", static_cast<char*>(nullptr));
      _exit(127);
    }
    unsetenv(kChildFolder);
    close(ends[1]);
    // The first acknowledgement shows that it has opened the store.
    auto take = [&] {
      char bytes[5];
      if (read(ends[0], bytes, sizeof bytes) != sizeof bytes) return false;
      synced[bytes[0]] = GetBigEndian<uint32_t>(bytes + 1);
      return true;
    };
    EXPECT_TRUE(take()) << "the store did not open after a kill";
    usleep(static_cast<useconds_t>(random() % 150'000));
    kill(child, SIGKILL);
    while (take()) {
    }
    close(ends[0]);
    waitpid(child, nullptr, 0);
    if (::testing::Test::HasFailure()) return;
  }
  auto store = Open(folder);
  ASSERT_THAT(store, IsOk());
  uint64_t found = 0;
  for (const auto& [thread, last] : synced) {
    for (uint32_t n = 0; n <= last; ++n, ++found) {
      for (const size_t family : {0, 1}) {
        ASSERT_THAT((*store)->Get(family, KeyOf(thread, n)), IsOk())
            << "thread " << thread << ", write " << n;
      }
    }
  }
  EXPECT_GT(found, 100u);
  store->reset();
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace garderobe
