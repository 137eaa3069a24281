// Who may go on in a feed, and where: streams, places, and the signed outcome
// of each batch.
//
// Thread-safe.
#ifndef GARDEROBE_AGGREGATOR_LEDGER_FEED_GATE_H_
#define GARDEROBE_AGGREGATOR_LEDGER_FEED_GATE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "aggregator/door/batch_door.h"
#include "aggregator/ledger/feed.h"
#include "aggregator/ledger/institutions.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/keys/receipt.h"
#include "core/store/store.h"

namespace garderobe::aggregator {

class FeedGate {
 public:
  // All outlive the gate.
  FeedGate(Store& store, InstitutionTable& institutions,
           const ReceiptSeed& receipt_seed)
      : store_(store),
        institutions_(institutions),
        receipt_seed_(receipt_seed) {}

  // Takes batches of the feed from this stream (not 0) only, from now on, as of
  // the client's `run`. Returns where the feed stands, once that is synced.
  struct FeedPlace {
    uint64_t committed = 0;  // rows
    uint64_t run_began = 0;  // Feed::RunBegan
  };
  [[nodiscard]] absl::StatusOr<FeedPlace> Open(const v1::FeedName& feed,
                                               uint64_t stream, uint64_t run);
  // Rows of the feed that are synced.
  [[nodiscard]] absl::StatusOr<uint64_t> Committed(const v1::FeedName& feed);

  [[nodiscard]] absl::StatusOr<Feed> Read(uint32_t institution,
                                          const v1::FeedName& name) const;
  // The outcome of a batch that is stored already, or nothing: it is next.
  // Aborted: another stream was opened since. Other errors of Feed::Place.
  // Called with the institution's lock, so that an answer of Open holds all
  // that came before it.
  [[nodiscard]] absl::StatusOr<std::optional<v1::BatchOutcome>> PlaceOf(
      const Feed& feed, const v1::FeedName& name, uint64_t stream,
      const FeedBatch& batch);
  // Signs the outcome, and puts it, the feed's new place and the authorship
  // into `batch`. `mark` is MarkOf what was sealed.
  void PutOutcome(uint32_t institution, const BatchSource& source, Feed feed,
                  uint64_t mark, v1::BatchOutcome* outcome,
                  rocksdb::WriteBatch& batch) const;
  // The outcome of a batch that is stored already, once it is synced.
  [[nodiscard]] absl::StatusOr<v1::BatchOutcome> OnceSynced(
      v1::BatchOutcome outcome);

 private:
  [[nodiscard]] absl::Status CheckStream(const v1::FeedName& feed,
                                         uint64_t stream);
  [[nodiscard]] absl::StatusOr<FeedPlace> PlaceOfFeed(const v1::FeedName& name,
                                                      uint64_t run);
  // The run of the stream that was opened last; 0 when none is known.
  uint64_t RunOf(const v1::FeedName& feed) const;

  Store& store_;
  InstitutionTable& institutions_;
  const ReceiptSeed& receipt_seed_;

  // Taken last; nothing is done under it.
  mutable Mutex streams_mutex_;
  // The stream that was opened last of each feed, and its run.
  struct OpenedStream {
    uint64_t stream = 0, run = 0;
  };
  std::map<std::string, OpenedStream> streams_ ABSL_GUARDED_BY(streams_mutex_);
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_LEDGER_FEED_GATE_H_
