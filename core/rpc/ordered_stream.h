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
#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/rpc/status_conversion.h"
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
  // The first message. Nothing else is called before its Done.
  virtual void Open(Request first, Done done) = 0;
  // A later message. On a worker; several at once.
  [[nodiscard]] virtual absl::StatusOr<Commit> Prepare(Request request) = 0;
};

template <typename Request, typename Response>
class OrderedStream
    : public grpc::ServerBidiReactor<Request, Response>,
      public std::enable_shared_from_this<OrderedStream<Request, Response>> {
 public:
  using Handler = StreamHandler<Request, Response>;

  // Begins to read; owns itself until the stream is done. `on_done` runs then.
  static OrderedStream* Start(boost::asio::thread_pool& workers, size_t window,
                              std::unique_ptr<Handler> handler,
                              std::function<void()> on_done) {
    std::shared_ptr<OrderedStream> stream(new OrderedStream(
        workers, window, std::move(handler), std::move(on_done)));
    stream->self_ = stream;
    stream->StartRead(&stream->request_);
    return stream.get();
  }

  void OnReadDone(bool ok) override {
    auto self = this->shared_from_this();
    mutex_.Lock();
    if (!ok) {
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
    boost::asio::post(workers_, [self, slot, request] {
      auto commit = self->handler_->Prepare(std::move(*request));
      self->Prepared(*slot, std::move(commit));
    });
    ReadMore();
    mutex_.Unlock();
  }

  void OnWriteDone(bool ok) override {
    auto self = this->shared_from_this();
    mutex_.Lock();
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
    if (on_done_) on_done_();
    auto self = std::move(self_);  // the last reference may go here
  }

 private:
  struct Slot {
    // Empty until prepared.
    std::optional<absl::StatusOr<typename Handler::Commit>> commit;
  };

  OrderedStream(boost::asio::thread_pool& workers, size_t window,
                std::unique_ptr<Handler> handler, std::function<void()> on_done)
      : workers_(workers),
        window_(window),
        handler_(std::move(handler)),
        on_done_(std::move(on_done)) {}

  void Fail(absl::Status status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (final_.ok()) final_ = std::move(status);
  }

  void ReadMore() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (slots_.size() + outbox_.size() < window_ && !reading_ended_ &&
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

  boost::asio::thread_pool& workers_;
  const size_t window_;
  const std::unique_ptr<Handler> handler_;
  const std::function<void()> on_done_;
  std::shared_ptr<OrderedStream> self_;

  Request request_;  // filled by gRPC between StartRead and OnReadDone
  Mutex mutex_;
  std::deque<std::shared_ptr<Slot>> slots_ ABSL_GUARDED_BY(mutex_);
  // Its front is being written while writing_.
  std::deque<Response> outbox_ ABSL_GUARDED_BY(mutex_);
  absl::Status final_ ABSL_GUARDED_BY(mutex_);
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
