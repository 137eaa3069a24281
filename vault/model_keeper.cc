#include "vault/model_keeper.h"

#include <algorithm>
#include <chrono>

#include "spdlog/spdlog.h"

namespace garderobe::vault {
namespace {

constexpr size_t kRelationsAtOnce = 100;
// After so long it is looked again whether there is something to do.
constexpr std::chrono::seconds kPause{10};

}  // namespace

ModelKeeper::~ModelKeeper() {
  {
    const MutexLock lock(&mutex_);
    stop_ = true;
  }
  wake_.NotifyAll();
  if (thread_.joinable()) thread_.join();
}

void ModelKeeper::Start() {
  thread_ = std::thread([this] { Run(); });
}

absl::StatusOr<bool> ModelKeeper::Step() {
  GARDEROBE_RETURN_IF_ERROR(storage_());
  if (linker_.EstimateIsDue()) {
    GARDEROBE_RETURN_IF_ERROR(linker_.Estimate(stop_));
    spdlog::info("event=weights relations={}", linker_.counts().relations);
    return false;
  }
  if (const auto part = linker_.relinking()) {
    const int tenths = static_cast<int>(10 * *part);
    if (told_ != tenths) {
      spdlog::info("event=linking-again percent={}", 10 * tenths);
      told_ = tenths;
    }
    GARDEROBE_ASSIGN_OR_RETURN(const bool ended,
                               linker_.RelinkSome(kRelationsAtOnce));
    if (!ended) return false;
    spdlog::info("event=linking-again percent=100");
    told_.reset();
    return false;
  }
  return true;
}

std::string ModelKeeper::state() const {
  if (linker_.EstimateIsDue()) return "estimating weights";
  const auto part = linker_.relinking();
  if (!part) return "linking";
  return fmt::format("linking again, {} %", static_cast<int>(100 * *part));
}

void ModelKeeper::Run() {
  for (;;) {
    const auto began = std::chrono::steady_clock::now();
    const auto idle = Step();
    if (!idle.ok() && !absl::IsCancelled(idle.status())) {
      spdlog::error("event=linking-again reason=\"{}\"",
                    Message(idle.status()));
    }
    const auto now = std::chrono::steady_clock::now();
    // As long for deliveries as for this.
    const auto until = !idle.ok() || *idle ? now + kPause : now + (now - began);
    const MutexLock lock(&mutex_);
    while (!stop_ && std::chrono::steady_clock::now() < until) {
      wake_.WaitUntil(&mutex_, until);
    }
    if (stop_) return;
  }
}

}  // namespace garderobe::vault
