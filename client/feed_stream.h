// One feed, delivered reliably: a bounded number of unacknowledged batches, a
// reply each, and after any interruption the same batches again. The other
// side stores each of them once.
#ifndef GARDEROBE_CLIENT_FEED_STREAM_H_
#define GARDEROBE_CLIENT_FEED_STREAM_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "core/rpc/status_conversion.h"
#include "garderobe/v1/delivery.grpc.pb.h"

namespace garderobe::client {

struct RetryOptions {
  // How long nothing may move before it gives up.
  std::chrono::milliseconds give_up{600'000};
  // Called when a try fails and another follows.
  std::function<void(const absl::Status&)> on_retry;
};

// `Batch` is v1::VisitBatch or v1::RelationBatch. Push and Finish from one
// thread; outcomes come on another.
template <typename Batch, typename Request, typename Response>
class FeedStream {
 public:
  using Stream = grpc::ClientReaderWriterInterface<Request, Response>;
  using Open = std::function<std::unique_ptr<Stream>(grpc::ClientContext*)>;
  // What became of a batch, in order. `tag` is what it was pushed with.
  using OnOutcome =
      std::function<void(const v1::BatchOutcome&, std::shared_ptr<void> tag)>;

  FeedStream(Open open, v1::Hello hello, RetryOptions retry, OnOutcome outcome)
      : open_(std::move(open)),
        hello_(std::move(hello)),
        retry_(std::move(retry)),
        on_outcome_(std::move(outcome)),
        thread_([this] { Run(); }) {}

  ~FeedStream() {
    {
      const std::lock_guard lock(mutex_);
      abandoned_ = true;
      if (context_ != nullptr) context_->TryCancel();
    }
    changed_.notify_all();
    thread_.join();
  }

  // Where the feed stood when the stream was first opened.
  [[nodiscard]] absl::StatusOr<uint64_t> WaitUntilOpen() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return opened_ || !status_.ok(); });
    if (!status_.ok()) return status_;
    return first_committed_;
  }

  // Takes the batch over; waits while the window is full.
  [[nodiscard]] absl::Status Push(Batch batch, std::shared_ptr<void> tag) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock,
                  [&] { return !status_.ok() || batches_.size() < window_; });
    GARDEROBE_RETURN_IF_ERROR(status_);
    if (batches_.empty()) moved_ = std::chrono::steady_clock::now();
    batches_.push_back({std::move(batch), std::move(tag)});
    lock.unlock();
    changed_.notify_all();
    return absl::OkStatus();
  }

  // Waits until every batch is acknowledged.
  [[nodiscard]] absl::Status Finish() {
    std::unique_lock lock(mutex_);
    finishing_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return ended_; });
    return status_;
  }

 private:
  struct Pending {
    Batch batch;
    std::shared_ptr<void> tag;
  };

  bool Done() const { return abandoned_ || (finishing_ && batches_.empty()); }

  void Run() {
    std::chrono::milliseconds backoff{100};
    for (;;) {
      const uint64_t before = acknowledged_;
      const absl::Status status = Converse();
      std::unique_lock lock(mutex_);
      if (status.ok() || abandoned_) break;
      if (acknowledged_ != before) backoff = std::chrono::milliseconds(100);
      const auto waited = std::chrono::steady_clock::now() - moved_;
      const bool transient =
          IsTransient(status) ||
          status.code() == absl::StatusCode::kCancelled ||
          status.code() == absl::StatusCode::kDeadlineExceeded;
      if (!transient || waited > retry_.give_up) {
        status_ = status;
        break;
      }
      lock.unlock();
      if (retry_.on_retry) retry_.on_retry(status);
      lock.lock();
      const auto wait = std::max(
          backoff, RetryAfter(status).value_or(std::chrono::milliseconds(0)));
      changed_.wait_for(lock, wait, [&] { return abandoned_; });
      backoff = std::min(backoff * 2, std::chrono::milliseconds(2000));
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  // One connection: from Hello until all is acknowledged or it breaks.
  absl::Status Converse() {
    grpc::ClientContext context;
    context.set_wait_for_ready(false);
    {
      const std::lock_guard lock(mutex_);
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
        {
          const std::lock_guard lock(mutex_);
          if (!opened_) first_committed_ = response.welcome().committed();
          opened_ = true;

          window_ = std::max(1u, response.welcome().window());
        }
        changed_.notify_all();
        std::thread reader([&] { ReadOutcomes(stream.get()); });
        WriteBatches(stream.get());
        reader.join();
      } else {
        broken = Internal("the service did not answer Hello with Welcome");
      }
    }
    absl::Status status = FromGrpc(stream->Finish());
    const std::lock_guard lock(mutex_);
    context_ = nullptr;
    if (!broken.ok()) return broken;
    if (status.ok() && !Done()) {
      return Unavailable("the service ended the stream");
    }
    return status;
  }

  void WriteBatches(Stream* stream) {
    for (;;) {
      Request request;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] {
          return sent_ < batches_.size() || Done() || reader_ended_;
        });
        if (reader_ended_) break;
        if (sent_ >= batches_.size()) {
          if (Done()) break;
          continue;
        }
        *request.mutable_batch() = batches_[sent_++].batch;
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
        const std::lock_guard lock(mutex_);
        if (!response.has_outcome() || batches_.empty() || sent_ == 0) break;
        acknowledged = std::move(batches_.front());
        batches_.pop_front();
        --sent_;
        ++acknowledged_;
        moved_ = std::chrono::steady_clock::now();
      }
      on_outcome_(response.outcome(), std::move(acknowledged.tag));
      changed_.notify_all();
    }
    {
      const std::lock_guard lock(mutex_);
      reader_ended_ = true;
    }
    changed_.notify_all();
  }

  const Open open_;
  const v1::Hello hello_;
  const RetryOptions retry_;
  const OnOutcome on_outcome_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Pending> batches_;  // not acknowledged; the first sent_ are sent
  size_t sent_ = 0;
  size_t window_ = 4;
  uint64_t acknowledged_ = 0;
  // When a batch was last acknowledged, or the first of some began to wait.
  std::chrono::steady_clock::time_point moved_ =
      std::chrono::steady_clock::now();
  uint64_t first_committed_ = 0;
  bool opened_ = false, finishing_ = false, abandoned_ = false, ended_ = false;
  bool reader_ended_ = false;
  absl::Status status_;
  grpc::ClientContext* context_ = nullptr;
  std::thread thread_;  // last: runs when all else is there
};

using VisitStream = FeedStream<v1::VisitBatch, v1::DeliverVisitsRequest,
                               v1::DeliverVisitsResponse>;
using RelationStream =
    FeedStream<v1::RelationBatch, v1::DeliverRelationsRequest,
               v1::DeliverRelationsResponse>;

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_FEED_STREAM_H_
