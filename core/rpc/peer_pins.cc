#include "core/rpc/peer_pins.h"

#include <vector>

namespace garderobe {

void PeerPins::Add(const Peer& peer, const KeyPin& pin) {
  configured_[{peer.role, peer.name}].push_back(pin);
}

absl::Status PeerPins::Check(const Peer& peer, const KeyPin& shown) const {
  const bool is_registered =
      peer.role == Role::kClient || peer.role == Role::kAnalyst;
  KeyPins pins;
  if (is_registered) {
    if (registered_) pins = registered_(peer);
  } else if (const auto found = configured_.find({peer.role, peer.name});
             found != configured_.end()) {
    pins = found->second;
  }
  if (pins.empty()) {
    if (is_registered) {
      return PermissionDenied(
          "the register has no key of {}; the coordinating body adds what "
          "`garderobe pin` prints of your certificate",
          PeerUri(peer));
    }
    return PermissionDenied(
        "no key of {} is pinned here; whoever runs this daemon adds what "
        "`garderobe pin` prints of the certificate to its settings `peers`",
        PeerUri(peer));
  }
  if (!Contains(pins, shown)) {
    return Unauthenticated("{} shows another key than the one that is pinned",
                           PeerUri(peer));
  }
  return absl::OkStatus();
}

}  // namespace garderobe
