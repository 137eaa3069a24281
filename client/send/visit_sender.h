// The visits of a file, in batches, and which customers any of them was stored
// for.
#ifndef GARDEROBE_CLIENT_SEND_VISIT_SENDER_H_
#define GARDEROBE_CLIENT_SEND_VISIT_SENDER_H_

#include <memory>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "client/orders/order_line.h"
#include "client/send/batches.h"
#include "client/send/delivery_record.h"
#include "client/send/feed_stream.h"
#include "core/base/mutex.h"

namespace garderobe::client {

// Calls from one thread; outcomes come on another, through TakeOutcome.
class VisitSender {
 public:
  // All outlive it. `offset`: where the feed stands.
  VisitSender(const FeedContext& feed, const InstitutionHandleKey& key,
              uint64_t offset, DeliveryRecord& record)
      : builder_(feed, key), offset_(offset), record_(record) {}

  // The row at `line` of the file; `handle` is all zeros for nobody.
  [[nodiscard]] absl::Status Add(VisitStream& stream, const OrderLine& order,
                                 const Handle& handle, uint64_t line);
  // Of a visit that an earlier run stored.
  void NoteStored(const Handle& handle);
  // Delivers what is there, and waits until all is answered so far.
  [[nodiscard]] absl::Status Settle(VisitStream& stream);
  // The same, and ends the stream.
  [[nodiscard]] absl::Status Finish(VisitStream& stream);
  void TakeOutcome(const v1::BatchOutcome& outcome, std::shared_ptr<void> tag);

  // Where the rows of a batch stand in the file, by what it was pushed with.
  static const std::vector<uint64_t>& LinesOf(
      const std::shared_ptr<void>& tag) {
    return std::static_pointer_cast<Tag>(tag)->lines;
  }
  // Whether a visit of this customer was stored, as far as it is answered.
  bool IsStoredFor(const Handle& handle) const;
  // Rows of the feed, those under way too.
  uint64_t offset() const { return offset_; }

 private:
  struct Tag {
    std::vector<uint64_t> lines;
    std::vector<Handle> handles;
  };
  [[nodiscard]] absl::Status Flush(VisitStream& stream);

  VisitBatchBuilder builder_;
  std::vector<Handle> handles_;  // of the rows in the builder
  uint64_t offset_;
  DeliveryRecord& record_;
  mutable Mutex mutex_;
  absl::flat_hash_set<Handle> stored_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_SEND_VISIT_SENDER_H_
