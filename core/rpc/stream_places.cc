#include "core/rpc/stream_places.h"

#include <cstdint>

namespace garderobe {
namespace {

constexpr std::chrono::seconds kWait{2};

}  // namespace

absl::Status StreamPlaces::Take(const std::string& client) {
  const MutexLock lock(&mutex_);
  // One client can't take the places of all others.
  int64_t& own = client_streams_[client];
  if (own >= limits_.client_streams) {
    return WithRetryAfter(
        ResourceExhausted("this client has {} streams open; try again later",
                          own),
        kWait);
  }
  if (streams_ >= limits_.streams) {
    if (own == 0) client_streams_.erase(client);
    return WithRetryAfter(
        ResourceExhausted("{} streams are open; try again later", streams_),
        kWait);
  }
  ++own;
  ++streams_;
  return absl::OkStatus();
}

void StreamPlaces::Give(const std::string& client) {
  const MutexLock lock(&mutex_);
  --streams_;
  if (--client_streams_[client] == 0) client_streams_.erase(client);
}

void StreamPlaces::Watch(std::weak_ptr<SweptStream> stream) {
  const MutexLock lock(&mutex_);
  std::erase_if(open_, [](const auto& weak) { return weak.expired(); });
  open_.push_back(std::move(stream));
}

void StreamPlaces::EndIdle() {
  std::vector<std::weak_ptr<SweptStream>> open;
  {
    const MutexLock lock(&mutex_);
    open = open_;
  }
  for (const auto& weak : open) {
    if (const auto stream = weak.lock()) stream->EndIfIdle(limits_.patience);
  }
}

}  // namespace garderobe
