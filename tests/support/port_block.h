// Ports of 127.0.0.1 that only one deployment of all tests that run at the same
// time takes. A lock on a file holds them, which is gone with the process.
#ifndef GARDEROBE_TESTS_SUPPORT_PORT_BLOCK_H_
#define GARDEROBE_TESTS_SUPPORT_PORT_BLOCK_H_

namespace garderobe {

class PortBlock {
 public:
  PortBlock() { TakeNext(); }
  ~PortBlock();
  PortBlock(const PortBlock&) = delete;
  PortBlock& operator=(const PortBlock&) = delete;

  // Gives the block back and takes another, for example since something else
  // listens there. Fails the test when all are taken; first() is 0 then.
  void TakeNext();

  int first() const { return first_; }
  static constexpr int kPorts = 16;

 private:
  int block_ = -1, lock_ = -1, first_ = 0;
};

}  // namespace garderobe

#endif  // GARDEROBE_TESTS_SUPPORT_PORT_BLOCK_H_
