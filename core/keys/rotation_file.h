// What one party gives another at a rotation (protocol.md, 9): the factors by
// which that multiplies its points. Sealed, so that who carries the file learns
// nothing, and signed, so that nobody else makes one.
//
//   body = "garderobe/rotation/v1" 00 || LP(from) || LP(to) || epoch (4)
//          || LP(crypto_box_seal(to, factors, 32 bytes each))
//
// and the Ed25519 signature of `from` (64) behind it. `epoch` is the one that
// it leads to, from the one before. A checked file of the kind "rotation".
#ifndef GARDEROBE_CORE_KEYS_ROTATION_FILE_H_
#define GARDEROBE_CORE_KEYS_ROTATION_FILE_H_

#include <string>
#include <vector>

#include "core/conversion/rotation_factor.h"
#include "core/keys/parameters.h"

namespace garderobe {

// Between which parties, and to which epoch it leads.
struct RotationRoute {
  std::string from, to;  // ttp, vault, aggregator
  uint32_t epoch = 0;
};

// Its path in the folder that the operators hand from party to party:
// "rotation-2-ttp-to-vault".
std::string RotationPath(const std::string& folder, const RotationRoute& route);

// Replaces the file of that name, mode 0600; synced on return. InvalidArgument:
// `recipient` is no key to seal to. Unavailable: the disk does not take it.
[[nodiscard]] absl::Status WriteRotation(
    const std::string& folder, const RotationRoute& route,
    const std::vector<RotationFactor>& factors, const SigningSeed& signer,
    const SealingPublicKey& recipient);

// The factors, exactly `count`. NotFound: there is no such file. DataLoss: it
// is damaged. FailedPrecondition: it is not signed by `signer`, or is of
// another route; says which route it is of. InvalidArgument: it is sealed to
// another key, or holds something else.
[[nodiscard]] absl::StatusOr<std::vector<RotationFactor>> ReadRotation(
    const std::string& folder, const RotationRoute& route, size_t count,
    const VerifyKey& signer, const SealingSecretKey& recipient);

// Parameters of a party in the same folder, for one that has no connection to
// it: "rotation-2-aggregator-parameters", a checked file of the kind
// "parameters": LP(body) || signature (64).
[[nodiscard]] absl::Status WriteRotationParameters(
    const std::string& folder, uint32_t epoch, const std::string& party,
    const SignedBody& parameters);
// As signed by `signer` and valid `today`. Errors of VerifyParameters; NotFound
// and DataLoss as above.
[[nodiscard]] absl::StatusOr<Parameters> ReadRotationParameters(
    const std::string& folder, uint32_t epoch, const std::string& party,
    const VerifyKey& signer, const CivilDate& today);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_KEYS_ROTATION_FILE_H_
