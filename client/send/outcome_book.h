// The aggregator's signed outcomes of a feed, kept beside its journal: what
// shows later that a batch was taken, or that it was changed on the way. The
// last ones only.
//
// One line a batch, fields separated by blanks, numbers decimal and bytes
// hexadecimal:
//   kind (visits, relations) offset count accepted replaced serial
//   sealed (BLAKE2b-256 of the payload as it was sealed) signature
// With institution, client and source of the feed these are what is signed
// (core/keys/outcome.h). `serial` is of the aggregator's parameters, which name
// the key.
#ifndef GARDEROBE_CLIENT_SEND_OUTCOME_BOOK_H_
#define GARDEROBE_CLIENT_SEND_OUTCOME_BOOK_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "core/keys/outcome.h"

namespace garderobe::client {

// Not thread-safe. One book of a file at a time, as long as its journal is
// held.
class OutcomeBook {
 public:
  // Lines that are kept at least; twice as many at most are there.
  static constexpr size_t kKept = 2000;

  explicit OutcomeBook(std::string path);

  // Adds a line. Not synced: after a power cut the last ones may be missing.
  // Unavailable: the file can't be written.
  [[nodiscard]] absl::Status Add(const Outcome& outcome, uint32_t serial,
                                 std::string_view signature);

 private:
  [[nodiscard]] absl::Status ForgetTheOldest();

  const std::string path_;
  size_t lines_ = 0;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_SEND_OUTCOME_BOOK_H_
