#include "core/daemon/daemon.h"

#include <sodium.h>
#include <sys/stat.h>

#include <algorithm>
#include <boost/asio/signal_set.hpp>
#include <exception>
#include <filesystem>
#include <optional>
#include <ratio>
#include <thread>

#include "core/base/mutex.h"
#include "core/base/version.h"
#include "core/daemon/acceptor.h"
#include "core/daemon/disk.h"
#include "core/config/listen_address.h"
#include "core/daemon/metrics_endpoint.h"
#include "core/daemon/port_probe.h"
#include "core/daemon/status_service.h"
#include "core/rpc/role_gate.h"
#include "core/rpc/status_conversion.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/server_builder.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace garderobe {
namespace {

absl::StatusOr<spdlog::level::level_enum> ParseLevel(const std::string& name) {
  const auto level = spdlog::level::from_str(name);
  if (level == spdlog::level::off) {
    return InvalidArgument("log.level must be debug, info, warning or error");
  }
  return level;
}

}  // namespace

Daemon::Daemon(std::string party, const DaemonConfig& config, PeerPins pins)
    : party_(std::move(party)),
      config_(config),
      pins_(std::move(pins)),
      worker_count_(config.worker_threads > 0
                        ? static_cast<size_t>(config.worker_threads)
                        : std::max(2u, std::thread::hardware_concurrency())),
      workers_(std::make_unique<boost::asio::thread_pool>(worker_count_)),
      metrics_(std::make_shared<prometheus::Registry>()) {}

Daemon::~Daemon() {
  workers_->join();
  io_.stop();
}

absl::StatusOr<std::unique_ptr<Daemon>> Daemon::Create(
    std::string party, const DaemonConfig& config) {
  if (sodium_init() < 0) return Internal("libsodium does not start");
  auto logger = spdlog::stderr_logger_mt(party);
  logger->set_pattern("time=%Y-%m-%dT%H:%M:%S.%e%z level=%l party=%n %v");
  GARDEROBE_ASSIGN_OR_RETURN(const auto level, ParseLevel(config.log_level));
  logger->set_level(level);
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(logger);
  spdlog::info("event=descriptors limit={}", RaiseDescriptorLimit());
  GARDEROBE_RETURN_IF_ERROR(CheckTlsFiles(config.tls));
  GARDEROBE_ASSIGN_OR_RETURN(PeerPins pins, ReadPeerPins(config.peers));
  std::error_code error;
  std::filesystem::create_directories(config.data, error);
  if (error) {
    return FailedPrecondition("cannot create data.directory {}: {}",
                              config.data, error.message());
  }
  struct stat info;
  if (stat(config.data.c_str(), &info) != 0 || (info.st_mode & 077) != 0) {
    return FailedPrecondition(
        "others may read data.directory {}; run: chmod 700 {}", config.data,
        config.data);
  }
  return std::unique_ptr<Daemon>(
      new Daemon(std::move(party), config, std::move(pins)));
}

absl::Status Daemon::CheckDisk() const {
  const uint64_t reserve = static_cast<uint64_t>(config_.disk_reserve_mib)
                           << 20;
  const auto free = FreeBytes(config_.data);
  if (!free) {
    return Unavailable("{} can't enter its data.directory any more", party_);
  }
  if (*free >= reserve) return absl::OkStatus();
  return WithRetryAfter(
      ResourceExhausted("the disk of {} is full: {} MiB free, {} MiB needed; "
                        "nothing is stored until there is room",
                        party_, *free >> 20, reserve >> 20),
      std::chrono::seconds(2));
}

void Daemon::ReloadLevel() const {
  if (config_.settings == nullptr) return;
  const auto name = config_.settings->TextNow("log.level");
  const auto level = name.ok() ? ParseLevel(*name) : name.status();
  if (level.ok()) {
    spdlog::default_logger()->set_level(*level);
  } else {
    spdlog::error("event=reload-failed reason=\"{}\"", Message(level.status()));
  }
}

// A server, and what stands before it.
struct Daemon::RunningListener {
  // Before the server: its methods are the gates'.
  std::vector<std::unique_ptr<RoleGate>> gates;
  std::unique_ptr<grpc::Server> server;
  std::shared_ptr<Acceptor> acceptor;
  std::shared_ptr<PortProbe> probe;
};

absl::StatusOr<Daemon::RunningListener> Daemon::Listen(
    const Listener& listener) {
  GARDEROBE_ASSIGN_OR_RETURN(const auto endpoint,
                             ParseListenAddress(listener.address));
  RunningListener running;
  grpc::ServerBuilder builder;
  for (const ServedService& served : listener.services) {
    running.gates.push_back(std::make_unique<RoleGate>(
        *served.service, served.name, served.callers, pins_));
    builder.RegisterService(running.gates.back().get());
  }
  auto connections = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      ServerTls(config_.tls));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                             static_cast<int>(config_.connection_streams_max));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10000);
  builder.AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10000);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10000);
  // Clients and parties connect again by themselves.
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 300000);
  builder.SetMaxReceiveMessageSize(
      static_cast<int>(listener.message_mib_max << 20));
  builder.SetResourceQuota(grpc::ResourceQuota(party_).Resize(
      static_cast<size_t>(config_.memory_mib) << 20));
  const auto bound = Acceptor::Listen(io_, endpoint);
  if (!bound.ok()) {
    return Unavailable("cannot listen on {}: {}; is the port taken?",
                       listener.address, Message(bound.status()));
  }
  running.acceptor = *bound;
  running.server = builder.BuildAndStart();
  if (!running.server) return Internal("gRPC does not start");
  running.acceptor->Start(std::move(connections));
  running.probe = std::make_shared<PortProbe>(io_, endpoint, config_.tls);
  return running;
}

void Daemon::CheckHealth(
    const std::vector<RunningListener>& listeners, bool ready,
    const std::function<void(const std::string&)>& done) const {
  if (!ready) return done("not ready");
  auto waiting = std::make_shared<size_t>(listeners.size());
  auto fault = std::make_shared<std::string>();
  for (const RunningListener& listener : listeners) {
    listener.probe->Ask([=](bool answers, const std::string& why) {
      if (!answers) *fault = "the own port does not answer (" + why + ")";
      if (--*waiting == 0) done(*fault);
    });
  }
}

absl::Status Daemon::Serve(const ServeOptions& options) {
  pins_.SetLookUp(options.registered_pins);
  StatusServiceImpl status_service(party_, config_, options.state);
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  Listener main{config_.listen, config_.message_mib_max, options.services};
  main.services.push_back({&status_service,
                           v1::StatusService::service_full_name(),
                           {{Role::kCoordinator, ""}}});
  std::vector<RunningListener> listeners;
  GARDEROBE_ASSIGN_OR_RETURN(listeners.emplace_back(), Listen(main));
  for (const Listener& listener : options.listeners) {
    GARDEROBE_ASSIGN_OR_RETURN(listeners.emplace_back(), Listen(listener));
  }
  if (!config_.metrics_listen.empty()) {
    GARDEROBE_RETURN_IF_ERROR(
        ServeMetrics(io_, config_.metrics_listen, metrics_,
                     [this, &listeners, &options](auto done) {
                       CheckHealth(listeners, options.state().ready, done);
                     }));
  }
  boost::asio::signal_set ends(io_, SIGTERM, SIGINT);
  boost::asio::signal_set reloads(io_, SIGHUP);
  ends.async_wait([this](const auto& error, int signal) {
    if (error) return;
    spdlog::info("event=stopping signal={}", signal);
    io_.stop();
  });
  std::function<void(const boost::system::error_code&, int)> on_reload =
      [&](const boost::system::error_code& error, int) {
        if (error) return;
        // Certificates are read again by themselves when their files change.
        ReloadLevel();
        const absl::Status status =
            options.reload ? options.reload() : absl::OkStatus();
        if (status.ok()) {
          spdlog::info("event=reloaded");
        } else {
          spdlog::error("event=reload-failed reason=\"{}\"", Message(status));
        }
        reloads.async_wait(on_reload);
      };
  reloads.async_wait(on_reload);

  for (const RunningListener& listener : listeners) {
    listener.server->GetHealthCheckService()->SetServingStatus(true);
  }
  spdlog::info("event=serving listen={} version={}", config_.listen, kVersion);
  io_.run();
  for (const RunningListener& listener : listeners) listener.acceptor->Stop();
  Drain(listeners, options);
  workers_->join();
  spdlog::info("event=stopped");
  return absl::OkStatus();
}

void Daemon::Drain(const std::vector<RunningListener>& listeners,
                   const ServeOptions& options) const {
  if (options.on_drain) options.on_drain();
  const auto drain = std::chrono::milliseconds(config_.drain_ms);
  const auto deadline = std::chrono::steady_clock::now() + drain;
  // A call that waits for another party does not end by being cancelled.
  Mutex mutex;
  CondVar changed;
  bool ended = false;
  std::thread watch([&] {
    const MutexLock lock(&mutex);
    while (!ended && std::chrono::steady_clock::now() < deadline) {
      changed.WaitUntil(&mutex, deadline);
    }
    if (!ended && options.on_deadline) options.on_deadline();
  });
  // All at once: none takes new calls while another drains.
  const auto until = std::chrono::system_clock::now() + drain;
  std::vector<std::thread> shutdowns;
  for (const RunningListener& listener : listeners) {
    shutdowns.emplace_back([&server = *listener.server, until] {
      server.GetHealthCheckService()->SetServingStatus(false);
      server.Shutdown(until);
      server.Wait();
    });
  }
  for (std::thread& shutdown : shutdowns) shutdown.join();
  {
    const MutexLock lock(&mutex);
    ended = true;
  }
  changed.NotifyAll();
  watch.join();
}

}  // namespace garderobe
