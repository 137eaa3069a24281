// Asks an agent that runs, over its address or its socket.
#ifndef GARDEROBE_CLIENT_AGENT_AGENT_CALL_H_
#define GARDEROBE_CLIENT_AGENT_AGENT_CALL_H_

#include <string>

#include "client/agent/agent_config.h"
#include "core/base/status.h"

namespace garderobe::client {

// The body that the agent answers to GET `target`. Unavailable: none answers;
// says how to start one. Internal: it answers something else than 200.
[[nodiscard]] absl::StatusOr<std::string> AskAgent(const AgentConfig& config,
                                                   const std::string& token,
                                                   const std::string& target);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_AGENT_AGENT_CALL_H_
