#include "client/agent/api.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <optional>
#include <utility>

#include "client/agent/json_rows.h"
#include "core/base/integer.h"
#include "core/base/nearest.h"
#include "core/base/version.h"
#include "nlohmann/json.hpp"
#include "prometheus/gauge.h"
#include "prometheus/text_serializer.h"
#include "spdlog/fmt/chrono.h"

namespace garderobe::client {
namespace {

using nlohmann::json;

constexpr size_t kBatchesDefault = 100, kBatchesMax = 1000;
constexpr int kFullRetrySeconds = 60;
constexpr std::string_view kPrefix = "/v1/institutions/";

ApiResponse Error(int status, std::string_view code, std::string message) {
  ApiResponse response;
  response.status = status;
  response.body =
      json{{"error", {{"code", code}, {"message", std::move(message)}}}}.dump(
          -1, ' ', false, json::error_handler_t::replace) +
      "\n";
  return response;
}

ApiResponse Found(const json& body) {
  ApiResponse response;
  response.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  response.body += "\n";
  return response;
}

// "application/json; charset=utf-8" without what follows the type.
std::string_view TypeOf(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (content_type.ends_with(' ')) content_type.remove_suffix(1);
  return content_type;
}

// In ASCII, whatever its capitals.
bool IsSameWord(std::string_view text, std::string_view word) {
  return std::equal(
      text.begin(), text.end(), word.begin(), word.end(),
      [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

// Guards against DNS rebinding: a page whose own name was made to lead to this
// machine sends that name as Host.
bool IsLoopbackName(std::string_view host) {
  if (host.starts_with('[')) {
    host = host.substr(1, host.find(']') - 1);
  } else {
    host = host.substr(0, host.find(':'));
  }
  if (host.ends_with('.')) host.remove_suffix(1);
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(host), error);
  return error ? IsSameWord(host, "localhost") : address.is_loopback();
}

// Values of this API are numbers and words; nothing needs to be decoded.
std::map<std::string, std::string> QueryOf(std::string_view target) {
  std::map<std::string, std::string> query;
  const size_t mark = target.find('?');
  if (mark == target.npos) return query;
  std::string_view rest = target.substr(mark + 1);
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const size_t equals = std::min(pair.find('='), pair.size());
    query[std::string(pair.substr(0, equals))] =
        equals == pair.size() ? "" : std::string(pair.substr(equals + 1));
  }
  return query;
}

json RefusedJson(const std::vector<Refusal>& reasons) {
  json list = json::array();
  for (const Refusal& one : reasons) {
    list.push_back(
        {{"row", one.line}, {"column", one.column}, {"reason", one.reason}});
  }
  return list;
}

std::string UtcTime(uint64_t seconds) {
  return fmt::format("{:%FT%TZ}", fmt::gmtime(static_cast<time_t>(seconds)));
}

json StatusJson(const InstitutionQueue& queue) {
  const QueueStatus status = queue.Status();
  json out = {{"institution", queue.institution()},
              {"taken", status.taken},
              {"waiting", status.waiting},
              {"customers_waiting", status.customers_waiting},
              {"stored", status.stored},
              {"refused", status.refused},
              {"spool_bytes", status.spool_bytes},
              {"complete_until", nullptr},
              {"last_stored_at", nullptr},
              {"visits_hindered_by", status.hindered_by[0]},
              {"customers_hindered_by", status.hindered_by[1]}};
  if (status.complete_until) {
    out["complete_until"] = UtcTime(*status.complete_until);
  }
  if (status.last_stored_at > 0) {
    out["last_stored_at"] = UtcTime(status.last_stored_at);
  }
  return out;
}

}  // namespace

Api::Api(ApiOptions options)
    : options_(std::move(options)),
      intake_(*options_.mapping),
      requests_(prometheus::BuildCounter()
                    .Name("garderobe_agent_requests_total")
                    .Help("requests that were answered, by HTTP status")
                    .Register(metrics_)) {
  for (InstitutionQueue* queue : options_.queues) {
    queues_.emplace(queue->institution(), queue);
  }
}

std::unique_ptr<ApiResponse> Api::Refuse(const ApiRequest& request) const {
  const auto refused = [](int status, std::string_view code,
                          std::string message) {
    return std::make_unique<ApiResponse>(
        Error(status, code, std::move(message)));
  };
  // Programs send none; a page that somebody has open in a browser does.
  if (!request.origin.empty()) {
    return refused(403, "ORIGIN_REFUSED", "the agent answers no web pages");
  }
  if (!request.is_local_socket) {
    if (!IsLoopbackName(request.host)) {
      return refused(403, "HOST_REFUSED",
                     "the agent is reached as localhost, 127.0.0.1 or [::1]");
    }
    const std::string_view shown = request.authorization;
    constexpr std::string_view kScheme = "bearer ";
    const bool is_known =
        shown.size() == kScheme.size() + options_.token.size() &&
        IsSameWord(shown.substr(0, kScheme.size()), kScheme) &&
        sodium_memcmp(shown.data() + kScheme.size(), options_.token.data(),
                      options_.token.size()) == 0;
    const bool is_probe = request.method == "GET" &&
                          request.target == "/healthz" && !request.has_body;
    if (!is_known && !is_probe) {
      return refused(401, "TOKEN_WRONG",
                     "send the header Authorization: Bearer TOKEN, with the "
                     "token that the agent keeps in its folder (agent.token)");
    }
  }
  return nullptr;
}

ApiResponse Api::Answer(const ApiRequest& request, std::string_view body) {
  const auto answer = [&]() -> ApiResponse {
    const std::string_view path =
        std::string_view(request.target).substr(0, request.target.find('?'));
    const bool is_get = request.method == "GET";
    for (const std::string_view known :
         {"/healthz", "/openapi.json", "/metrics", "/v1/status"}) {
      if (path == known && !is_get) {
        return Error(405, "METHOD_REFUSED", "this is read with GET");
      }
    }
    if (path == "/healthz") return Found({{"ok", true}});
    if (path == "/openapi.json") {
      ApiResponse response;
      response.body = std::string(AgentOpenApi());
      return response;
    }
    if (path == "/metrics") return GetMetrics();
    if (path == "/v1/status") return GetStatus();
    if (!path.starts_with(kPrefix)) {
      return Error(404, "NOT_FOUND",
                   "there is no such path; /openapi.json has all");
    }
    const std::string_view rest = path.substr(kPrefix.size());
    const size_t slash = std::min(rest.find('/'), rest.size());
    const auto found = queues_.find(std::string(rest.substr(0, slash)));
    if (found == queues_.end()) {
      std::vector<std::string> names;
      for (const auto& [name, queue] : queues_) names.push_back(name);
      return Error(404, "INSTITUTION_UNKNOWN",
                   "this agent does not deliver for it; nearest: " +
                       Nearest(rest.substr(0, slash), names));
    }
    const std::string_view what = rest.substr(slash);
    if (what == "/rows") {
      if (request.method != "POST") {
        return Error(405, "METHOD_REFUSED", "rows are sent with POST");
      }
      return PostRows(*found->second, request, body);
    }
    if (what == "/outcomes") {
      if (!is_get) {
        return Error(405, "METHOD_REFUSED", "outcomes are read with GET");
      }
      return GetOutcomes(*found->second, QueryOf(request.target));
    }
    return Error(404, "NOT_FOUND",
                 "an institution has /rows and /outcomes; /openapi.json has "
                 "all");
  };
  return answer();
}

void Api::Count(int status) {
  requests_.Add({{"status", std::to_string(status)}}).Increment();
}

ApiResponse Api::PostRows(InstitutionQueue& queue, const ApiRequest& request,
                          std::string_view body) {
  const std::string_view type = TypeOf(request.content_type);
  const bool is_lines = type == "application/x-ndjson";
  if (!is_lines && type != "application/json") {
    return Error(415, "CONTENT_TYPE",
                 "rows are application/json or application/x-ndjson");
  }
  auto rows = is_lines ? ReadNdjsonRows(body) : ReadJsonRows(body);
  if (!rows.ok()) {
    const bool is_large =
        rows.status().code() == absl::StatusCode::kResourceExhausted;
    return Error(is_large ? 413 : 400,
                 is_large ? "TOO_MANY_ROWS" : "BODY_SHAPE",
                 std::string(Message(rows.status())));
  }
  if (rows->empty()) {
    return Error(400, "NO_ROWS", "there is no row in this request");
  }
  const auto taken = intake_.Take(*std::move(rows), queue);
  if (!taken.ok()) {
    ApiResponse response =
        Error(507, "NOT_KEPT", std::string(Message(taken.status())));
    response.retry_after_s = kFullRetrySeconds;
    return response;
  }
  if (options_.on_rows) options_.on_rows();
  ApiResponse response = Found({{"first_row", taken->first_row},
                                {"rows", taken->rows},
                                {"taken", taken->rows - taken->refused},
                                {"refused", RefusedJson(taken->reasons)},
                                {"oddities", taken->oddities}});
  // A client that looks at nothing but the status learns that its rows are not
  // understood.
  if (taken->refused == taken->rows) response.status = 422;
  return response;
}

ApiResponse Api::GetOutcomes(const InstitutionQueue& queue,
                             const std::map<std::string, std::string>& query) {
  uint64_t after = 0;
  uint64_t limit = kBatchesDefault;
  Flow flow = Flow::kVisits;
  for (const auto& [name, value] : query) {
    const auto number = ParseInteger<uint64_t>(value);
    if (name == "after" && number) {
      after = *number;
    } else if (name == "limit" && number && *number > 0) {
      limit = std::min<uint64_t>(*number, kBatchesMax);
    } else if (name == "of" && (value == "visits" || value == "customers")) {
      flow = value == "visits" ? Flow::kVisits : Flow::kRelations;
    } else {
      return Error(400, "QUERY",
                   "outcomes take after=ROW, limit=BATCHES and "
                   "of=visits|customers");
    }
  }
  const auto page = queue.outcomes(flow).ReadAfter(after, limit);
  if (!page.ok()) {
    return Error(503, "NOT_READ", std::string(Message(page.status())));
  }
  json batches = json::array();
  for (const std::string& line : page->lines) {
    json batch = json::parse(line, nullptr, /*allow_exceptions=*/false);
    const auto at = batch.is_object() ? batch.find("at") : batch.end();
    if (at == batch.end() || !at->is_number_unsigned()) continue;
    *at = UtcTime(at->get<uint64_t>());
    batch.erase("stored_in_all");
    batch.erase("refused_in_all");
    batches.push_back(std::move(batch));
  }
  json out = {{"batches", std::move(batches)}, {"next_after", page->to}};
  // What was asked for is not kept any more, up to here.
  if (page->after > after) out["forgotten_until"] = page->after;
  return Found(out);
}

ApiResponse Api::GetStatus() const {
  json list = json::array();
  for (const auto& [name, queue] : queues_) list.push_back(StatusJson(*queue));
  json folders = json::array();
  if (options_.folders) {
    for (const WatchedStatus& one : options_.folders()) {
      folders.push_back({{"institution", one.institution},
                         {"path", one.path},
                         {"hindered_by", one.hindered_by}});
    }
  }
  return Found({{"client", options_.client},
                {"version", kVersion},
                {"institutions", std::move(list)},
                {"folders", std::move(folders)}});
}

ApiResponse Api::GetMetrics() {
  // Gauges are read off the queues when they are asked for.
  auto now = std::make_shared<prometheus::Registry>();
  struct Gauge {
    std::string_view name, help;
    std::function<double(const QueueStatus&)> value;
  };
  const auto seconds_behind = [](const QueueStatus& status) {
    const uint64_t at = UnixSeconds();
    // Where it can't be told since when a row waits, since the last was stored.
    const uint64_t since =
        status.complete_until.value_or(status.last_stored_at);
    return since > at ? 0.0 : static_cast<double>(at - since);
  };
  const std::array<Gauge, 8> gauges = {{
      {"garderobe_agent_rows_taken", "rows that were taken, those refused too",
       [](const auto& s) { return static_cast<double>(s.taken); }},
      {"garderobe_agent_rows_waiting", "rows whose visits are not delivered",
       [](const auto& s) { return static_cast<double>(s.waiting); }},
      {"garderobe_agent_customer_rows_waiting",
       "rows whose customers are not delivered",
       [](const auto& s) { return static_cast<double>(s.customers_waiting); }},
      {"garderobe_agent_rows_stored", "rows whose visits are stored",
       [](const auto& s) { return static_cast<double>(s.stored); }},
      {"garderobe_agent_rows_refused",
       "rows that were refused, by the agent or by the aggregator",
       [](const auto& s) { return static_cast<double>(s.refused); }},
      {"garderobe_agent_spool_bytes", "bytes of rows on disk",
       [](const auto& s) { return static_cast<double>(s.spool_bytes); }},
      {"garderobe_agent_behind_seconds",
       "age of the oldest row that is not delivered", seconds_behind},
      {"garderobe_agent_hindered",
       "1 when something hinders the delivery (agent status says what)",
       [](const auto& s) {
         return s.hindered_by[0].empty() && s.hindered_by[1].empty() ? 0.0
                                                                     : 1.0;
       }},
  }};
  // One moment for all gauges.
  std::vector<std::pair<std::string, QueueStatus>> statuses;
  for (const auto& [name, queue] : queues_) {
    statuses.emplace_back(name, queue->Status());
  }
  for (const Gauge& gauge : gauges) {
    auto& family = prometheus::BuildGauge()
                       .Name(std::string(gauge.name))
                       .Help(std::string(gauge.help))
                       .Register(*now);
    for (const auto& [name, status] : statuses) {
      family.Add({{"institution", name}}).Set(gauge.value(status));
    }
  }
  if (options_.folders) {
    auto& family = prometheus::BuildGauge()
                       .Name("garderobe_agent_folder_hindered")
                       .Help("1 when a watched folder can't be delivered")
                       .Register(*now);
    for (const WatchedStatus& one : options_.folders()) {
      family.Add({{"institution", one.institution}, {"folder", one.path}})
          .Set(one.hindered_by.empty() ? 0 : 1);
    }
  }
  ApiResponse response;
  response.content_type = "text/plain; version=0.0.4";
  const prometheus::TextSerializer text;
  response.body =
      text.Serialize(now->Collect()) + text.Serialize(metrics_.Collect());
  return response;
}

}  // namespace garderobe::client
