#include "client/agent/agent.h"

#include <sodium.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <thread>
#include <utility>

#include "client/agent/drain.h"
#include "client/orders/words.h"
#include "client/send/watched_folder.h"
#include "core/base/bytes.h"
#include "core/base/files.h"

namespace garderobe::client {
namespace {

constexpr size_t kTokenBytes = 32;
// After that a delivery is given up, its streams with it, and begins anew after
// a pause.
constexpr std::chrono::milliseconds kGiveUp{60'000};

}  // namespace

absl::StatusOr<std::string> AgentToken(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const std::string path = folder + "/agent.token";
  GARDEROBE_ASSIGN_OR_RETURN(const bool is_there, IsThere(path));
  if (!is_there) {
    uint8_t bytes[kTokenBytes];
    randombytes_buf(bytes, sizeof bytes);
    GARDEROBE_RETURN_IF_ERROR(CreateFile(path, ToHex(bytes) + "\n", 0600));
  }
  struct stat about;
  if (stat(path.c_str(), &about) == 0 && (about.st_mode & 077) != 0) {
    return PermissionDenied("others may read {}; run chmod 600 on it", path);
  }
  GARDEROBE_ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(path));
  const std::string token(TrimField(text));
  if (token.size() < 32) {
    return FailedPrecondition(
        "{} holds no token; delete it, and a new one is "
        "drawn",
        path);
  }
  return token;
}

Agent::Agent(AgentSetup setup)
    : setup_(std::move(setup)),
      rate_(static_cast<uint64_t>(setup_.config.rows_per_second)) {}

absl::StatusOr<std::unique_ptr<Agent>> Agent::Start(AgentSetup setup) {
  std::unique_ptr<Agent> agent(new Agent(std::move(setup)));
  const AgentConfig& config = agent->setup_.config;
  GARDEROBE_ASSIGN_OR_RETURN(agent->mapping_, FindMapping("default"));
  agent->mapping_.zone = config.zone;
  GARDEROBE_ASSIGN_OR_RETURN(const std::string token,
                             AgentToken(agent->setup_.folder));
  GARDEROBE_RETURN_IF_ERROR(agent->ReadFolders());
  GARDEROBE_RETURN_IF_ERROR(agent->OpenQueues());
  std::vector<InstitutionQueue*> queues;
  for (const auto& queue : agent->queues_) queues.push_back(queue.get());

  DrainerOptions options;
  options.at_once = {static_cast<size_t>(config.visits_at_once),
                     static_cast<size_t>(config.relations_at_once)};
  options.gather = {std::chrono::seconds(config.gather_visits_s),
                    std::chrono::seconds(config.gather_relations_s)};
  const DrainOptions drain{&agent->setup_.endpoint, &agent->mapping_,
                           &agent->rate_};
  agent->drainer_ = std::make_unique<Drainer>(
      options, queues,
      [drain](Flow flow, InstitutionQueue& queue) {
        return flow == Flow::kVisits ? DrainVisits(drain, queue)
                                     : DrainRelations(drain, queue);
      },
      [agent = agent.get()](Flow flow, const InstitutionQueue& queue,
                            const absl::Status& status) {
        agent->Tell(flow, queue, status);
      });
  agent->api_ = std::make_unique<Api>(
      ApiOptions{agent->setup_.endpoint.client, queues, &agent->mapping_, token,
                 [drainer = agent->drainer_.get()] { drainer->Wake(); },
                 [agent = agent.get()] { return agent->FolderStatuses(); }});
  HttpOptions http;
  http.listen = config.listen;
  http.socket = config.socket;
  GARDEROBE_ASSIGN_OR_RETURN(agent->server_,
                             HttpServer::Start(http, *agent->api_));
  agent->drainer_->Start();
  for (size_t i = 0; i < agent->folders_.size(); ++i) {
    // Runs as long as the process.
    std::thread([agent = agent.get(), i] { agent->DeliverFolder(i); }).detach();
  }
  return agent;
}

FeedOptions Agent::FeedOf(const AgentInstitution& institution,
                          const std::string& source) const {
  FeedOptions feed;
  feed.institution = institution.id;
  feed.source = source;
  feed.handle_key = institution.handle_key;
  feed.author_key = institution.author_key;
  feed.state = setup_.state;
  feed.own_domains = setup_.config.own_domains;
  feed.give_up = kGiveUp;
  feed.plain = setup_.config.plain;
  return feed;
}

absl::Status Agent::OpenQueues() {
  SpoolOptions limits;
  limits.bytes_max = static_cast<uint64_t>(setup_.config.spool_mib_max) << 20;
  limits.free_bytes_min = static_cast<uint64_t>(setup_.config.free_mib_min)
                          << 20;
  for (const AgentInstitution& institution : setup_.institutions) {
    GARDEROBE_ASSIGN_OR_RETURN(
        auto queue,
        InstitutionQueue::Open(FeedOf(institution, setup_.config.source),
                               setup_.folder + "/" + institution.id, limits));
    for (const std::string& finding : queue->spool().findings()) {
      setup_.log(fmt::format("{}: {}", institution.id, finding));
    }
    queues_.push_back(std::move(queue));
  }
  return absl::OkStatus();
}

absl::Status Agent::ReadFolders() {
  for (const std::string& text : setup_.config.folders) {
    GARDEROBE_ASSIGN_OR_RETURN(const WatchedExports watched,
                               ParseWatched(text));
    const auto found = std::find_if(
        setup_.institutions.begin(), setup_.institutions.end(),
        [&](const auto& one) { return one.id == watched.institution; });
    if (found == setup_.institutions.end()) {
      return InvalidArgument(
          "folders.watch: this agent does not deliver for {}",
          watched.institution);
    }
    GARDEROBE_RETURN_IF_ERROR(FindMapping(watched.mapping).status());
    folders_.push_back({watched, *found});
  }
  const MutexLock lock(&mutex_);
  folders_hindered_by_.resize(folders_.size());
  return absl::OkStatus();
}

std::vector<WatchedStatus> Agent::FolderStatuses() {
  std::vector<WatchedStatus> statuses;
  const MutexLock lock(&mutex_);
  for (size_t i = 0; i < folders_.size(); ++i) {
    statuses.push_back({folders_[i].institution.id, folders_[i].exports.path,
                        folders_hindered_by_[i]});
  }
  return statuses;
}

void Agent::DeliverFolder(size_t index) {
  const WatchedExports& watched = folders_[index].exports;
  const AgentInstitution& institution = folders_[index].institution;
  WatchFolder(
      watched.path,
      [&](const std::string& file) -> absl::StatusOr<std::string> {
        SendOptions options;
        options.feed = FeedOf(institution, "files");
        options.input.file = file;
        options.input.mapping = watched.mapping;
        const auto report = SendFile(setup_.endpoint, options, nullptr);
        if (!report.ok()) {
          setup_.log(fmt::format("{}: {}: not delivered: {}", institution.id,
                                 file, Message(report.status())));
          return Annotate(report.status(), file);
        }
        setup_.log(fmt::format("{}: {}: {} rows, {} visits stored, {} refused",
                               institution.id, file, report->rows,
                               report->visits_accepted,
                               report->visits_refused));
        for (const Refusal& one : report->refused) {
          setup_.log(fmt::format("{}: {}: line {}: {} {}", institution.id, file,
                                 one.line, one.column, one.reason));
        }
        return PlaceOf(*report);
      },
      [&](const absl::Status& status) {
        setup_.log(
            fmt::format("{}: {}: {}", institution.id, watched.path,
                        status.ok() ? "is watched again" : Message(status)));
        const MutexLock lock(&mutex_);
        folders_hindered_by_[index] = std::string(Message(status));
      });
}

void Agent::Tell(Flow flow, const InstitutionQueue& queue,
                 const absl::Status& status) const {
  const std::string_view what = flow == Flow::kVisits ? "visits" : "customers";
  if (status.ok()) {
    setup_.log(
        fmt::format("{}: {} are delivered again", queue.institution(), what));
  } else {
    setup_.log(fmt::format("{}: {} wait ({} rows): {}", queue.institution(),
                           what, queue.waiting(flow), Message(status)));
  }
}

uint64_t Agent::waiting() const {
  uint64_t rows = 0;
  for (const auto& queue : queues_) rows += queue->waiting(Flow::kVisits);
  return rows;
}

}  // namespace garderobe::client
