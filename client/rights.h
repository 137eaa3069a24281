// Rights of visitors (protocol.md, 6), asked by an institution or its vendor.
#ifndef GARDEROBE_CLIENT_RIGHTS_H_
#define GARDEROBE_CLIENT_RIGHTS_H_

#include <string>
#include <vector>

#include "client/delivery.h"
#include "core/identifiers/person.h"
#include "core/keys/receipt.h"

namespace garderobe::client {

struct RightOptions {
  std::string institution;
  std::string handle_key;  // path of the institution's handle key
  std::string state;       // the client's folder, for the ledger of relations
  VisitorRight right = VisitorRight::kErase;
  std::string customer;  // of the institution; or
  RawPerson identity;    // whoever this is; not with kAccess
  std::vector<std::string> own_domains;
};

// A receipt as it can be verified again: with the party's key, over the body.
struct StoredReceipt {
  Receipt receipt;
  std::string body, signature;
};

struct RightReport {
  RequestId request_id;
  std::vector<StoredReceipt> receipts;  // verified: of vault and aggregator
  // With kErase of a customer; 0 otherwise, found or not.
  uint64_t relations_removed = 0, visits_removed = 0;
  std::vector<std::string> held;      // of kAccess: a JSON object a party
  std::vector<std::string> unusable;  // of an identity: reasons of refusal
};

// InvalidArgument: neither or both of customer and identity; no usable
// identifier. FailedPrecondition: a receipt does not verify. Others as the
// service says. An objection is lodged with a secret that the institution's key
// gives back, so that kWithdraw reaches only objections which were lodged with
// that key and the same customer or identity. After kErase, kObject and
// kWithdraw the client forgets that the customer was delivered. Blocks for some
// rounds of the TTP's, for as long whether anybody was found or not.
[[nodiscard]] absl::StatusOr<RightReport> ExerciseRight(
    const Endpoint& endpoint, const RightOptions& options);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_RIGHTS_H_
