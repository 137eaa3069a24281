// The recording TTP as a server: at ttpd's address, with ttpd's certificate,
// for those whose keys the register pins.
#ifndef GARDEROBE_CLIENT_CONFORMANCE_RECORDING_SERVER_H_
#define GARDEROBE_CLIENT_CONFORMANCE_RECORDING_SERVER_H_

#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <string>

#include "client/conformance/recording_service.h"
#include "core/rpc/peer_pins.h"
#include "core/rpc/role_gate.h"
#include "core/rpc/tls.h"
#include "grpcpp/server.h"

namespace garderobe::client::conformance {

class RecordingServer {
 public:
  struct Options {
    std::string address;  // IP address and port
    TlsFiles tls;         // ttpd's
    std::string institution;
  };
  // Serves until it is destroyed. All that is lent outlives it. Unavailable:
  // something listens at the address already.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<RecordingServer>> Start(
      const Options& options, const PartyKeys& keys, const BatchOpener& opener,
      Recorder& recorder, const RegisterStore& institutions);
  ~RecordingServer();

  void EndIdleStreams() { service_.EndIdleStreams(); }

 private:
  RecordingServer(const Options& options, const PartyKeys& keys,
                  const BatchOpener& opener, Recorder& recorder,
                  const RegisterStore& institutions);

  boost::asio::thread_pool workers_;
  RecordingService service_;
  PeerPins pins_;
  RoleGate gate_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace garderobe::client::conformance

#endif  // GARDEROBE_CLIENT_CONFORMANCE_RECORDING_SERVER_H_
