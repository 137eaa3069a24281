#include "client/agent/drainer.h"

#include <algorithm>
#include <utility>

#include "core/base/clock.h"
#include "core/rpc/status_conversion.h"

namespace garderobe::client {
namespace {
// How often it looks whose rows have become old enough.
constexpr std::chrono::milliseconds kLook{250};

size_t Index(Flow flow) { return static_cast<size_t>(flow); }
}  // namespace

Drainer::Drainer(DrainerOptions options, std::vector<InstitutionQueue*> queues,
                 Drain drain, Tell tell)
    : options_(options), drain_(std::move(drain)), tell_(std::move(tell)) {
  {
    const MutexLock lock(&mutex_);
    for (auto& flow : work_) {
      for (InstitutionQueue* queue : queues) flow.push_back({queue});
    }
  }
}

void Drainer::Start() {
  for (const Flow flow : {Flow::kVisits, Flow::kRelations}) {
    for (size_t i = 0; i < options_.at_once[Index(flow)]; ++i) {
      threads_.emplace_back([this, flow] { Run(flow); });
    }
  }
}

Drainer::~Drainer() {
  {
    const MutexLock lock(&mutex_);
    is_ending_ = true;
  }
  changed_.NotifyAll();
  for (std::thread& thread : threads_) thread.join();
}

void Drainer::Wake() { changed_.NotifyAll(); }

bool Drainer::IsDue(Flow flow, const Work& work) const {
  const uint64_t waiting = work.queue->waiting(flow);
  if (waiting == 0) return false;
  if (waiting >= options_.rows_enough[Index(flow)]) return true;
  const auto oldest = work.queue->OldestWaiting(flow);
  const auto gather =
      static_cast<uint64_t>(options_.gather[Index(flow)].count());
  // A clock that was put back keeps nothing waiting.
  const uint64_t now = UnixSeconds();
  return !oldest || *oldest > now || now - *oldest >= gather;
}

Drainer::Work* Drainer::Pick(Flow flow) {
  Work* next = nullptr;
  for (Work& work : work_[Index(flow)]) {
    if (work.is_busy || Clock::now() < work.not_before) continue;
    if (next != nullptr && work.served >= next->served) continue;
    if (IsDue(flow, work)) next = &work;
  }
  return next;
}

void Drainer::Run(Flow flow) {
  for (;;) {
    Work* work = nullptr;
    {
      const MutexLock lock(&mutex_);
      while (!is_ending_ && (work = Pick(flow)) == nullptr) {
        changed_.WaitUntil(&mutex_, Clock::now() + kLook);
      }
      if (is_ending_) return;
      work->is_busy = true;
    }
    InstitutionQueue& queue = *work->queue;
    absl::Status status = drain_(flow, queue);
    const absl::Status forgotten = queue.Forget();
    if (status.ok()) status = forgotten;
    queue.SetHindered(flow, std::string(Message(status)));
    bool is_news = !status.ok();
    {
      const MutexLock lock(&mutex_);
      work->is_busy = false;
      work->served = Clock::now();
      if (status.ok()) {
        is_news = std::exchange(work->has_failed, false);
        work->pause = std::chrono::milliseconds(0);
      } else {
        work->has_failed = true;
        work->pause = std::clamp(work->pause * 2, options_.pause_least,
                                 options_.pause_most);
        work->not_before =
            Clock::now() +
            std::max(work->pause,
                     RetryAfter(status).value_or(std::chrono::milliseconds(0)));
      }
    }
    if (is_news) tell_(flow, queue, status);
    changed_.NotifyAll();
  }
}

}  // namespace garderobe::client
