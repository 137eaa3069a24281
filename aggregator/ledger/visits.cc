#include "aggregator/ledger/visits.h"

#include <utility>
#include <vector>

#include "aggregator/door/visit_batch.h"
#include "aggregator/ledger/records.h"
#include "core/base/columns.h"

namespace garderobe::aggregator {

absl::StatusOr<v1::BatchOutcome> Visits::Take(v1::StoreVisitsRequest request,
                                              const Institutions& registered,
                                              int32_t agreed_from) {
  v1::FeedName& feed_name = *request.mutable_feed();
  feed_name.set_kind(v1::FEED_KIND_VISITS);
  const uint32_t count = request.count();
  GARDEROBE_RETURN_IF_ERROR(
      CheckShape(feed_name, count, request.handles().size(), kBlockRowsMax));
  GARDEROBE_RETURN_IF_ERROR(door_.CheckSerial(request.serial()));
  const FeedBatch place{request.offset(), count, MarkOf(request.sealed())};
  // Opened before the lock: several batches at once.
  const auto opened = door_.Open(request, registered);
  absl::StatusOr<VisitBatch> visits =
      opened.ok() ? ReadVisitBatch(opened->columns, count, agreed_from)
                  : absl::StatusOr<VisitBatch>(opened.status());

  GARDEROBE_ASSIGN_OR_RETURN(
      const InstitutionPtr institution,
      institutions_.Find(feed_name.institution(), /*create=*/true));
  v1::BatchOutcome outcome;
  {
    const MutexLock lock(&institution->mutex);
    GARDEROBE_ASSIGN_OR_RETURN(Feed feed,
                               feeds_.Read(institution->number, feed_name));
    GARDEROBE_ASSIGN_OR_RETURN(
        auto stored, feeds_.PlaceOf(feed, feed_name, request.stream(), place));
    if (stored) return feeds_.OnceSynced(*std::move(stored));
    GARDEROBE_RETURN_IF_ERROR(visits.status());
    GARDEROBE_RETURN_IF_ERROR(institutions_.EnsureLoaded(*institution));
    rocksdb::WriteBatch batch;
    const Column<AggregatorHandle> handles(request.handles());
    std::vector<uint32_t> relations(count, 0);
    for (uint32_t i = 0; i < count; ++i) {
      const AggregatorHandle handle = handles[i];
      if (!handle.is_zero() && !visits->is_refused[i]) {
        relations[i] = institution->ledger->FindOrAddRelation(handle, batch);
      }
    }
    outcome.set_offset(request.offset());
    outcome.set_count(count);
    for (auto& refusal : visits->refused) {
      *outcome.add_refused() = std::move(refusal);
    }
    auto applied =
        institution->ledger->Append(*std::move(visits), relations, batch);
    if (!applied.ok()) {
      institution->ledger.reset();  // it has taken part of the batch
      return applied.status();
    }
    outcome.set_accepted(applied->accepted);
    outcome.set_replaced(applied->replaced);
    feeds_.PutOutcome(institution->number, opened->source, std::move(feed),
                      place.mark, &outcome, batch);
    institutions_.PutChanged(*institution, batch);
    GARDEROBE_RETURN_IF_ERROR(institutions_.Write(*institution, batch));
  }
  // No lock over the sync: batches that came meanwhile share it.
  GARDEROBE_RETURN_IF_ERROR(store_.Sync());
  institutions_.EvictIdle();
  return outcome;
}

}  // namespace garderobe::aggregator
