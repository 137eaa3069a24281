#include "ttp/gatherer.h"

#include "core/base/random.h"
#include "core/group/elgamal.h"

namespace garderobe::ttp {
namespace {

// A row's place: which entry, which of its rows.
struct Place {
  uint32_t entry;
  uint32_t row;
};

}  // namespace

void Gatherer::Add(std::vector<ConvertedRelation> rows, Done done) {
  std::shared_ptr<Entries> ready;
  {
    const MutexLock lock(&mutex_);
    waiting_rows_ += rows.size();
    waiting_.push_back({std::move(rows), std::move(done)});
    if (waiting_rows_ >= options_.rows || flushing_) {
      ready = Take();
    } else if (!timer_set_) {
      SetTimer();
    }
  }
  if (ready) Send(std::move(ready));
}

void Gatherer::Flush() {
  std::shared_ptr<Entries> ready;
  {
    const MutexLock lock(&mutex_);
    flushing_ = true;
    ready = Take();
  }
  if (!ready->empty()) Send(std::move(ready));
}

void Gatherer::SetTimer() {
  timer_set_ = true;
  timer_.expires_after(options_.wait);
  timer_.async_wait([this, generation = generation_](const auto& error) {
    if (error) return;
    std::shared_ptr<Entries> ready;
    {
      const MutexLock lock(&mutex_);
      // It expired just before a full batch went: what waits now is another
      // crowd, and has a timer of its own.
      if (generation != generation_) return;
      ready = Take();
    }
    Send(std::move(ready));
  });
}

std::shared_ptr<Gatherer::Entries> Gatherer::Take() {
  auto entries = std::make_shared<Entries>();
  entries->swap(waiting_);
  waiting_rows_ = 0;
  ++generation_;
  timer_.cancel();
  timer_set_ = false;
  return entries;
}

void Gatherer::Send(std::shared_ptr<Entries> entries) {
  const auto published = upstream_.published();
  if (!published.ok()) {
    for (Entry& entry : *entries) entry.done(published.status());
    return;
  }
  auto places = std::make_shared<std::vector<Place>>();
  for (uint32_t e = 0; e < entries->size(); ++e) {
    for (uint32_t r = 0; r < (*entries)[e].rows.size(); ++r) {
      places->push_back({e, r});
    }
  }
  Shuffle(*places);

  v1::LinkRelationsRequest request;
  *request.mutable_aggregator() = (*published)->aggregator_signed;
  request.set_epoch(TtpKeys::kEpoch);
  for (const Place& place : *places) {
    const ConvertedRelation& row = (*entries)[place.entry].rows[place.row];
    request.mutable_handles()->append(row.handle.view());
    request.add_kinds(row.kinds);
    request.add_as_of(row.as_of);
    request.mutable_references()->append(row.reference);
    request.mutable_points_a()->append(row.point_a.view());
    for (const Element& point : row.points_b) {
      request.mutable_points_b()->append(point.view());
    }
  }
  auto answered = [entries,
                   places](absl::StatusOr<v1::LinkRelationsResponse> response) {
    constexpr size_t kBytes = 2 * Ciphertext::kBytes;
    absl::Status status = response.status();
    if (status.ok() &&
        response->pseudonyms().size() != places->size() * kBytes) {
      status = Internal("the vault answered another number of rows");
    }
    // Any other refusal would be the TTP's fault, not the client's.
    if (status.code() == absl::StatusCode::kInvalidArgument) {
      status = Internal("the vault refused the batch");
    }
    if (!status.ok()) {
      for (Entry& entry : *entries) entry.done(status);
      return;
    }
    std::vector<absl::StatusOr<std::string>> answers;
    for (const Entry& entry : *entries) {
      answers.emplace_back(std::string(entry.rows.size() * kBytes, '\0'));
    }
    for (size_t i = 0; i < places->size(); ++i) {
      const Place place = (*places)[i];
      std::memcpy(answers[place.entry]->data() + place.row * kBytes,
                  response->pseudonyms().data() + i * kBytes, kBytes);
    }
    for (uint32_t refused : response->refused()) {
      if (refused >= places->size()) continue;
      const Place place = (*places)[refused];
      answers[place.entry] = InvalidArgument(
          "record {}: a point is not a valid group element", place.row);
    }
    for (size_t e = 0; e < entries->size(); ++e) {
      (*entries)[e].done(std::move(answers[e]));
    }
  };
  upstream_.CallVault<v1::LinkRelationsRequest, v1::LinkRelationsResponse>(
      &Upstream::Vault::LinkRelations, std::move(request), std::move(answered));
}

}  // namespace garderobe::ttp
