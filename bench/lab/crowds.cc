#include "bench/lab/crowds.h"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "client/simulation/draws.h"
#include "ttp/crowd_draw.h"

namespace garderobe::bench {
namespace {

constexpr size_t kBatchRows = 1000, kCrowdRowsMax = 4000,
                 kWaitingRowsMax = 200'000;
constexpr uint32_t kDayMinutes = 1440, kNightMinutes = 360;

// The TTP's pool without its rows.
class PlayedPool {
 public:
  PlayedPool(const CrowdOptions& options, const LabRelations& relations,
             const Links& links)
      : options_(options),
        relations_(relations),
        links_(links),
        of_institution_(relations.institutions) {}

  void Add(uint32_t minute, const std::vector<uint32_t>& rows) {
    Until(minute);
    for (const uint32_t relation : rows) {
      waiting_.push_back({relation, minute + options_.wait_minutes});
      Count(relation, 1);
    }
    Send(minute);
  }
  // Lets go what must before `minute`.
  void Until(uint32_t minute) {
    while (!waiting_.empty() && waiting_.front().deadline <= minute) {
      Send(waiting_.front().deadline);
    }
  }
  uint64_t crowds() const { return crowds_; }
  // Person and crowd of every row that left.
  std::vector<std::pair<uint32_t, uint32_t>> Take() { return std::move(left_); }

 private:
  struct Waiting {
    uint32_t relation;
    uint32_t deadline;  // minute of the year
  };
  void Count(uint32_t relation, int more) {
    uint32_t& rows = of_institution_[relations_.institution[relation]];
    waiting_institutions_ -= rows > 0 ? 1 : 0;
    rows += static_cast<uint32_t>(more);
    waiting_institutions_ += rows > 0 ? 1 : 0;
  }
  bool IsCrowd() const {
    return waiting_.size() >= options_.rows &&
           waiting_institutions_ >= options_.institutions;
  }
  void Send(uint32_t now) {
    while (!waiting_.empty() &&
           (waiting_.size() > kWaitingRowsMax ||
            waiting_.front().deadline <= now || IsCrowd())) {
      std::vector<bool> is_due;
      for (const Waiting& row : waiting_) is_due.push_back(row.deadline <= now);
      const std::vector<bool> leaves = ttp::DrawCrowd(is_due, kCrowdRowsMax);
      std::deque<Waiting> staying;
      for (size_t at = 0; at < waiting_.size(); ++at) {
        if (!leaves[at]) {
          staying.push_back(waiting_[at]);
          continue;
        }
        Count(waiting_[at].relation, -1);
        left_.emplace_back(links_.person_of[waiting_[at].relation],
                           static_cast<uint32_t>(crowds_));
      }
      crowds_ += staying.size() < waiting_.size() ? 1 : 0;
      waiting_ = std::move(staying);
    }
  }

  const CrowdOptions options_;
  const LabRelations& relations_;
  const Links& links_;
  std::deque<Waiting> waiting_;
  std::vector<uint32_t> of_institution_;
  size_t waiting_institutions_ = 0;
  uint64_t crowds_ = 0;
  std::vector<std::pair<uint32_t, uint32_t>> left_;
};

// What an institution sends in a night goes at one moment, in batches.
void SendNight(uint32_t day, std::vector<std::pair<uint32_t, uint32_t>> rows,
               PlayedPool& pool) {
  std::sort(rows.begin(), rows.end());  // by minute
  for (size_t at = 0; at < rows.size();) {
    const uint32_t minute = rows[at].first;
    std::vector<uint32_t> batch;
    while (at < rows.size() && rows[at].first == minute &&
           batch.size() < kBatchRows) {
      batch.push_back(rows[at++].second);
    }
    pool.Add(day * kDayMinutes + minute, batch);
  }
}

// Persons who are alone in their crowds, which stand in `rows` by person.
void FindAlone(const std::vector<std::pair<uint32_t, uint32_t>>& rows,
               Crowds& crowds) {
  std::map<std::vector<uint32_t>, uint32_t> persons_in;
  std::vector<uint32_t> own;
  for (size_t at = 0; at < rows.size(); ++at) {
    own.push_back(rows[at].second);
    if (at + 1 < rows.size() && rows[at + 1].first == rows[at].first) continue;
    ++crowds.persons;
    crowds.several += own.size() > 1 ? 1 : 0;
    ++persons_in[std::move(own)];
    own.clear();
  }
  for (const auto& [set, persons] : persons_in) {
    if (persons > 1) continue;
    (set.size() > 1 ? crowds.several_alone : crowds.single_alone) += 1;
  }
}

uint64_t CrowdsOfOne(std::vector<std::pair<uint32_t, uint32_t>> rows) {
  for (auto& [person, crowd] : rows) std::swap(person, crowd);
  std::sort(rows.begin(), rows.end());
  uint64_t count = 0;
  for (size_t at = 0; at < rows.size();) {
    size_t end = at + 1;
    while (end < rows.size() && rows[end].first == rows[at].first) ++end;
    count += rows[end - 1].second == rows[at].second ? 1 : 0;
    at = end;
  }
  return count;
}

}  // namespace

Crowds PlayCrowds(const LabRelations& relations, const Links& links,
                  const CrowdOptions& options, bool first_only) {
  PlayedPool pool(options, relations, links);
  std::vector<uint32_t> minute_of;
  for (uint32_t i = 0; i < relations.institutions; ++i) {
    minute_of.push_back(
        static_cast<uint32_t>(client::Draws(1, 20, i).Below(kNightMinutes)));
  }
  std::vector<bool> was_sent(relations.size());
  const auto& sendings = relations.sendings;
  uint32_t last_day = 0;
  for (size_t at = 0; at < sendings.size();) {
    const uint16_t day = sendings[at].day;
    // By minute and institution, so that two that send at once are no batch.
    std::vector<std::vector<std::pair<uint32_t, uint32_t>>> night(
        relations.institutions);
    for (; at < sendings.size() && sendings[at].day == day; ++at) {
      const uint32_t relation = sendings[at].relation;
      if (first_only && was_sent[relation]) continue;
      was_sent[relation] = true;
      const uint16_t institution = relations.institution[relation];
      night[institution].emplace_back(minute_of[institution], relation);
    }
    std::vector<uint32_t> order;
    for (uint32_t i = 0; i < relations.institutions; ++i) order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
      return minute_of[a] < minute_of[b];
    });
    // The night after the day of sale.
    for (const uint32_t i : order) {
      SendNight(day + 1u, std::move(night[i]), pool);
    }
    last_day = day + 1u;
  }
  pool.Until(last_day * kDayMinutes + kDayMinutes + options.wait_minutes);
  Crowds crowds;
  crowds.crowds = pool.crowds();
  auto rows = pool.Take();
  crowds.rows = rows.size();
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  crowds.alone_in_crowd = CrowdsOfOne(rows);
  FindAlone(rows, crowds);
  return crowds;
}

}  // namespace garderobe::bench
