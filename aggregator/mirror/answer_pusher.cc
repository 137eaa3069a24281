#include "aggregator/mirror/answer_pusher.h"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>

#include "core/base/civil_time.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "spdlog/spdlog.h"

namespace garderobe::aggregator {
namespace {

// How often it looks by itself whether something changed.
constexpr std::chrono::seconds kPeriod{1};
// Either store may be restored meanwhile.
constexpr std::chrono::minutes kReconcileEvery{1};
// How often it looks whose customers are to be counted.
constexpr std::chrono::minutes kCustomersEvery{1};
constexpr std::chrono::seconds kCubeTimeout{10};
constexpr std::chrono::milliseconds kPause{20};

}  // namespace

AnswerPusher::AnswerPusher(Aggregator& aggregator, Publisher& publisher,
                           const CalledDaemon& answerd, const TlsFiles& tls,
                           std::chrono::minutes customers_period)
    : aggregator_(aggregator),
      publisher_(publisher),
      stub_([answerd, tls] {
        return v1::AnswerIntakeService::NewStub(TlsChannel(answerd, tls));
      }),
      schedule_(customers_period),
      customers_period_(customers_period),
      thread_([this] { Run(); }) {}

void AnswerPusher::Stop() {
  {
    const MutexLock lock(&mutex_);
    stopping_ = true;
  }
  changed_.NotifyAll();
  if (thread_.joinable()) thread_.join();
}

void AnswerPusher::WhenCurrent(const std::string& institution, Done done) {
  {
    const MutexLock lock(&mutex_);
    if (!stopping_) {
      waiters_.push_back(
          {institution, Clock::now() + kPatience, std::move(done)});
      done = nullptr;
    }
  }
  if (done) return done(false);
  changed_.NotifyAll();
}

void AnswerPusher::Run() {
  for (;;) {
    std::set<std::string> waited_for;
    bool stopping;
    {
      const MutexLock lock(&mutex_);
      const auto until = Clock::now() + kPeriod;
      while (!stopping_ && waiters_.empty() && Clock::now() < until) {
        changed_.WaitUntil(&mutex_, until);
      }
      stopping = stopping_;
      for (const Waiter& waiter : waiters_) {
        waited_for.insert(waiter.institution);
      }
    }
    if (stopping) break;
    if (const absl::Status status = PushAll(waited_for); !status.ok()) {
      spdlog::debug("event=push-pause reason=\"{}\"", Message(status));
    }
    TellWaiters();
    // Who waits still, because answerd does not take it or the mirror changed
    // meanwhile, waits until its time is over.
    const MutexLock lock(&mutex_);
    const auto until = Clock::now() + kPause;
    while (!stopping_ && !waiters_.empty() && Clock::now() < until) {
      changed_.WaitUntil(&mutex_, until);
    }
  }
  std::vector<Waiter> left;
  {
    const MutexLock lock(&mutex_);
    left.swap(waiters_);
  }
  for (const Waiter& waiter : left) waiter.done(false);
}

void AnswerPusher::TellWaiters() {
  // Those who wait already: what they have seen stored, the list knows.
  std::vector<Waiter> waiters;
  {
    const MutexLock lock(&mutex_);
    waiters.swap(waiters_);
  }
  if (waiters.empty()) return;
  const auto names = aggregator_.mirrors().Dirty();
  const std::set<std::string> dirty =
      names.ok() ? std::set<std::string>(names->begin(), names->end())
                 : std::set<std::string>();
  const auto now = Clock::now();
  std::vector<Waiter> left;
  for (Waiter& waiter : waiters) {
    // What can't be read may lack anything.
    const bool current = names.ok() && !dirty.contains(waiter.institution);
    if (current || now >= waiter.until) {
      waiter.done(current);
    } else {
      left.push_back(std::move(waiter));
    }
  }
  const MutexLock lock(&mutex_);
  for (Waiter& waiter : left) waiters_.push_back(std::move(waiter));
}

bool AnswerPusher::WantedElsewhere(const std::set<std::string>& first) {
  const MutexLock lock(&mutex_);
  return stopping_ ||
         std::any_of(waiters_.begin(), waiters_.end(), [&](const auto& waiter) {
           return !first.contains(waiter.institution);
         });
}

absl::Status AnswerPusher::PushAll(const std::set<std::string>& first) {
  // Whether to go on: one mirror that answerd does not take must not hold up
  // the others, but when it is not reached there is no point.
  auto reached = [](const char* what, const absl::Status& status) {
    if (!status.ok()) {
      spdlog::warn("event=push what={} reason=\"{}\"", what, Message(status));
    }
    return status.code() != absl::StatusCode::kUnavailable &&
           status.code() != absl::StatusCode::kDeadlineExceeded;
  };
  if (Clock::now() >= reconcile_at_) {
    const absl::Status status = Reconcile();
    if (!reached("reconcile", status)) return status;
    reconcile_at_ = Clock::now() + kReconcileEvery;
  }
  GARDEROBE_ASSIGN_OR_RETURN(std::vector<std::string> dirty,
                             aggregator_.mirrors().Dirty());
  std::stable_partition(dirty.begin(), dirty.end(),
                        [&](const auto& name) { return first.contains(name); });
  for (const std::string& institution : dirty) {
    const absl::Status status = PushMirror(institution);
    if (!reached("mirror", status)) return status;
    TellWaiters();
    if (WantedElsewhere(first)) return absl::OkStatus();
  }
  GARDEROBE_ASSIGN_OR_RETURN(const auto cubes, publisher_.Unconfirmed());
  for (const v1::Cube& cube : cubes) {
    const absl::Status status = PushCube(cube);
    if (!reached("cube", status)) return status;
    TellWaiters();
    if (WantedElsewhere(first)) return absl::OkStatus();
  }
  return PushCustomers();
}

absl::Status AnswerPusher::PushCustomers() {
  const auto now = Clock::now();
  if (now < customers_at_) return absl::OkStatus();
  GARDEROBE_ASSIGN_OR_RETURN(const auto versions,
                             aggregator_.mirrors().AllVersions());
  for (const auto& [institution, version] : versions) {
    if (!schedule_.IsDue(institution, version.visits, version.customers, now)) {
      continue;
    }
    GARDEROBE_ASSIGN_OR_RETURN(auto customers,
                               aggregator_.mirrors().CountCustomersOf(
                                   institution, DayNumber(Today())));
    const uint64_t counted = customers.version();
    v1::PutCustomersRequest request;
    *request.mutable_customers() = std::move(customers);
    grpc::ClientContext context;
    SetDeadline(context, kCubeTimeout);
    v1::PutCustomersResponse response;
    const absl::Status status =
        FromGrpc(stub_.Get()->PutCustomers(&context, request, &response));
    stub_.Report(status);
    GARDEROBE_RETURN_IF_ERROR(status);
    GARDEROBE_RETURN_IF_ERROR(
        aggregator_.mirrors().ConfirmCustomers(institution, counted));
    schedule_.Counted(institution, now);
    // Somebody may wait for a mirror.
    if (WantedElsewhere({})) return absl::OkStatus();
  }
  customers_at_ =
      now + std::min<Clock::duration>(kCustomersEvery, customers_period_);
  return absl::OkStatus();
}

absl::Status AnswerPusher::PushMirror(const std::string& institution) {
  auto mirror = aggregator_.mirrors().Make(institution);
  if (mirror.status().code() == absl::StatusCode::kNotFound) {
    return absl::OkStatus();  // nothing delivered, nothing to show
  }
  GARDEROBE_RETURN_IF_ERROR(mirror.status());
  const uint64_t version = mirror->version();
  GARDEROBE_RETURN_IF_ERROR(Put(*std::move(mirror)));
  return aggregator_.mirrors().Confirm(institution, version);
}

absl::Status AnswerPusher::Put(v1::Mirror mirror) {
  v1::PutMirrorRequest request;
  *request.mutable_mirror() = std::move(mirror);
  grpc::ClientContext context;
  SetDeadline(context, kPatience);
  v1::PutMirrorResponse response;
  const absl::Status status =
      FromGrpc(stub_.Get()->PutMirror(&context, request, &response));
  stub_.Report(status);
  return status;
}

absl::Status AnswerPusher::PushCube(const v1::Cube& cube) {
  v1::PutCubeRequest request;
  *request.mutable_cube() = cube;
  grpc::ClientContext context;
  SetDeadline(context, kCubeTimeout);
  v1::PutCubeResponse response;
  const absl::Status status =
      FromGrpc(stub_.Get()->PutCube(&context, request, &response));
  stub_.Report(status);
  GARDEROBE_RETURN_IF_ERROR(status);
  return publisher_.Confirm(cube.period());
}

absl::Status AnswerPusher::Reconcile() {
  grpc::ClientContext context;
  SetDeadline(context, kPatience);
  v1::ListHeldResponse response;
  const absl::Status status =
      FromGrpc(stub_.Get()->ListHeld(&context, {}, &response));
  stub_.Report(status);
  GARDEROBE_RETURN_IF_ERROR(status);
  std::map<std::string, uint64_t> held;
  for (const auto& mirror : response.mirrors()) {
    held[mirror.institution()] = mirror.version();
  }
  // What answerd lost is counted again when it is due.
  GARDEROBE_ASSIGN_OR_RETURN(const auto versions,
                             aggregator_.mirrors().AllVersions());
  std::map<std::string, uint64_t> customers;
  for (const auto& mirror : response.mirrors()) {
    customers[mirror.institution()] = mirror.customers_version();
  }
  for (const auto& [institution, version] : versions) {
    if (version.customers == customers[institution]) continue;
    GARDEROBE_RETURN_IF_ERROR(aggregator_.mirrors().ConfirmCustomers(
        institution, customers[institution]));
  }
  GARDEROBE_ASSIGN_OR_RETURN(const auto unknown,
                             aggregator_.mirrors().Reconcile(held));
  for (const std::string& institution : unknown) {
    if (held[institution] == 0) continue;  // empty already
    v1::Mirror empty;
    empty.set_institution(institution);
    empty.set_run(aggregator_.mirrors().run());
    GARDEROBE_RETURN_IF_ERROR(Put(std::move(empty)));
  }
  return publisher_.Reconcile(
      {response.periods().begin(), response.periods().end()});
}

}  // namespace garderobe::aggregator
