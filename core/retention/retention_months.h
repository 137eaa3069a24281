// The longest time for which an institution's agreement can have data kept.
#ifndef GARDEROBE_CORE_RETENTION_RETENTION_MONTHS_H_
#define GARDEROBE_CORE_RETENTION_RETENTION_MONTHS_H_

#include <cstdint>

namespace garderobe {

inline constexpr uint32_t kRetentionMonthsMax = 120;

}  // namespace garderobe

#endif  // GARDEROBE_CORE_RETENTION_RETENTION_MONTHS_H_
