// What an auditor establishes about a crowd, from what the TTP shows of it and
// the keys that the auditor pins (protocol.md, 8). Asks nobody.
#ifndef GARDEROBE_CLIENT_AUDIT_CROWD_CHECK_H_
#define GARDEROBE_CLIENT_AUDIT_CROWD_CHECK_H_

#include <string_view>
#include <vector>

#include "core/audit/shown_crowd.h"
#include "core/base/civil_time.h"

namespace garderobe::client {

// A crowd, and what the parties published when it was fetched.
struct AuditedCrowd {
  CivilDate fetched;
  SignedBody ttp, vault, aggregator;
  ShownCrowd crowd;
};

// The keys that sign the parties' parameters.
struct PartyPins {
  VerifyKey ttp, vault, aggregator;
};

enum class CrowdCheck {
  kParameters,  // signed by the pinned keys, in force, with their proofs
  kSerials,     // rows were made with issues that there were
  kRows,        // the proof of the rows
  kHomes,       // the proof of the home slots
  kReceipt,     // the vault has signed for the outputs
};
// parameters, serials, rows, homes, receipt.
std::string_view CrowdCheckName(CrowdCheck check);

struct CheckResult {
  CrowdCheck check;
  absl::Status status;  // why it does not hold
};

// Makes every check, also when one before it does not hold; without parameters
// there is nothing to make the others with. Takes as long as two VerifyBatch.
std::vector<CheckResult> CheckCrowd(const AuditedCrowd& audited,
                                    const PartyPins& pins);

// Whether all five were made, and hold.
bool AllHold(const std::vector<CheckResult>& results);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_AUDIT_CROWD_CHECK_H_
