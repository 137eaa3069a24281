#include "core/daemon/daemon_config.h"

namespace garderobe {

void AddDaemonSettings(Settings& settings, DaemonConfig* config) {
  config->settings = &settings;
  settings.Address("server.listen", &config->listen,
                   "IP address and port to serve gRPC on.", /*required=*/true);
  settings.Number("server.worker_threads", &config->worker_threads,
                  "Threads that do the work; 0 is one a core.", 0, 256);
  settings.Number("server.memory_mib", &config->memory_mib,
                  "Memory for gRPC's buffers, MiB.", 16, 65536);
  settings.Number("server.message_mib_max", &config->message_mib_max,
                  "The largest message that is taken in, MiB.", 1, 1024);
  settings.Number("server.connection_streams_max",
                  &config->connection_streams_max,
                  "Calls at the same time on one connection.", 1, 4096);
  settings.Number("server.drain_ms", &config->drain_ms,
                  "How long running calls may take to end on SIGTERM, ms.", 0,
                  600000);
  settings.Text("tls.certificate", &config->tls.certificate,
                "PEM file with this daemon's certificate.");
  settings.Text("tls.private_key", &config->tls.private_key,
                "PEM file with its private key; mode 0600.");
  settings.Text("tls.authority", &config->tls.authority,
                "PEM file with the authority of the deployment.");
  AddCoordinatorPins(settings, &config->peers);
  settings.Text("data.directory", &config->data,
                "Where this daemon keeps its state.");
  settings.Number("data.disk_reserve_mib", &config->disk_reserve_mib,
                  "Nothing is accepted when less than this is free, MiB.", 1,
                  1 << 20);
  settings.Address("metrics.listen", &config->metrics_listen,
                   "IP address and port for Prometheus; empty for none.");
  settings.Choice("log.level", &config->log_level,
                  "debug, info, warning or error.",
                  {"debug", "info", "warning", "error"});
}

absl::Status CheckDaemonConfig(const DaemonConfig& config) {
  GARDEROBE_RETURN_IF_ERROR(CheckTlsFiles(config.tls));
  return ReadPeerPins(config.peers).status();
}

}  // namespace garderobe
