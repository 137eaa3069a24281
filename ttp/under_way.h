// Batches of relations that the TTP has converted and the aggregator has not
// answered yet. An erasure has to know of them: the vault may have linked such
// a batch already, and the aggregator will store it after it has erased.
#ifndef GARDEROBE_TTP_UNDER_WAY_H_
#define GARDEROBE_TTP_UNDER_WAY_H_

#include <functional>
#include <memory>
#include <set>
#include <vector>

#include "core/base/mutex.h"
#include "core/sealing/handles.h"

namespace garderobe::ttp {

// Thread-safe. Outlives its tickets and watches.
class UnderWay {
  class Batch;
  struct Waiting;

 public:
  // The batch is under way as long as this lives.
  using Ticket = std::shared_ptr<void>;

  // What waits is not called any more: whom it would call is going.
  void Stop();

  // `relations` are the batch's, as the vault names them.
  [[nodiscard]] Ticket Begin(std::vector<VaultHandle> relations = {});

  // The relations of all batches that are under way. Retention leaves them:
  // what the vault removed while their batch is under way would be stored by
  // the aggregator alone, where no right by identity reaches it.
  std::set<VaultHandle> Relations();

  // Sees every batch that is under way while it lives.
  class Watch {
   public:
    explicit Watch(UnderWay& under_way);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    // Calls `then` once when all batches that were seen have ended: on the
    // thread that ends the last one, or before this returns. False, and no
    // call: none was.
    bool AfterAll(std::function<void()> then) const;

   private:
    friend UnderWay;
    UnderWay& under_way_;
    std::vector<std::shared_ptr<Batch>> seen_;  // guarded by its mutex_
  };

 private:
  void End(const std::shared_ptr<Batch>& batch);

  Mutex mutex_;
  std::set<std::shared_ptr<Batch>> batches_ ABSL_GUARDED_BY(mutex_);
  std::set<Watch*> watches_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_UNDER_WAY_H_
