// Rights of visitors (protocol.md, 6), asked by an institution or its vendor.
#ifndef GARDEROBE_CLIENT_RIGHTS_RIGHTS_H_
#define GARDEROBE_CLIENT_RIGHTS_RIGHTS_H_

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "client/rights/right_receipts.h"
#include "client/send/delivery.h"
#include "core/identifiers/person.h"
#include "core/keys/receipt.h"

namespace garderobe::client {

struct RightOptions {
  std::string institution;
  std::string handle_key;  // path of the institution's handle key
  std::string author_key;  // path of the key that signs for it
  std::string state;       // the client's folder, for the ledger of relations
  VisitorRight right = VisitorRight::kErase;
  std::string customer;  // of the institution; or
  // the same as an earlier handle key named it, with without_secret only; or
  std::optional<Handle> earlier_handle;
  RawPerson identity;  // whoever this is, not with kAccess; text held elsewhere
  std::vector<std::string> own_domains;
  // With kWithdraw: two custodians stand in for the secret, and the request
  // waits for them.
  bool without_secret = false;
  // How long receipts are waited for, beyond what the TTP itself says.
  std::chrono::seconds patience{600};
};

// InvalidArgument: the identity has no usable identifier. FailedPrecondition: a
// receipt does not verify. Others as the service says. An objection is lodged
// with a secret that the institution's key gives back, so that kWithdraw
// reaches only objections which were lodged with that key and the same customer
// or identity. FailedPrecondition with the reason kWithdrawalNeedsCustodians:
// two custodians have to allow it first; the text names the request as they
// need it. After kErase, kObject and kWithdraw the client forgets that the
// customer was delivered. Blocks for some rounds of the TTP's, for as long
// whether anybody was found or not.
//
// The request is kept before it is sent (client/rights/pending_rights.h). It
// stays there until the caller, who stores the receipts, forgets it, or until
// it is refused for good.
[[nodiscard]] absl::StatusOr<RightReport> ExerciseRight(
    const Endpoint& endpoint, const RightOptions& options);

// The same of a request that was kept, by its institution's keys. Of `options`
// institution, keys and state count.
[[nodiscard]] absl::StatusOr<RightReport> FinishRight(
    const Endpoint& endpoint, const RightOptions& options,
    const v1::ExerciseRightRequest& request);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_RIGHTS_RIGHTS_H_
