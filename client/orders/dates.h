// Dates and times as box offices and spreadsheets write them: the forms of
// core/base/civil_time.h, and "za 14 mrt. 2025 20.15 uur", "Mar 14, 2025 8:15
// PM", "14-3-25".
#ifndef GARDEROBE_CLIENT_ORDERS_DATES_H_
#define GARDEROBE_CLIENT_ORDERS_DATES_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/tables/oddity.h"

namespace garderobe::client {

// Whether ICU knows a time zone of this name.
bool IsTimeZone(const std::string& name);

// Not thread-safe: counts what is odd.
class DateReader {
 public:
  // `month_first`: 3/14/2025 is the 14th of March.
  // `zone`: a time with an offset is put into this zone; empty keeps its
  // digits, for they say the time of day where the event is.
  explicit DateReader(bool month_first = false, const std::string& zone = "");
  ~DateReader();
  DateReader(DateReader&&) noexcept;
  DateReader& operator=(DateReader&&) noexcept;

  // Local minutes since 2000-01-01 00:00, between 1900 and 2199. A year of
  // two digits is one of 2000 to 2069, or of 1970 to 1999. 24:00 is midnight of
  // the next day.
  std::optional<int32_t> Minutes(std::string_view text) const;

  // A birth date as 1985-03-14; the text as it is when it is none, or its
  // year has two digits. For what reads birth dates further on.
  std::string BirthDate(std::string_view text) const;

  // Notes that a date of sale was none, and is taken as unknown.
  void NoteUnknownSale() const { ++unknown_sales_; }
  // What was odd in the dates that were read, a sentence each: offsets that
  // were dropped, and dates that only the other order can read.
  std::vector<Oddity> oddities() const;
  // Counts anew.
  void ForgetOddities() {
    offsets_dropped_ = other_order_ = unknown_sales_ = 0;
  }

 private:
  struct Zone;
  std::optional<int32_t> InZone(int32_t local, int offset) const;

  bool month_first_;
  std::unique_ptr<Zone> zone_;  // none: offsets are dropped
  mutable uint64_t offsets_dropped_ = 0, other_order_ = 0, unknown_sales_ = 0;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_ORDERS_DATES_H_
