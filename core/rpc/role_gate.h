// Admits calls to a service by the role in the peer's certificate and by the
// certificate's key, before the message is parsed. Methods check the peer's
// name as well (RequirePeer).
//
// A gRPC AuthMetadataProcessor would be asked earlier, but to hand it the
// headers gRPC 1.51 copies each of them, and aborts the process at one that it
// can't print (grpclb_client_stats): any certificate could end a daemon with
// one call. No credentials here may have one.
#ifndef GARDEROBE_CORE_RPC_ROLE_GATE_H_
#define GARDEROBE_CORE_RPC_ROLE_GATE_H_

#include <deque>
#include <string>
#include <vector>

#include "core/rpc/peer.h"
#include "core/rpc/peer_pins.h"
#include "grpcpp/impl/service_type.h"

namespace garderobe {

// Stands before a service at a server: it has the same methods, and passes on
// to the service the calls of those who may make them. Others are answered
// UNAUTHENTICATED or PERMISSION_DENIED, as PeerOf, RequirePeer and
// PeerPins::Check say it, and their messages are dropped unparsed; a key that
// is not pinned is logged. A call that was let in goes on when the pins change.
// Thread-safe once made.
class RoleGate final : public grpc::Service {
 public:
  // `service` implements the callback API of the service with the full name
  // `name`, such as "garderobe.v1.VaultService"; it outlives the gate, and is
  // not registered at a server itself. A caller with an empty name stands for
  // every peer of its role. `pins` outlives the gate.
  RoleGate(grpc::Service& service, const std::string& name,
           std::vector<Peer> callers, const PeerPins& pins);

 private:
  const std::vector<Peer> callers_;
  std::deque<std::string> paths_;  // gRPC keeps pointers into them
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_RPC_ROLE_GATE_H_
