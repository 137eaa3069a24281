// Which keys peers may show. A certificate of the right authority with the
// right name and another key is nobody (protocol.md, 2).
#ifndef GARDEROBE_CORE_RPC_PEER_PINS_H_
#define GARDEROBE_CORE_RPC_PEER_PINS_H_

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "core/rpc/key_pin.h"
#include "core/rpc/peer.h"

namespace garderobe {

// Thread-safe while nobody adds.
class PeerPins {
 public:
  // What the register says now of a peer that no setting pins. Called from any
  // thread, at every call.
  using LookUp = std::function<KeyPins(const Peer&)>;

  // `peer` may show `pin`, beside what was added for it before.
  void Add(const Peer& peer, const KeyPin& pin);
  void SetLookUp(LookUp registered) { registered_ = std::move(registered); }

  // PermissionDenied: no key of `peer` is pinned; says what to do.
  // Unauthenticated: it shows another key than those that are.
  [[nodiscard]] absl::Status Check(const Peer& peer, const KeyPin& shown) const;

 private:
  std::map<std::pair<Role, std::string>, KeyPins> configured_;
  LookUp registered_;
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_RPC_PEER_PINS_H_
