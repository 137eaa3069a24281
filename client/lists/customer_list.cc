#include "client/lists/customer_list.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "client/orders/words.h"
#include "core/base/civil_time.h"
#include "core/catalogue/codes.h"
#include "core/identifiers/text.h"

namespace garderobe::client {
namespace {

constexpr int kLapsedMonths = 24;

int32_t DayOfEvent(const OrderLine& line) {
  return (line.starts_at >= 0 ? line.starts_at : line.starts_at - 1439) / 1440;
}

bool Matches(const SeenRule& rule, const OrderLine& line) {
  switch (rule.what) {
    case SeenRule::What::kEvent:
      return line.event_id == rule.value;
    case SeenRule::What::kTitle:
      return FoldToAscii(ToUtf8(line.event_title)).find(rule.value) !=
             std::string::npos;
    case SeenRule::What::kGenre: {
      const std::string_view genre = kGenres[line.genre];
      return genre == rule.value || MainGenre(genre) == rule.value;
    }
  }
  return false;
}

}  // namespace

absl::StatusOr<SeenRule> ParseSeenRule(std::string_view text) {
  SeenRule rule;
  const size_t colon = text.find(':');
  const std::string_view what = text.substr(0, colon);
  std::string_view value = colon == text.npos ? text : text.substr(colon + 1);
  if (colon != text.npos && what == "title") {
    rule.what = SeenRule::What::kTitle;
  } else if (colon != text.npos && what == "genre") {
    rule.what = SeenRule::What::kGenre;
  } else if (colon == text.npos || what != "event") {
    value = text;  // an event's id may have a colon
  }
  if (value.empty()) {
    return InvalidArgument(
        "what was seen is event:ID, title:WORDS or genre:GENRE");
  }
  rule.value = value;
  if (rule.what == SeenRule::What::kTitle) rule.value = FoldToAscii(value);
  if (rule.what == SeenRule::What::kGenre && !CodeOf(kGenres, value)) {
    return InvalidArgument("genre: one of {}", AllWordsOf(WordList::kGenre));
  }
  return rule;
}

absl::Status AddLapsed(int year, ListRules* rules) {
  if (year < 2000 || year > 2199) {
    return InvalidArgument("lapsed: a year, such as 2025");
  }
  const CivilDate january{year, 1, 1};
  const int32_t first = DayNumber(january);
  rules->from =
      std::max(rules->from, DayNumber(MonthsBefore(january, kLapsedMonths)));
  rules->to = std::min(rules->to, first - 1);
  rules->days_min = std::max<uint32_t>(rules->days_min, 2);
  rules->absent_from = std::min(rules->absent_from, first);
  return absl::OkStatus();
}

uint64_t CustomerList::SeenBy(const OrderLine& line) {
  if (rules_.seen.empty() && rules_.not_seen.empty()) return 0;
  std::string event(line.event_id);
  event.push_back('\0');
  event.append(line.event_title);
  event.push_back(static_cast<char>(line.genre));
  if (event == last_event_) return last_seen_;
  uint64_t seen = 0, bit = 1;
  for (const auto* list : {&rules_.seen, &rules_.not_seen}) {
    for (const SeenRule& rule : *list) {
      if (Matches(rule, line)) seen |= bit;
      bit <<= 1;
    }
  }
  last_event_ = std::move(event);
  last_seen_ = seen;
  return seen;
}

void CustomerList::Add(const OrderLine& line) {
  if (line.customer_id.empty()) return;
  History& history = histories_[std::string(line.customer_id)];
  if (!line.share) history.keeps_to_itself = true;
  if (!Counts(static_cast<VisitStatus>(line.status))) return;
  const int32_t day = DayOfEvent(line);
  history.latest = std::max(history.latest, day);
  if (day < rules_.from || day > rules_.to) return;
  if (history.days.empty() || history.days.back() != day) {
    history.days.push_back(day);
  }
  history.seen |= SeenBy(line);
}

CustomerList::Result CustomerList::Find() const {
  const uint64_t wanted = (uint64_t{1} << rules_.seen.size()) - 1;
  const uint64_t unwanted = ((uint64_t{1} << rules_.not_seen.size()) - 1)
                            << rules_.seen.size();
  Result result;
  result.opt_outs = opted_out_.size();
  for (const auto& [id, history] : histories_) {
    result.opt_outs_known += opted_out_.contains(id);
    result.looked_at += history.latest != INT32_MIN;
    std::vector<int32_t> days = history.days;
    std::sort(days.begin(), days.end());
    days.erase(std::unique(days.begin(), days.end()), days.end());
    if (days.size() < std::max<uint32_t>(rules_.days_min, 1) ||
        days.size() > rules_.days_max || history.latest >= rules_.absent_from ||
        (history.seen & wanted) != wanted || (history.seen & unwanted) != 0) {
      continue;
    }
    if (history.keeps_to_itself || opted_out_.contains(id)) {
      ++result.opted_out;
      continue;
    }
    result.customers.push_back(
        {id, static_cast<uint32_t>(days.size()), days.front(), days.back()});
  }
  std::sort(result.customers.begin(), result.customers.end(),
            [](const auto& a, const auto& b) {
              return std::tie(b.last_day, a.customer_id) <
                     std::tie(a.last_day, b.customer_id);
            });
  return result;
}

}  // namespace garderobe::client
