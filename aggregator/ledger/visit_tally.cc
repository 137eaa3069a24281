#include "aggregator/ledger/visit_tally.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <tuple>

#include "core/catalogue/bands.h"
#include "core/catalogue/codes.h"

namespace garderobe::aggregator {
namespace {

// Where each split begins among the tallies of a day.
constexpr size_t kLeadTime = 0;
constexpr size_t kADay = kLeadTime + kLeadTimes.size();

int32_t DayOfHours(int32_t hours) {
  return (hours >= 0 ? hours : hours - 23) / 24;
}

template <typename Tally>
void Add(const Tally& tally, v1::Mirror::Tallies* tallies) {
  tallies->add_visits(static_cast<uint64_t>(tally.visits));
  tallies->add_tickets(static_cast<uint64_t>(tally.tickets));
  tallies->add_revenue_cents(tally.revenue_cents);
}

}  // namespace

uint32_t VisitTally::Days::SlotOf(int32_t day) {
  if (day == last_day_) return last_slot_;
  const auto [entry, is_new] =
      slots_.try_emplace(day, static_cast<uint32_t>(all_.size()));
  if (is_new) all_.push_back(day);
  last_day_ = day;
  last_slot_ = entry->second;
  return last_slot_;
}

void VisitTally::AddEvent(const Event& event) {
  const int32_t day = DayOf(event);
  event_days_.push_back(day);
  event_slots_.push_back(days_.SlotOf(day));
  by_event_.resize(event_days_.size() * kChannels.size());
  by_day_.resize(days_.all().size() * kADay);
}

void VisitTally::Count(const VisitRow& row, int sign) {
  if (!Counts(static_cast<VisitStatus>(row.status))) return;
  by_event_[row.event * kChannels.size() + row.channel].Take(row, sign);
  Tally* const day = &by_day_[event_slots_[row.event] * kADay];
  std::optional<int32_t> ahead;
  if (row.sold_at != kUnknownTime) {
    const int32_t sold = DayOfHours(row.sold_at);
    ahead = event_days_[row.event] - sold;
    const uint32_t slot = sold_days_.SlotOf(sold);
    if (slot >= sold_.size()) sold_.resize(slot + 1);
    sold_[slot].Take(row, sign);
  }
  day[kLeadTime + LeadTimeBand(ahead)].Take(row, sign);
}

void VisitTally::AddSplit(size_t begin, size_t count,
                          v1::Mirror::Split* split) const {
  std::vector<uint32_t> slots(days_.all().size());
  std::iota(slots.begin(), slots.end(), 0);
  std::sort(slots.begin(), slots.end(), [&](uint32_t a, uint32_t b) {
    return days_.all()[a] < days_.all()[b];
  });
  for (const uint32_t slot : slots) {
    for (size_t value = 0; value < count; ++value) {
      const Tally& tally = by_day_[slot * kADay + begin + value];
      if (tally.visits == 0) continue;
      split->add_day(days_.all()[slot]);
      split->add_value(static_cast<uint32_t>(value));
      Add(tally, split->mutable_tallies());
    }
  }
}

void VisitTally::AddTo(const std::vector<Event>& events,
                       v1::Mirror* mirror) const {
  // In an order that does not depend on that of delivery.
  std::vector<uint32_t> order(events.size());
  std::iota(order.begin(), order.end(), 0);
  const auto rank = [&](uint32_t number) {
    const Event& event = events[number];
    return std::tie(event.starts_at, event.id, event.title, event.genre);
  };
  std::sort(order.begin(), order.end(),
            [&](uint32_t a, uint32_t b) { return rank(a) < rank(b); });
  for (const uint32_t number : order) {
    const Tally* const tallies = &by_event_[number * kChannels.size()];
    const bool has_visits =
        std::any_of(tallies, tallies + kChannels.size(),
                    [](const Tally& tally) { return tally.visits != 0; });
    if (!has_visits) continue;
    auto* listed = mirror->mutable_events();
    const auto index = static_cast<uint32_t>(listed->id_size());
    const Event& event = events[number];
    listed->add_id(event.id);
    listed->add_title(event.title);
    listed->add_genre(event.genre);
    listed->add_starts_at(event.starts_at);
    for (size_t channel = 0; channel < kChannels.size(); ++channel) {
      if (tallies[channel].visits == 0) continue;
      mirror->add_event(index);
      mirror->mutable_channel()->push_back(static_cast<char>(channel));
      Add(tallies[channel], mirror->mutable_tallies());
    }
  }
  AddSplit(kLeadTime, kLeadTimes.size(), mirror->mutable_lead_time());
  std::vector<uint32_t> slots(sold_.size());
  std::iota(slots.begin(), slots.end(), 0);
  std::sort(slots.begin(), slots.end(), [&](uint32_t a, uint32_t b) {
    return sold_days_.all()[a] < sold_days_.all()[b];
  });
  for (const uint32_t slot : slots) {
    if (sold_[slot].visits == 0) continue;
    auto* sold = mirror->mutable_sold();
    sold->add_day(sold_days_.all()[slot]);
    sold->add_value(0);
    Add(sold_[slot], sold->mutable_tallies());
  }
}

size_t VisitTally::bytes() const {
  return (by_event_.size() + by_day_.size() + sold_.size()) * sizeof(Tally) +
         event_days_.size() * 8 +
         (days_.all().size() + sold_days_.all().size()) * 24;
}

}  // namespace garderobe::aggregator
