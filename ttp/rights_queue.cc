#include "ttp/rights_queue.h"

#include <algorithm>
#include <cstdint>
#include <exception>

#include "core/keys/receipt.h"
#include "core/rpc/status_conversion.h"
#include "spdlog/spdlog.h"

namespace garderobe::ttp {
namespace {

// NOT_FOUND tells a client that its request is not known here.
absl::Status ForClient(const absl::Status& of_party) {
  return of_party.code() == absl::StatusCode::kNotFound
             ? FailedPrecondition("{}", Message(of_party))
             : of_party;
}

}  // namespace

absl::StatusOr<uint32_t> RightsQueue::Accept(v1::ExerciseRightRequest request) {
  // Nothing has checked how large they are.
  request.DiscardUnknownFields();
  const MutexLock lock(&mutex_);
  Forget();
  // Told two rounds from now at the earliest: what the next one does is shown
  // when the one after it begins, so that how long it took does not show.
  const uint32_t ready_in_ms = 2 * interval_ms();
  const auto known = entries_.find(request.request_id());
  if (known != entries_.end()) {
    // What was refused may be taken now: custodians may have released more.
    Entry& entry = known->second;
    if (entry.state == State::kFetchable && !entry.outcome.ok() &&
        entry.institution == request.institution()) {
      // The same id may stand for something else now, which was never counted.
      const std::string bytes = request.SerializeAsString();
      if (bytes != entry.request.SerializeAsString()) entry.is_counted = false;
      entry.accepted = Clock::now();
      entry.request = std::move(request);
      entry.state = State::kWaiting;
      entry.place = next_place_++;
      entry.round = 0;
    }
    return ready_in_ms;
  }
  const auto of_institution =
      std::count_if(entries_.begin(), entries_.end(), [&](const auto& item) {
        return item.second.institution == request.institution();
      });
  if (entries_.size() >= kRequestsMax ||
      static_cast<size_t>(of_institution) >= kOfInstitutionMax) {
    return WithRetryAfter(
        ResourceExhausted("{} requests wait, {} of them of this institution; "
                          "try again later",
                          entries_.size(), of_institution),
        std::chrono::minutes(1));
  }
  Entry entry;
  entry.institution = request.institution();
  entry.accepted = Clock::now();
  entry.place = next_place_++;
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
  if (entry.state == State::kFetchable) return entry.outcome;
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

void RightsQueue::Forget() {
  const auto now = Clock::now();
  std::erase_if(entries_, [&](const auto& item) {
    const Entry& entry = item.second;
    return entry.state == State::kFetchable && now - entry.accepted > kKept;
  });
}

std::vector<std::string> RightsQueue::NextWaiting() {
  const MutexLock lock(&mutex_);
  // Of each institution by the order in which they came.
  std::map<std::string, std::map<uint64_t, std::string>> waiting;
  for (const auto& [id, entry] : entries_) {
    if (entry.state == State::kWaiting) {
      waiting[entry.institution].emplace(entry.place, id);
    }
  }
  std::vector<std::string> ids;
  while (!waiting.empty() && ids.size() < kBegunInRound) {
    for (auto of = waiting.begin();
         of != waiting.end() && ids.size() < kBegunInRound;) {
      ids.push_back(of->second.begin()->second);
      of->second.erase(of->second.begin());
      of = of->second.empty() ? waiting.erase(of) : std::next(of);
    }
  }
  return ids;
}

void RightsQueue::BeforeRound() {
  {
    const MutexLock lock(&mutex_);
    Forget();
    for (auto& [id, entry] : entries_) {
      if (entry.state == State::kDone) entry.state = State::kFetchable;
    }
  }
  for (const std::string& id : NextWaiting()) BeginOne(id);
}

bool RightsQueue::IsTriedAgain(const absl::Status& status, const Entry& entry) {
  if (status.ok()) return false;
  // Nobody asks for it again: whatever keeps it from being done passes.
  if (entry.attempt == Attempt::kAgain) {
    spdlog::warn("event=erased-again request={} outcome=\"{}\"",
                 ToHex(AsBytes(entry.request.request_id())), Message(status));
    return Clock::now() - entry.accepted < kTriedAgain;
  }
  // A party that is not reached, or whose disk is full.
  return (IsTransient(status) ||
          status.code() == absl::StatusCode::kDeadlineExceeded) &&
         Clock::now() - entry.accepted < kTriedAgain;
}

void RightsQueue::BeginOne(const std::string& id) {
  v1::ExerciseRightRequest request;
  Attempt attempt;
  bool is_counted;
  {
    const MutexLock lock(&mutex_);
    Entry& entry = entries_[id];
    request = entry.request;
    attempt = entry.attempt;
    is_counted = entry.is_counted;
    // From the first attempt on: that may have been done although nothing was
    // heard of it.
    if (request.right() == v1::RIGHT_ERASE && attempt == Attempt::kFirst &&
        !entry.watch) {
      entry.watch = std::make_shared<UnderWay::Watch>(under_way_);
    }
  }
  absl::Status begun = is_counted ? absl::OkStatus() : rights_.Count(request);
  is_counted = begun.ok();
  if (begun.ok()) begun = rights_.Begin(request, attempt);
  const MutexLock lock(&mutex_);
  Entry& entry = entries_[id];
  entry.is_counted = is_counted;
  if (IsTriedAgain(begun, entry)) return;
  if (begun.ok()) {
    entry.state = State::kUnderWay;
  } else {
    entry.outcome = ForClient(begun);
    entry.state = State::kDone;
    entry.watch.reset();
  }
}

void RightsQueue::AfterRound(const Rounds::Carried& carried) {
  if (!carried.status.ok()) return;
  for (const std::string& id : In(State::kUnderWay)) ConcludeOne(id, carried);
}

void RightsQueue::ConcludeOne(const std::string& id,
                              const Rounds::Carried& carried) {
  v1::ExerciseRightRequest request;
  Attempt attempt;
  {
    const MutexLock lock(&mutex_);
    Entry& entry = entries_[id];
    if (entry.round == 0) entry.round = carried.number;
    if (carried.rights_done_through < entry.round) return;
    request = entry.request;
    attempt = entry.attempt;
  }
  auto outcome = rights_.Conclude(request, attempt, carried.confirmation);
  std::shared_ptr<UnderWay::Watch> watch;
  {
    const MutexLock lock(&mutex_);
    Entry& entry = entries_[id];
    if (IsTriedAgain(outcome.status(), entry)) return;
    if (attempt == Attempt::kAgain) {
      spdlog::info("event=erased-again request={} outcome=\"{}\"",
                   ToHex(AsBytes(request.request_id())),
                   outcome.ok() ? "done" : Message(outcome.status()));
    }
    entry.outcome = std::move(outcome);
    if (!entry.outcome.ok()) entry.outcome = ForClient(entry.outcome.status());
    entry.request.Clear();
    entry.state = State::kDone;
    watch = std::move(entry.watch);
  }
  if (watch) {
    watch->AfterAll([this, again = std::move(request)] { Repeat(again); });
  }
}

void RightsQueue::Repeat(v1::ExerciseRightRequest request) {
  // The request keeps its id, which is signed: its receipts stay those of the
  // first time. Here it needs another, by which nobody fetches.
  std::string id(RequestId::kBytes, '\0');
  randombytes_buf(id.data(), id.size());
  const MutexLock lock(&mutex_);
  Entry entry;
  entry.accepted = Clock::now();
  entry.attempt = Attempt::kAgain;
  entry.is_counted = true;
  entry.place = next_place_++;
  entry.request = std::move(request);
  entries_.emplace(std::move(id), std::move(entry));
}

}  // namespace garderobe::ttp
