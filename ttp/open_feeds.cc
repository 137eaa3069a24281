#include "ttp/open_feeds.h"

#include <utility>

namespace garderobe::ttp {
namespace {

std::string NameOf(const v1::FeedName& feed) {
  std::string name;
  for (const std::string* part :
       {&feed.client(), &feed.institution(), &feed.source()}) {
    name += *part;
    name += '\n';
  }
  return name + std::to_string(static_cast<int>(feed.kind()));
}

}  // namespace

void OpenFeeds::Take(const v1::FeedName& feed, uint64_t stream, End end) {
  End before;
  {
    const MutexLock lock(&mutex_);
    Open& open = open_[NameOf(feed)];
    before = std::exchange(open.end, std::move(end));
    open.stream = stream;
  }
  // Without the lock: a stream that ends leaves its feed.
  if (before) {
    before(absl::AbortedError(
        "another stream of this feed was opened; only one delivers in a feed"));
  }
}

void OpenFeeds::Leave(const v1::FeedName& feed, uint64_t stream) {
  const MutexLock lock(&mutex_);
  const auto found = open_.find(NameOf(feed));
  if (found != open_.end() && found->second.stream == stream) {
    open_.erase(found);
  }
}

}  // namespace garderobe::ttp
