#include "client/conformance/visit_comparison.h"

#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "client/conformance/id_variants.h"
#include "client/conformance/visit_columns.h"

namespace garderobe::client::conformance {
namespace {

constexpr Rule kVisitMissing{"visit-missing", "delivering.md, Columns",
                             "a line that `send` delivers never came"};
constexpr Rule kVisitUnknown{"visit-unknown", "clients.md, 4",
                             "a visit came under an id that no line of the "
                             "file has"};
constexpr Rule kVisitTwice{"visit-twice", "clients.md, 7",
                           "a visit came more often than it stands in the "
                           "file"};
constexpr Rule kVisitUnsent{"visit-unsent",
                            "delivering.md, Why a row is refused",
                            "a line came that `send` refuses for the reason "
                            "that is told"};
constexpr Rule kHandleShared{"handle-share", "delivering.md, Columns",
                             "a visit names a customer who does not agree to "
                             "share, and is to name nobody"};
constexpr Rule kHandleNobody{"handle-nobody", "clients.md, 4",
                             "a visit names nobody where its line names a "
                             "customer"};
constexpr Rule kHandleSomebody{"handle-somebody", "clients.md, 4",
                               "a visit names a customer where its line names "
                               "nobody"};
constexpr Rule kHandleOther{"handle", "clients.md, 4",
                            "the handle is not that of the line's customer"};

class VisitComparison {
 public:
  VisitComparison(const Expected& expected,
                  const std::vector<OpenedVisits>& delivered,
                  Differences* differences)
      : expected_(expected), batches_(delivered), differences_(*differences) {}

  absl::Status Run() {
    GARDEROBE_RETURN_IF_ERROR(Explain());
    ForEach(
        [this](const VisitValues& visit, uint64_t row) { Place(visit, row); });
    for (const auto& [id, came] : deliveries_) CompareOne(id, came);
    // Whatever came of a refused line, or did not, nothing is kept of it.
    for (size_t i = 0; i < expected_.visits().size(); ++i) {
      const Expected::Visit& visit = expected_.visits()[i];
      if (deliveries_.contains(visit.values.id) || visit.is_refused) continue;
      if (expected_.FindVisits(visit.values.id)->back() != i) continue;
      ++differences_.visits.missing;
      Add(visit.line, "", kVisitMissing, "");
    }
    return absl::OkStatus();
  }

 private:
  struct Came {
    VisitValues last;
    uint64_t times = 0;
    bool has_other_id = false;
  };

  void Add(uint64_t line, std::string where, const Rule& rule,
           std::string detail) {
    differences_.Add(
        {line, "visit", std::move(where), &rule, std::move(detail)});
  }

  template <typename Call>
  void ForEach(const Call& call) const {
    for (const OpenedVisits& batch : batches_) {
      if (!batch.is_open) continue;
      for (size_t row = 0; row < batch.rows(); ++row) {
        call(batch.At(row), batch.offset + row);
      }
    }
  }

  absl::Status Explain() {
    UnknownIds visits, handles;
    ForEach([&](const VisitValues& visit, uint64_t) {
      const auto* lines = expected_.FindVisits(visit.id);
      if (lines == nullptr && expected_.FindUnsent(visit.id) == nullptr) {
        visits.emplace(visit.id.view());
      }
      if (!visit.handle.is_zero() &&
          expected_.FindCustomer(visit.handle) == nullptr) {
        handles.emplace(visit.handle.view());
      }
    });
    GARDEROBE_ASSIGN_OR_RETURN(other_ids_, ExplainVisitIds(expected_, visits));
    GARDEROBE_ASSIGN_OR_RETURN(other_handles_,
                               ExplainHandles(expected_, handles));
    return absl::OkStatus();
  }

  void Place(const VisitValues& visit, uint64_t row) {
    if (expected_.FindVisits(visit.id) != nullptr) {
      return Note(visit.id, visit, /*has_other_id=*/false);
    }
    if (const Unsent* unsent = expected_.FindUnsent(visit.id)) {
      ++differences_.visits.unknown;
      return Add(unsent->line, unsent->column, kVisitUnsent, unsent->reason);
    }
    const auto other = other_ids_.find(std::string(visit.id.view()));
    if (other == other_ids_.end()) {
      ++differences_.visits.unknown;
      return Add(0, "visit_id", kVisitUnknown,
                 fmt::format("row {} of its feed", row));
    }
    Add(other->second.line, "visit_id", *other->second.rule, "");
    Note(VisitId::From(other->second.right), visit, /*has_other_id=*/true);
  }

  void Note(const VisitId& id, const VisitValues& visit, bool has_other_id) {
    Came& came = deliveries_[id];
    came.last = visit;
    ++came.times;
    came.has_other_id |= has_other_id;
  }

  void CompareOne(const VisitId& id, const Came& came) {
    const std::vector<size_t>& places = *expected_.FindVisits(id);
    // The later one counts, should a line stand twice.
    const Expected::Visit& known = expected_.visits()[places.back()];
    if (came.times > places.size()) {
      Add(known.line, "", kVisitTwice, fmt::format("{} times", came.times));
    }
    if (CompareValues(known, came.last) && came.times <= places.size() &&
        !came.has_other_id) {
      ++differences_.visits.same;
    } else {
      ++differences_.visits.different;
    }
  }

  bool CompareValues(const Expected::Visit& known, const VisitValues& came) {
    bool same = true;
    CompareColumns(
        known.values, came,
        [&](const char* column, const Rule& rule, std::string detail) {
          same = false;
          Add(known.line, column, rule, std::move(detail));
        });
    if (known.values.handle == came.handle) return same;
    Add(known.line, "handle", HandleRule(known, came.handle), "");
    return false;
  }

  const Rule& HandleRule(const Expected::Visit& known, const Handle& came) {
    if (came.is_zero()) return kHandleNobody;
    if (came == known.of_who_does_not_share) return kHandleShared;
    const auto other = other_handles_.find(std::string(came.view()));
    if (other != other_handles_.end()) return *other->second.rule;
    return known.values.handle.is_zero() ? kHandleSomebody : kHandleOther;
  }

  const Expected& expected_;
  const std::vector<OpenedVisits>& batches_;
  Differences& differences_;
  OtherIds other_ids_, other_handles_;
  absl::flat_hash_map<VisitId, Came> deliveries_;
};

}  // namespace

absl::Status CompareVisits(const Expected& expected,
                           const std::vector<OpenedVisits>& delivered,
                           Differences* differences) {
  return VisitComparison(expected, delivered, differences).Run();
}

std::vector<const Rule*> VisitRules() {
  return {&kVisitMissing, &kVisitUnknown, &kVisitTwice,     &kVisitUnsent,
          &kHandleShared, &kHandleNobody, &kHandleSomebody, &kHandleOther};
}

}  // namespace garderobe::client::conformance
