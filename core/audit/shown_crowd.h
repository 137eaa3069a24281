// A crowd as an auditor is shown it: the rows that went to the vault in one
// call, before and after their conversion, with what the TTP proves and the
// vault has signed of them (protocol.md, 8).
#ifndef GARDEROBE_CORE_AUDIT_SHOWN_CROWD_H_
#define GARDEROBE_CORE_AUDIT_SHOWN_CROWD_H_

#include <string>
#include <vector>

#include "core/conversion/answer_seed.h"
#include "core/conversion/rows.h"
#include "core/keys/parameters.h"

namespace garderobe {

// The rows that the vault takes in one call; no crowd has more.
inline constexpr size_t kCrowdRowsMax = 8192;

// Which issues of the parties' parameters something was made with.
struct ParameterSerials {
  uint32_t ttp = 0, vault = 0, aggregator = 0;
  friend bool operator==(const ParameterSerials&,
                         const ParameterSerials&) = default;
};

// Proofs of crowd_proof.h.
struct CrowdProofs {
  std::string rows;
  std::string homes;
};

struct ShownCrowd {
  AnswerId id;                    // of the vault's answer
  int32_t answer_day = 0;         // days since 2000-01-01
  std::vector<ClientRow> inputs;  // as clients sent them; without handles
  std::vector<ParameterSerials> serials;  // of each input
  // As the vault was given them, in its order; without references.
  std::vector<VaultRow> outputs;
  std::vector<uint32_t> permutation;  // outputs[i] was inputs[permutation[i]]
  CrowdProofs proofs;
  SignedBody receipt;  // the vault's (core/keys/pooled_receipt.h)
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_AUDIT_SHOWN_CROWD_H_
