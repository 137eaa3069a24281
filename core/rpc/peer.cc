#include "core/rpc/peer.h"

#include <algorithm>
#include <array>
#include <memory>

#include "grpc/grpc_security_constants.h"
#include "grpcpp/impl/codegen/server_context.h"

namespace garderobe {
namespace {
constexpr std::string_view kScheme = "garderobe://";
constexpr std::array<std::string_view, 6> kRoles = {
    "party", "client", "analyst", "coordinator", "custodian", "auditor"};

// To decode a certificate takes a tenth of a millisecond, as long as a small
// call, and one call after another shows the same.
absl::StatusOr<KeyPin> PinOfLast(std::string_view pem) {
  thread_local std::string last_pem;
  thread_local KeyPin last_pin;
  if (last_pem.empty() || pem != last_pem) {
    const auto pin = KeyPinOfPem(pem);
    if (!pin.ok()) return Unauthenticated("the certificate can't be read");
    last_pem = pem;
    last_pin = *pin;
  }
  return last_pin;
}
}  // namespace

bool IsPlainName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

absl::StatusOr<Peer> ParsePeerUri(std::string_view uri) {
  if (uri.starts_with(kScheme)) {
    uri.remove_prefix(kScheme.size());
    const size_t slash = uri.find('/');
    const std::string_view role = uri.substr(0, slash);
    const auto found = std::find(kRoles.begin(), kRoles.end(), role);
    if (slash != uri.npos && found != kRoles.end() &&
        IsPlainName(uri.substr(slash + 1)) && uri.size() < 128) {
      return Peer{static_cast<Role>(found - kRoles.begin()),
                  std::string(uri.substr(slash + 1))};
    }
  }
  return InvalidArgument("not an identity of this deployment");
}

std::string PeerUri(const Peer& peer) {
  return fmt::format("{}{}/{}", kScheme, kRoles[static_cast<size_t>(peer.role)],
                     peer.name);
}

absl::StatusOr<Peer> PeerOf(const grpc::ServerContextBase& context) {
  return PeerOf(context.auth_context().get());
}

absl::StatusOr<Peer> PeerOf(const grpc::AuthContext* auth) {
  const auto refused = [] {
    return Unauthenticated(
        "the certificate does not name exactly one garderobe:// identity");
  };
  if (!auth || !auth->IsPeerAuthenticated()) return refused();
  const auto uris = auth->FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME);
  if (uris.size() != 1) return refused();
  auto peer = ParsePeerUri({uris[0].data(), uris[0].size()});
  if (!peer.ok()) return refused();
  return peer;
}

absl::StatusOr<KeyPin> KeyPinOf(const grpc::AuthContext* auth) {
  if (auth != nullptr && auth->IsPeerAuthenticated()) {
    const auto pems =
        auth->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
    if (pems.size() == 1) return PinOfLast({pems[0].data(), pems[0].size()});
  }
  return Unauthenticated("the connection shows no certificate");
}

absl::StatusOr<Peer> RequirePeer(const grpc::ServerContextBase& context,
                                 Role role, std::string_view name) {
  GARDEROBE_ASSIGN_OR_RETURN(Peer peer, PeerOf(context));
  if (peer.role != role || (!name.empty() && peer.name != name)) {
    return NotForPeer(peer, {{role, std::string(name)}});
  }
  return peer;
}

absl::StatusOr<Peer> RequireOneOf(const grpc::ServerContextBase& context,
                                  const std::vector<Peer>& callers) {
  GARDEROBE_ASSIGN_OR_RETURN(Peer peer, PeerOf(context));
  for (const Peer& caller : callers) {
    if (peer.role == caller.role &&
        (caller.name.empty() || peer.name == caller.name)) {
      return peer;
    }
  }
  return NotForPeer(peer, callers);
}

absl::Status NotForPeer(const Peer& peer, const std::vector<Peer>& callers) {
  std::string names;
  for (const Peer& caller : callers) {
    if (!names.empty()) names += " or ";
    names += caller.name.empty()
                 ? std::string(kRoles[static_cast<size_t>(caller.role)])
                 : PeerUri(caller);
  }
  return PermissionDenied("this call is for {}, and the certificate says {}",
                          names, PeerUri(peer));
}

}  // namespace garderobe
