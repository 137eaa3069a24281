// For auditors: what the trusted third party did with a crowd, verified.
#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "client/audit/crowd_check.h"
#include "client/audit/crowd_file.h"
#include "client/audit/fetch_crowd.h"
#include "client/cli/command.h"
#include "core/rpc/status_conversion.h"
#include "nlohmann/json.hpp"
#include "spdlog/fmt/chrono.h"

namespace garderobe::client {
namespace {

using nlohmann::json;

struct AuditOptions {
  std::string auditor, answer_id, out, from;
};

constexpr std::array<std::string_view, 5> kNotEstablished = {
    "that the inputs are what clients sent: an author signs a whole batch, of "
    "which a crowd holds some rows",
    "that the TTP put each row under the handle of its customer, and gave the "
    "vault the kinds that are shown here",
    "that this crowd is all that the vault was sent, or that no row of a "
    "client "
    "was left out of it",
    "what the vault did with the rows, and what the TTP made of its answer for "
    "the aggregator",
    "that nobody passed on what an audit shows"};

std::string Sentence(CrowdCheck check, size_t rows) {
  switch (check) {
    case CrowdCheck::kParameters:
      return "what TTP, vault and aggregator publish is signed by the pinned "
             "keys, was in force, and every point comes with the proof that "
             "its owner knows the secret";
    case CrowdCheck::kSerials:
      return "every row was made with issues of the parameters that there were";
    case CrowdCheck::kRows:
      return fmt::format(
          "each of the {} rows at the vault is one of the {} inputs, and no "
          "two are the same one, converted with the scalars s and v = s*u that "
          "the TTP has committed itself to, and with nothing else",
          rows, rows);
    case CrowdCheck::kHomes:
      return "so is the home slot of each, with h and h*u";
    case CrowdCheck::kReceipt:
      return "the vault has signed that it was given exactly these rows, in "
             "this order, under this answer id";
  }
  return "";
}

absl::StatusOr<AnswerId> ParseAnswerId(const std::string& hex) {
  const auto bytes = FromHex(hex);
  if (!bytes.ok() || bytes->size() != AnswerId::kBytes) {
    return InvalidArgument(
        "the answer id is not 32 hexadecimal digits; `garderobe audit crowds` "
        "lists them");
  }
  return AnswerId::From(*bytes);
}

std::string TimeOf(uint64_t unix_seconds) {
  const std::chrono::sys_seconds time{std::chrono::seconds(unix_seconds)};
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

absl::Status PrintCrowds(Context& context, const AuditOptions& options) {
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  GARDEROBE_ASSIGN_OR_RETURN(const Endpoint endpoint,
                             deployment.AuditorEndpoint(options.auditor));
  const auto crowds = ListCrowds(endpoint);
  GARDEROBE_RETURN_IF_ERROR(
      Diagnosed(crowds.status(), endpoint.ttpd, endpoint.tls));
  Page page = Page::Table({"answer id", "rows", "answered"});
  page.json = json::array();
  for (const HeldCrowd& crowd : *crowds) {
    const std::string id = ToHex(crowd.id.bytes());
    page.json.push_back({{"answer_id", id},
                         {"rows", crowd.rows},
                         {"unix_seconds", crowd.unix_seconds}});
    page.Add({id, static_cast<double>(crowd.rows), TimeOf(crowd.unix_seconds)});
  }
  return Print(context.form, page);
}

// From ttpd, or from a file.
absl::StatusOr<AuditedCrowd> CrowdOf(const Deployment& deployment,
                                     const AuditOptions& options) {
  if (!options.from.empty()) {
    GARDEROBE_ASSIGN_OR_RETURN(AuditedCrowd audited,
                               ReadCrowdFile(options.from));
    if (options.answer_id.empty()) return audited;
    GARDEROBE_ASSIGN_OR_RETURN(const AnswerId id,
                               ParseAnswerId(options.answer_id));
    if (audited.crowd.id == id) return audited;
    return InvalidArgument("{} holds the crowd of another answer id",
                           options.from);
  }
  GARDEROBE_ASSIGN_OR_RETURN(const AnswerId id,
                             ParseAnswerId(options.answer_id));
  GARDEROBE_ASSIGN_OR_RETURN(const Endpoint endpoint,
                             deployment.AuditorEndpoint(options.auditor));
  auto audited =
      FetchCrowd(endpoint, id, deployment.auditor_state(endpoint.client));
  GARDEROBE_RETURN_IF_ERROR(
      Diagnosed(audited.status(), endpoint.ttpd, endpoint.tls));
  return audited;
}

json ToJson(const AuditedCrowd& audited,
            const std::vector<CheckResult>& results) {
  json checks = json::array();
  for (const CheckResult& one : results) {
    checks.push_back({{"check", CrowdCheckName(one.check)},
                      {"holds", one.status.ok()},
                      {"reason", Message(one.status)}});
  }
  return {{"answer_id", ToHex(audited.crowd.id.bytes())},
          {"rows", audited.crowd.outputs.size()},
          {"fetched", ToIso(audited.fetched)},
          {"holds", AllHold(results)},
          {"checks", std::move(checks)},
          {"not_established", kNotEstablished}};
}

std::string ToText(const AuditedCrowd& audited,
                   const std::vector<CheckResult>& results) {
  const size_t rows = audited.crowd.outputs.size();
  std::string text = fmt::format(
      "crowd {}, {} rows, with the parameters of {}\n",
      ToHex(audited.crowd.id.bytes()), rows, ToIso(audited.fetched));
  std::string refused;
  text += "established:\n";
  for (const CheckResult& one : results) {
    const std::string sentence = Sentence(one.check, rows);
    if (one.status.ok()) {
      text += fmt::format("  {}\n", sentence);
    } else {
      refused +=
          fmt::format("  {}: {}\n    it does not hold that {}\n",
                      CrowdCheckName(one.check), Message(one.status), sentence);
    }
  }
  if (!refused.empty()) text += "REFUSED:\n" + refused;
  text += "not established, and no part of this audit:\n";
  for (const std::string_view sentence : kNotEstablished) {
    text += fmt::format("  {}\n", sentence);
  }
  return text;
}

absl::Status Audit(Context& context, const AuditOptions& options) {
  if (options.from.empty() && options.answer_id.empty()) {
    return InvalidArgument("which crowd? Give its answer id, or --from FILE");
  }
  if (!options.from.empty() && !options.out.empty()) {
    return InvalidArgument("--out: a crowd that comes from a file is there");
  }
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  GARDEROBE_ASSIGN_OR_RETURN(const Endpoint any, deployment.EndpointOf(""));
  GARDEROBE_ASSIGN_OR_RETURN(const AuditedCrowd audited,
                             CrowdOf(deployment, options));
  // Whatever comes of it: what does not hold is evidence.
  if (!options.out.empty()) {
    GARDEROBE_RETURN_IF_ERROR(WriteCrowdFile(options.out, audited));
  }
  const std::vector<CheckResult> results =
      CheckCrowd(audited, {any.ttp_pin, any.vault_pin, any.aggregator_pin});
  if (!AllHold(results)) context.exit = kRefused;
  return Print(context.form,
               {ToJson(audited, results), ToText(audited, results)});
}

}  // namespace

void AddAuditCommands(CLI::App& app, Context& context) {
  auto* audit = app.add_subcommand(
      "audit", "for auditors: verify what the trusted third party did");
  audit->require_subcommand(1);
  auto options = std::make_shared<AuditOptions>();
  auto* crowds = audit->add_subcommand(
      "crowds", "which crowds of relations can be verified: the last ones");
  auto* crowd = audit->add_subcommand(
      "crowd", "verify that all rows of a crowd were converted as they should");
  crowd->add_option("ANSWER_ID", options->answer_id,
                    "the vault's number of the crowd, as `crowds` lists it");
  crowd->add_option("--out", options->out,
                    "keep what was shown in a new file, whether it holds or "
                    "not; it tells which row became which");
  crowd->add_option("--from", options->from,
                    "verify such a file, without asking anybody");
  for (auto* command : {crowds, crowd}) {
    command->add_option("--as", options->auditor,
                        "whose certificate: the folder below auditors/; needed "
                        "only where there are several");
  }
  crowd->footer(
      "Exit status 0 only if everything held.\n"
      "Example: garderobe audit crowd 0123456789abcdef0123456789abcdef --out "
      "crowd.json");
  crowds->callback([&context, options] {
    const absl::Status status = PrintCrowds(context, *options);
    if (!status.ok()) context.Fail(status);
  });
  crowd->callback([&context, options] {
    const absl::Status status = Audit(context, *options);
    if (!status.ok()) context.Fail(status);
  });
}

}  // namespace garderobe::client
