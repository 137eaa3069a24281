#include "ttp/rights_queue.h"

#include "core/keys/receipt.h"
#include "spdlog/spdlog.h"

namespace garderobe::ttp {

absl::StatusOr<uint32_t> RightsQueue::Accept(v1::ExerciseRightRequest request) {
  const MutexLock lock(&mutex_);
  const auto now = Clock::now();
  std::erase_if(entries_, [&](const auto& item) {
    const Entry& entry = item.second;
    return entry.state == State::kTold && now - entry.accepted > kKept;
  });
  // Told two rounds from now at the earliest: what the next one does is shown
  // when the one after it begins, so that how long it took does not show.
  const uint32_t ready_in_ms = 2 * interval_ms();
  if (entries_.contains(request.request_id())) return ready_in_ms;
  if (entries_.size() >= kRequestsMax) {
    return ResourceExhausted("{} requests wait; try again later", kRequestsMax);
  }
  Entry entry;
  entry.institution = request.institution();
  entry.accepted = now;
  const std::string id = request.request_id();
  entry.request = std::move(request);
  entries_.emplace(id, std::move(entry));
  return ready_in_ms;
}

absl::StatusOr<v1::FetchReceiptsResponse> RightsQueue::Fetch(
    const std::string& institution, const std::string& request_id) {
  const MutexLock lock(&mutex_);
  const auto found = entries_.find(request_id);
  if (found == entries_.end() || found->second.institution != institution) {
    return NotFound(
        "no such request is known here; send it again with the same id");
  }
  Entry& entry = found->second;
  if (entry.state == State::kTold) return entry.outcome;
  v1::FetchReceiptsResponse pending;
  pending.set_pending_for_ms(interval_ms());
  return pending;
}

std::vector<std::string> RightsQueue::In(State state) {
  const MutexLock lock(&mutex_);
  std::vector<std::string> ids;
  for (const auto& [id, entry] : entries_) {
    if (entry.state == state) ids.push_back(id);
  }
  return ids;
}

void RightsQueue::BeforeRound() {
  {
    const MutexLock lock(&mutex_);
    for (auto& [id, entry] : entries_) {
      if (entry.state == State::kDone) entry.state = State::kTold;
    }
  }
  for (const std::string& id : In(State::kWaiting)) BeginOne(id);
}

void RightsQueue::BeginOne(const std::string& id) {
  v1::ExerciseRightRequest request;
  std::shared_ptr<UnderWay::Watch> watch;
  {
    const MutexLock lock(&mutex_);
    request = entries_[id].request;
    const bool is_repeated = entries_[id].institution.empty();
    if (request.right() == v1::RIGHT_ERASE && !is_repeated) {
      watch = std::make_shared<UnderWay::Watch>(under_way_);
    }
  }
  auto begun = rights_.Begin(request);
  // A party that is not reached is asked again in the next round.
  if (begun.status().code() == absl::StatusCode::kUnavailable) return;
  const MutexLock lock(&mutex_);
  Entry& entry = entries_[id];
  if (begun.ok()) {
    entry.begun = *std::move(begun);
    entry.watch = std::move(watch);
    entry.state = State::kUnderWay;
  } else {
    entry.outcome = begun.status();
    entry.state = State::kDone;
  }
}

void RightsQueue::AfterRound(const Rounds::Carried& carried) {
  if (!carried.status.ok()) return;
  for (const std::string& id : In(State::kUnderWay)) ConcludeOne(id, carried);
}

void RightsQueue::ConcludeOne(const std::string& id,
                              const Rounds::Carried& carried) {
  v1::ExerciseRightRequest request;
  RightSteps::Begun begun;
  {
    const MutexLock lock(&mutex_);
    Entry& entry = entries_[id];
    if (entry.round == 0) entry.round = carried.number;
    if (carried.done_through < entry.round) return;
    request = entry.request;
    begun = entry.begun;
  }
  auto outcome = rights_.Conclude(request, std::move(begun));
  if (outcome.status().code() == absl::StatusCode::kUnavailable) return;
  std::shared_ptr<UnderWay::Watch> watch;
  {
    const MutexLock lock(&mutex_);
    Entry& entry = entries_[id];
    if (entry.institution.empty()) {
      spdlog::info("event=erased-again request={} outcome=\"{}\"",
                   ToHex(AsBytes(id)),
                   outcome.ok() ? "done" : Message(outcome.status()));
    }
    entry.outcome = std::move(outcome);
    entry.request.Clear();
    entry.state = State::kDone;
    watch = std::move(entry.watch);
  }
  if (watch) {
    watch->AfterAll([this, again = std::move(request)] { Repeat(again); });
  }
}

void RightsQueue::Repeat(v1::ExerciseRightRequest request) {
  // A known id would be answered with the receipt that is kept.
  std::string id(RequestId::kBytes, '\0');
  randombytes_buf(id.data(), id.size());
  request.set_request_id(id);
  const MutexLock lock(&mutex_);
  Entry entry;
  entry.accepted = Clock::now();
  entry.request = std::move(request);
  entries_.emplace(std::move(id), std::move(entry));
}

}  // namespace garderobe::ttp
