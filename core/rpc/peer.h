// Who is at the other end, from the certificate that mutual TLS verified.
//
// The identity is the one URI of the certificate's subject alternative names:
//   garderobe://party/<ttp|vault|aggregator|answer>
//   garderobe://client/<name>        delivers for the institutions that list it
//   garderobe://analyst/<institution>  asks on behalf of one institution
//   garderobe://coordinator/<name>   the coordinating body
//   garderobe://custodian/<name>     one of those who decide by two
//   garderobe://auditor/<name>       verifies what the TTP did
// Whether the key is the one
// that is pinned, RoleGate asks (core/rpc/role_gate.h) before any of this.
#ifndef GARDEROBE_CORE_RPC_PEER_H_
#define GARDEROBE_CORE_RPC_PEER_H_

#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/rpc/key_pin.h"

namespace grpc {
class AuthContext;
class ServerContextBase;
}  // namespace grpc

namespace garderobe {

enum class Role {
  kParty,
  kClient,
  kAnalyst,
  kCoordinator,
  kCustodian,
  kAuditor
};

struct Peer {
  Role role;
  std::string name;
};

// One or more letters, digits, `-`, `_` and `.`. Anything else could bring
// another name into a certificate, or a line of its own into a log.
bool IsPlainName(std::string_view name);

// InvalidArgument: not one of the forms above, or the name is not plain.
[[nodiscard]] absl::StatusOr<Peer> ParsePeerUri(std::string_view uri);
std::string PeerUri(const Peer& peer);

// Unauthenticated: no certificate, or not exactly one identity in it.
[[nodiscard]] absl::StatusOr<Peer> PeerOf(
    const grpc::ServerContextBase& context);
[[nodiscard]] absl::StatusOr<Peer> PeerOf(const grpc::AuthContext* context);

// The key of the certificate that the peer shows. Unauthenticated: none.
[[nodiscard]] absl::StatusOr<KeyPin> KeyPinOf(const grpc::AuthContext* context);

// PermissionDenied; the text names who may call, and who calls.
absl::Status NotForPeer(const Peer& peer, const std::vector<Peer>& callers);

// The peer, if it has `role` (and `name`, unless that is empty).
// PermissionDenied: it is somebody else; the text names the role needed.
[[nodiscard]] absl::StatusOr<Peer> RequirePeer(
    const grpc::ServerContextBase& context, Role role,
    std::string_view name = "");
// The same for any of several roles.
[[nodiscard]] absl::StatusOr<Peer> RequireOneOf(
    const grpc::ServerContextBase& context, const std::vector<Peer>& callers);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_RPC_PEER_H_
