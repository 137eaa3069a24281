// What a client checks of the answer to a request for a right (protocol.md, 6):
// both receipts, each against the request, and the proof that the parties
// worked with what was asked for.
#ifndef GARDEROBE_CLIENT_RIGHTS_RIGHT_RECEIPTS_H_
#define GARDEROBE_CLIENT_RIGHTS_RIGHT_RECEIPTS_H_

#include <string>
#include <vector>

#include "client/published.h"
#include "core/keys/receipt.h"
#include "core/sealing/sealed_answer.h"
#include "garderobe/v1/rights.pb.h"

namespace garderobe::client {

// A receipt as it can be verified again: with the party's key, over the body.
struct StoredReceipt {
  Receipt receipt;
  std::string body, signature;
};

struct RightReport {
  // What was asked, signed, and what came back: who keeps both can show later
  // whom the receipts are about.
  v1::ExerciseRightRequest request;
  v1::FetchReceiptsResponse response;
  std::vector<StoredReceipt> receipts;  // verified: of vault and aggregator
  // With kErase of a customer; 0 otherwise, found or not.
  uint64_t relations_removed = 0, visits_removed = 0;
  std::vector<std::string> held;      // of kAccess: a JSON object a party
  std::vector<std::string> unusable;  // of an identity: reasons of refusal
};

// FailedPrecondition: a receipt is missing, is not signed by its party or of
// something else, or the proof does not hold.
[[nodiscard]] absl::StatusOr<RightReport> CheckReceipts(
    const v1::ExerciseRightRequest& request,
    const v1::FetchReceiptsResponse& response, const Published& published);

// Opens what the parties hold, for kAccess. InvalidArgument: not sealed to
// `access_key`. FailedPrecondition: not signed for this request.
[[nodiscard]] absl::Status OpenHeld(const SealingSecretKey& access_key,
                                    const Published& published,
                                    RightReport* report);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_RIGHTS_RIGHT_RECEIPTS_H_
