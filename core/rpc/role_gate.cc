#include "core/rpc/role_gate.h"

#include <algorithm>

#include "core/rpc/status_conversion.h"

namespace garderobe {
namespace {

// "garderobe.v1.VaultService" of "/garderobe.v1.VaultService/LinkRelations".
std::string_view ServiceOf(std::string_view path) {
  if (!path.starts_with('/')) return {};
  path.remove_prefix(1);
  return path.substr(0, path.find('/'));
}

}  // namespace

grpc::Status RoleGate::Process(const InputMetadata& metadata,
                               grpc::AuthContext* context, OutputMetadata*,
                               OutputMetadata*) {
  const auto peer = PeerOf(context);
  if (!peer.ok()) return ToGrpc(peer.status());
  const auto path = metadata.find(":path");
  if (path == metadata.end()) {
    return ToGrpc(Internal("a call without a path"));
  }
  const auto listed =
      callers_.find(ServiceOf({path->second.data(), path->second.size()}));
  if (listed == callers_.end()) return grpc::Status::OK;
  const auto& callers = listed->second;
  if (std::any_of(callers.begin(), callers.end(), [&](const Peer& caller) {
        return caller.role == peer->role &&
               (caller.name.empty() || caller.name == peer->name);
      })) {
    return grpc::Status::OK;
  }
  return ToGrpc(NotForPeer(*peer, callers));
}

}  // namespace garderobe
