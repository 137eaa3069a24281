#include "aggregator/rights/visit_json.h"

#include <cstdint>
#include <string>

#include "core/base/civil_time.h"
#include "core/catalogue/codes.h"
#include "spdlog/fmt/fmt.h"

namespace garderobe::aggregator {
namespace {

std::string MinuteText(int32_t minutes) {
  const int32_t day = minutes >= 0 ? minutes / 1440 : (minutes - 1439) / 1440;
  const int32_t rest = minutes - day * 1440;
  return ToIso(FromDayNumber(day)) +
         fmt::format("T{:02}:{:02}", rest / 60, rest % 60);
}

}  // namespace

nlohmann::json VisitJson(const VisitRow& row, const Event& event) {
  nlohmann::json visit = {{"event", event.id},
                          {"title", event.title},
                          {"starts_at", MinuteText(event.starts_at)},
                          {"quantity", row.quantity},
                          {"price_cents", row.price_cents},
                          {"channel", kChannels[row.channel]},
                          {"status", kStatuses[row.status]}};
  if (row.sold_at != INT32_MIN) {
    visit["sold_at"] = MinuteText(row.sold_at * 60).substr(0, 13);
  }
  return visit;
}

}  // namespace garderobe::aggregator
