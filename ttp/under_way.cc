#include "ttp/under_way.h"

#include <atomic>
#include <utility>

namespace garderobe::ttp {

// Called when the last of the batches that share it lets go.
struct UnderWay::Waiting {
  explicit Waiting(std::function<void()> then) : then(std::move(then)) {}
  ~Waiting() {
    if (!stopped) then();
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  const std::function<void()> then;
  std::atomic<bool> stopped{false};
};

class UnderWay::Batch {
  friend UnderWay;
  std::vector<VaultHandle> relations_;
  bool ended_ = false;                          // guarded by UnderWay's mutex
  std::vector<std::shared_ptr<Waiting>> then_;  // the same
};

UnderWay::Ticket UnderWay::Begin(std::vector<VaultHandle> relations) {
  auto batch = std::make_shared<Batch>();
  batch->relations_ = std::move(relations);
  const MutexLock lock(&mutex_);
  batches_.insert(batch);
  for (Watch* watch : watches_) watch->seen_.push_back(batch);
  return Ticket(nullptr, [this, batch](void*) { End(batch); });
}

std::set<VaultHandle> UnderWay::Relations() {
  std::set<VaultHandle> relations;
  const MutexLock lock(&mutex_);
  for (const auto& batch : batches_) {
    relations.insert(batch->relations_.begin(), batch->relations_.end());
  }
  return relations;
}

void UnderWay::End(const std::shared_ptr<Batch>& batch) {
  std::vector<std::shared_ptr<Waiting>> then;  // called without the lock
  {
    const MutexLock lock(&mutex_);
    batch->ended_ = true;
    batches_.erase(batch);
    then.swap(batch->then_);
  }
}

void UnderWay::Stop() {
  const MutexLock lock(&mutex_);
  for (const auto& batch : batches_) {
    for (const auto& waiting : batch->then_) waiting->stopped = true;
  }
}

UnderWay::Watch::Watch(UnderWay& under_way) : under_way_(under_way) {
  const MutexLock lock(&under_way_.mutex_);
  seen_.assign(under_way_.batches_.begin(), under_way_.batches_.end());
  under_way_.watches_.insert(this);
}

UnderWay::Watch::~Watch() {
  const MutexLock lock(&under_way_.mutex_);
  under_way_.watches_.erase(this);
}

bool UnderWay::Watch::AfterAll(std::function<void()> then) const {
  std::shared_ptr<Waiting> waiting;  // goes after the lock
  const MutexLock lock(&under_way_.mutex_);
  if (seen_.empty()) return false;
  waiting = std::make_shared<Waiting>(std::move(then));
  for (const auto& batch : seen_) {
    if (!batch->ended_) batch->then_.push_back(waiting);
  }
  return true;
}

}  // namespace garderobe::ttp
