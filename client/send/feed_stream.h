// One feed, delivered reliably: a bounded number of unacknowledged batches, a
// reply each, and after any interruption the same batches again. The other
// side stores each of them once.
#ifndef GARDEROBE_CLIENT_SEND_FEED_STREAM_H_
#define GARDEROBE_CLIENT_SEND_FEED_STREAM_H_

#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <type_traits>
#include <utility>

#include "core/base/mutex.h"
#include "core/rpc/status_conversion.h"
#include "garderobe/v1/delivery.grpc.pb.h"
#include "garderobe/v1/plain.grpc.pb.h"

namespace garderobe::client {

struct RetryOptions {
  // How long nothing may move before it gives up.
  std::chrono::milliseconds give_up{600'000};
  // Called when a try fails and another follows.
  std::function<void(const absl::Status&)> on_retry;
  // For who can't wait: called once when the feed is open, with where it
  // stands, and once when it has ended, with why. On a thread of the feed's,
  // which must not destroy it.
  std::function<void(uint64_t committed)> on_open = nullptr;
  std::function<void(const absl::Status&)> on_end = nullptr;
};

// Batches that went out before are the same bytes again, except that plaind,
// which keeps nothing to compare them with, is told so.
inline void NoteSentBefore(v1::PlainBatch& batch) {
  batch.set_sent_before(true);
}
template <typename Batch>
void NoteSentBefore(Batch&) {}

// `Batch` is v1::VisitBatch, v1::RelationBatch or v1::PlainBatch. Push and
// Finish from one thread; outcomes come on another.
template <typename Batch, typename Request, typename Response>
class FeedStream {
 public:
  using Stream = grpc::ClientReaderWriterInterface<Request, Response>;
  using Open = std::function<std::unique_ptr<Stream>(grpc::ClientContext*)>;
  using Outcome =
      std::decay_t<decltype(std::declval<const Response&>().outcome())>;
  // What became of a batch, in order. `tag` is what it was pushed with. An
  // error ends the feed with it: what was said of the batch can't be believed.
  using OnOutcome = std::function<absl::Status(
      const Batch& batch, const Outcome& outcome, std::shared_ptr<void> tag)>;

  FeedStream(Open open, v1::Hello hello, RetryOptions retry, OnOutcome outcome)
      : open_(std::move(open)),
        hello_(std::move(hello)),
        retry_(std::move(retry)),
        on_outcome_(std::move(outcome)),
        thread_([this] { Run(); }) {}

  ~FeedStream() {
    {
      const MutexLock lock(&mutex_);
      abandoned_ = true;
      if (context_ != nullptr) context_->TryCancel();
    }
    changed_.NotifyAll();
    thread_.join();
  }

  // Where the feed stood when the stream was first opened.
  [[nodiscard]] absl::StatusOr<uint64_t> WaitUntilOpen() {
    const MutexLock lock(&mutex_);
    while (!opened_ && status_.ok()) changed_.Wait(&mutex_);
    if (!status_.ok()) return status_;
    return first_committed_;
  }
  // From which row on all that stood there was of the run in Hello.
  uint64_t run_began() const {
    const MutexLock lock(&mutex_);
    return run_began_;
  }

  // Takes the batch over; waits while the window is full.
  [[nodiscard]] absl::Status Push(Batch batch, std::shared_ptr<void> tag) {
    const MutexLock lock(&mutex_);
    while (status_.ok() && batches_.size() >= window_) changed_.Wait(&mutex_);
    return Take(std::move(batch), std::move(tag));
  }

  // The same without waiting, for who bounds by itself what is under way.
  [[nodiscard]] absl::Status PushAtOnce(Batch batch,
                                        std::shared_ptr<void> tag) {
    const MutexLock lock(&mutex_);
    return Take(std::move(batch), std::move(tag));
  }

  // Waits until what was pushed so far is answered, and taken.
  [[nodiscard]] absl::Status Drain() {
    const MutexLock lock(&mutex_);
    while (status_.ok() && !ended_ && (!batches_.empty() || taking_)) {
      changed_.Wait(&mutex_);
    }
    return status_;
  }

  // Waits until every batch is acknowledged, and ends the stream.
  [[nodiscard]] absl::Status Finish() {
    const MutexLock lock(&mutex_);
    finishing_ = true;
    changed_.NotifyAll();
    while (!ended_) changed_.Wait(&mutex_);
    return status_;
  }

 private:
  // A connection that held for so long was not the reason to wait.
  static constexpr std::chrono::seconds kSteady{10};

  struct Pending {
    Batch batch;
    std::shared_ptr<void> tag;
    bool was_sent = false;
  };

  absl::Status Take(Batch batch, std::shared_ptr<void> tag)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    GARDEROBE_RETURN_IF_ERROR(status_);
    if (batches_.empty()) moved_ = std::chrono::steady_clock::now();
    batches_.push_back({std::move(batch), std::move(tag)});
    changed_.NotifyAll();
    return absl::OkStatus();
  }

  bool Done() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return abandoned_ || (finishing_ && batches_.empty());
  }

  void Run() {
    std::chrono::milliseconds backoff{100};
    for (;;) {
      const uint64_t before = Acknowledged();
      const absl::Status status = Converse();
      if (status.ok() || !WorthAnotherTry(status)) break;
      if (Acknowledged() != before) backoff = std::chrono::milliseconds(100);
      if (retry_.on_retry) retry_.on_retry(status);
      Pause(std::max(
          backoff, RetryAfter(status).value_or(std::chrono::milliseconds(0))));
      backoff = std::min(backoff * 2, std::chrono::milliseconds(2000));
    }
    absl::Status why;
    {
      const MutexLock lock(&mutex_);
      ended_ = true;
      why = status_;
    }
    changed_.NotifyAll();
    if (retry_.on_end) retry_.on_end(why);
  }

  absl::Status Confusion() {
    const MutexLock lock(&mutex_);
    return confusion_;
  }

  uint64_t Acknowledged() {
    const MutexLock lock(&mutex_);
    return acknowledged_;
  }

  // Otherwise it is how the feed ends.
  bool WorthAnotherTry(const absl::Status& status) {
    const MutexLock lock(&mutex_);
    if (abandoned_) return false;
    // What was said of a batch that is gone can't be asked again, whatever the
    // code of the error is.
    if (!confusion_.ok()) {
      status_ = confusion_;
      return false;
    }
    const auto now = std::chrono::steady_clock::now();
    // Nothing has been waiting while it was connected and idle; and relations
    // may wait for long at the service, for a crowd.
    if (connected_ && (batches_.empty() || now - connected_since_ > kSteady)) {
      moved_ = now;
    }
    connected_ = false;
    const auto waited = now - moved_;
    const bool transient = IsTransient(status) ||
                           status.code() == absl::StatusCode::kCancelled ||
                           status.code() == absl::StatusCode::kDeadlineExceeded;
    if (transient && waited <= retry_.give_up) return true;
    status_ = status;
    return false;
  }

  void Pause(std::chrono::milliseconds duration) {
    const auto until = std::chrono::steady_clock::now() + duration;
    const MutexLock lock(&mutex_);
    while (!abandoned_ && std::chrono::steady_clock::now() < until) {
      changed_.WaitUntil(&mutex_, until);
    }
  }

  // Whether the feed stands where this stream may have left it: between what is
  // answered and what was sent. Otherwise somebody else delivers in it.
  absl::Status CheckPlace(uint64_t committed)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    uint64_t most = end_;
    for (const Pending& one : batches_) {
      if (one.was_sent) most = one.batch.offset() + one.batch.count();
    }
    if (committed >= end_ && committed <= most) return absl::OkStatus();
    return FailedPrecondition(
        "somebody else delivers in this feed: it stands at {}, and this "
        "delivery left it between {} and {}. What is not answered is not "
        "counted: run the same again when the other one has ended, or give it "
        "another --source",
        committed, end_, most);
  }

  // One connection: from Hello until all is acknowledged or it breaks.
  absl::Status Converse() {
    grpc::ClientContext context;
    context.set_wait_for_ready(false);
    {
      const MutexLock lock(&mutex_);
      if (Done()) return absl::OkStatus();
      context_ = &context;
      sent_ = 0;
      reader_ended_ = false;
    }
    const std::unique_ptr<Stream> stream = open_(&context);
    Request first;
    *first.mutable_hello() = hello_;
    Response response;
    absl::Status broken;
    if (stream->Write(first) && stream->Read(&response)) {
      if (response.has_welcome()) {
        const uint64_t committed = response.welcome().committed();
        bool is_first = false;
        {
          const MutexLock lock(&mutex_);
          is_first = !opened_;
          if (is_first) {
            first_committed_ = end_ = committed;
            run_began_ = response.welcome().run_began();
          }
          broken = CheckPlace(committed);
          opened_ = true;
          connected_ = true;
          connected_since_ = std::chrono::steady_clock::now();
          window_ = std::max(1u, response.welcome().window());
        }
        changed_.NotifyAll();
        if (is_first && retry_.on_open) retry_.on_open(committed);
        if (broken.ok()) {
          std::thread reader([&] { ReadOutcomes(stream.get()); });
          WriteBatches(stream.get());
          reader.join();
        }
      } else {
        broken = Internal("the service did not answer Hello with Welcome");
      }
    }
    // Otherwise it could keep the stream open for as long as it likes.
    if (!broken.ok() || !Confusion().ok()) context.TryCancel();
    absl::Status status = FromGrpc(stream->Finish());
    const MutexLock lock(&mutex_);
    context_ = nullptr;
    if (!broken.ok()) return broken;
    if (!confusion_.ok()) return confusion_;
    if (status.ok() && !Done()) {
      return Unavailable("the service ended the stream");
    }
    return status;
  }

  void WriteBatches(Stream* stream) {
    for (;;) {
      Request request;
      {
        const MutexLock lock(&mutex_);
        while (sent_ >= batches_.size() && !Done() && !reader_ended_) {
          changed_.Wait(&mutex_);
        }
        if (reader_ended_) break;
        if (sent_ >= batches_.size()) {
          if (Done()) break;
          continue;
        }
        Pending& next = batches_[sent_++];
        if (std::exchange(next.was_sent, true)) NoteSentBefore(next.batch);
        *request.mutable_batch() = next.batch;
      }
      if (!stream->Write(request)) break;
    }
    stream->WritesDone();
  }

  void ReadOutcomes(Stream* stream) {
    Response response;
    while (stream->Read(&response)) {
      Pending acknowledged;
      {
        const MutexLock lock(&mutex_);
        if (!response.has_outcome() || batches_.empty() || sent_ == 0) {
          confusion_ = Internal("the service answered what it was not asked");
          break;
        }
        acknowledged = std::move(batches_.front());
        batches_.pop_front();
        taking_ = true;
        end_ = acknowledged.batch.offset() + acknowledged.batch.count();
        --sent_;
        ++acknowledged_;
        moved_ = std::chrono::steady_clock::now();
      }
      absl::Status taken = on_outcome_(acknowledged.batch, response.outcome(),
                                       std::move(acknowledged.tag));
      {
        const MutexLock lock(&mutex_);
        taking_ = false;
        if (!taken.ok()) {
          confusion_ = std::move(taken);
          break;
        }
      }
      changed_.NotifyAll();
    }
    {
      const MutexLock lock(&mutex_);
      reader_ended_ = true;
    }
    changed_.NotifyAll();
  }

  const Open open_;
  const v1::Hello hello_;
  const RetryOptions retry_;
  const OnOutcome on_outcome_;

  mutable Mutex mutex_;
  CondVar changed_;
  // Not acknowledged; the first sent_ are sent.
  std::deque<Pending> batches_ ABSL_GUARDED_BY(mutex_);
  size_t sent_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t window_ ABSL_GUARDED_BY(mutex_) = 4;
  uint64_t acknowledged_ ABSL_GUARDED_BY(mutex_) = 0;
  // When a batch was last acknowledged, or the first of some began to wait.
  std::chrono::steady_clock::time_point moved_ ABSL_GUARDED_BY(mutex_) =
      std::chrono::steady_clock::now();
  bool connected_ ABSL_GUARDED_BY(mutex_) = false;
  std::chrono::steady_clock::time_point connected_since_
      ABSL_GUARDED_BY(mutex_);
  uint64_t first_committed_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t run_began_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t end_ ABSL_GUARDED_BY(mutex_) = 0;  // of what is answered
  bool opened_ ABSL_GUARDED_BY(mutex_) = false;
  bool taking_ ABSL_GUARDED_BY(mutex_) = false;  // an outcome
  bool finishing_ ABSL_GUARDED_BY(mutex_) = false;
  bool abandoned_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool reader_ended_ ABSL_GUARDED_BY(mutex_) = false;
  // Why the service is not to be believed.
  absl::Status confusion_ ABSL_GUARDED_BY(mutex_);
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;
  std::thread thread_;  // last: runs when all else is there
};

using VisitStream = FeedStream<v1::VisitBatch, v1::DeliverVisitsRequest,
                               v1::DeliverVisitsResponse>;
using RelationStream =
    FeedStream<v1::RelationBatch, v1::DeliverRelationsRequest,
               v1::DeliverRelationsResponse>;
using PlainStream = FeedStream<v1::PlainBatch, v1::DeliverPlainRequest,
                               v1::DeliverPlainResponse>;

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_SEND_FEED_STREAM_H_
