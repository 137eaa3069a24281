// What every daemon does by itself: settings, hardening, logs, metrics,
// health, signals, and an orderly end. Boost.Asio runs it; gRPC's callbacks
// hand work to the pool and never block.
#ifndef GARDEROBE_CORE_DAEMON_DAEMON_H_
#define GARDEROBE_CORE_DAEMON_DAEMON_H_

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/daemon/daemon_config.h"
#include "core/rpc/peer.h"
#include "grpcpp/server.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/registry.h"

namespace garderobe {

// A service and who may call it (core/rpc/role_gate.h).
struct ServedService {
  grpc::Service* service;  // not owned; outlives Serve
  std::string name;        // full, such as "garderobe.v1.VaultService"
  std::vector<Peer> callers;
};

// An address and what is served there.
struct Listener {
  std::string address;
  int64_t message_mib_max = 4;
  std::vector<ServedService> services;
};

struct ServeOptions {
  // At server.listen.
  std::vector<ServedService> services = {};
  // Further ones.
  std::vector<Listener> listeners = {};
  // Keys that the register pins, of clients or analysts; null: they are
  // refused. Called from any thread, at every call of theirs.
  PeerPins::LookUp registered_pins = nullptr;
  // May be called from any thread.
  std::function<DaemonState()> state = nullptr;
  // On SIGHUP, after the log level was read again.
  std::function<absl::Status()> reload = nullptr;
  // When the end begins: what waits for others is to go on at once.
  std::function<void()> on_drain = nullptr;
  // When the drain time is over: what calls wait for is to be given up.
  std::function<void()> on_deadline = nullptr;
};

class Daemon {
 public:
  // Opens logs, checks certificate, key and pins, and makes the data
  // directory. FailedPrecondition, InvalidArgument: one of them is not in
  // order, or may be read by others (says which).
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Daemon>> Create(
      std::string party, const DaemonConfig& config);
  ~Daemon();

  boost::asio::io_context& io() { return io_; }
  boost::asio::thread_pool& workers() { return *workers_; }
  size_t worker_count() const { return worker_count_; }
  prometheus::Registry& metrics() { return *metrics_; }
  const DaemonConfig& config() const { return config_; }

  // ResourceExhausted, with how long to wait: less than the reserve is left
  // where the data directory is. Nothing may be acknowledged then.
  [[nodiscard]] absl::Status CheckDisk() const;

  // Serves `options`, health, reflection, status and metrics until SIGTERM or
  // SIGINT; then refuses new calls, lets the running ones end within the drain
  // time, and returns. Unavailable: an address can't be bound.
  [[nodiscard]] absl::Status Serve(const ServeOptions& options);

 private:
  void ReloadLevel() const;
  struct RunningListener;
  [[nodiscard]] absl::StatusOr<RunningListener> Listen(
      const Listener& listener);
  // What is wrong, in one line, or empty; asks each port (port_probe.h).
  void CheckHealth(const std::vector<RunningListener>& listeners, bool ready,
                   const std::function<void(const std::string&)>& done) const;
  // Ends the servers' calls, within the drain time where they let it.
  void Drain(const std::vector<RunningListener>& listeners,
             const ServeOptions& options) const;
  Daemon(std::string party, const DaemonConfig& config, PeerPins pins);

  const std::string party_;
  const DaemonConfig config_;
  PeerPins pins_;  // complete before anything is served
  const size_t worker_count_;
  boost::asio::io_context io_;
  std::unique_ptr<boost::asio::thread_pool> workers_;
  std::shared_ptr<prometheus::Registry> metrics_;
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_DAEMON_DAEMON_H_
