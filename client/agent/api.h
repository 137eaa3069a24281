// What the agent answers over HTTP, without the network: openapi.json has the
// contract.
#ifndef GARDEROBE_CLIENT_AGENT_API_H_
#define GARDEROBE_CLIENT_AGENT_API_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "client/agent/institution_queue.h"
#include "client/agent/intake.h"
#include "client/mapping/mapping.h"
#include "prometheus/counter.h"
#include "prometheus/registry.h"

namespace garderobe::client {

struct ApiRequest {
  std::string method;  // "GET"
  std::string target;  // path and query
  std::string content_type;
  std::string authorization, host, origin;  // as the headers say; may be empty
  bool is_local_socket = false;  // who may open it is decided by its mode
  bool has_body = false;
};

struct ApiResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  int retry_after_s = 0;  // 0: not said
};

struct WatchedStatus {
  std::string institution, path;
  std::string hindered_by;  // empty: nothing hinders
};

struct ApiOptions {
  std::string client;                     // who delivers
  std::vector<InstitutionQueue*> queues;  // not owned; outlive the API
  const Mapping* mapping = nullptr;       // of rows in JSON; likewise
  std::string token;                      // what Authorization has to say
  std::function<void()> on_rows;          // rows have come
  // Folders that are watched, and what hinders each; none when null.
  std::function<std::vector<WatchedStatus>()> folders = nullptr;
};

// Thread-safe.
class Api {
 public:
  explicit Api(ApiOptions options);

  // Looks at origin, host and token, before a body is read. Returns the answer
  // to a request that is refused; null for one that is allowed.
  std::unique_ptr<ApiResponse> Refuse(const ApiRequest& request) const;
  // Answers a request that Refuse allows. Returns when its rows are synced.
  ApiResponse Answer(const ApiRequest& request, std::string_view body);
  // Counts an answer that was given, by whomever.
  void Count(int status);

 private:
  ApiResponse PostRows(InstitutionQueue& queue, const ApiRequest& request,
                       std::string_view body);
  ApiResponse GetOutcomes(const InstitutionQueue& queue,
                          const std::map<std::string, std::string>& query);
  ApiResponse GetStatus() const;
  ApiResponse GetMetrics();

  const ApiOptions options_;
  std::map<std::string, InstitutionQueue*> queues_;
  Intake intake_;
  prometheus::Registry metrics_;
  prometheus::Family<prometheus::Counter>& requests_;
};

// The contract that the agent serves at /openapi.json.
std::string_view AgentOpenApi();

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_AGENT_API_H_
