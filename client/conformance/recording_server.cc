#include "client/conformance/recording_server.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "grpcpp/server_builder.h"

namespace garderobe::client::conformance {
namespace {

constexpr int kMessageBytesMax = 4 << 20;
constexpr std::chrono::seconds kServerDrain{2};

}  // namespace

RecordingServer::RecordingServer(const Options& options, const PartyKeys& keys,
                                 const BatchOpener& opener, Recorder& recorder,
                                 const RegisterStore& institutions)
    : workers_(std::max(2U, std::thread::hardware_concurrency())),
      service_({keys, opener, recorder, institutions, workers_,
                options.institution}),
      gate_(service_, v1::DeliveryService::service_full_name(),
            {{Role::kClient, ""}}, pins_) {
  pins_.SetLookUp([&institutions](const Peer& peer) {
    return peer.role == Role::kClient ? institutions.ClientPins(peer.name)
                                      : KeyPins();
  });
}

absl::StatusOr<std::unique_ptr<RecordingServer>> RecordingServer::Start(
    const Options& options, const PartyKeys& keys, const BatchOpener& opener,
    Recorder& recorder, const RegisterStore& institutions) {
  std::unique_ptr<RecordingServer> server(
      new RecordingServer(options, keys, opener, recorder, institutions));
  grpc::ServerBuilder builder;
  // Otherwise it would share the port with a ttpd that runs, and get every
  // second connection.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10000);
  builder.SetMaxReceiveMessageSize(kMessageBytesMax);
  builder.RegisterService(&server->gate_);
  int port = 0;
  builder.AddListeningPort(options.address, ServerTls(options.tls), &port);
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr || port == 0) {
    return Unavailable(
        "cannot listen at {}: another program does, such as the real ttpd "
        "whose "
        "place this takes (`garderobe down` ends it), or the address is not of "
        "this machine",
        options.address);
  }
  return server;
}

RecordingServer::~RecordingServer() {
  if (server_ != nullptr) {
    server_->Shutdown(std::chrono::system_clock::now() + kServerDrain);
    server_->Wait();
  }
  workers_.join();
}

}  // namespace garderobe::client::conformance
