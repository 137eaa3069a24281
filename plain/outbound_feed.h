// One feed of plaind's at ttpd, as long as the stream of the client that it is
// for: puts batches that were prepared at the same time into their order, and
// brings back what the aggregator has signed of each.
#ifndef GARDEROBE_PLAIN_OUTBOUND_FEED_H_
#define GARDEROBE_PLAIN_OUTBOUND_FEED_H_

#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "core/base/hash.h"
#include "garderobe/v1/plain.pb.h"
#include "plain/ttp_link.h"

namespace garderobe::plain {

// Thread-safe. Keeps what is not answered in memory, and nothing on disk: while
// ttpd is away for less than kGiveUp it waits, and delivers the same bytes
// again.
class OutboundFeed : public std::enable_shared_from_this<OutboundFeed> {
 public:
  using Opened = std::function<void(absl::StatusOr<uint64_t> committed)>;
  using Answered = std::function<void(absl::StatusOr<v1::PlainOutcome>)>;

  static constexpr std::chrono::seconds kGiveUp{30};

  // Both outlive it; `reaper` is where threads are waited for.
  OutboundFeed(TtpLink& link, boost::asio::thread_pool& reaper)
      : link_(link), reaper_(reaper) {}

  // Opens `feed`, once; then `opened` gets its end, in rows, or why not: errors
  // as ttpd gives them.
  void Open(const v1::FeedName& feed, Opened opened);

  // Returns whether the batch is stored already: it ends no later than where
  // the feed stood when it was opened, and the client says that it was sent
  // before. AlreadyExists: it begins before that place, and one of the two does
  // not hold.
  [[nodiscard]] absl::StatusOr<bool> IsStored(
      const v1::PlainBatch& batch) const;

  // Delivers the batch when all before it are there. AlreadyExists: there is
  // one at its place. Cancelled: the feed has ended.
  [[nodiscard]] absl::Status Add(v1::RelationBatch batch);

  // Calls `answered` once, when the batch at `offset` is answered; at once with
  // OutOfRange when one before it is missing.
  void WhenAnswered(uint64_t offset, Answered answered);

  // Gives everything up. Called once, when the client's stream is over.
  void End();

 private:
  // A batch that went out.
  struct Delivered {
    std::optional<absl::StatusOr<v1::PlainOutcome>> answer;
    Answered answered;  // whoever comes first waits for the other
  };

  void OnOpen(uint64_t committed);
  void OnEnd(const absl::Status& why);
  [[nodiscard]] absl::Status OnOutcome(const v1::RelationBatch& batch,
                                       const v1::BatchOutcome& outcome);

  TtpLink& link_;
  boost::asio::thread_pool& reaper_;
  v1::FeedName feed_;  // set by Open, plaind's name filled in

  mutable Mutex mutex_;
  std::unique_ptr<client::RelationStream> stream_ ABSL_GUARDED_BY(mutex_);
  Opened opened_ ABSL_GUARDED_BY(mutex_);
  absl::Status ended_ ABSL_GUARDED_BY(mutex_);      // OK: it has not
  uint64_t committed_ ABSL_GUARDED_BY(mutex_) = 0;  // when it was opened
  uint64_t next_ ABSL_GUARDED_BY(mutex_) = 0;       // offset that goes out next
  // By offset: what waits for those before it, and what is not asked for yet.
  std::map<uint64_t, v1::RelationBatch> waiting_ ABSL_GUARDED_BY(mutex_);
  std::map<uint64_t, Delivered> delivered_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe::plain

#endif  // GARDEROBE_PLAIN_OUTBOUND_FEED_H_
