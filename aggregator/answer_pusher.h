// Brings mirrors and cubes to answerd, which never asks for anything.
#ifndef GARDEROBE_AGGREGATOR_ANSWER_PUSHER_H_
#define GARDEROBE_AGGREGATOR_ANSWER_PUSHER_H_

#include <memory>
#include <mutex>

#include "aggregator/aggregator.h"
#include "aggregator/publisher.h"
#include "core/rpc/stub_holder.h"
#include "core/rpc/tls.h"
#include "garderobe/v1/answer.grpc.pb.h"

namespace garderobe::aggregator {

// Thread-safe. Calls block until answerd has synced, at most some seconds.
class AnswerPusher {
 public:
  AnswerPusher(Aggregator& aggregator, Publisher& publisher,
               const std::string& address, const TlsFiles& tls)
      : aggregator_(aggregator), publisher_(publisher), stub_([address, tls] {
          return v1::AnswerIntakeService::NewStub(
              TlsChannel(address, "answerd", tls));
        }) {}

  // The mirror of one institution as it is now.
  [[nodiscard]] absl::Status PushMirror(const std::string& institution);
  [[nodiscard]] absl::Status PushCube(const v1::Cube& cube);
  // All that answerd lacks, as far as it goes. Called by a timer, one call at
  // a time.
  void PushAll();

 private:
  // Compares with what answerd has; both may have been restored.
  [[nodiscard]] absl::Status Reconcile();
  [[nodiscard]] absl::Status Put(v1::Mirror mirror);

  Aggregator& aggregator_;
  Publisher& publisher_;
  StubHolder<v1::AnswerIntakeService> stub_;
  uint64_t calls_ = 0;  // of PushAll since the last Reconcile
  bool reconciled_ = false;
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_ANSWER_PUSHER_H_
