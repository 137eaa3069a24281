#include "ttp/kept_crowds.h"

#include <algorithm>
#include <functional>
#include <string>

#include "core/base/clock.h"

namespace garderobe::ttp {

void KeptCrowds::Keep(KeptCrowdPtr crowd) {
  const size_t rows = crowd->outputs.size();
  const auto& traces = crowd->traces;
  const bool is_whole =
      traces.size() == rows &&
      std::none_of(traces.begin(), traces.end(),
                   [](const RowTracePtr& trace) { return trace == nullptr; });
  if (crowds_max_ == 0 || rows == 0 || rows > rows_max_ || !is_whole) return;
  // Wiped without the lock.
  std::vector<KeptCrowdPtr> dropped;
  const MutexLock lock(&mutex_);
  while (crowds_.size() >= crowds_max_ || rows_ + rows > rows_max_) {
    rows_ -= crowds_.front()->outputs.size();
    dropped.push_back(std::move(crowds_.front()));
    crowds_.pop_front();
  }
  rows_ += rows;
  crowds_.push_back(std::move(crowd));
}

std::vector<KeptCrowdPtr> KeptCrowds::List() const {
  const MutexLock lock(&mutex_);
  return {crowds_.rbegin(), crowds_.rend()};
}

KeptCrowdPtr KeptCrowds::Find(const AnswerId& id) const {
  const MutexLock lock(&mutex_);
  const auto found =
      std::find_if(crowds_.rbegin(), crowds_.rend(),
                   [&](const KeptCrowdPtr& crowd) { return crowd->id == id; });
  return found == crowds_.rend() ? nullptr : *found;
}

Upstream::Linked KeptCrowds::Keeping(const Pool::Crowd& crowd,
                                     Pool::Traces traces,
                                     Pool::Answered answered) {
  const auto kept = std::make_shared<KeptCrowd>();
  if (crowds_max_ > 0) {
    kept->traces = std::move(traces);
    kept->outputs.reserve(crowd.size());
    for (const Rerandomised<VaultRow>& row : crowd.rows()) {
      kept->outputs.push_back(row.value());
      // The auditor is not shown it, and it is no part of the receipt.
      kept->outputs.back().reference = Ciphertext();
    }
  }
  return [this, kept,
          answered = std::move(answered)](absl::StatusOr<LinkedCrowd> linked) {
    if (!linked.ok()) return answered(linked.status());
    if (linked->answer_id.size() == AnswerId::kBytes) {
      kept->id = AnswerId::From(linked->answer_id);
      kept->answer_day = linked->answer_day;
      kept->unix_seconds = UnixSeconds();
      kept->receipt = std::move(linked->receipt);
      Keep(kept);
    }
    answered(std::move(linked->answers));
  };
}

}  // namespace garderobe::ttp
