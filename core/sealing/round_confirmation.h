// What shows the vault that the aggregator has stored a round (protocol.md, 4):
// random bytes that travel to the aggregator sealed, so that the TTP, which
// passes rounds on, has them only from it.
#ifndef GARDEROBE_CORE_SEALING_ROUND_CONFIRMATION_H_
#define GARDEROBE_CORE_SEALING_ROUND_CONFIRMATION_H_

#include "core/base/bytes.h"

namespace garderobe {

// Zeros confirm nothing.
struct RoundConfirmationTag;
using RoundConfirmation = FixedBytes<16, RoundConfirmationTag>;

}  // namespace garderobe

#endif  // GARDEROBE_CORE_SEALING_ROUND_CONFIRMATION_H_
