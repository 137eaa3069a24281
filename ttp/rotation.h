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

// Call it only when TtpKeys::TakeOverNext has just returned false: after an
// interrupted rotation it would remove scalars that are in force already.
// Writes into `folder` d = s*/s for the vault, t*/t and (t* h*)/(t h) for the
// aggregator, and the aggregator's parameters; then puts the next epoch of the
// keys in the folder `keys` into force, and wipes the former scalars. Returns
// the issue of the parameters from now on. Killed before the next epoch was in
// force, the same call draws nothing anew and writes the same factors; killed
// later, TtpKeys::TakeOverNext alone completes it. `between`, for tests, is
// called between any two steps.
// Errors of TtpKeys::Read, TtpKeys::DrawNext and WriteRotation: the former
// epoch is in force. Errors of RotateIssue and TtpKeys::TakeOverNext: the
// stored issue tells which is.
[[nodiscard]] absl::StatusOr<StoredIssue> RotateKeys(
    const std::string& keys, const std::string& folder,
    const RotationRecipients& recipients,
    const std::function<void()>& between = [] {});

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_ROTATION_H_
