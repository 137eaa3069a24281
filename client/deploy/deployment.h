// A local deployment in one folder: every party with its own configuration,
// keys, certificate and data, and the clients beside them. What `init`, `up`
// and `down` work on; a real deployment has a machine for each of these.
#ifndef GARDEROBE_CLIENT_DEPLOY_DEPLOYMENT_H_
#define GARDEROBE_CLIENT_DEPLOY_DEPLOYMENT_H_

#include <sys/types.h>

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "client/endpoint.h"
#include "core/keys/approval.h"
#include "core/rpc/peer.h"
#include "garderobe/v1/common.pb.h"

namespace garderobe::client {

struct Party {
  std::string_view name;    // folder, and name in certificates
  std::string_view daemon;  // program
};
inline constexpr std::array<Party, 4> kParties = {
    {{"ttp", "ttpd"},
     {"vault", "vaultd"},
     {"aggregator", "aggregatord"},
     {"answer", "answerd"}}};
// What encrypts for institutions in plain mode. A client, and no party.
inline constexpr Party kPlaind = {"plain", "plaind"};

class Deployment {
 public:
  // How many ports of 127.0.0.1 a deployment takes: each daemon's and its
  // metrics', and that of what `answerd` takes in.
  static constexpr int kPorts = 11;
  // Makes a complete deployment in `folder`, which must be empty or absent,
  // with two example institutions, on the ports from `first_port` on, or 0: on
  // some that are free now. AlreadyExists: there is something in the folder.
  // Unavailable: something listens on one of the ports. InvalidArgument: they
  // reach beyond 65535.
  [[nodiscard]] static absl::Status Init(const std::string& folder,
                                         int first_port = 0);
  // NotFound: there is none in `folder`; says how to make one.
  [[nodiscard]] static absl::StatusOr<Deployment> Open(
      const std::string& folder);

  // Starts the daemons that do not run and waits until all are ready.
  // Unavailable: one of them is not ready in time; says which and the last
  // line of its log; those that run go on.
  [[nodiscard]] absl::Status Up() const;
  // Ends the daemons and waits for their end. PermissionDenied: one of them
  // runs as somebody else.
  [[nodiscard]] absl::Status Down() const;

  const std::string& folder() const { return folder_; }
  // The parties, and plaind where client.toml names it; those that ask before
  // those that answer.
  std::vector<Party> programs() const;
  bool has_plaind() const {
    return daemons_.contains(std::string(kPlaind.name));
  }
  // How the party's daemon is reached, and known.
  const CalledDaemon& daemon(std::string_view party) const {
    return daemons_.at(std::string(party));
  }
  // What verifies the aggregator's parameters.
  [[nodiscard]] absl::StatusOr<VerifyKey> aggregator_pin() const;
  TlsFiles coordinator_tls() const { return TlsIn("coordinator"); }
  // Names of the custodians whose folders are here, ascending.
  std::vector<std::string> custodians() const { return NamesIn("custodians"); }
  // NotFound: there is no such custodian here; says who is.
  [[nodiscard]] absl::StatusOr<TlsFiles> custodian_tls(
      const std::string& name) const;
  // How an auditor reaches the TTP: `name`, or where that is empty the only one
  // here. NotFound: there is no such auditor; says who is.
  [[nodiscard]] absl::StatusOr<Endpoint> AuditorEndpoint(
      const std::string& name) const;
  // What the custodian approves with. NotFound: as above, or no key.
  [[nodiscard]] absl::StatusOr<CustodianSeed> custodian_key(
      const std::string& name) const;
  // Whether custodians whose keys are here approve a register that is imported
  // without naming them: in a deployment to try with, and nowhere else.
  bool demo_custodians() const { return demo_custodians_; }
  TlsFiles analyst_tls(const std::string& institution) const {
    return TlsIn("analysts/" + institution);
  }
  // Which certificate delivers for `institution`: `client` when it is given,
  // otherwise the client that is called as the institution is, otherwise the
  // only one in this deployment. NotFound: there is none, or the choice is not
  // clear; says what to do.
  [[nodiscard]] absl::StatusOr<std::string> ClientFor(
      const std::string& institution, const std::string& client) const;
  [[nodiscard]] absl::StatusOr<Endpoint> EndpointOf(
      const std::string& client) const;
  std::string handle_key(const std::string& institution) const {
    return folder_ + "/institutions/" + institution + "/handle.key";
  }
  std::string author_key(const std::string& institution) const {
    return folder_ + "/institutions/" + institution + "/author.key";
  }
  // plaind's, where it is in this folder.
  std::string plaind_author_key() const {
    return folder_ + "/plain/keys/author-signing.key";
  }
  std::string client_state(const std::string& client) const {
    return folder_ + "/clients/" + client + "/state";
  }
  std::string auditor_state(const std::string& auditor) const {
    return folder_ + "/auditors/" + auditor + "/state";
  }

  // Certificates, handle keys and author keys for institutions that have none
  // yet and whose keys `reg` does not name, as far as the authority is in this
  // folder; and in `reg` the access keys of those whose handle key is here, the
  // author keys of those that have none in `reg` and whose key is here
  // (plaind's too, where it is a client of the institution), and the pins of
  // clients and analysts that have none and whose certificate is here.
  [[nodiscard]] absl::Status AddInstitutions(v1::Register& reg) const;

 private:
  // Names of the folders in `room`, in their order.
  std::vector<std::string> NamesIn(const std::string& room) const;
  [[nodiscard]] absl::Status IssueFor(const v1::Register& reg) const;
  [[nodiscard]] absl::Status AddPins(v1::Register& reg) const;
  [[nodiscard]] absl::Status AddAuthors(
      v1::Register::Institution& institution) const;
  // Where the client's certificate lies.
  std::string ClientFolder(const std::string& client) const;
  explicit Deployment(std::string folder) : folder_(std::move(folder)) {}
  TlsFiles TlsIn(const std::string& place) const {
    const std::string at = folder_ + "/" + place;
    return {at + "/certificate.pem", at + "/private.key",
            at + "/authority.pem"};
  }
  [[nodiscard]] absl::Status Start(const Party& party) const;
  std::string PidFile(const Party& party) const;
  pid_t PidOf(const Party& party) const;  // 0: it does not run

  const std::string folder_;                     // absolute
  std::map<std::string, CalledDaemon> daemons_;  // by party
  std::string ttp_pin_, vault_pin_, aggregator_pin_;
  bool demo_custodians_ = false;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_DEPLOY_DEPLOYMENT_H_
