#include "ttp/rounds.h"

#include <boost/asio/post.hpp>
#include <exception>
#include <memory>

#include "spdlog/spdlog.h"

namespace garderobe::ttp {

void Rounds::Start(Before before, After after) {
  before_ = std::move(before);
  after_ = std::move(after);
  SetTimer();
}

void Rounds::Stop() {
  std::vector<Waiter> waiters;
  {
    const MutexLock lock(&mutex_);
    stopped_ = true;
    timer_.cancel();
    waiters.swap(waiters_);
  }
  for (const Waiter& waiter : waiters) {
    waiter.done(Unavailable("the service is ending"));
  }
  thread_.join();
}

void Rounds::WhenCarried(Done done) {
  {
    const MutexLock lock(&mutex_);
    if (!stopped_) {
      waiters_.push_back({0, std::move(done)});
      return;
    }
  }
  done(Unavailable("the service is ending"));
}

void Rounds::SetTimer() {
  const MutexLock lock(&mutex_);
  if (stopped_) return;
  // From the start of one round to the start of the next, as long as a round
  // takes less: how long it takes does not show in when the next one comes.
  timer_.expires_after(interval_);
  timer_.async_wait([this](const auto& error) {
    if (error) return;
    SetTimer();
    {
      // One that takes longer than its interval is not followed at once.
      const MutexLock running(&mutex_);
      if (running_ || stopped_) return;
      running_ = true;
    }
    boost::asio::post(thread_, [this] { RunOnce(); });
  });
}

void Rounds::RunOnce() {
  {
    const MutexLock lock(&mutex_);
    if (stopped_) return;
  }
  before_();
  const auto carried = Carry();
  std::vector<Done> done;
  {
    const MutexLock lock(&mutex_);
    std::erase_if(waiters_, [&](Waiter& waiter) {
      const bool is_over =
          !carried.ok() ||
          (waiter.round != 0 && carried->done_through >= waiter.round);
      if (is_over) done.push_back(std::move(waiter.done));
      return is_over;
    });
  }
  if (!carried.ok()) {
    spdlog::debug("event=round reason=\"{}\"", Message(carried.status()));
  }
  for (const Done& one : done) one(carried.status());
  after_(carried.ok() ? *carried : Carried{.status = carried.status()});
  const MutexLock lock(&mutex_);
  running_ = false;
}

absl::StatusOr<Rounds::Carried> Rounds::Carry() {
  GARDEROBE_ASSIGN_OR_RETURN(const auto published, upstream_.published());
  v1::GetRoundRequest request;
  *request.mutable_aggregator() = published->aggregator_signed;
  request.set_confirmation(confirmation_);
  using VaultAsync = Upstream::VaultClient::Async<v1::VaultService>;
  GARDEROBE_ASSIGN_OR_RETURN(
      const v1::GetRoundResponse response,
      (upstream_.vault()
           .Wait<v1::VaultService, v1::GetRoundRequest, v1::GetRoundResponse>(
               &VaultAsync::GetRound, std::move(request))));
  const v1::Round& round = response.round();
  {
    // Whoever came before this round waits for what is due now.
    const MutexLock lock(&mutex_);
    for (Waiter& waiter : waiters_) {
      if (waiter.round == 0) waiter.round = round.number();
    }
  }
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto converted,
      converter_.ConvertRound(round, published->aggregator.pseudonym_key));
  GARDEROBE_ASSIGN_OR_RETURN(
      const v1::StoreRoundResponse stored,
      upstream_.StoreRound(converted, round.statement()));
  confirmation_ = stored.confirmation();
  return Carried{.status = absl::OkStatus(),
                 .confirmation = confirmation_,
                 .number = round.number(),
                 .done_through = round.done_through(),
                 .rights_done_through = round.rights_done_through()};
}

}  // namespace garderobe::ttp
