#include "answer/own/visits.h"

#include "answer/own/table.h"

namespace garderobe::answer {
namespace {

constexpr int32_t kYearOfWeeks = 52 * 7;

absl::StatusOr<const VisitSplit*> FindSplit(std::string_view by) {
  const VisitSplit* const split = VisitSplit::Find(by);
  if (split != nullptr) return split;
  return InvalidArgument("--by: one of {}", VisitSplit::Names());
}

}  // namespace

absl::StatusOr<v1::QueryOwnResponse> VisitsBy(const v1::Mirror& mirror,
                                              std::string_view by,
                                              const DayRange& range) {
  GARDEROBE_ASSIGN_OR_RETURN(const VisitSplit* const split, FindSplit(by));
  OwnTable table(by, {"visits", "tickets", "revenue_cents"});
  split->ForEachCell(mirror, [&](const VisitCell& cell) {
    if (!range.Has(cell.day)) return;
    const SplitKey key = split->KeyOf(mirror, cell, /*shift=*/0);
    table.Add(key.rank, key.text,
              {cell.sums.visits, cell.sums.tickets, cell.sums.revenue_cents});
    if (by == "event") {
      table.SetLabel(key.rank, key.text, mirror.events().title(cell.event));
    }
  });
  return table.Response();
}

absl::StatusOr<v1::QueryOwnResponse> VisitsCompared(const v1::Mirror& mirror,
                                                    std::string_view by,
                                                    const DayRange& range) {
  GARDEROBE_ASSIGN_OR_RETURN(const VisitSplit* const split, FindSplit(by));
  if (range.from == INT32_MIN || range.to == INT32_MAX) {
    return InvalidArgument(
        "--from, --to: a comparison needs its first and last day");
  }
  OwnTable table(by, {"visits", "visits_before", "tickets", "tickets_before",
                      "revenue_cents", "revenue_cents_before"});
  const DayRange before{range.from - kYearOfWeeks, range.to - kYearOfWeeks};
  bool is_before_empty = true;
  split->ForEachCell(mirror, [&](const VisitCell& cell) {
    const auto add = [&](int32_t shift) {
      const SplitKey key = split->KeyOf(mirror, cell, shift);
      const Sums& sums = cell.sums;
      if (shift == 0) {
        table.Add(key.rank, key.text,
                  {sums.visits, 0, sums.tickets, 0, sums.revenue_cents, 0});
      } else {
        table.Add(key.rank, key.text,
                  {0, sums.visits, 0, sums.tickets, 0, sums.revenue_cents});
        is_before_empty = false;
      }
    };
    if (range.Has(cell.day)) add(0);
    if (before.Has(cell.day)) add(kYearOfWeeks);
  });
  v1::QueryOwnResponse response = table.Response();
  if (is_before_empty) response.add_note("before_empty");
  return response;
}

}  // namespace garderobe::answer
