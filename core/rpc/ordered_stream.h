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
#include <mutex>
#include <optional>

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
    std::unique_lock lock(mutex_);
    if (!ok) {
      reading_ended_ = true;
      return Advance(lock);
    }
    if (!opened_) {
      opened_ = true;
      busy_ = true;
      lock.unlock();
      return handler_->Open(std::move(request_), [self](auto result) {
        self->Answered(std::move(result), /*pop=*/false);
      });
    }
    auto slot = std::make_shared<Slot>();
    slots_.push_back(slot);
    auto request = std::make_shared<Request>(std::move(request_));
    boost::asio::post(workers_, [self, slot, request] {
      auto commit = self->handler_->Prepare(std::move(*request));
      std::unique_lock inner(self->mutex_);
      slot->commit = std::move(commit);
      self->Advance(inner);
    });
    ReadMore();
  }

  void OnWriteDone(bool ok) override {
    auto self = this->shared_from_this();
    std::unique_lock lock(mutex_);
    writing_ = false;
    outbox_.pop_front();
    if (!ok) {
      outbox_.clear();
      Fail(absl::CancelledError("the peer has gone"));
    }
    if (paused_) ReadMore();
    Advance(lock);
  }

  void OnCancel() override {
    auto self = this->shared_from_this();
    std::unique_lock lock(mutex_);
    if (!writing_) outbox_.clear();
    Fail(absl::CancelledError("the peer has gone"));
    Advance(lock);
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

  void Fail(absl::Status status) {
    if (final_.ok()) final_ = std::move(status);
  }

  void ReadMore() {
    if (slots_.size() + outbox_.size() < window_ && !reading_ended_ &&
        final_.ok() && !finished_) {
      paused_ = false;
      this->StartRead(&request_);
    } else {
      paused_ = true;
    }
  }

  void Answered(absl::StatusOr<Response> result, bool pop) {
    auto self = this->shared_from_this();
    std::unique_lock lock(mutex_);
    busy_ = false;
    if (pop) slots_.pop_front();
    if (!result.ok()) {
      Fail(result.status());
    } else if (!finished_) {
      outbox_.push_back(*std::move(result));
    }
    if (paused_ || !pop) ReadMore();
    Advance(lock);
  }

  // Does what can be done now. Called with the lock; may release it.
  void Advance(std::unique_lock<std::mutex>& lock) {
    if (finished_) return;
    if (!writing_ && !outbox_.empty()) {
      writing_ = true;
      this->StartWrite(&outbox_.front());
    }
    if (final_.ok() && !busy_ && !slots_.empty() && slots_.front()->commit) {
      auto& commit = *slots_.front()->commit;
      if (commit.ok()) {
        busy_ = true;
        auto run = *std::move(commit);
        lock.unlock();
        run([self = this->shared_from_this()](auto result) {
          self->Answered(std::move(result), /*pop=*/true);
        });
        return;
      }
      Fail(commit.status());
    }
    // Earlier replies go out before the end does.
    if (writing_ || !outbox_.empty()) return;
    if (!final_.ok()) {
      finished_ = true;
      this->Finish(ToGrpc(final_));
    } else if (reading_ended_ && !busy_ && slots_.empty()) {
      finished_ = true;
      this->Finish(grpc::Status::OK);
    }
  }

  boost::asio::thread_pool& workers_;
  const size_t window_;
  const std::unique_ptr<Handler> handler_;
  const std::function<void()> on_done_;
  std::shared_ptr<OrderedStream> self_;

  std::mutex mutex_;  // guards what follows
  Request request_;   // filled by gRPC between StartRead and OnReadDone
  std::deque<std::shared_ptr<Slot>> slots_;
  std::deque<Response> outbox_;  // its front is being written while writing_
  absl::Status final_;
  bool opened_ = false, busy_ = false, paused_ = false;
  bool reading_ended_ = false, writing_ = false, finished_ = false;
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
