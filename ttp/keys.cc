#include "ttp/keys.h"

#include "core/keys/key_file.h"

namespace garderobe::ttp {
namespace {
constexpr char kVaultShuffle[] = "ttp-shuffle-vault";
constexpr char kAggregatorShuffle[] = "ttp-shuffle-aggregator";
constexpr char kVaultHandle[] = "ttp-handle-vault";
constexpr char kAggregatorHandle[] = "ttp-handle-aggregator";
constexpr char kReference[] = "ttp-reference";
constexpr char kSigning[] = "ttp-signing";

std::string Path(const std::string& directory, const char* role) {
  return directory + "/" + role + ".key";
}
}  // namespace

absl::Status TtpKeys::Generate(const std::string& directory) {
  for (const char* role : {kVaultShuffle, kAggregatorShuffle}) {
    const auto scalar = VaultShuffleScalar::Random();
    GARDEROBE_RETURN_IF_ERROR(
        WriteKeyFile(Path(directory, role), role, kEpoch,
                     KeyFileSecret::CopyFrom({scalar.ExposeSecret(), 32})));
  }
  for (const char* role :
       {kVaultHandle, kAggregatorHandle, kReference, kSigning}) {
    GARDEROBE_RETURN_IF_ERROR(WriteKeyFile(Path(directory, role), role, kEpoch,
                                           KeyFileSecret::Random()));
  }
  return absl::OkStatus();
}

absl::StatusOr<TtpKeys> TtpKeys::Read(const std::string& directory) {
  GARDEROBE_ASSIGN_OR_RETURN(
      auto s, ReadScalar<VaultShuffleScalar>(Path(directory, kVaultShuffle),
                                             kVaultShuffle));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto t, ReadScalar<AggregatorShuffleScalar>(
                  Path(directory, kAggregatorShuffle), kAggregatorShuffle));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto hv,
      ReadSecret<VaultHandleKey>(Path(directory, kVaultHandle), kVaultHandle));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto ha, ReadSecret<AggregatorHandleKey>(
                   Path(directory, kAggregatorHandle), kAggregatorHandle));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto reference,
      ReadSecret<ReferenceKey>(Path(directory, kReference), kReference));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto signing,
      ReadSecret<SigningSeed>(Path(directory, kSigning), kSigning));
  return TtpKeys{std::move(s),  std::move(t),         std::move(hv),
                 std::move(ha), std::move(reference), std::move(signing)};
}

Parameters TtpKeys::Public() const {
  return {"ttp",
          kEpoch,
          {{"S", std::string(MultiplyBase(vault_shuffle).view())},
           {"T", std::string(MultiplyBase(aggregator_shuffle).view())}}};
}

}  // namespace garderobe::ttp
