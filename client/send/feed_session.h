// What every delivery in a feed needs, whatever its rows come from: the
// institution's keys, what the parties have published, the streams of both
// kinds, and the book of what the aggregator has signed.
#ifndef GARDEROBE_CLIENT_SEND_FEED_SESSION_H_
#define GARDEROBE_CLIENT_SEND_FEED_SESSION_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "client/endpoint.h"
#include "client/send/delivery_record.h"
#include "client/send/feed_options.h"
#include "client/send/feed_stream.h"
#include "client/send/outcome_book.h"
#include "client/send/relation_route.h"
#include "client/stream_opener.h"
#include "core/base/mutex.h"

namespace garderobe::client {

// Thread-safe once it is open.
class FeedSession {
 public:
  // `endpoint`, `options` and `record` outlive the session, and the session its
  // streams.
  FeedSession(const Endpoint& endpoint, const FeedOptions& options,
              DeliveryRecord& record);

  // Reads the keys. Errors of ReadSecret. FailedPrecondition: plain mode, and
  // no plaind is known.
  [[nodiscard]] absl::Status LoadKeys();
  // Fetches what the parties have published. `place` is the journal's. Errors
  // of FetchPublished.
  [[nodiscard]] absl::Status Open(const std::string& place);

  // The institution's, once the keys are loaded.
  const InstitutionHandleKey& handle_key() const { return *handle_key_; }
  const FeedContext& feed() const { return feed_; }

  // A stream of visits, for the `run` of Hello. `take` gets what became of a
  // batch, once its signature is verified and kept; an error ends the stream.
  std::unique_ptr<VisitStream> OpenVisits(
      uint64_t run, std::function<absl::Status(const v1::BatchOutcome&,
                                               std::shared_ptr<void> tag)>
                        take);
  // The same of relations, by the way that the options say.
  std::unique_ptr<RelationRoute> OpenRelations(
      std::function<void(const v1::BatchOutcome&, std::shared_ptr<void> tag)>
          take);
  // Holds the visits of the feed, `rows` since it began, against what is
  // stored. Returns whether the institution's own figures can be asked now.
  // DataLoss: the counts differ.
  [[nodiscard]] absl::StatusOr<bool> Close(uint64_t rows);

 private:
  Outcome SaidOf(const v1::VisitBatch& batch,
                 const v1::BatchOutcome& outcome) const;
  [[nodiscard]] absl::Status Keep(const Outcome& said,
                                  const v1::BatchOutcome& outcome);
  v1::FeedName FeedName(v1::FeedKind kind) const;
  v1::Hello Hello(v1::FeedKind kind, uint64_t run) const;
  RetryOptions Retry();

  const Endpoint& endpoint_;
  const FeedOptions& options_;
  DeliveryRecord& record_;
  StreamOpener<v1::DeliveryService> ttpd_;

  std::unique_ptr<InstitutionHandleKey> handle_key_;
  std::unique_ptr<AuthorSeed> author_key_;
  FeedContext feed_;

  Mutex mutex_;
  // Made with the feed.
  std::optional<OutcomeBook> outcomes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_SEND_FEED_SESSION_H_
