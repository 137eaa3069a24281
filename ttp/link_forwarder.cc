#include "ttp/link_forwarder.h"

#include <boost/asio/post.hpp>

#include "core/base/random.h"
#include "core/group/elgamal.h"
#include "spdlog/spdlog.h"
#include "ttp/addressees.h"

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
        if (changes->sequence() == 0) return Finish(absl::OkStatus());
        boost::asio::post(workers_, [this, end, changes = std::move(*changes)] {
          Store(changes, end);
        });
      });
}

void LinkForwarder::Store(v1::LinkChanges changes, uint64_t until) {
  const auto published = upstream_.published();
  if (!published.ok()) return Finish(published.status());
  auto addressed = Address(changes);
  if (!addressed.ok()) return Finish(addressed.status());
  v1::StoreLinkChangesRequest& request = *addressed;
  const Element& z = (*published)->aggregator.pseudonym_key;
  for (std::string* list :
       {request.mutable_persons(), request.mutable_residents()}) {
    const absl::Status status = converter_.ConvertPseudonyms(*list, z);
    if (!status.ok()) return Finish(status);
  }
  upstream_.CallAggregator<v1::StoreLinkChangesRequest,
                           v1::StoreLinkChangesResponse>(
      &Upstream::Aggregator::StoreLinkChanges, std::move(*addressed),
      [this, until, sequence = changes.sequence()](
          absl::StatusOr<v1::StoreLinkChangesResponse> response) {
        if (!response.ok()) return Finish(response.status());
        Fetch(sequence, until);
      });
}

absl::StatusOr<v1::StoreLinkChangesRequest> LinkForwarder::Address(
    const v1::LinkChanges& changes) const {
  const size_t count = changes.handles().size() / VaultHandle::kBytes;
  if (changes.handles().size() != count * VaultHandle::kBytes ||
      changes.references().size() != count * ReferenceSealer::kBytes ||
      changes.persons().size() != count * Ciphertext::kBytes ||
      changes.residents().size() % (2 * Ciphertext::kBytes) != 0) {
    return Internal("the vault's changes are malformed");
  }
  const InstitutionTags tags(*institutions_.Get());
  v1::StoreLinkChangesRequest request;
  request.set_epoch(TtpKeys::kEpoch);
  // Residents are pairs without a handle: an order of their own.
  constexpr size_t kResidentBytes = 2 * Ciphertext::kBytes;
  for (const size_t at :
       RandomOrder(changes.residents().size() / kResidentBytes)) {
    request.mutable_residents()->append(
        changes.residents().substr(at * kResidentBytes, kResidentBytes));
  }
  Addressees addressees;
  std::vector<std::string_view> persons;  // one an addressee
  for (size_t i = 0; i < count; ++i) {
    const auto handle =
        VaultHandle::From(std::string_view(changes.handles())
                              .substr(i * VaultHandle::kBytes, 16));
    const auto opened = converter_.references().Open(
        handle,
        std::string_view(changes.references())
            .substr(i * ReferenceSealer::kBytes, ReferenceSealer::kBytes));
    if (!opened) {
      // Sealed under a key that is gone: the next delivery of that customer
      // puts it right, and the others must not wait for it.
      spdlog::warn("event=reference-unreadable");
      continue;
    }
    const auto institution = tags.Find(opened->tag);
    if (!institution) continue;
    addressees.Add(*institution, opened->handle);
    persons.push_back(std::string_view(changes.persons())
                          .substr(i * Ciphertext::kBytes, Ciphertext::kBytes));
  }
  for (const size_t at : addressees.ShuffleInto(request)) {
    request.mutable_persons()->append(persons[at]);
  }
  return request;
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
