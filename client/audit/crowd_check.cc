#include "client/audit/crowd_check.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/audit/crowd_proof.h"
#include "core/keys/pooled_receipt.h"

namespace garderobe::client {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"parameters", "serials",
                                                    "rows", "homes", "receipt"};

struct ReadParties {
  TtpParameters ttp;
  VaultParameters vault;
  AggregatorParameters aggregator;
};

absl::StatusOr<ReadParties> Read(const AuditedCrowd& audited,
                                 const PartyPins& pins) {
  const auto read = [&](const VerifyKey& pin, std::string_view party,
                        const SignedBody& body) {
    return VerifyParameters(pin, party, body.body, body.signature,
                            audited.fetched);
  };
  ReadParties parties;
  GARDEROBE_ASSIGN_OR_RETURN(const Parameters ttp,
                             read(pins.ttp, "ttp", audited.ttp));
  GARDEROBE_ASSIGN_OR_RETURN(const Parameters vault,
                             read(pins.vault, "vault", audited.vault));
  GARDEROBE_ASSIGN_OR_RETURN(
      const Parameters aggregator,
      read(pins.aggregator, "aggregator", audited.aggregator));
  GARDEROBE_ASSIGN_OR_RETURN(parties.ttp, TtpParameters::From(ttp));
  GARDEROBE_ASSIGN_OR_RETURN(parties.vault, VaultParameters::From(vault));
  GARDEROBE_ASSIGN_OR_RETURN(parties.aggregator,
                             AggregatorParameters::From(aggregator));
  // Keys that cancel out would hide nothing.
  GARDEROBE_RETURN_IF_ERROR(
      JointKeys::From(parties.ttp, parties.vault, parties.aggregator).status());
  return parties;
}

absl::Status CheckSerials(const ShownCrowd& crowd,
                          const ParameterSerials& now) {
  const auto was_there = [](uint32_t serial, uint32_t latest) {
    return serial >= 1 && serial <= latest;
  };
  for (size_t i = 0; i < crowd.serials.size(); ++i) {
    const ParameterSerials& row = crowd.serials[i];
    if (!was_there(row.ttp, now.ttp) || !was_there(row.vault, now.vault) ||
        !was_there(row.aggregator, now.aggregator)) {
      return FailedPrecondition(
          "input {} names an issue of the parameters that there was not", i);
    }
  }
  return absl::OkStatus();
}

absl::Status CheckReceipt(const ShownCrowd& crowd, const VerifyKey& key) {
  PooledBatch batch{crowd.id, {}};
  for (const VaultRow& row : crowd.outputs) {
    batch.leaves.push_back(PooledLeaf(row));
  }
  if (IsPooledBatchBy(key, batch, crowd.receipt.body,
                      crowd.receipt.signature)) {
    return absl::OkStatus();
  }
  return FailedPrecondition(
      "the vault has not signed for these {} rows in this order under this "
      "answer id",
      crowd.outputs.size());
}

}  // namespace

std::string_view CrowdCheckName(CrowdCheck check) {
  return kNames[static_cast<size_t>(check)];
}

std::vector<CheckResult> CheckCrowd(const AuditedCrowd& audited,
                                    const PartyPins& pins) {
  const ShownCrowd& crowd = audited.crowd;
  std::vector<CheckResult> results;
  const auto parties = Read(audited, pins);
  results.push_back({CrowdCheck::kParameters, parties.status()});
  if (!parties.ok()) return results;
  const CrowdKeys keys =
      CrowdKeys::From(parties->ttp, parties->vault, parties->aggregator);
  results.push_back({CrowdCheck::kSerials, CheckSerials(crowd, keys.serials)});
  results.push_back({CrowdCheck::kRows, VerifyCrowdRows(crowd, keys)});
  results.push_back({CrowdCheck::kHomes, VerifyCrowdHomes(crowd, keys)});
  results.push_back(
      {CrowdCheck::kReceipt, CheckReceipt(crowd, parties->vault.receipt_key)});
  return results;
}

bool AllHold(const std::vector<CheckResult>& results) {
  return results.size() == kNames.size() &&
         std::all_of(results.begin(), results.end(),
                     [](const CheckResult& one) { return one.status.ok(); });
}

}  // namespace garderobe::client
