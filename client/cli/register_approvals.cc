#include "client/cli/register_approvals.h"

#include <algorithm>
#include <array>
#include <iostream>
#include <memory>
#include <set>

#include "client/service_call.h"
#include "core/custody/custodians.h"
#include "core/register/canonical_register.h"
#include "core/register/nameless.h"
#include "core/register/widening.h"
#include "garderobe/v1/common.grpc.pb.h"
#include "spdlog/fmt/ranges.h"

namespace garderobe::client {
namespace {

constexpr size_t kLinesMax = 40;

// Custodians of this folder, as many as it takes.
std::vector<std::string> OwnCustodians(const Deployment& deployment) {
  std::vector<std::string> names;
  for (const std::string& name : deployment.custodians()) {
    if (names.size() < Custodians::kNeeded &&
        deployment.custodian_key(name).ok()) {
      names.push_back(name);
    }
  }
  return names;
}

}  // namespace

absl::StatusOr<std::vector<PartyRegister>> PartyRegisters(
    const Deployment& deployment, const v1::Register& reg) {
  GARDEROBE_ASSIGN_OR_RETURN(v1::Register nameless, WithoutNames(reg));
  std::vector<PartyRegister> registers = {{kParties[3], reg},
                                          {kParties[2], reg},
                                          {kParties[1], std::move(nameless)},
                                          {kParties[0], reg}};
  if (deployment.has_plaind()) registers.push_back({kPlaind, reg});
  return registers;
}

absl::StatusOr<CustodyRequest> RequestAt(const Deployment& deployment,
                                         const TlsFiles& tls,
                                         const PartyRegister& asked) {
  v1::GetRegisterResponse held;
  GARDEROBE_RETURN_IF_ERROR(
      Annotate(CallService<v1::RegisterService>(
                   deployment.daemon(asked.party.name), tls, kPartyPatience,
                   &v1::RegisterService::Stub::GetRegister, {}, &held),
               asked.party.daemon));
  return RegisterRequest(CanonicalBytes(asked.reg),
                         WideningOf(held.register_(), asked.reg));
}

std::string LinesOf(const std::vector<CustodyRequest>& requests) {
  std::vector<std::string> lines;
  std::set<std::string> seen;
  for (const CustodyRequest& request : requests) {
    for (const std::string& sentence : request.sentences) {
      if (seen.insert(sentence).second) lines.push_back("  " + sentence + "\n");
    }
  }
  const size_t shown = std::min(lines.size(), kLinesMax);
  std::string text;
  for (size_t i = 0; i < shown; ++i) text += lines[i];
  if (shown < lines.size()) {
    text += fmt::format("  and {} more\n", lines.size() - shown);
  }
  return text;
}

absl::StatusOr<std::vector<ApprovalList>> ApprovalsOfRegisters(
    const Deployment& deployment, ApprovalOptions options,
    const std::vector<PartyRegister>& registers, const std::string& path) {
  std::vector<CustodyRequest> requests;
  bool is_widened = false;
  for (const PartyRegister& asked : registers) {
    GARDEROBE_ASSIGN_OR_RETURN(
        requests.emplace_back(),
        RequestAt(deployment, deployment.coordinator_tls(), asked));
    is_widened |= !requests.back().sentences.empty();
  }
  if (is_widened && options.empty() && deployment.demo_custodians()) {
    options.as = OwnCustodians(deployment);
    std::cerr << fmt::format(
        "approved by {}, whose keys are in this folder "
        "(local.demo_custodians)\n",
        fmt::join(options.as, " and "));
  }
  if (is_widened && options.empty()) {
    return PermissionDenied(
        "the register lets more happen, which takes two custodians:\n{}"
        "It is written with all its keys, approved by two, and imported:\n"
        "  garderobe admin institution request {} --out REQUEST\n"
        "  garderobe custodian approve register REQUEST --as NAME --out FILE\n"
        "  garderobe admin institution import REQUEST --approval FILE "
        "--approval FILE",
        LinesOf(requests), path);
  }
  std::vector<ApprovalList> approvals;
  for (size_t i = 0; i < registers.size(); ++i) {
    ApprovalList& list = approvals.emplace_back();
    if (requests[i].sentences.empty()) continue;
    GARDEROBE_ASSIGN_OR_RETURN(
        list, ApprovalsFor(deployment, options,
                           std::string(registers[i].party.name), requests[i]));
  }
  return approvals;
}

}  // namespace garderobe::client
