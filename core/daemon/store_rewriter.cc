#include "core/daemon/store_rewriter.h"

#include <exception>

#include "core/daemon/repeat.h"
#include "spdlog/spdlog.h"

namespace garderobe {

StoreRewriter::StoreRewriter(Store& store, Daemon& daemon, Options options)
    : store_(store),
      options_(std::move(options)),
      due_(std::chrono::steady_clock::now()) {
  if (!options_.at_start) due_ += options_.period;
  RunEvery(daemon.io(), thread_, std::chrono::seconds(5), [this] {
    const auto now = std::chrono::steady_clock::now();
    if (now < due_ || !options_.needed()) return;
    const absl::Status done = Rewrite();
    if (!done.ok()) {
      spdlog::warn("event=store-not-rewritten reason=\"{}\"", Message(done));
    } else {
      const std::chrono::duration<double> took =
          std::chrono::steady_clock::now() - now;
      spdlog::info("event=store-rewritten seconds={:.1f}", took.count());
    }
    due_ = now + options_.period;
  });
}

StoreRewriter::~StoreRewriter() {
  store_.CancelForget();
  thread_.join();
}

absl::Status StoreRewriter::Rewrite() {
  if (options_.before) GARDEROBE_RETURN_IF_ERROR(options_.before());
  GARDEROBE_RETURN_IF_ERROR(store_.ForgetOrder());
  return options_.after ? options_.after() : absl::OkStatus();
}

}  // namespace garderobe
