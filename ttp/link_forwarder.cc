#include "ttp/link_forwarder.h"

#include <boost/asio/post.hpp>

namespace garderobe::ttp {

void LinkForwarder::Forward(Done done) {
  {
    const MutexLock lock(&mutex_);
    // A run that is under way may have fetched before the caller's changes.
    (running_ ? next_ : current_).push_back(std::move(done));
    if (running_) return;
    running_ = true;
  }
  Fetch(0, 0);
}

void LinkForwarder::Fetch(uint64_t confirmed, uint64_t until) {
  const auto published = upstream_.published();
  if (!published.ok()) return Finish(published.status());
  v1::GetLinkChangesRequest request;
  *request.mutable_aggregator() = (*published)->aggregator_signed;
  request.set_confirmed(confirmed);
  upstream_.CallVault<v1::GetLinkChangesRequest, v1::GetLinkChangesResponse>(
      &Upstream::Vault::GetLinkChanges, std::move(request),
      [this, confirmed,
       until](absl::StatusOr<v1::GetLinkChangesResponse> response) {
        if (!response.ok()) return Finish(response.status());
        auto* changes = response->mutable_changes();
        const uint64_t end = until == 0 ? changes->newest() : until;
        if (until != 0 && confirmed >= end) return Finish(absl::OkStatus());
        if (changes->persons().empty() && changes->households().empty()) {
          return Finish(absl::OkStatus());
        }
        boost::asio::post(workers_, [this, end, changes = std::move(*changes)] {
          Store(changes, end);
        });
      });
}

void LinkForwarder::Store(v1::LinkChanges changes, uint64_t until) {
  const auto published = upstream_.published();
  if (!published.ok()) return Finish(published.status());
  const Element& z = (*published)->aggregator.pseudonym_key;
  for (std::string* list :
       {changes.mutable_persons(), changes.mutable_households()}) {
    const absl::Status status = converter_.ConvertPseudonyms(*list, z);
    if (!status.ok()) return Finish(status);
  }
  v1::StoreLinkChangesRequest request;
  request.set_persons(changes.persons());
  request.set_households(changes.households());
  request.set_epoch(TtpKeys::kEpoch);
  upstream_.CallAggregator<v1::StoreLinkChangesRequest,
                           v1::StoreLinkChangesResponse>(
      &Upstream::Aggregator::StoreLinkChanges, std::move(request),
      [this, until, sequence = changes.sequence()](
          absl::StatusOr<v1::StoreLinkChangesResponse> response) {
        if (!response.ok()) return Finish(response.status());
        Fetch(sequence, until);
      });
}

void LinkForwarder::Finish(const absl::Status& status) {
  std::vector<Done> finished;
  bool again = false;
  {
    const MutexLock lock(&mutex_);
    finished.swap(current_);
    current_.swap(next_);
    again = running_ = !current_.empty();
  }
  for (const Done& done : finished) done(status);
  if (again) Fetch(0, 0);
}

}  // namespace garderobe::ttp
