// A visit as whoever asks for access reads it.
#ifndef GARDEROBE_AGGREGATOR_RIGHTS_VISIT_JSON_H_
#define GARDEROBE_AGGREGATOR_RIGHTS_VISIT_JSON_H_

#include "aggregator/door/visit_batch.h"
#include "nlohmann/json.hpp"

namespace garderobe::aggregator {

// Codes are written as words, times as local ones: the event's to the minute,
// the sale's to the hour, and none where it is not known.
nlohmann::json VisitJson(const VisitRow& row, const Event& event);

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_RIGHTS_VISIT_JSON_H_
