#include "ttp/keys.h"

#include <map>

#include "core/base/clock.h"
#include "core/keys/key_file.h"

namespace garderobe::ttp {
namespace {

constexpr char kIngress[] = "ttp-ingress";
constexpr char kToVault[] = "ttp-conversion-vault";
constexpr char kToAggregator[] = "ttp-conversion-aggregator";
constexpr char kHome[] = "ttp-conversion-home";
constexpr char kRelation[] = "ttp-relation";
constexpr char kVaultHandle[] = "ttp-handle-vault";
constexpr char kAggregatorHandle[] = "ttp-handle-aggregator";
constexpr char kSigma[] = "ttp-sigma";
constexpr char kCommitment[] = "ttp-commitment";
constexpr char kSigning[] = "ttp-signing";

std::string Path(const std::string& directory, const char* role) {
  return directory + "/" + role + ".key";
}

// What a rotation exchanges.
struct RotatedRole {
  const char* role;
  KeyShape shape;
};
constexpr RotatedRole kRotated[] = {{kToVault, KeyShape::kScalar},
                                    {kToAggregator, KeyShape::kScalar},
                                    {kHome, KeyShape::kScalar},
                                    {kCommitment, KeyShape::kBytes}};

template <typename Scalar>
absl::StatusOr<Scalar> ScalarIn(const std::string& directory, const char* role,
                                uint32_t epoch) {
  GARDEROBE_ASSIGN_OR_RETURN(const std::string path,
                             KeyPathOf(directory, role, epoch));
  return ReadScalar<Scalar>(path, role);
}
template <typename Scalar>
absl::StatusOr<Scalar> NextScalar(const std::string& directory,
                                  const char* role) {
  return ReadScalar<Scalar>(NextKeyPath(directory, role), role);
}

template <typename Scalar>
absl::StatusOr<Scalar> ScalarOf(const std::string& directory,
                                const char* role) {
  return ReadScalar<Scalar>(Path(directory, role), role);
}
template <typename Secret>
absl::StatusOr<Secret> SecretOf(const std::string& directory,
                                const char* role) {
  return ReadSecret<Secret>(Path(directory, role), role);
}

}  // namespace

absl::Status TtpKeys::Generate(const std::string& directory) {
  for (const char* role :
       {kIngress, kToVault, kToAggregator, kHome, kRelation}) {
    const auto scalar = VaultConversionScalar::Random();
    GARDEROBE_RETURN_IF_ERROR(
        WriteKeyFile(Path(directory, role), role, kFirstEpoch,
                     KeyFileSecret::CopyFrom({scalar.ExposeSecret(), 32})));
  }
  for (const char* role :
       {kVaultHandle, kAggregatorHandle, kSigma, kCommitment, kSigning}) {
    GARDEROBE_RETURN_IF_ERROR(WriteKeyFile(
        Path(directory, role), role, kFirstEpoch, KeyFileSecret::Random()));
  }
  return CreateIssue(directory, Today(), UnixSeconds());
}

absl::StatusOr<TtpKeys> TtpKeys::Read(const std::string& directory) {
  GARDEROBE_ASSIGN_OR_RETURN(const StoredIssue issue, ReadIssue(directory));
  const uint32_t epoch = issue.issue.epoch;
  GARDEROBE_ASSIGN_OR_RETURN(auto u,
                             ScalarOf<IngressScalar>(directory, kIngress));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto s, ScalarIn<VaultConversionScalar>(directory, kToVault, epoch));
  GARDEROBE_ASSIGN_OR_RETURN(auto t, ScalarIn<AggregatorConversionScalar>(
                                         directory, kToAggregator, epoch));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto h, ScalarIn<HomeConversionScalar>(directory, kHome, epoch));
  GARDEROBE_ASSIGN_OR_RETURN(auto a,
                             ScalarOf<RelationScalar>(directory, kRelation));
  GARDEROBE_ASSIGN_OR_RETURN(auto hv,
                             SecretOf<VaultHandleKey>(directory, kVaultHandle));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto ha, SecretOf<AggregatorHandleKey>(directory, kAggregatorHandle));
  GARDEROBE_ASSIGN_OR_RETURN(auto kr, SecretOf<SigmaKey>(directory, kSigma));
  GARDEROBE_ASSIGN_OR_RETURN(const std::string commitment_path,
                             KeyPathOf(directory, kCommitment, epoch));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto commitment,
      ReadSecret<CommitmentSecret>(commitment_path, kCommitment));
  GARDEROBE_ASSIGN_OR_RETURN(auto signing,
                             SecretOf<SigningSeed>(directory, kSigning));
  auto v = ProductOf<VaultStrippingScalar>(s, u);
  auto hu = ProductOf<HomeStrippingScalar>(h, u);
  return TtpKeys{std::move(u),  std::move(s),          std::move(v),
                 std::move(t),  std::move(h),          std::move(hu),
                 std::move(a),  std::move(hv),         std::move(ha),
                 std::move(kr), std::move(commitment), std::move(signing),
                 issue};
}

absl::StatusOr<TtpKeys::Next> TtpKeys::DrawNext(const std::string& directory,
                                                uint32_t epoch) {
  for (const RotatedRole& rotated : kRotated) {
    GARDEROBE_RETURN_IF_ERROR(
        DrawNextKey(directory, rotated.role, epoch, rotated.shape));
  }
  GARDEROBE_ASSIGN_OR_RETURN(
      auto s, NextScalar<VaultConversionScalar>(directory, kToVault));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto t, NextScalar<AggregatorConversionScalar>(directory, kToAggregator));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto h, NextScalar<HomeConversionScalar>(directory, kHome));
  return Next{std::move(s), std::move(t), std::move(h)};
}

absl::StatusOr<bool> TtpKeys::TakeOverNext(const std::string& directory) {
  GARDEROBE_ASSIGN_OR_RETURN(const StoredIssue issue, ReadIssue(directory));
  bool any = false;
  for (const RotatedRole& rotated : kRotated) {
    GARDEROBE_ASSIGN_OR_RETURN(
        const bool taken,
        TakeOverNextKey(directory, rotated.role, issue.issue.epoch));
    any |= taken;
  }
  return any;
}

Parameters TtpKeys::Public(uint32_t padding) const {
  Parameters parameters{"ttp", issue.issue, {}};
  PutProvenKey(parameters, "U", ingress);
  auto commit = [&](const char* name, const auto& scalar) {
    parameters.values[name] =
        Commit(scalar, BlindingOf(commitment, name)).view();
  };
  commit("C_s", to_vault);
  commit("C_v", stripping);
  commit("C_t", to_aggregator);
  commit("C_h", home);
  commit("C_hu", home_stripping);
  commit("C_a", relation);
  PutBigEndian(parameters.values["padding"], padding);
  return parameters;
}

}  // namespace garderobe::ttp
