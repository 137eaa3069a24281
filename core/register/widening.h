// What a new register lets anybody do that the one before did not: that takes
// two custodians (protocol.md, 7). What narrows takes the coordinating body
// alone.
#ifndef GARDEROBE_CORE_REGISTER_WIDENING_H_
#define GARDEROBE_CORE_REGISTER_WIDENING_H_

#include <string>
#include <vector>

#include "garderobe/v1/common.pb.h"

namespace garderobe {

// A sentence for each, in the order of `after`; empty: it widens nothing. It
// does when an institution is new, its budget or its quota is raised, its
// access key is another one, an author key is new or no longer retired, a
// client or a pin of a client or analyst is new, plain mode is switched on, the
// agreement begins earlier or ends later, or data are kept longer. Keys and
// pins are told by their first 16 hexadecimal digits.
std::vector<std::string> WideningOf(const v1::Register& before,
                                    const v1::Register& after);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_REGISTER_WIDENING_H_
