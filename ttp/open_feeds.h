// Which stream writes each feed: a feed has one, and the one before ends as
// soon as another is opened.
#ifndef GARDEROBE_TTP_OPEN_FEEDS_H_
#define GARDEROBE_TTP_OPEN_FEEDS_H_

#include <functional>
#include <map>
#include <string>

#include "core/base/mutex.h"
#include "core/base/status.h"
#include "garderobe/v1/common.pb.h"

namespace garderobe::ttp {

// Thread-safe.
class OpenFeeds {
 public:
  using End = std::function<void(absl::Status)>;

  // `stream`, which is not 0, writes the feed from now on. The one before is
  // ended with Aborted.
  void Take(const v1::FeedName& feed, uint64_t stream, End end);
  // `stream` is done; another that took its place stays.
  void Leave(const v1::FeedName& feed, uint64_t stream);

 private:
  struct Open {
    uint64_t stream;
    End end;
  };
  Mutex mutex_;
  std::map<std::string, Open> open_ ABSL_GUARDED_BY(mutex_);  // by feed
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_OPEN_FEEDS_H_
