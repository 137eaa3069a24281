// One institution's counts, month by month of the calendar.
//
// The month is the clock's, and clocks go wrong. Two things must not come of
// that: a budget that is given twice, and a budget that is used up for ever.
// So months are kept apart, and what is counted while a later month is known
// counts for both:
// - A clock that was in the future has left counts of a later month. They are
//   carried to the present month once, for it is when those tokens came; and
//   they stay where they are, so that the later month has them when it comes.
// - Tokens that come while a later month is known are added to that one as
// well. A month after the one to which counts were carried begins with nothing.
#ifndef GARDEROBE_TTP_MONTH_COUNTS_H_
#define GARDEROBE_TTP_MONTH_COUNTS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace garderobe::ttp {

// Months are written as 2026-11, so that they sort. A clock that has wandered
// through several months may count tokens twice, never too few. Not
// thread-safe.
class MonthCounts {
 public:
  // Months before the present one that are kept: a clock may be set back.
  static constexpr size_t kPastMonthsKept = 12;

  struct Count {
    uint64_t used = 0, released = 0;
    std::string carried_to;  // the earliest month that has `used`; empty: none
    uint64_t kept = 0;       // of `used` what the disk has
    bool refused = false;    // something, since the last release
  };
  using Months = std::map<std::string, Count>;

  // The present month's count; carries what lies ahead. Forgets the oldest
  // months. `noticed` is called for each month that was carried.
  Count& At(const std::string& month,
            const std::function<void(const std::string& ahead, const Count&)>&
                noticed = nullptr);
  // Counts tokens of `month`, or takes them back when they were not let
  // through.
  void Add(const std::string& month, uint64_t tokens);
  void TakeBack(const std::string& month, uint64_t tokens);

  // All months, the earliest first.
  Months& months() { return months_; }
  const Months& months() const { return months_; }

 private:
  Months months_;
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_MONTH_COUNTS_H_
