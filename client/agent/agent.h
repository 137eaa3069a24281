// The agent: takes rows in the clear from the deliverer's own software, keeps
// them until they are delivered, and tells what became of each.
#ifndef GARDEROBE_CLIENT_AGENT_AGENT_H_
#define GARDEROBE_CLIENT_AGENT_AGENT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "client/agent/agent_config.h"
#include "client/agent/api.h"
#include "client/agent/drainer.h"
#include "client/agent/http_server.h"
#include "client/agent/institution_queue.h"
#include "client/agent/rate_limit.h"
#include "client/endpoint.h"
#include "client/mapping/mapping.h"
#include "client/send/feed_options.h"

namespace garderobe::client {

// One institution that an agent delivers for, and where its keys are.
struct AgentInstitution {
  std::string id, handle_key, author_key;
};

struct AgentSetup {
  AgentConfig config;
  Endpoint endpoint;
  std::string folder;  // the agent's own: token, queues
  std::string state;   // what the client remembers
  std::vector<AgentInstitution> institutions;
  // Gets a line of the log, without personal data; from any thread.
  std::function<void(const std::string& line)> log;
};

// With folders to watch it has to live as long as the process: their threads
// never end.
class Agent {
 public:
  // Opens the queues and begins to take and deliver rows: last, so that nothing
  // is under way when it can't. Errors of InstitutionQueue::Open and
  // HttpServer::Start; InvalidArgument: a folder to watch is of no institution
  // or mapping. A folder that is away is waited for.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Agent>> Start(
      AgentSetup setup);
  ~Agent() = default;

  // Rows that wait, of all institutions.
  uint64_t waiting() const;

 private:
  explicit Agent(AgentSetup setup);
  [[nodiscard]] absl::Status OpenQueues();
  struct Watched {
    WatchedExports exports;
    AgentInstitution institution;
  };
  [[nodiscard]] absl::Status ReadFolders();
  void DeliverFolder(size_t index);
  std::vector<WatchedStatus> FolderStatuses();
  FeedOptions FeedOf(const AgentInstitution& institution,
                     const std::string& source) const;
  void Tell(Flow flow, const InstitutionQueue& queue,
            const absl::Status& status) const;

  const AgentSetup setup_;
  Mapping mapping_;
  RateLimit rate_;
  std::vector<std::unique_ptr<InstitutionQueue>> queues_;
  std::vector<Watched> folders_;
  Mutex mutex_;
  // What hinders each folder; empty: nothing.
  std::vector<std::string> folders_hindered_by_ ABSL_GUARDED_BY(mutex_);
  // Last: use the above.
  std::unique_ptr<Drainer> drainer_;
  std::unique_ptr<Api> api_;
  std::unique_ptr<HttpServer> server_;
};

// The token that callers have to show: 64 hex digits, drawn and kept in
// agent.token of `folder` (mode 0600) when there is none. PermissionDenied:
// others may read it. FailedPrecondition: the file holds none. Unavailable: the
// folder can't be written.
[[nodiscard]] absl::StatusOr<std::string> AgentToken(const std::string& folder);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_AGENT_AGENT_H_
