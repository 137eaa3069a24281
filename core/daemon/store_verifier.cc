#include "core/daemon/store_verifier.h"

#include <chrono>
#include <exception>

#include "spdlog/spdlog.h"

namespace garderobe {

StoreVerifier::StoreVerifier(Store& store)
    : thread_([this, &store] {
        const auto start = std::chrono::steady_clock::now();
        const absl::Status verified = store.Verify(stop_);
        if (stop_) return;
        if (absl::IsDataLoss(verified)) {
          spdlog::error("event=store-damaged reason=\"{}\"", Message(verified));
          return;
        }
        if (!verified.ok()) {
          spdlog::warn("event=store-not-verified reason=\"{}\"",
                       Message(verified));
          return;
        }
        const std::chrono::duration<double> took =
            std::chrono::steady_clock::now() - start;
        spdlog::info("event=store-verified seconds={:.1f}", took.count());
      }) {}

StoreVerifier::~StoreVerifier() {
  stop_ = true;
  thread_.join();
}

}  // namespace garderobe
