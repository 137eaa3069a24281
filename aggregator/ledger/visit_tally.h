// What an institution's visits add up to, kept while rows come and go: by event
// and channel, and by day in the few other ways that its own figures are split.
//
// Not thread-safe: its owner locks.
#ifndef GARDEROBE_AGGREGATOR_LEDGER_VISIT_TALLY_H_
#define GARDEROBE_AGGREGATOR_LEDGER_VISIT_TALLY_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "aggregator/door/visit_batch.h"
#include "garderobe/v1/mirror.pb.h"

namespace garderobe::aggregator {

class VisitTally {
 public:
  // The event of the next number, from 0.
  void AddEvent(const Event& event);
  // Takes a row in (+1) or out (-1). One that does not count (cancelled,
  // refunded) changes nothing. Its event has been added.
  void Count(const VisitRow& row, int sign);

  // Adds all of it to the mirror; `events` are those of AddEvent, in order.
  // Only what has visits is there.
  void AddTo(const std::vector<Event>& events, v1::Mirror* mirror) const;

  // About how much memory it takes.
  size_t bytes() const;

 private:
  struct Tally {
    int32_t visits = 0, tickets = 0;
    int64_t revenue_cents = 0;
    void Take(const VisitRow& row, int sign) {
      visits += sign;
      tickets += sign * row.quantity;
      revenue_cents += sign * int64_t{row.price_cents};
    }
  };
  // A day, and a number that is given to it when it first comes.
  class Days {
   public:
    uint32_t SlotOf(int32_t day);
    const std::vector<int32_t>& all() const { return all_; }

   private:
    std::vector<int32_t> all_;
    absl::flat_hash_map<int32_t, uint32_t> slots_;
    // Most rows are of the day of the row before.
    int32_t last_day_ = INT32_MIN;
    uint32_t last_slot_ = 0;
  };

  void AddSplit(size_t begin, size_t count, v1::Mirror::Split* split) const;

  std::vector<Tally> by_event_;  // event x channel
  std::vector<int32_t> event_days_;
  std::vector<uint32_t> event_slots_;  // in days_
  Days days_, sold_days_;
  std::vector<Tally> by_day_;  // day x everything that a row is split by
  std::vector<Tally> sold_;    // by day of sale
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_LEDGER_VISIT_TALLY_H_
