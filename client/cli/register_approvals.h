// What a register changes at each party that takes one, for those who import it
// and those who approve that.
#ifndef GARDEROBE_CLIENT_CLI_REGISTER_APPROVALS_H_
#define GARDEROBE_CLIENT_CLI_REGISTER_APPROVALS_H_

#include <string>
#include <vector>

#include "client/cli/approval_options.h"
#include "client/deploy/deployment.h"
#include "core/custody/requests.h"
#include "garderobe/v1/common.pb.h"

namespace garderobe::client {

// A register as one party takes it.
struct PartyRegister {
  Party party;
  v1::Register reg;
};
// In the order in which they are told: where figures are shown first, where
// deliveries come in last, for nobody delivers to a party that does not know
// the institution yet. The vault is told no names; plaind is told where there
// is one. InvalidArgument: as WithoutNames.
[[nodiscard]] absl::StatusOr<std::vector<PartyRegister>> PartyRegisters(
    const Deployment& deployment, const v1::Register& reg);

// Asks the party what it holds. What the register widens there stands among the
// request's sentences; empty: nothing, and it takes nobody's approval. Errors
// as the call has them.
[[nodiscard]] absl::StatusOr<CustodyRequest> RequestAt(
    const Deployment& deployment, const TlsFiles& tls,
    const PartyRegister& asked);

// The sentences of all, each once, a line each; the first ones where they are
// many.
std::string LinesOf(const std::vector<CustodyRequest>& requests);

// The approvals for each of `registers`, in their order. Where nothing is
// widened there are none. PermissionDenied: there are none and something is;
// lists it, and the commands that come next. In a deployment to try with its
// own custodians approve, and standard error says so.
[[nodiscard]] absl::StatusOr<std::vector<ApprovalList>> ApprovalsOfRegisters(
    const Deployment& deployment, ApprovalOptions options,
    const std::vector<PartyRegister>& registers, const std::string& path);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_CLI_REGISTER_APPROVALS_H_
