// How many streams a service has open, of all clients and of each, and which of
// them stand still.
#ifndef GARDEROBE_CORE_RPC_STREAM_PLACES_H_
#define GARDEROBE_CORE_RPC_STREAM_PLACES_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/mutex.h"
#include "core/rpc/ordered_stream.h"

namespace garderobe {

// Thread-safe.
class StreamPlaces {
 public:
  struct Limits {
    int64_t streams = 64;        // at the same time; a further one waits
    int64_t client_streams = 8;  // of one client
    StreamPatience patience;
  };
  explicit StreamPlaces(Limits limits) : limits_(limits) {}

  // ResourceExhausted, with how long to wait: as many as the limits allow are
  // open.
  [[nodiscard]] absl::Status Take(const std::string& client);
  void Give(const std::string& client);

  // Remembers the stream for EndIdle.
  void Watch(std::weak_ptr<SweptStream> stream);
  // Ends streams whose peers have gone quiet. Called by a timer.
  void EndIdle();

 private:
  const Limits limits_;
  Mutex mutex_;
  int64_t streams_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, int64_t> client_streams_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::weak_ptr<SweptStream>> open_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_RPC_STREAM_PLACES_H_
