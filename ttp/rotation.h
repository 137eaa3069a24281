// The TTP's part of a rotation (protocol.md, 9): it draws s*, t* and h*, and
// hands on what the others multiply by.
#ifndef GARDEROBE_TTP_ROTATION_H_
#define GARDEROBE_TTP_ROTATION_H_

#include <functional>
#include <string>

#include "core/keys/parameter_issue.h"

namespace garderobe::ttp {

// To whom factors are sealed, as they have published it.
struct RotationRecipients {
  SealingPublicKey vault, aggregator;
  SignedBody aggregator_parameters;  // handed on to the vault
};

// Writes into `folder` d = s*/s for the vault, t*/t and t*h*/(t*h) for the
// aggregator, and the aggregator's parameters; then puts the next epoch of the
// keys in `keys` into force, and wipes the former scalars. Returns the issue of
// the parameters from now on. Whoever is killed runs it again: before the next
// epoch was in force it draws nothing anew and writes the same factors, after
// that TtpKeys::TakeOverNext does the rest. `between`, for tests, is called
// between any two steps.
// Errors of TtpKeys::Read and WriteRotation; after them the former epoch is in
// force.
[[nodiscard]] absl::StatusOr<StoredIssue> RotateKeys(
    const std::string& keys, const std::string& folder,
    const RotationRecipients& recipients,
    const std::function<void()>& between = [] {});

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_ROTATION_H_
