#include "ttp/rotation.h"

#include <vector>

#include "core/base/clock.h"
#include "core/keys/rotation_file.h"
#include "ttp/keys.h"

namespace garderobe::ttp {

absl::StatusOr<StoredIssue> RotateKeys(const std::string& keys,
                                       const std::string& folder,
                                       const RotationRecipients& recipients,
                                       const std::function<void()>& between) {
  GARDEROBE_ASSIGN_OR_RETURN(const TtpKeys former, TtpKeys::Read(keys));
  const uint32_t epoch = former.epoch() + 1;
  GARDEROBE_ASSIGN_OR_RETURN(const TtpKeys::Next next,
                             TtpKeys::DrawNext(keys, epoch));
  between();
  std::vector<RotationFactor> for_vault, for_aggregator;
  for_vault.push_back(FactorBetween(former.to_vault, next.to_vault));
  for_aggregator.push_back(
      FactorBetween(former.to_aggregator, next.to_aggregator));
  for_aggregator.push_back(ProductOf<RotationFactor>(
      for_aggregator[0], FactorBetween(former.home, next.home)));
  GARDEROBE_RETURN_IF_ERROR(WriteRotation(folder, {"ttp", "vault", epoch},
                                          for_vault, former.signing,
                                          recipients.vault));
  GARDEROBE_RETURN_IF_ERROR(WriteRotation(folder, {"ttp", "aggregator", epoch},
                                          for_aggregator, former.signing,
                                          recipients.aggregator));
  GARDEROBE_RETURN_IF_ERROR(WriteRotationParameters(
      folder, epoch, "aggregator", recipients.aggregator_parameters));
  between();
  GARDEROBE_ASSIGN_OR_RETURN(const StoredIssue issue,
                             RotateIssue(keys, Today(), UnixSeconds()));
  between();
  GARDEROBE_RETURN_IF_ERROR(TtpKeys::TakeOverNext(keys).status());
  return issue;
}

}  // namespace garderobe::ttp
