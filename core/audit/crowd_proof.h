// Proves to an auditor that the rows of a crowd, and their home slots, were
// converted with the scalars that the TTP has committed itself to
// (protocol.md, 8). Two proofs of a batch (core/proof/batch_proof.h).
#ifndef GARDEROBE_CORE_AUDIT_CROWD_PROOF_H_
#define GARDEROBE_CORE_AUDIT_CROWD_PROOF_H_

#include <span>
#include <string>

#include "core/audit/shown_crowd.h"
#include "core/keys/parameters.h"
#include "core/proof/batch_proof.h"

namespace garderobe {

// The home slots are proved as a batch of one kind, whose number this is.
inline constexpr uint32_t kHomeSlot = 0;

// What is proved about, from what the parties publish.
struct CrowdKeys {
  ConversionCommitments rows;   // to s and v = s*u
  ConversionCommitments homes;  // to h and h*u
  KindKeys kinds;               // Y[k] of each kind with a slot
  KindKeys home;                // of kHomeSlot: Y_home + Z
  uint32_t epoch = 0;
  ParameterSerials serials;

  // All three were read, and the sums of their keys are no identity: JointKeys
  // has looked.
  static CrowdKeys From(const TtpParameters& ttp, const VaultParameters& vault,
                        const AggregatorParameters& aggregator);
};

enum class CrowdPart : uint8_t { kRows = 1, kHomes = 2 };

// What a proof is bound to besides its points. Never change:
//   "garderobe/crowd/v2" 00 || part (1) || answer id (16) || epoch (4)
//   || serials of the parameters of ttp, vault and aggregator (4 each)
// The serials are those of the parameters that the proof is verified with.
std::string CrowdContext(const AnswerId& id, const CrowdKeys& keys,
                         CrowdPart part);

// What opens the commitments. Move-only.
struct CrowdSecrets {
  ConversionSecrets rows;   // s, v and their blinding scalars
  ConversionSecrets homes;  // h, h*u and theirs
};

// Proves what `crowd` shows; its own proofs are not looked at. q[i] and
// q_home[i] rerandomised outputs[i]. Takes 4 multiplications for each kind of a
// row, and 8 for the row itself and its home slot.
// InvalidArgument: as of VerifyBatch, for the statements.
[[nodiscard]] absl::StatusOr<CrowdProofs> ProveCrowd(
    const ShownCrowd& crowd, const CrowdKeys& keys, const CrowdSecrets& secrets,
    std::span<const WipedScalar> q, std::span<const WipedScalar> q_home);

// Verify one of the crowd's proofs; as long as it took to make.
// InvalidArgument, FailedPrecondition: as of VerifyBatch; InvalidArgument also
// when a row has another number of points than of kinds.
[[nodiscard]] absl::Status VerifyCrowdRows(const ShownCrowd& crowd,
                                           const CrowdKeys& keys);
[[nodiscard]] absl::Status VerifyCrowdHomes(const ShownCrowd& crowd,
                                            const CrowdKeys& keys);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_AUDIT_CROWD_PROOF_H_
