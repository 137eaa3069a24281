#include "core/daemon/peer_settings.h"

namespace garderobe {
namespace {

std::string SettingOf(std::string_view party) {
  return fmt::format("peers.{}", party);
}

absl::Status AddNamed(std::string_view setting, Role role,
                      const std::vector<std::string>& entries, PeerPins* pins) {
  for (const std::string& entry : entries) {
    const size_t equals = entry.find('=');
    const auto peer = ParsePeerUri(PeerUri({role, entry.substr(0, equals)}));
    if (equals == entry.npos || !peer.ok()) {
      return InvalidArgument("{}: each entry is NAME=PIN", setting);
    }
    const auto pin = ParseKeyPin(std::string_view(entry).substr(equals + 1));
    if (!pin.ok()) return Annotate(pin.status(), setting);
    pins->Add(*peer, *pin);
  }
  return absl::OkStatus();
}

}  // namespace

void AddPartyPins(Settings& settings, PeerSettings* peers,
                  std::initializer_list<std::string_view> parties) {
  for (const std::string_view party : parties) {
    settings.Text(SettingOf(party), &peers->parties[std::string(party)],
                  fmt::format("Key of the {}'s certificate, as `garderobe pin` "
                              "prints it; several with commas.",
                              party),
                  /*required=*/true);
  }
}

void AddCoordinatorPins(Settings& settings, PeerSettings* peers) {
  settings.List("peers.coordinators", &peers->coordinators,
                "Keys of the coordinating body's certificates, NAME=PIN each.");
}

void AddCustodianPins(Settings& settings, PeerSettings* peers) {
  settings.List("peers.custodians", &peers->custodians,
                "Keys of the custodians' certificates, NAME=PIN each.");
}

void AddAuditorPins(Settings& settings, PeerSettings* peers) {
  settings.List("peers.auditors", &peers->auditors,
                "Keys of the auditors' certificates, NAME=PIN each.");
}

absl::StatusOr<KeyPins> PartyPins(const PeerSettings& peers,
                                  std::string_view party) {
  const auto found = peers.parties.find(party);
  GARDEROBE_CHECK(found != peers.parties.end());
  return ParseKeyPins(SettingOf(party), found->second);
}

absl::StatusOr<PeerPins> ReadPeerPins(const PeerSettings& peers) {
  PeerPins pins;
  for (const auto& [party, text] : peers.parties) {
    GARDEROBE_ASSIGN_OR_RETURN(const KeyPins of_party,
                               ParseKeyPins(SettingOf(party), text));
    for (const KeyPin& pin : of_party) pins.Add({Role::kParty, party}, pin);
  }
  GARDEROBE_RETURN_IF_ERROR(AddNamed("peers.coordinators", Role::kCoordinator,
                                     peers.coordinators, &pins));
  GARDEROBE_RETURN_IF_ERROR(
      AddNamed("peers.custodians", Role::kCustodian, peers.custodians, &pins));
  GARDEROBE_RETURN_IF_ERROR(
      AddNamed("peers.auditors", Role::kAuditor, peers.auditors, &pins));
  return pins;
}

}  // namespace garderobe
