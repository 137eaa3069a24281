// The ways in which an institution's own visits are split.
#ifndef GARDEROBE_ANSWER_OWN_SPLITS_H_
#define GARDEROBE_ANSWER_OWN_SPLITS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "garderobe/v1/mirror.pb.h"

namespace garderobe::answer {

// Sums of order lines.
struct Sums {
  int64_t visits = 0, tickets = 0, revenue_cents = 0;
};

// Where figures stand in a table.
struct SplitKey {
  int64_t rank = 0;  // rows ascend by it, then by `text`
  std::string text;
};

// Days since 2000-01-01, both included.
struct DayRange {
  int32_t from = INT32_MIN, to = INT32_MAX;
  bool Has(int32_t day) const { return day >= from && day <= to; }
};

// Some visits: of one event and channel, or of one day and value.
struct VisitCell {
  int32_t day = 0;     // of the event; of the sale with splits by sale
  int event = -1;      // place in the mirror's events, where it is of one
  uint32_t value = 0;  // channel, or the value of the split
  Sums sums;
};

class VisitSplit {
 public:
  // Nullptr: there is no such split.
  static const VisitSplit* Find(std::string_view name);
  // All names, for people.
  static std::string Names();

  std::string_view name() const { return name_; }
  bool is_of_event() const { return cells_ == nullptr; }
  // Calls `visit` with every cell that the split is made of. Days are those of
  // the mirror: `range` is for the caller.
  void ForEachCell(const v1::Mirror& mirror,
                   const std::function<void(const VisitCell&)>& visit) const;
  // Where the cell stands, as if it lay `shift` days later.
  SplitKey KeyOf(const v1::Mirror& mirror, const VisitCell& cell,
                 int32_t shift) const {
    return key_(mirror, cell, shift);
  }

 private:
  using Cells = const v1::Mirror::Split& (v1::Mirror::*)() const;
  using Key = SplitKey (*)(const v1::Mirror&, const VisitCell&, int32_t shift);
  constexpr VisitSplit(std::string_view name, Cells cells, Key key)
      : name_(name), cells_(cells), key_(key) {}
  static const std::vector<VisitSplit>& All();

  std::string_view name_;
  Cells cells_;  // null: of the cells by event and channel
  Key key_;
};

}  // namespace garderobe::answer

#endif  // GARDEROBE_ANSWER_OWN_SPLITS_H_
