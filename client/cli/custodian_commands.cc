// For custodians: a key to approve with, and approvals of what takes two.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "client/cli/command.h"
#include "client/cli/custody_arguments.h"
#include "client/cli/register_approvals.h"
#include "client/deploy/approval_file.h"
#include "client/deploy/register_file.h"
#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/keys/key_file.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

using nlohmann::json;

struct ApproveOptions {
  std::string custodian, out;
  uint64_t hours = 8;
};

// One request, and at which parties it is approved.
struct Approved {
  CustodyRequest request;
  std::vector<std::string> parties;
};

absl::Status MakeKey(Context& context, const std::string& path) {
  if (!std::filesystem::exists(path)) {
    GARDEROBE_RETURN_IF_ERROR(
        WriteKeyFile(path, kCustodianRole, 1, KeyFileSecret::Random()));
  }
  GARDEROBE_ASSIGN_OR_RETURN(const auto seed,
                             ReadSecret<CustodianSeed>(path, kCustodianRole));
  const std::string hex = ToHex(VerifyKeyOf(seed).bytes());
  return Print(context.form, {{{"custodian_key", hex}}, hex});
}

// Says what it changes, and writes the approvals.
absl::Status Write(Context& context, const Deployment& deployment,
                   const ApproveOptions& options,
                   const std::vector<Approved>& approved) {
  GARDEROBE_ASSIGN_OR_RETURN(const CustodianSeed seed,
                             deployment.custodian_key(options.custodian));
  const uint64_t now = UnixSeconds();
  std::vector<PartyApproval> approvals;
  json list = json::array();
  std::string text;
  for (const Approved& one : approved) {
    for (const std::string& party : one.parties) {
      approvals.push_back(
          SignFor(seed, party, one.request, now, options.hours * 3600));
      list.push_back({{"party", party},
                      {"action", one.request.action},
                      {"request", ToHex(one.request.digest.bytes())},
                      {"changes", one.request.sentences}});
      text += fmt::format("at {}:\n{}", party, LinesOf({one.request}));
    }
  }
  GARDEROBE_RETURN_IF_ERROR(CreateFile(
      options.out, ApprovalFileText(options.custodian, approvals), 0600));
  text += fmt::format(
      "{} has the approval of {} for this, once, for {} hours. Whoever has the "
      "file can use it: hand it on only if you agree.\n",
      options.out, options.custodian, options.hours);
  return Print(context.form, {{{"custodian", options.custodian},
                               {"file", options.out},
                               {"hours", options.hours},
                               {"approvals", list}},
                              std::move(text)});
}

absl::Status ApproveRegister(Context& context, const ApproveOptions& options,
                             const std::string& path) {
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  GARDEROBE_ASSIGN_OR_RETURN(const TlsFiles tls,
                             deployment.custodian_tls(options.custodian));
  GARDEROBE_ASSIGN_OR_RETURN(const v1::Register reg, ReadRegisterFile(path));
  std::vector<Approved> approved;
  GARDEROBE_ASSIGN_OR_RETURN(const std::vector<PartyRegister> registers,
                             PartyRegisters(deployment, reg));
  for (const PartyRegister& asked : registers) {
    GARDEROBE_ASSIGN_OR_RETURN(CustodyRequest request,
                               RequestAt(deployment, tls, asked));
    if (request.sentences.empty()) continue;
    approved.push_back({std::move(request), {std::string(asked.party.name)}});
  }
  if (approved.empty()) {
    return FailedPrecondition(
        "{} lets nothing more happen than what the parties hold: the "
        "coordinating body imports it by itself",
        path);
  }
  return Write(context, deployment, options, approved);
}

absl::Status Approve(Context& context, const ApproveOptions& options,
                     const CustodyArguments& arguments) {
  GARDEROBE_RETURN_IF_ERROR(arguments.Check());
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  return Write(context, deployment, options,
               {{arguments.Request(), {arguments.party()}}});
}

std::shared_ptr<ApproveOptions> AddOptions(CLI::App& command) {
  auto options = std::make_shared<ApproveOptions>();
  command
      .add_option("--as", options->custodian,
                  "who approves: a folder below custodians/ with the key")
      ->required();
  command
      .add_option("--out", options->out,
                  "the file to write; an existing one is kept")
      ->required();
  command
      .add_option("--hours", options->hours, "for how long it holds, 1 to 24")
      ->check(CLI::Range(1, 24))
      ->capture_default_str();
  return options;
}

template <typename Arguments>
void AddApprove(Context& context, CLI::App& approve, const char* name,
                const char* about, const char* example) {
  auto* sub = approve.add_subcommand(name, about);
  auto arguments = std::make_shared<Arguments>();
  arguments->AddTo(*sub);
  auto options = AddOptions(*sub);
  sub->footer(fmt::format(
      "Example: garderobe custodian approve {} {} --as custodian-1 --out a",
      name, example));
  sub->callback([&context, arguments, options] {
    const absl::Status status = Approve(context, *options, *arguments);
    if (!status.ok()) context.Fail(status);
  });
}

}  // namespace

void AddCustodianCommands(CLI::App& app, Context& context) {
  auto* custodian = app.add_subcommand(
      "custodian", "for custodians: approve what takes two of them");
  custodian->require_subcommand(1);
  auto path = std::make_shared<std::string>();
  auto* key = custodian->add_subcommand(
      "key",
      "make a key to approve with, unless it is there, and print what the "
      "parties put among their custodians.keys");
  key->add_option("FILE", *path, "the key file")->required();
  key->callback([&context, path] {
    const absl::Status status = MakeKey(context, *path);
    if (!status.ok()) context.Fail(status);
  });
  auto* approve = custodian->add_subcommand(
      "approve",
      "say what a request changes, and write an approval of it to a file");
  approve->require_subcommand(1);
  auto* reg = approve->add_subcommand(
      "register", "a register that lets more happen than the one before");
  auto file = std::make_shared<std::string>();
  reg->add_option("FILE", *file,
                  "the register as it will be imported: what `garderobe admin "
                  "institution request` wrote")
      ->required();
  auto options = AddOptions(*reg);
  reg->footer(
      "Example: garderobe custodian approve register request.toml --as "
      "custodian-1 --out a");
  reg->callback([&context, options, file] {
    const absl::Status status = ApproveRegister(context, *options, *file);
    if (!status.ok()) context.Fail(status);
  });
  AddApprove<BudgetArguments>(context, *approve, "budget",
                              "more tokens of an institution this month",
                              "museum-01 --tokens 1000000");
  AddApprove<CapArguments>(context, *approve, "cap",
                           "more at the vault this month than its caps allow",
                           "--identities 5000");
  AddApprove<ReviewArguments>(context, *approve, "review",
                              "looking into a link, or undoing it",
                              "explain 5f3c... 09ab...");
  AddApprove<RetentionArguments>(context, *approve, "retention",
                                 "more removals on a day than its ceiling",
                                 "museum-01 --more 50000");
  AddApprove<ClockArguments>(context, *approve, "clock",
                             "that a party's clock is right",
                             "aggregator 2026-11-28");
  AddApprove<WithdrawalArguments>(context, *approve, "withdrawal",
                                  "taking an objection back without its secret",
                                  "--request 09ab... --commitment 5f3c...");
}

}  // namespace garderobe::client
