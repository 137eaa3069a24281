// A bidirectional stream whose requests are prepared at the same time, on the
// worker pool, and committed one after another, in order; a reply each.
//
// At most `window` requests and unwritten replies are held: the next is not
// read before one is answered and its reply taken, so a peer's memory is its
// window, whatever it sends and whether it reads or not. gRPC's threads never
// block here.
#ifndef GARDEROBE_CORE_RPC_ORDERED_STREAM_H_
#define GARDEROBE_CORE_RPC_ORDERED_STREAM_H_

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/rpc/status_conversion.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"

namespace garderobe {

template <typename Request, typename Response>
class StreamHandler {
 public:
  using Done = std::function<void(absl::StatusOr<Response>)>;
  // What remains of a request once it is prepared. Calls its Done once, from
  // any thread.
  using Commit = std::function<void(Done)>;

  virtual ~StreamHandler() = default;
  // Before anything else: what ends the stream with an error, from any thread
  // and at any time; nothing once it is done.
  virtual void Begin(std::function<void(absl::Status)> /*end*/) {}
  // The first message. Nothing else is called before its Done.
  virtual void Open(Request first, Done done) = 0;
  // A later message. On a worker; several at once.
  [[nodiscard]] virtual absl::StatusOr<Commit> Prepare(Request request) = 0;
};

// How long a peer may take.
struct StreamPatience {
  std::chrono::milliseconds hello{10'000};
  std::chrono::milliseconds batch{600'000};
  std::chrono::milliseconds read{60'000};
};

// What a sweep over all streams needs to know of each.
class SweptStream {
 public:
  virtual ~SweptStream() = default;
  virtual void EndIfIdle(const StreamPatience& patience) = 0;
};

template <typename Request, typename Response>
class OrderedStream
    : public grpc::ServerBidiReactor<Request, Response>,
      public SweptStream,
      public std::enable_shared_from_this<OrderedStream<Request, Response>> {
 public:
  using Handler = StreamHandler<Request, Response>;

  struct Options {
    size_t window;
    // Hands work to the pool.
    std::function<void(std::function<void()>)> post;
    // Runs when the stream is done.
    std::function<void()> on_done;
  };

  // Begins to read; owns itself until the stream is done. The caller keeps
  // what comes back no longer than the reactor that it gives to gRPC.
  static std::shared_ptr<OrderedStream> Start(
      grpc::CallbackServerContext* context, std::unique_ptr<Handler> handler,
      Options options) {
    std::shared_ptr<OrderedStream> stream(
        new OrderedStream(context, std::move(handler), std::move(options)));
    stream->self_ = stream;
    stream->handler_->Begin(
        [weak = std::weak_ptr(stream)](absl::Status status) {
          if (const auto one = weak.lock()) one->End(std::move(status));
        });
    stream->StartRead(&stream->request_);
    return stream;
  }

  // Ends the stream with an error: what is being committed is answered first.
  void End(absl::Status status) {
    auto self = this->shared_from_this();
    mutex_.Lock();
    Fail(std::move(status));
    AdvanceAndUnlock();
  }

  // Ends the stream when its peer has not said Hello in time, has sent
  // nothing for long, or does not read its replies.
  void EndIfIdle(const StreamPatience& patience) override {
    auto self = this->shared_from_this();
    mutex_.Lock();
    const auto quiet = std::chrono::steady_clock::now() - moved_;
    const bool idle = !busy_ && slots_.empty() && outbox_.empty();
    if (finished_ || !final_.ok()) {
      // A reply that nobody reads must not keep the stream for ever.
      if (writing_ && quiet > patience.read) context_->TryCancel();
    } else if (writing_ && quiet > patience.read) {
      context_->TryCancel();
    } else if (!opened_ && quiet > patience.hello) {
      Fail(Unavailable("no Hello came in time"));
    } else if (opened_ && idle && quiet > patience.batch) {
      Fail(Unavailable("nothing came for long; open another stream"));
    }
    AdvanceAndUnlock();
  }

  void OnReadDone(bool ok) override {
    auto self = this->shared_from_this();
    mutex_.Lock();
    moved_ = std::chrono::steady_clock::now();
    if (!ok) {
      reading_ended_ = true;
      return AdvanceAndUnlock();
    }
    // It came while the stream was given up.
    if (finished_ || !final_.ok()) {
      reading_ended_ = true;
      return AdvanceAndUnlock();
    }
    if (!opened_) {
      opened_ = true;
      busy_ = true;
      mutex_.Unlock();
      return handler_->Open(std::move(request_), [self](auto result) {
        self->Answered(std::move(result), /*pop=*/false);
      });
    }
    auto slot = std::make_shared<Slot>();
    slots_.push_back(slot);
    auto request = std::make_shared<Request>(std::move(request_));
    options_.post([self, slot, request] {
      absl::StatusOr<typename Handler::Commit> commit =
          self->Failed() ? absl::CancelledError("the stream has failed")
                         : self->handler_->Prepare(std::move(*request));
      self->Prepared(*slot, std::move(commit));
    });
    ReadMore();
    mutex_.Unlock();
  }

  void OnWriteDone(bool ok) override {
    auto self = this->shared_from_this();
    mutex_.Lock();
    moved_ = std::chrono::steady_clock::now();
    writing_ = false;
    outbox_.pop_front();
    if (!ok) {
      outbox_.clear();
      Fail(absl::CancelledError("the peer has gone"));
    }
    if (paused_) ReadMore();
    AdvanceAndUnlock();
  }

  void OnCancel() override {
    auto self = this->shared_from_this();
    mutex_.Lock();
    if (!writing_) outbox_.clear();
    Fail(absl::CancelledError("the peer has gone"));
    AdvanceAndUnlock();
  }

  void OnDone() override {
    if (options_.on_done) options_.on_done();
    auto self = std::move(self_);  // the last reference may go here
  }

 private:
  struct Slot {
    // Empty until prepared.
    std::optional<absl::StatusOr<typename Handler::Commit>> commit;
  };

  OrderedStream(grpc::CallbackServerContext* context,
                std::unique_ptr<Handler> handler, Options options)
      : context_(context),
        handler_(std::move(handler)),
        options_(std::move(options)) {}

  // Nothing more of it will be committed.
  bool Failed() {
    const MutexLock lock(&mutex_);
    return finished_ || !final_.ok();
  }

  void Fail(absl::Status status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (final_.ok()) final_ = std::move(status);
  }

  void ReadMore() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (slots_.size() + outbox_.size() < options_.window && !reading_ended_ &&
        final_.ok() && !finished_) {
      paused_ = false;
      this->StartRead(&request_);
    } else {
      paused_ = true;
    }
  }

  void Prepared(Slot& slot, absl::StatusOr<typename Handler::Commit> commit) {
    mutex_.Lock();
    slot.commit = std::move(commit);
    AdvanceAndUnlock();
  }

  void Answered(absl::StatusOr<Response> result, bool pop) {
    auto self = this->shared_from_this();
    mutex_.Lock();
    busy_ = false;
    if (pop) slots_.pop_front();
    if (!result.ok()) {
      Fail(result.status());
    } else if (!finished_) {
      outbox_.push_back(*std::move(result));
    }
    if (paused_ || !pop) ReadMore();
    AdvanceAndUnlock();
  }

  // Does what can be done now.
  void AdvanceAndUnlock() ABSL_UNLOCK_FUNCTION(mutex_) {
    std::optional<typename Handler::Commit> run = Advance();
    mutex_.Unlock();
    if (!run) return;
    (*run)([self = this->shared_from_this()](auto result) {
      self->Answered(std::move(result), /*pop=*/true);
    });
  }

  // What is to be committed now, without the lock.
  std::optional<typename Handler::Commit> Advance()
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (finished_) return std::nullopt;
    if (!writing_ && !outbox_.empty()) {
      writing_ = true;
      moved_ = std::chrono::steady_clock::now();
      this->StartWrite(&outbox_.front());
    }
    if (final_.ok() && !busy_ && !slots_.empty() && slots_.front()->commit) {
      auto& commit = *slots_.front()->commit;
      if (commit.ok()) {
        busy_ = true;
        return *std::move(commit);
      }
      Fail(commit.status());
    }
    // Earlier replies go out before the end does.
    if (writing_ || !outbox_.empty()) return std::nullopt;
    if (!final_.ok()) {
      finished_ = true;
      this->Finish(ToGrpc(final_));
    } else if (reading_ended_ && !busy_ && slots_.empty()) {
      finished_ = true;
      this->Finish(grpc::Status::OK);
    }
    return std::nullopt;
  }

  grpc::CallbackServerContext* const context_;  // valid until OnDone
  const std::unique_ptr<Handler> handler_;
  const Options options_;
  std::shared_ptr<OrderedStream> self_;

  Request request_;  // filled by gRPC between StartRead and OnReadDone
  Mutex mutex_;
  std::deque<std::shared_ptr<Slot>> slots_ ABSL_GUARDED_BY(mutex_);
  // Its front is being written while writing_.
  std::deque<Response> outbox_ ABSL_GUARDED_BY(mutex_);
  absl::Status final_ ABSL_GUARDED_BY(mutex_);
  // When it was last read from or written to.
  std::chrono::steady_clock::time_point moved_ ABSL_GUARDED_BY(mutex_) =
      std::chrono::steady_clock::now();
  bool opened_ ABSL_GUARDED_BY(mutex_) = false;
  bool busy_ ABSL_GUARDED_BY(mutex_) = false;
  bool paused_ ABSL_GUARDED_BY(mutex_) = false;
  bool reading_ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

// Runs `work`, which returns an absl::Status, on the pool, and finishes the
// call with it.
template <typename Work>
grpc::ServerUnaryReactor* FinishOn(boost::asio::thread_pool& workers,
                                   grpc::CallbackServerContext* context,
                                   Work work) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  boost::asio::post(workers, [reactor, work = std::move(work)]() mutable {
    reactor->Finish(ToGrpc(work()));
  });
  return reactor;
}

// Finishes the call at once.
inline grpc::ServerUnaryReactor* FinishNow(grpc::CallbackServerContext* context,
                                           const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpc(status));
  return reactor;
}

}  // namespace garderobe

#endif  // GARDEROBE_CORE_RPC_ORDERED_STREAM_H_
