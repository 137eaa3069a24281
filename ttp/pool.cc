#include "ttp/pool.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <set>
#include <string_view>

#include "ttp/crowd_draw.h"

namespace garderobe::ttp {

// One client's batch, of which rows may be in several crowds. Locks after the
// pool, never before.
struct Pool::Batch {
  Batch(std::string name, size_t rows, Done answer)
      : institution(std::move(name)), done(std::move(answer)), answers(rows) {}

  const std::string institution;
  const Done done;
  Mutex mutex;
  // Answered. Written under the lock, read without it.
  std::atomic<bool> is_over{false};
  ClientOrder<VaultAnswer> answers ABSL_GUARDED_BY(mutex);

  void Fail(const absl::Status& status) {
    {
      const MutexLock lock(&mutex);
      if (is_over) return;
      is_over = true;
    }
    done(status);
  }
  void Take(size_t place, const VaultAnswer& answer) {
    std::optional<InClientOrder<VaultAnswer>> all;
    {
      const MutexLock lock(&mutex);
      if (is_over || !answers.Put(place, answer)) return;
      is_over = true;
      all.emplace(answers.Take());
    }
    done(*std::move(all));
  }
};

void Pool::Add(const std::string& institution, std::vector<PooledRow> rows,
               Done done) {
  const auto batch =
      std::make_shared<Batch>(institution, rows.size(), std::move(done));
  {
    const MutexLock lock(&mutex_);
    if (!stopped_) {
      const auto deadline = Clock::now() + options_.wait;
      for (size_t place = 0; place < rows.size(); ++place) {
        waiting_.push_back({batch, place, std::move(rows[place]), deadline});
      }
    }
  }
  SendCrowds();
  if (is_stopped()) batch->Fail(Unavailable("the service is ending"));
}

bool Pool::IsCrowd() const {
  if (waiting_.size() < options_.rows) return false;
  std::set<std::string_view> institutions;
  for (const Waiting& row : waiting_) {
    institutions.insert(row.batch->institution);
    if (institutions.size() >= options_.institutions) return true;
  }
  return false;
}

Pool::Leaving Pool::Take() {
  Leaving leaving;
  // Their clients were told already: they are no part of a crowd, and nobody
  // waits for them.
  std::erase_if(waiting_,
                [](const Waiting& row) { return row.batch->is_over.load(); });
  if (waiting_.empty()) return leaving;
  const auto now = Clock::now();
  const bool is_full = waiting_.size() > options_.waiting_rows_max;
  if (!is_full && waiting_.front().deadline > now && !IsCrowd()) {
    return leaving;
  }
  std::vector<bool> is_due;
  for (const Waiting& row : waiting_) is_due.push_back(row.deadline <= now);
  const std::vector<bool> leaves = DrawCrowd(is_due, options_.crowd_rows_max);
  std::deque<Waiting> staying;
  for (size_t at = 0; at < waiting_.size(); ++at) {
    (leaves[at]
         ? static_cast<void>(leaving.push_back(std::move(waiting_[at])))
         : static_cast<void>(staying.push_back(std::move(waiting_[at]))));
  }
  waiting_ = std::move(staying);
  return leaving;
}

void Pool::SetTimer() {
  timer_.cancel();
  if (waiting_.empty() || stopped_) return;
  timer_.expires_at(waiting_.front().deadline);
  timer_.async_wait([this](const auto& error) {
    if (!error) SendCrowds();
  });
}

void Pool::SendCrowds() {
  for (;;) {
    Leaving leaving;
    {
      const MutexLock lock(&mutex_);
      if (stopped_) return;
      const size_t before = waiting_.size();
      leaving = Take();
      // All stayed behind by chance: the next throw decides, or the deadline.
      if (leaving.empty() && waiting_.size() == before) {
        if (before == 0 || !IsCrowd()) {
          SetTimer();
          return;
        }
        continue;
      }
    }
    if (!leaving.empty()) SendOne(std::move(leaving));
  }
}

void Pool::SendOne(Leaving leaving) {
  struct Origin {
    BatchPtr batch;
    size_t place;
  };
  auto origins = std::make_shared<std::vector<Origin>>();
  std::vector<Rerandomised<VaultRow>> rows;
  for (Waiting& waiting : leaving) {
    origins->push_back({std::move(waiting.batch), waiting.place});
    rows.push_back(std::move(waiting.pooled.row));
  }
  auto [crowd, places] = ShuffleRows(std::move(rows));
  Traces traces;
  traces.reserve(places.size());
  for (const size_t place : places) {
    traces.push_back(std::move(leaving[place].pooled.trace));
  }
  send_(crowd, std::move(traces),
        [origins, places = std::move(places)](
            const absl::StatusOr<std::vector<VaultAnswer>>& answers) {
          absl::Status status = answers.status();
          if (status.ok() && answers->size() != places.size()) {
            status = Internal("the vault answered another number of rows");
          }
          for (size_t i = 0; i < places.size(); ++i) {
            const auto& [batch, place] = (*origins)[places[i]];
            if (status.ok()) {
              batch->Take(place, (*answers)[i]);
            } else {
              batch->Fail(status);
            }
          }
        });
}

void Pool::Stop() {
  std::deque<Waiting> waiting;
  {
    const MutexLock lock(&mutex_);
    stopped_ = true;
    waiting.swap(waiting_);
    timer_.cancel();
  }
  for (const Waiting& row : waiting) {
    row.batch->Fail(Unavailable("the service is ending; send it again"));
  }
}

}  // namespace garderobe::ttp
