// What somebody makes on a machine of their own before they can deliver or ask:
// keys, which stay there, and a request for a certificate.
#ifndef GARDEROBE_CLIENT_DEPLOY_ENROLL_H_
#define GARDEROBE_CLIENT_DEPLOY_ENROLL_H_

#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/rpc/peer.h"

namespace garderobe::client {

// What the register has to say of an institution whose keys are here, as 64
// hexadecimal digits each.
struct EnrolledInstitution {
  std::string id;
  std::string author_key;
  std::string access_key;
};
struct Enrolled {
  std::string certificate_folder;  // with private.key and the request
  KeyPin pin;                      // of the certificate to come
  std::vector<EnrolledInstitution> institutions;
};

// Makes in the deployment's folder, which need not be there yet, the key and
// the request of `peer` (a client, or an analyst), and the handle key and
// author key of each institution. Keys that are there are kept: with another
// handle key all customers would be strangers. A second call says the same as
// the first. InvalidArgument: a name with other characters than the register
// allows; another kind of peer. AlreadyExists: the peer has a certificate here.
// FailedPrecondition: a key file is damaged, or others may read it.
// Unavailable: the folder can't be written.
[[nodiscard]] absl::StatusOr<Enrolled> Enroll(
    const std::string& folder, const Peer& peer,
    const std::vector<std::string>& institutions);

// What the register has to say, in TOML: lines for the entry of each
// institution, which may have others already, and the entry of the client.
std::string RegisterLines(const Peer& peer, const Enrolled& enrolled);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_DEPLOY_ENROLL_H_
