// Makes of a crowd that was kept what an auditor is shown (protocol.md, 8).
#ifndef GARDEROBE_TTP_CROWD_PROVER_H_
#define GARDEROBE_TTP_CROWD_PROVER_H_

#include "core/audit/crowd_proof.h"
#include "ttp/kept_crowds.h"
#include "ttp/keys.h"

namespace garderobe::ttp {

// The crowd with its proofs. Inputs are sorted by their bytes, so that those of
// one client's batch do not stand together. `published` are the keys that the
// rows were converted to. Takes as long as ProveCrowd: seconds.
// Internal: the crowd can't be proved; a row that was taken is always valid.
[[nodiscard]] absl::StatusOr<ShownCrowd> ProveKeptCrowd(
    const TtpKeys& keys, const CrowdKeys& published, const KeptCrowd& crowd);

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_CROWD_PROVER_H_
