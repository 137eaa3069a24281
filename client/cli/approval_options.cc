#include "client/cli/approval_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "client/deploy/approval_file.h"
#include "core/base/clock.h"
#include "core/custody/custody.h"
#include "core/rpc/status_conversion.h"

namespace garderobe::client {
namespace {
// For what is used at once.
constexpr uint64_t kAtOnceSeconds = 600;
}  // namespace

void AddApprovalOptions(CLI::App& command, ApprovalOptions& options) {
  command
      .add_option("--as", options.as,
                  "a custodian whose key is in the deployment's folder, below "
                  "custodians/; twice, for two different ones")
      ->allow_extra_args(false);
  command
      .add_option("--approval", options.files,
                  "a file that `garderobe custodian approve` wrote; twice or "
                  "more")
      ->allow_extra_args(false);
}

absl::StatusOr<ApprovalList> ApprovalsFor(const Deployment& deployment,
                                          const ApprovalOptions& options,
                                          const std::string& party,
                                          const CustodyRequest& request) {
  ApprovalList list;
  for (const std::string& name : options.as) {
    GARDEROBE_ASSIGN_OR_RETURN(const CustodianSeed seed,
                               deployment.custodian_key(name));
    *list.Add() =
        SignFor(seed, party, request, UnixSeconds(), kAtOnceSeconds).approval;
  }
  for (const std::string& path : options.files) {
    GARDEROBE_ASSIGN_OR_RETURN(const std::vector<PartyApproval> approvals,
                               ReadApprovalFile(path));
    const bool is_for_party =
        std::any_of(approvals.begin(), approvals.end(),
                    [&](const auto& one) { return one.party == party; });
    for (const PartyApproval& one : approvals) {
      if (!is_for_party || one.party == party) *list.Add() = one.approval;
    }
  }
  return list;
}

absl::StatusOr<TlsFiles> CallerTls(const Deployment& deployment,
                                   const ApprovalOptions& options,
                                   Caller caller) {
  if (!options.as.empty()) return deployment.custodian_tls(options.as.front());
  const TlsFiles coordinator = deployment.coordinator_tls();
  if (caller == Caller::kAnyone &&
      std::filesystem::exists(coordinator.certificate)) {
    return coordinator;
  }
  for (const std::string& name : deployment.custodians()) {
    GARDEROBE_ASSIGN_OR_RETURN(const TlsFiles tls,
                               deployment.custodian_tls(name));
    if (std::filesystem::exists(tls.certificate)) return tls;
  }
  return NotFound("{} holds no certificate of a custodian, who has to ask",
                  deployment.folder());
}

absl::Status WithNextStep(const absl::Status& status, std::string_view words) {
  if (ReasonOf(status) != kApprovalNeeded) return status;
  return PermissionDenied(
      "{}\nEach of two custodians runs\n"
      "  garderobe custodian approve {} --as NAME --out FILE\n"
      "and the same command as now is given with --approval FILE for both",
      Message(status), words);
}

}  // namespace garderobe::client
