#include "aggregator/keys.h"

#include <map>

#include "core/base/clock.h"
#include "core/keys/key_file.h"
#include "core/keys/receipt.h"

namespace garderobe::aggregator {
namespace {
constexpr char kPseudonym[] = "aggregator-pseudonym";
constexpr char kSealing[] = "aggregator-sealing";
constexpr char kSigning[] = "aggregator-signing";

std::string Path(const std::string& directory, const char* role) {
  return directory + "/" + role + ".key";
}
}  // namespace

absl::Status AggregatorKeys::Generate(const std::string& directory) {
  const auto scalar = PseudonymScalar::Random();
  GARDEROBE_RETURN_IF_ERROR(
      WriteKeyFile(Path(directory, kPseudonym), kPseudonym, kFirstEpoch,
                   KeyFileSecret::CopyFrom({scalar.ExposeSecret(), 32})));
  for (const char* role : {kSealing, kSigning}) {
    GARDEROBE_RETURN_IF_ERROR(WriteKeyFile(
        Path(directory, role), role, kFirstEpoch, KeyFileSecret::Random()));
  }
  return CreateIssue(directory, Today(), UnixSeconds());
}

absl::StatusOr<AggregatorKeys> AggregatorKeys::Read(
    const std::string& directory) {
  GARDEROBE_ASSIGN_OR_RETURN(
      auto z,
      ReadScalar<PseudonymScalar>(Path(directory, kPseudonym), kPseudonym));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto sealing,
      ReadSecret<SealingSecretKey>(Path(directory, kSealing), kSealing));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto signing,
      ReadSecret<SigningSeed>(Path(directory, kSigning), kSigning));
  GARDEROBE_ASSIGN_OR_RETURN(const StoredIssue issue, ReadIssue(directory));
  return AggregatorKeys{std::move(z), std::move(sealing), std::move(signing),
                        issue};
}

Parameters AggregatorKeys::Public() const {
  Parameters parameters{"aggregator", issue.issue, {}};
  PutProvenKey(parameters, "Z", pseudonym);
  parameters.values["seal"] = PublicKeyOf(sealing).view();
  parameters.values["receipt"] = VerifyKeyOf(ReceiptSeedOf(signing)).view();
  return parameters;
}

}  // namespace garderobe::aggregator
