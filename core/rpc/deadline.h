// How long a call may take.
#ifndef GARDEROBE_CORE_RPC_DEADLINE_H_
#define GARDEROBE_CORE_RPC_DEADLINE_H_

#include <chrono>

#include "grpcpp/client_context.h"

namespace garderobe {

// Lets the call of `context` end with DEADLINE_EXCEEDED when it is not done
// `after` from now. Before the call begins.
inline void SetDeadline(grpc::ClientContext& context,
                        std::chrono::milliseconds after) {
  context.set_deadline(std::chrono::system_clock::now() + after);
}

}  // namespace garderobe

#endif  // GARDEROBE_CORE_RPC_DEADLINE_H_
