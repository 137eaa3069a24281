#include "client/deploy/processes.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"

namespace garderobe::client {
namespace {

TEST(RunningDaemonTest, OnlyANumberIsAProcess) {
  const std::string file = ::testing::TempDir() + "/processes_test.pid";
  // Stands for the configuration: this program is its own first argument.
  const std::string config =
      std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string self = std::to_string(getpid());
  auto running = [&](const std::string& text) {
    std::ofstream(file) << text;
    return RunningDaemon(file, config);
  };
  EXPECT_EQ(running(self + "\n"), getpid());
  EXPECT_EQ(running(self), getpid());
  for (const std::string& text :
       {self + "x", self + " 1", " " + self, "+" + self, std::string(),
        std::string("\n"), std::string("0"), "-" + self,
        std::string(30, '9')}) {
    EXPECT_EQ(running(text), 0) << text;
  }
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace garderobe::client
