#include "client/cli/custody_arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>

#include "core/keys/receipt.h"
#include "core/register/register_store.h"
#include "core/sealing/sealed_answer.h"

namespace garderobe::client {
namespace {

std::string ThisMonth() { return ToIso(Today()).substr(0, 7); }

absl::Status CheckMonth(const std::string& month) {
  if (month.size() == 7 && ParseDate(month + "-01")) return absl::OkStatus();
  return InvalidArgument("--month: a month such as 2026-11");
}

void AddMonth(CLI::App& command, std::string& month) {
  month = ThisMonth();
  command.add_option("--month", month, "for which month; the present one")
      ->capture_default_str();
}

absl::Status CheckDay(const char* option, const std::string& day) {
  if (ParseDate(day)) return absl::OkStatus();
  return InvalidArgument("{}: a date such as 2026-11-28", option);
}

}  // namespace

int32_t DayOf(const std::string& iso) {
  const auto day = ParseDate(iso);
  GARDEROBE_CHECK(day.has_value());
  return DayNumber(*day);
}

void BudgetArguments::AddTo(CLI::App& command) {
  command.add_option("INSTITUTION", institution, "id in the register")
      ->required();
  command.add_option("--tokens", tokens, "how many more")->required();
  AddMonth(command, month);
}
absl::Status BudgetArguments::Check() const {
  if (!IsInstitutionId(institution)) {
    return InvalidArgument("INSTITUTION: 1 to 32 of a-z, 0-9 and -");
  }
  return CheckMonth(month);
}
CustodyRequest BudgetArguments::Request() const {
  return BudgetRequest(institution, tokens, month);
}
std::string BudgetArguments::Words() const {
  return fmt::format("budget {} --tokens {} --month {}", institution, tokens,
                     month);
}

void CapArguments::AddTo(CLI::App& command) {
  command.add_option("--tokens", tokens, "how many tokens more");
  command.add_option("--identities", identities,
                     "how many rights by identity more");
  command.add_option("--access-key", access_key,
                     "with --identities: of one institution, as `garderobe "
                     "access-key` prints it; its own quota then");
  AddMonth(command, month);
}
absl::Status CapArguments::Check() const {
  if ((tokens > 0) == (identities > 0)) {
    return InvalidArgument("give either --tokens or --identities");
  }
  const auto key = FromHex(access_key);
  if (!access_key.empty() &&
      (!key.ok() || key->size() != SealingPublicKey::kBytes)) {
    return InvalidArgument("--access-key: 64 hexadecimal digits");
  }
  if (!access_key.empty() && tokens > 0) {
    return InvalidArgument("--access-key goes with --identities");
  }
  return CheckMonth(month);
}
CustodyRequest CapArguments::Request() const {
  return CapRequest(tokens > 0 ? "tokens" : "identities",
                    std::max(tokens, identities), month, AccessKey());
}
std::string CapArguments::Words() const {
  return fmt::format(
      "cap --{} {}{} --month {}", tokens > 0 ? "tokens" : "identities",
      std::max(tokens, identities),
      access_key.empty() ? "" : " --access-key " + access_key, month);
}
std::string CapArguments::AccessKey() const {
  return FromHex(access_key).value();
}

void ReviewArguments::AddTo(CLI::App& command) {
  if (what.empty()) {
    command.add_option("WHAT", what, "explain, unlink or relink")
        ->required()
        ->check(CLI::IsMember({"explain", "unlink", "relink"}));
  }
  command
      .add_option("FIRST", first,
                  "review_ticket of a relation, as `garderobe access` tells")
      ->required();
  command.add_option("SECOND", second, "and of the other")->required();
}
absl::StatusOr<std::string> ReviewArguments::Ticket(const std::string& hex,
                                                    const char* which) const {
  auto bytes = FromHex(hex);
  if (!bytes.ok() || bytes->size() != 64) {
    return InvalidArgument(
        "the {} ticket is not 128 hexadecimal digits; `garderobe access` tells "
        "it of a customer as review_ticket",
        which);
  }
  return *std::move(bytes);
}
absl::Status ReviewArguments::Check() const {
  GARDEROBE_RETURN_IF_ERROR(Ticket(first, "first").status());
  return Ticket(second, "second").status();
}
CustodyRequest ReviewArguments::Request() const {
  return ReviewRequestOf(what, *FromHex(first), *FromHex(second));
}
std::string ReviewArguments::Words() const {
  return fmt::format("review {} {} {}", what, first, second);
}

void RetentionArguments::AddTo(CLI::App& command) {
  command.add_option("INSTITUTION", institution,
                     "of which the aggregator removes more");
  command.add_flag("--vault", at_vault, "the vault removes more");
  command
      .add_option("--more", more,
                  "how many records more: visits, and as many relations")
      ->required();
  day = ToIso(Today());
  command.add_option("--day", day, "on which day; today")
      ->capture_default_str();
}
absl::Status RetentionArguments::Check() const {
  if (at_vault != institution.empty()) {
    return InvalidArgument("name an institution, or --vault, and not both");
  }
  return CheckDay("--day", day);
}
CustodyRequest RetentionArguments::Request() const {
  return RetentionRequest(institution, more, DayOf(day));
}
std::string RetentionArguments::Words() const {
  return fmt::format("retention {} --more {} --day {}",
                     at_vault ? "--vault" : institution, more, day);
}

void ClockArguments::AddTo(CLI::App& command) {
  command.add_option("PARTY", at, "whose clock")
      ->required()
      ->check(CLI::IsMember({"ttp", "vault", "aggregator"}));
  command.add_option("DAY", day, "today, as you know it")->required();
}
absl::Status ClockArguments::Check() const { return CheckDay("DAY", day); }
CustodyRequest ClockArguments::Request() const {
  return ClockRequest(DayOf(day));
}
std::string ClockArguments::Words() const {
  return fmt::format("clock {} {}", at, day);
}

void WithdrawalArguments::AddTo(CLI::App& command) {
  command
      .add_option("--request", request,
                  "id of the request that waits, as `garderobe withdraw "
                  "--without-secret` tells it")
      ->required();
  command
      .add_option("--commitment", commitment,
                  "to whom it is about, as told beside it")
      ->required();
}
absl::Status WithdrawalArguments::Check() const {
  const auto id = FromHex(request), to = FromHex(commitment);
  if (!id.ok() || id->size() != RequestId::kBytes) {
    return InvalidArgument("--request: {} hexadecimal digits",
                           2 * RequestId::kBytes);
  }
  if (!to.ok() || to->size() != SubjectCommitment::kBytes) {
    return InvalidArgument("--commitment: {} hexadecimal digits",
                           2 * SubjectCommitment::kBytes);
  }
  return absl::OkStatus();
}
CustodyRequest WithdrawalArguments::Request() const {
  return WithdrawalRequest(RequestBytes(), CommitmentBytes());
}
std::string WithdrawalArguments::Words() const {
  return fmt::format("withdrawal --request {} --commitment {}", request,
                     commitment);
}
std::string WithdrawalArguments::RequestBytes() const {
  return FromHex(request).value();
}
std::string WithdrawalArguments::CommitmentBytes() const {
  return FromHex(commitment).value();
}

}  // namespace garderobe::client
