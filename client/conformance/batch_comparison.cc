#include "client/conformance/batch_comparison.h"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "core/base/columns.h"
#include "core/conversion/point_columns.h"
#include "core/group/elgamal.h"

namespace garderobe::client::conformance {
namespace {

constexpr std::string_view kDrawn = "protocol.md, 3";
constexpr Rule kScalarReused{"scalar-reused", kDrawn,
                             "an A came twice: the scalar r is to be drawn for "
                             "each row, or the rows' tokens can be told apart "
                             "by anybody"};
constexpr Rule kHomeReused{"home-reused", "clients.md, 6",
                           "a D came twice for rows without an address: it is "
                           "to be a random point"};
constexpr Rule kSealReused{"seal-reused", "clients.md, 5",
                           "batch key or ephemeral key of a seal came twice: "
                           "both are to be drawn for every batch"};
constexpr Rule kDummyShared{"dummy-shared", kDrawn,
                            "two customers have the same dummy"};

constexpr size_t kFaultsTold = 1000;  // of one batch

void AddFaults(const std::vector<BatchFault>& faults, const char* where,
               uint64_t offset, Differences* to) {
  if (!faults.empty()) ++to->faulty_batches;
  for (size_t i = 0; i < std::min(faults.size(), kFaultsTold); ++i) {
    const BatchFault& fault = faults[i];
    to->Add({0, "batch", where, fault.rule,
             fmt::format("offset {}{}{}", offset,
                         fault.detail.empty() ? "" : ": ", fault.detail)});
  }
}

// Tells of seals whose keys came before.
class SealBook {
 public:
  explicit SealBook(Differences* differences) : differences_(*differences) {}
  template <typename Batch>
  void Note(const Batch& batch, const char* where, uint64_t offset) {
    // Both are noted, whatever the other says.
    const bool is_new_box =
        batch.box_key.empty() || seen_.insert("box " + batch.box_key).second;
    const bool is_new_key = batch.batch_key_digest.empty() ||
                            seen_.insert(batch.batch_key_digest).second;
    if (is_new_box && is_new_key) return;
    differences_.Add({0, "randomness", where, &kSealReused,
                      fmt::format("offset {}", offset)});
  }

 private:
  Differences& differences_;
  absl::flat_hash_set<std::string> seen_;
};

class PointBook {
 public:
  PointBook(const PartyKeys& keys, const Expected& expected,
            Differences* differences)
      : keys_(keys), expected_(expected), differences_(*differences) {}

  void Note(const OpenedRelations& opened) {
    const v1::RelationBatch& batch = opened.batch;
    const std::span<const uint32_t> kinds(
        batch.kinds().data(), static_cast<size_t>(batch.kinds_size()));
    const auto points =
        PointColumns::Read(kinds, batch.points_a(), batch.points_b());
    if (!opened.has_points || !points.ok()) return;
    const garderobe::Column<Handle> handles(batch.handles());
    const garderobe::Column<Element> homes(batch.points_home());
    for (size_t row = 0; row < kinds.size() && row < handles.size(); ++row) {
      const auto* customer = expected_.FindCustomer(handles[row]);
      const uint64_t line = customer == nullptr ? 0 : customer->line;
      if (!points_a_.insert(points->point_a(row)).second) {
        Add(line, "A", kScalarReused);
      }
      if (!homes_.insert(homes[row]).second) Add(line, "home", kHomeReused);
      if (customer != nullptr && keys_.padding() != 0) {
        NoteDummies(*customer, kinds[row], points->point_a(row),
                    points->points_b(row));
      }
    }
  }

 private:
  void Add(uint64_t line, std::string where, const Rule& rule) {
    differences_.Add({line, "randomness", std::move(where), &rule});
  }

  void NoteDummies(const Expected::Customer& customer, uint32_t kinds,
                   const Element& point_a,
                   const std::vector<Element>& points_b) {
    const Identifiers& identifiers =
        expected_.CustomerAt(customer.index).delivered.identifiers;
    size_t at = 0;
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      if ((kinds >> kind & 1) == 0) continue;
      const Element& point_b = points_b[at++];
      Element dummy;
      if (!identifiers[kind].empty() || (keys_.padding() >> kind & 1) == 0 ||
          !Decrypt(keys_.OfKind(kind), point_a, point_b, &dummy)) {
        continue;
      }
      const auto [found, is_new] = dummies_.try_emplace(dummy, customer.handle);
      if (!is_new && !(found->second == customer.handle)) {
        Add(customer.line, std::string(KindName(static_cast<Kind>(kind))),
            kDummyShared);
      }
    }
  }

  const PartyKeys& keys_;
  const Expected& expected_;
  Differences& differences_;
  absl::flat_hash_set<Element> points_a_, homes_;
  absl::flat_hash_map<Element, Handle> dummies_;
};

}  // namespace

void CompareBatches(const Recorded& recorded, Differences* differences) {
  for (const BatchFault& fault : recorded.faults) {
    differences->Add({0, "batch", "", fault.rule, fault.detail});
  }
  for (const OpenedVisits& batch : recorded.visits) {
    ++differences->visit_batches;
    AddFaults(batch.faults, "visits", batch.offset, differences);
  }
  for (const OpenedRelations& batch : recorded.relations) {
    ++differences->relation_batches;
    AddFaults(batch.faults, "relations", batch.batch.offset(), differences);
  }
}

void CompareRandomness(const PartyKeys& keys, const Expected& expected,
                       const Recorded& recorded, Differences* differences) {
  SealBook seals(differences);
  for (const OpenedVisits& batch : recorded.visits) {
    seals.Note(batch, "visits", batch.offset);
  }
  PointBook points(keys, expected, differences);
  for (const OpenedRelations& batch : recorded.relations) {
    seals.Note(batch, "relations", batch.batch.offset());
    points.Note(batch);
  }
}

std::vector<const Rule*> RandomnessRules() {
  return {&kScalarReused, &kHomeReused, &kSealReused, &kDummyShared};
}

}  // namespace garderobe::client::conformance
