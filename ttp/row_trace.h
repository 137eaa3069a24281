// What the TTP remembers of a row to prove its conversion to an auditor
// (protocol.md, 8). In memory only; its scalars are wiped with its crowd.
#ifndef GARDEROBE_TTP_ROW_TRACE_H_
#define GARDEROBE_TTP_ROW_TRACE_H_

#include <memory>

#include "core/audit/shown_crowd.h"
#include "core/group/scalar.h"

namespace garderobe::ttp {

// Move-only.
struct RowTrace {
  ClientRow row;  // as the client sent it; without its handle
  ParameterSerials serials;
  WipedScalar q, q_home;  // what rerandomised it
};
// Null where nothing is kept.
using RowTracePtr = std::unique_ptr<const RowTrace>;

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_ROW_TRACE_H_
