// Approvals as a custodian hands them over: a small text file (protocol.md, 7).
//
//   garderobe-approvals-v2
//   custodian: custodian-1
//
//   party: ttp
//   action: budget
//   until: 2026-11-29T18:00:00Z
//   key: <64 hex digits>
//   body: <hex digits>
//   signature: <128 hex digits>
//
// with a part like the second for each party. Custodian, party, action and
// until are for people; what counts is what was signed.
#ifndef GARDEROBE_CLIENT_DEPLOY_APPROVAL_FILE_H_
#define GARDEROBE_CLIENT_DEPLOY_APPROVAL_FILE_H_

#include <string>
#include <string_view>
#include <vector>

#include "core/custody/requests.h"
#include "core/keys/approval.h"
#include "garderobe/v1/custody.pb.h"

namespace garderobe::client {

// An approval, and the party that its signed body names.
struct PartyApproval {
  std::string party;
  v1::Approval approval;
};

// Approves `request` at `party` from `now` on, in Unix seconds, for `seconds`,
// at most Approval::kSecondsMax; with a serial that is drawn here.
PartyApproval SignFor(const CustodianSeed& seed, const std::string& party,
                      const CustodyRequest& request, uint64_t now,
                      uint64_t seconds);

std::string ApprovalFileText(std::string_view custodian,
                             const std::vector<PartyApproval>& approvals);
// NotFound: no such file. InvalidArgument: not such a file, or an approval in
// it is malformed or not signed with the key beside it; names the file.
[[nodiscard]] absl::StatusOr<std::vector<PartyApproval>> ReadApprovalFile(
    const std::string& path);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_DEPLOY_APPROVAL_FILE_H_
