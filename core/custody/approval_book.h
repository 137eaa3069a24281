// Which approvals a party has acted on, on its disk, so that each is used once
// (protocol.md, 7): also after a restart, a kill, or a clock that went back.
//
// A checked file of the kind "approvals", stored, never change: the line
// "forgotten_until N", then a line an approval: its id as 32 hexadecimal
// digits, a blank, and its expiry in Unix seconds.
#ifndef GARDEROBE_CORE_CUSTODY_APPROVAL_BOOK_H_
#define GARDEROBE_CORE_CUSTODY_APPROVAL_BOOK_H_

#include <map>
#include <string>
#include <vector>

#include "core/keys/approval.h"

namespace garderobe {

// What is used up: one serial of one key.
// BLAKE2b-128(key (32) || serial (8)).
Digest128 ApprovalId(const VerifyKey& key, const ApprovalSerial& serial);

// Not thread-safe.
class ApprovalBook {
 public:
  static constexpr size_t kEntriesMax = 1000;

  struct Entry {
    Digest128 id;
    uint64_t expiry = 0;  // Unix seconds
  };

  // Reads `path` if it is there. DataLoss: it is damaged. Unavailable: it does
  // not read.
  [[nodiscard]] static absl::StatusOr<ApprovalBook> Open(std::string path);

  // Whether it was used, or is so old that this can't be told.
  bool WasUsed(const Entry& entry) const;
  // Notes them as used; they are on the disk on return. With more than
  // kEntriesMax those that have expired at `now`, in Unix seconds, are
  // forgotten. ResourceExhausted: all of these still hold. Unavailable: the
  // disk does not take it. In both cases nothing is noted.
  [[nodiscard]] absl::Status Use(const std::vector<Entry>& used, uint64_t now);

 private:
  explicit ApprovalBook(std::string path) : path_(std::move(path)) {}

  std::string path_;
  std::map<Digest128, uint64_t> expiries_;
  // The latest expiry of what was forgotten. What expires no later was perhaps
  // used: a clock that goes back makes none of it new.
  uint64_t forgotten_until_ = 0;
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_CUSTODY_APPROVAL_BOOK_H_
