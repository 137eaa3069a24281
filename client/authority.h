// The certificate authority of a deployment, and what it issues. For local
// deployments and small ones; a large one brings certificates of its own.
#ifndef GARDEROBE_CLIENT_AUTHORITY_H_
#define GARDEROBE_CLIENT_AUTHORITY_H_

#include <string>

#include "core/rpc/peer.h"

namespace garderobe::client {

class Authority {
 public:
  // Creates `folder` with authority.pem and authority.key, or uses what is
  // there. Unavailable: it can't be written.
  [[nodiscard]] static absl::StatusOr<Authority> OpenOrCreate(
      const std::string& folder);
  // NotFound: there is none in `folder`.
  [[nodiscard]] static absl::StatusOr<Authority> Open(
      const std::string& folder);

  // Writes certificate.pem, private.key (mode 0600) and authority.pem into
  // `folder`. `daemon` adds the DNS name <daemon>.garderobe; empty for peers
  // that serve nothing. `days` from now; negative has it expired already.
  // AlreadyExists: there is a certificate.
  [[nodiscard]] absl::Status Issue(const std::string& folder, const Peer& peer,
                                   const std::string& daemon,
                                   int days = 825) const;

 private:
  explicit Authority(std::string folder) : folder_(std::move(folder)) {}
  std::string folder_;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_AUTHORITY_H_
