// Through which round everything is done that was due at it: taken into a round
// or confirmed before (protocol.md, 4).
#ifndef GARDEROBE_VAULT_LINK_ROUND_PROGRESS_H_
#define GARDEROBE_VAULT_LINK_ROUND_PROGRESS_H_

#include <cstdint>
#include <deque>

namespace garderobe::vault {

// Changes have numbers that grow, and the oldest go first. Not thread-safe.
class RoundProgress {
 public:
  // At which round what there was before became due is not known: so no round
  // is done before all of it is.
  explicit RoundProgress(uint64_t newest_before) {
    calls_.push_back({1, newest_before});
  }

  // A round was made: its number, the newest change that was due, and the
  // newest that went into it; UINT64_MAX: all that were due.
  void Took(uint64_t number, uint64_t newest_due, uint64_t newest_taken) {
    calls_.push_back({number, newest_due});
    newest_taken_ = newest_taken;
    done_through_ = calls_.front().number - 1;
    for (const Call& call : calls_) {
      if (call.newest_due > newest_taken_) break;
      done_through_ = call.number;
    }
  }
  // The last round was confirmed.
  void Confirm() {
    confirmed_through_ = done_through_;
    while (!calls_.empty() && calls_.front().newest_due <= newest_taken_) {
      calls_.pop_front();
    }
  }

  // Everything that was due at the round of this number is in the last one, or
  // was confirmed; 0: at none.
  uint64_t done_through() const { return done_through_; }
  // Everything that was due at it was confirmed; 0: at none, as far as this
  // process knows.
  uint64_t confirmed_through() const { return confirmed_through_; }

 private:
  // The last call, and those before it of which something is not confirmed.
  struct Call {
    uint64_t number = 0;
    uint64_t newest_due = 0;
  };
  std::deque<Call> calls_;
  uint64_t newest_taken_ = 0;
  uint64_t done_through_ = 0;
  uint64_t confirmed_through_ = 0;
};

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_LINK_ROUND_PROGRESS_H_
