// How much retention may remove in a day. A wrong setting or a wrong clock that
// goes unnoticed then removes only a small part; the log names what was held
// back.
#ifndef GARDEROBE_CORE_RETENTION_REMOVAL_CEILING_H_
#define GARDEROBE_CORE_RETENTION_REMOVAL_CEILING_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace garderobe {

// One day's count of one kind of record, such as the visits of an institution.
// A party keeps it on its disk together with what was removed, so that neither
// a second call nor a restart gives more.
struct RemovalCeiling {
  static constexpr uint64_t kPercentADay = 5;
  // Whoever holds fewer than 200 records may lose this many in a day, or the
  // last few would take weeks.
  static constexpr uint64_t kAtLeastADay = 10;
  static constexpr size_t kBytes = 28;

  int32_t day = INT32_MIN;  // since 2000-01-01
  uint64_t held = 0;        // records, when the day's first removal was asked
  uint64_t removed = 0;     // on that day
  uint64_t released = 0;    // more for that day, by two custodians

  // Returns whether this count still applies on `today`. A count of a later
  // day applies too, so that setting a clock back gives no second ceiling.
  bool CountsFor(int32_t today) const { return day >= today; }
  // How many more may be removed.
  uint64_t left() const;
};

// kBytes: day (4, signed) || held (8) || removed (8) || released (8), all
// big-endian. Stored, never change.
std::string Encode(const RemovalCeiling& ceiling);
[[nodiscard]] bool Decode(std::string_view bytes, RemovalCeiling* ceiling);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_RETENTION_REMOVAL_CEILING_H_
