// Settings `peers`: the keys of those who may call a daemon, and of those whom
// it calls (protocol.md, 2).
#ifndef GARDEROBE_CORE_DAEMON_PEER_SETTINGS_H_
#define GARDEROBE_CORE_DAEMON_PEER_SETTINGS_H_

#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/settings.h"
#include "core/rpc/peer_pins.h"

namespace garderobe {

struct PeerSettings {
  // By party: pins with commas between them.
  std::map<std::string, std::string, std::less<>> parties;
  // NAME=PIN each; a name may come again.
  std::vector<std::string> coordinators, custodians, auditors;
};

// Adds `peers.<party>`, required, for each of `parties`.
void AddPartyPins(Settings& settings, PeerSettings* peers,
                  std::initializer_list<std::string_view> parties);
void AddCoordinatorPins(Settings& settings, PeerSettings* peers);
void AddCustodianPins(Settings& settings, PeerSettings* peers);
void AddAuditorPins(Settings& settings, PeerSettings* peers);

// Of a party that was added. InvalidArgument: names the setting.
[[nodiscard]] absl::StatusOr<KeyPins> PartyPins(const PeerSettings& peers,
                                                std::string_view party);
// Of all of them. InvalidArgument: names the setting.
[[nodiscard]] absl::StatusOr<PeerPins> ReadPeerPins(const PeerSettings& peers);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_DAEMON_PEER_SETTINGS_H_
