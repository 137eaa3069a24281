// Who leaves with a crowd (protocol.md, 4): drawn, so that the place in the
// queue says nothing.
#ifndef GARDEROBE_TTP_CROWD_DRAW_H_
#define GARDEROBE_TTP_CROWD_DRAW_H_

#include <cstddef>
#include <vector>

namespace garderobe::ttp {

// Says of each waiting row whether it leaves now: first those whose wait is
// over, which `is_due` tells, then of the others three in four, by chance; at
// most `rows_max` in all.
std::vector<bool> DrawCrowd(const std::vector<bool>& is_due, size_t rows_max);

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_CROWD_DRAW_H_
