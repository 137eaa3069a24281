// The certificate authority of a deployment, and what it issues: keys with
// certificates for whom lives in the same folder, and certificates for keys
// that were made elsewhere and stay there. For local deployments and small
// ones; a large one brings certificates of its own.
#ifndef GARDEROBE_CLIENT_DEPLOY_AUTHORITY_H_
#define GARDEROBE_CLIENT_DEPLOY_AUTHORITY_H_

#include <string>
#include <utility>

#include "core/base/status.h"
#include "core/rpc/peer.h"

namespace garderobe::client {

// Writes private.key and certificate-request.pem (PKCS #10, with the peer's URI
// among its names) into `folder`, for an authority elsewhere; a private key
// that is there is kept, so that a certificate can be renewed. Returns the
// key's pin. InvalidArgument, Unavailable: as of Authority::Issue.
[[nodiscard]] absl::StatusOr<KeyPin> RequestCertificate(
    const std::string& folder, const Peer& peer);

// Every file is written whole or not at all, and private keys have mode 0600
// from the start. Errors of OpenSSL are Internal and repeat its reason. Not
// for two processes that work on one folder at once.
class Authority {
 public:
  // Creates `folder` (mode 0700) with authority.key and authority.pem, or uses
  // what is there; a key without a certificate, which an interrupted run
  // leaves, gets one. Unavailable: the folder can't be written.
  // InvalidArgument: the key there can't be read.
  [[nodiscard]] static absl::StatusOr<Authority> OpenOrCreate(
      const std::string& folder);
  // NotFound: there is no authority.key in `folder`. FailedPrecondition: its
  // certificate is missing.
  [[nodiscard]] static absl::StatusOr<Authority> Open(
      const std::string& folder);

  // Writes private.key, authority.pem and certificate.pem into `folder`, the
  // certificate last: a folder that holds one is complete. A private key that
  // is there without a certificate is kept and certified. `daemon` adds the DNS
  // name <daemon>.garderobe; empty for peers that serve nothing. The
  // certificate is valid for `days` from now; negative has it expired already.
  // AlreadyExists: there is a certificate. InvalidArgument: the peer's name has
  // other characters than letters, digits, `-`, `_` and `.`, or a key or
  // certificate that is there can't be read. NotFound, FailedPrecondition: the
  // authority's files are missing or do not belong together. Unavailable: the
  // folder can't be written.
  [[nodiscard]] absl::Status Issue(const std::string& folder, const Peer& peer,
                                   const std::string& daemon,
                                   int days = 825) const;

  // A certificate for the key of a PKCS #10 request in PEM, as Issue makes one
  // without a daemon. Of what the request says beside its key nothing is
  // believed. InvalidArgument: it is no such request, is not signed with its
  // own key, or the key is weak (below 112 bits of strength).
  [[nodiscard]] absl::StatusOr<std::string> Certify(
      const std::string& request_pem, const Peer& peer, int days = 825) const;
  // The authority's own certificate in PEM. NotFound, Unavailable.
  [[nodiscard]] absl::StatusOr<std::string> CertificatePem() const;

 private:
  explicit Authority(std::string folder) : folder_(std::move(folder)) {}
  std::string folder_;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_DEPLOY_AUTHORITY_H_
