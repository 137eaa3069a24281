#include "tests/support/port_block.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <string>

#include "gtest/gtest.h"

namespace garderobe {
namespace {

// Above the ports that `garderobe init` draws, and below those that Linux gives
// to whoever asks for any.
constexpr int kFirstPort = 30000, kBlocks = 170;

}  // namespace

PortBlock::~PortBlock() {
  if (lock_ >= 0) close(lock_);
}

void PortBlock::TakeNext() {
  if (lock_ >= 0) close(lock_);
  lock_ = -1;
  first_ = 0;
  for (++block_; block_ < kBlocks; ++block_) {
    const std::string path =
        "/tmp/garderobe-test-ports-" + std::to_string(block_);
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) {
      lock_ = fd;
      first_ = kFirstPort + block_ * kPorts;
      return;
    }
    if (fd >= 0) close(fd);
  }
  ADD_FAILURE() << "no ports are left for a deployment; files of another user "
                   "in /tmp/garderobe-test-ports-*?";
}

}  // namespace garderobe
