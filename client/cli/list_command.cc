// `garderobe list`: own customers by what they did, from own files.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/command.h"
#include "client/cli/file_options.h"
#include "client/lists/customer_list.h"
#include "client/orders/words.h"
#include "client/tables/table.h"
#include "core/base/civil_time.h"
#include "core/base/integer.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

using nlohmann::json;

constexpr size_t kSeenRulesMax = 60;
constexpr uint64_t kProgressRows = 50'000;

struct ListArguments {
  FileArguments file;
  std::vector<std::string> files, seen, not_seen, opt_out;
  std::string from, to, days, absent_from;
  int lapsed = 0;
};

absl::StatusOr<int32_t> DayOf(const char* option, const std::string& text) {
  const auto date = ParseDate(text);
  if (!date) return InvalidArgument("{}: dates are written 2025-01-31", option);
  return DayNumber(*date);
}

// "3", "2-4" or "5-".
absl::Status ReadDays(const std::string& text, ListRules* rules) {
  const size_t dash = text.find('-');
  const auto least = ParseInteger<uint32_t>(text.substr(0, dash));
  std::optional<uint32_t> most = least;
  if (dash != text.npos) {
    const std::string rest = text.substr(dash + 1);
    most = rest.empty() ? std::optional<uint32_t>(UINT32_MAX)
                        : ParseInteger<uint32_t>(rest);
  }
  if (!least || !most || *least == 0 || *most < *least) {
    return InvalidArgument("--days: a number or a range: 3, 2-4 or 5-");
  }
  rules->days_min = *least;
  rules->days_max = *most;
  return absl::OkStatus();
}

absl::StatusOr<ListRules> RulesOf(const ListArguments& a) {
  ListRules rules;
  if (!a.from.empty()) {
    GARDEROBE_ASSIGN_OR_RETURN(rules.from, DayOf("--from", a.from));
  }
  if (!a.to.empty()) {
    GARDEROBE_ASSIGN_OR_RETURN(rules.to, DayOf("--to", a.to));
  }
  if (!a.absent_from.empty()) {
    GARDEROBE_ASSIGN_OR_RETURN(rules.absent_from,
                               DayOf("--absent-from", a.absent_from));
  }
  if (!a.days.empty()) GARDEROBE_RETURN_IF_ERROR(ReadDays(a.days, &rules));
  if (a.lapsed != 0) {
    GARDEROBE_RETURN_IF_ERROR(AddLapsed(a.lapsed, &rules));
  }
  if (a.seen.size() + a.not_seen.size() > kSeenRulesMax) {
    return InvalidArgument("--seen, --not-seen: at most {}", kSeenRulesMax);
  }
  for (const std::string& text : a.seen) {
    GARDEROBE_ASSIGN_OR_RETURN(rules.seen.emplace_back(), ParseSeenRule(text));
  }
  for (const std::string& text : a.not_seen) {
    GARDEROBE_ASSIGN_OR_RETURN(rules.not_seen.emplace_back(),
                               ParseSeenRule(text));
  }
  return rules;
}

// A list of customer numbers: the column `customer_id`, or the first one.
absl::Status ReadOptOuts(const std::string& file, CustomerList* list) {
  GARDEROBE_ASSIGN_OR_RETURN(const auto table, OpenTable(file, TableOptions()));
  std::optional<size_t> column;
  TableRow row;
  for (;;) {
    GARDEROBE_ASSIGN_OR_RETURN(const bool more, table->Read(&row));
    if (!more) return absl::OkStatus();
    if (row.fields.empty()) continue;
    if (!column) {
      const auto found = std::find(row.fields.begin(), row.fields.end(),
                                   std::string_view("customer_id"));
      column = found == row.fields.end()
                   ? 0
                   : static_cast<size_t>(found - row.fields.begin());
    }
    if (*column < row.fields.size()) {
      const std::string_view number = TrimField(row.fields[*column]);
      if (!number.empty()) list->OptOut(std::string(number));
    }
  }
}

struct ReadCounts {
  uint64_t rows = 0, refused = 0;
};

absl::Status ReadFile(const OrderFileOptions& options, CustomerList* list,
                      ReadCounts* counts) {
  GARDEROBE_ASSIGN_OR_RETURN(const auto file, OrderFile::Open(options));
  OrderFile::Row row;
  for (;;) {
    GARDEROBE_ASSIGN_OR_RETURN(const bool more, file->Read(&row));
    if (!more) return absl::OkStatus();
    if (row.passed_over) continue;
    if (++counts->rows % kProgressRows == 0) {
      ShowProgress(fmt::format("{} rows", counts->rows));
    }
    if (row.refusal) {
      ++counts->refused;
    } else {
      list->Add(row.order);
    }
  }
}

Page PageOf(const CustomerList::Result& found, const ReadCounts& counts) {
  Page page = Page::Table({"customer_id", "days", "first_day", "last_day"});
  json customers = json::array();
  for (const ListedCustomer& one : found.customers) {
    const std::string first = ToIso(FromDayNumber(one.first_day));
    const std::string last = ToIso(FromDayNumber(one.last_day));
    customers.push_back({{"customer_id", one.customer_id},
                         {"days", one.days},
                         {"first_day", first},
                         {"last_day", last}});
    page.Add({one.customer_id, static_cast<double>(one.days), first, last});
  }
  page.json = {{"rows", counts.rows},
               {"refused_rows", counts.refused},
               {"looked_at", found.looked_at},
               {"opted_out", found.opted_out},
               {"opt_outs", found.opt_outs},
               {"opt_outs_known", found.opt_outs_known},
               {"customers", std::move(customers)}};
  page.Say(fmt::format("{} of {} customers", found.customers.size(),
                       found.looked_at));
  if (found.opted_out > 0) {
    page.Say(fmt::format(
        "{} more would be on it, and do not share or are on a list of "
        "--opt-out",
        found.opted_out));
  }
  if (found.opt_outs > 0 && found.opt_outs_known == 0) {
    page.Say(fmt::format(
        "none of the {} numbers of --opt-out is a customer of these files: is "
        "the column of customer numbers the first one, or called customer_id?",
        found.opt_outs));
  }
  if (counts.refused > 0) {
    page.Say(fmt::format(
        "{} of {} rows are refused and not looked at; `garderobe check` tells "
        "why",
        counts.refused, counts.rows));
  }
  return page;
}

absl::Status List(Context& context, ListArguments& a) {
  GARDEROBE_RETURN_IF_ERROR(a.file.Finish());
  GARDEROBE_ASSIGN_OR_RETURN(ListRules rules, RulesOf(a));
  CustomerList list(std::move(rules));
  for (const std::string& file : a.opt_out) {
    GARDEROBE_RETURN_IF_ERROR(ReadOptOuts(file, &list));
  }
  ReadCounts counts;
  for (const std::string& file : a.files) {
    OrderFileOptions options = a.file.input;
    options.file = file;
    const absl::Status read = ReadFile(options, &list, &counts);
    ClearProgress();
    GARDEROBE_RETURN_IF_ERROR(read);
  }
  return Print(context.form, PageOf(list.Find(), counts));
}

}  // namespace

void AddListCommand(CLI::App& app, Context& context) {
  auto a = std::make_shared<ListArguments>();
  auto* command = app.add_subcommand(
      "list",
      "own customers by what they did, from own files; nothing leaves this "
      "machine");
  command->add_option("FILE", a->files, "order lines, one file or more")
      ->required();
  AddFileOptions(*command, a->file);
  command->add_option("--lapsed", a->lapsed,
                      "a year: who came on two days or more in the 24 months "
                      "before it, and not since it began");
  command->add_option("--days", a->days,
                      "on how many days somebody came: 3, 2-4 or 5-");
  command->add_option("--from", a->from,
                      "first day of events that is looked at, 2025-01-31");
  command->add_option("--to", a->to, "last day of events");
  command->add_option("--absent-from", a->absent_from,
                      "who did not come on this day or later");
  command
      ->add_option("--seen", a->seen,
                   "event:ID, title:WORDS or genre:GENRE; given more than "
                   "once, all of them")
      ->allow_extra_args(false);
  command->add_option("--not-seen", a->not_seen, "likewise, and none of them")
      ->allow_extra_args(false);
  command
      ->add_option("--opt-out", a->opt_out,
                   "a file of customer numbers that are on no list; may be "
                   "given more than once")
      ->allow_extra_args(false);
  command->footer(
      "Examples:\n"
      "  garderobe list sales-*.csv --lapsed 2025 --out lapsed.xlsx\n"
      "  garderobe list sales.csv --from 2025-01-01 --days 2 --opt-out "
      "no-mail.csv\n"
      "  garderobe list sales.csv --seen title:hamlet --seen genre:dance "
      "--not-seen event:E7");
  command->callback([&context, a] {
    const absl::Status status = List(context, *a);
    if (!status.ok()) context.Fail(status);
  });
}

}  // namespace garderobe::client
