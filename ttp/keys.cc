#include "ttp/keys.h"

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
        WriteKeyFile(Path(directory, role), role, kEpoch,
                     KeyFileSecret::CopyFrom({scalar.ExposeSecret(), 32})));
  }
  for (const char* role :
       {kVaultHandle, kAggregatorHandle, kSigma, kCommitment, kSigning}) {
    GARDEROBE_RETURN_IF_ERROR(WriteKeyFile(Path(directory, role), role, kEpoch,
                                           KeyFileSecret::Random()));
  }
  return CreateIssue(directory, Today(), UnixSeconds());
}

absl::StatusOr<TtpKeys> TtpKeys::Read(const std::string& directory) {
  GARDEROBE_ASSIGN_OR_RETURN(auto u,
                             ScalarOf<IngressScalar>(directory, kIngress));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto s, ScalarOf<VaultConversionScalar>(directory, kToVault));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto t, ScalarOf<AggregatorConversionScalar>(directory, kToAggregator));
  GARDEROBE_ASSIGN_OR_RETURN(auto h,
                             ScalarOf<HomeConversionScalar>(directory, kHome));
  GARDEROBE_ASSIGN_OR_RETURN(auto a,
                             ScalarOf<RelationScalar>(directory, kRelation));
  GARDEROBE_ASSIGN_OR_RETURN(auto hv,
                             SecretOf<VaultHandleKey>(directory, kVaultHandle));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto ha, SecretOf<AggregatorHandleKey>(directory, kAggregatorHandle));
  GARDEROBE_ASSIGN_OR_RETURN(auto kr, SecretOf<SigmaKey>(directory, kSigma));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto commitment, SecretOf<CommitmentSecret>(directory, kCommitment));
  GARDEROBE_ASSIGN_OR_RETURN(auto signing,
                             SecretOf<SigningSeed>(directory, kSigning));
  GARDEROBE_ASSIGN_OR_RETURN(const StoredIssue issue, ReadIssue(directory));
  auto v = ProductOf<VaultStrippingScalar>(s, u);
  auto hu = ProductOf<HomeStrippingScalar>(h, u);
  return TtpKeys{std::move(u),  std::move(s),          std::move(v),
                 std::move(t),  std::move(h),          std::move(hu),
                 std::move(a),  std::move(hv),         std::move(ha),
                 std::move(kr), std::move(commitment), std::move(signing),
                 issue};
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
