#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/cli/command.h"
#include "client/cli/file_options.h"
#include "client/orders/check.h"
#include "client/orders/words.h"
#include "client/report/check_page.h"
#include "client/report/report_texts.h"
#include "core/base/civil_time.h"
#include "core/base/files.h"
#include "core/identifiers/person.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

using nlohmann::json;

constexpr size_t kReasonsShown = 8;

struct CheckArguments {
  FileArguments file;
  std::string rejected, corrections;
  std::string report, language = "nl";
};

json DayOrNull(int32_t day) {
  return day == INT32_MIN || day == INT32_MAX ? json(nullptr)
                                              : json(ToIso(FromDayNumber(day)));
}

json ReportJson(const CheckReport& report) {
  json columns = json::object(), linkable = json::object();
  for (const auto& [name, c] : report.columns) {
    columns[name] = {{"filled", c.filled}, {"valid", c.valid}};
  }
  for (const auto& [kind, share] : report.linkable) linkable[kind] = share;
  return {{"rows", report.rows},
          {"mapping", report.mapping},
          {"header_line", report.header_line},
          {"passed_over", report.passed_over},
          {"counted", report.counted},
          {"with_customer", report.with_customer},
          {"customers", report.customers},
          {"not_shared", report.not_shared},
          {"columns", columns},
          {"linkable", linkable},
          {"without_address", report.without_address},
          {"address_only", report.address_only},
          {"with_postcode", report.with_postcode},
          {"with_birth_year", report.with_birth_year},
          {"recognisable", report.recognisable},
          {"first_day", DayOrNull(report.first_day)},
          {"last_day", DayOrNull(report.last_day)},
          {"latest_sale_day", DayOrNull(report.latest_sale_day)},
          {"far_future", report.far_future},
          {"duplicates", report.duplicates},
          {"unknown_columns", report.unknown_columns},
          {"oddities", TextsOf(report.oddities)},
          {"refused_rows", report.refused_rows},
          {"not_identifiers", report.not_identifiers},
          {"refused", RefusalsJson(report.refused)}};
}

double Percent(uint64_t part, uint64_t of) {
  return of == 0 ? 0
                 : 100 * static_cast<double>(part) / static_cast<double>(of);
}

std::string Bar(double share) {
  const auto full = static_cast<size_t>(share * 20 + 0.5);
  std::string bar;
  for (size_t i = 0; i < 20; ++i) bar += i < full ? "█" : "░";
  return bar;
}

std::string Verdict(const CheckReport& r) {
  const uint64_t good = r.rows - r.refused_rows;
  if (r.rows == 0) return "There is nothing to deliver.";
  if (good == 0) return "Nothing can be delivered as it is.";
  if (r.refused_rows > 0) {
    return fmt::format(
        "{} of {} order lines can be delivered; {} are refused and can be "
        "mended.",
        good, r.rows, r.refused_rows);
  }
  return fmt::format("All {} order lines can be delivered.", r.rows);
}

std::string_view KindLabel(std::string_view kind) {
  static const std::map<std::string_view, std::string_view> kLabels = {
      {"email", "e-mail"},
      {"mobile", "mobile telephone"},
      {"landline", "fixed telephone"},
      {"address", "address"},
      {"name_birthdate", "name and birth date"},
      {"name_address", "name and address"},
      {"pass", "pass number"}};
  const auto found = kLabels.find(kind);
  return found == kLabels.end() ? kind : found->second;
}

std::string MeaningOf(const std::string& reason) {
  for (const Reason& one : AllReasons()) {
    if (one.reason == reason) {
      return fmt::format("{}: {}", one.field, one.meaning);
    }
  }
  return reason;
}

// What could be better, the most rows first.
std::string AdviceText(const CheckReport& r) {
  std::vector<std::pair<uint64_t, std::string>> advice;
  for (const auto& [reason, count] : r.not_identifiers) {
    advice.emplace_back(
        count, fmt::format("{:>7} {} not used to recognise "
                           "anybody ({}): {}",
                           count, count == 1 ? "value" : "values", reason,
                           MeaningOf(reason)));
  }
  std::map<std::pair<std::string, std::string>, uint64_t> refusals;
  for (const Refusal& one : r.refused) ++refusals[{one.reason, one.column}];
  for (const auto& [why, count] : refusals) {
    advice.emplace_back(
        count + r.rows,  // refused rows come first
        fmt::format("{:>7} {} refused ({}){}{}", count,
                    count == 1 ? "row" : "rows", why.first,
                    why.second.empty() ? "" : " by column ", why.second));
  }
  if (r.duplicates > 0) {
    advice.emplace_back(r.duplicates,
                        fmt::format("{:>7} rows repeat an order line of this "
                                    "file; the last one counts",
                                    r.duplicates));
  }
  if (r.with_customer == 0 && r.rows > 0) {
    advice.emplace_back(~uint64_t{0},
                        "     no row names a customer: nobody is recognised");
  }
  if (advice.empty()) return "";
  std::stable_sort(advice.begin(), advice.end(),
                   [](auto& a, auto& b) { return a.first > b.first; });
  std::string text = "\nWhat could be better\n";
  for (size_t i = 0; i < std::min(advice.size(), kReasonsShown); ++i) {
    text += advice[i].second + "\n";
  }
  if (advice.size() > kReasonsShown) {
    text += fmt::format("        and {} more; --json lists all\n",
                        advice.size() - kReasonsShown);
  }
  return text;
}

std::string PageText(const CheckReport& r, const std::string& file) {
  std::string text = fmt::format(
      "{}\n\n{}, read with the mapping {}; the header is line {}, columns are "
      "separated by {}\n\n",
      Verdict(r), file, r.mapping, r.header_line, DelimiterName(r.delimiter));
  const auto row = [&](uint64_t count, std::string_view what) {
    text += fmt::format("{:>7}  {}\n", count, what);
  };
  row(r.rows, "order lines");
  if (r.passed_over > 0) {
    row(r.passed_over,
        "rows passed over: totals, or not paid (by the mapping)");
  }
  row(r.refused_rows, "refused");
  row(r.counted, "count as a sale; the others are cancelled or refused");
  row(r.with_customer,
      fmt::format("name a customer ({:.0f} %): {} customers",
                  Percent(r.with_customer, r.rows - r.refused_rows),
                  r.customers));
  if (r.not_shared > 0) {
    row(r.not_shared, "of customers who do not share: counted without them");
  }
  if (r.with_customer > 0) {
    text +=
        "\nBy what these customers can be recognised elsewhere, in % "
        "of their order lines\n";
    for (const auto& [kind, share] : r.linkable) {
      text += fmt::format("  {:<20} {} {:>4.0f} %\n", KindLabel(kind),
                          Bar(share), 100 * share);
    }
    if (r.without_address > 0) {
      row(r.without_address,
          "order lines show no address, which a household takes");
    }
    if (r.address_only > 0) {
      row(r.address_only,
          "show an address and nothing else: not recognised elsewhere, and "
          "another person after a move");
    }
  }
  for (const std::string& oddity : r.oddities) {
    text += "\nlook at this: " + oddity + "\n";
  }
  text += AdviceText(r);
  text += "\ncolumn                    filled    usable\n";
  for (const auto& [name, c] : r.columns) {
    text += fmt::format("{:<22} {:>9} {:>9}\n", name, c.filled, c.valid);
  }
  if (!r.unknown_columns.empty()) {
    text += "not used: " + ListedNames(r.unknown_columns) + "\n";
  }
  if (!r.refused.empty()) {
    text += "\nRefused rows (--rejected OUT.csv writes them out)\n";
  }
  return text + RefusalLines(r.refused);
}

void Check(Context& context, CheckArguments arguments) {
  const absl::Status finished = arguments.file.Finish();
  if (!finished.ok()) return context.Fail(finished);
  if (!arguments.report.empty() && std::filesystem::exists(arguments.report)) {
    return context.Fail(
        AlreadyExists("{} exists; existing files are kept", arguments.report));
  }
  auto report = CheckFile(
      {arguments.file.input, arguments.rejected, arguments.file.own_domains,
       arguments.corrections},
      [](uint64_t rows) { ShowProgress(fmt::format("{} rows", rows)); });
  ClearProgress();
  if (!report.ok()) return context.Fail(report.status());
  if (report->refused_rows > 0 || report->rows == 0) {
    context.exit = kPartlyRefused;
  }
  if (!arguments.report.empty()) {
    const absl::Status written = CreateFile(
        arguments.report,
        CheckPage(
            *report,
            {std::filesystem::path(arguments.file.input.file)
                 .filename()
                 .string(),
             std::filesystem::path(arguments.corrections).filename().string(),
             arguments.language, Today()}),
        0644);
    if (!written.ok()) return context.Fail(written);
  }
  std::string text = PageText(*report, arguments.file.input.file);
  if (!arguments.report.empty()) {
    text += "\nthe report: " + arguments.report + "\n";
  }
  const absl::Status printed =
      Print(context.form,
            FilePage(ReportJson(*report), report->refused, std::move(text)));
  if (!printed.ok()) context.Fail(printed);
}

}  // namespace

void AddCheckCommand(CLI::App& app, Context& context) {
  auto arguments = std::make_shared<CheckArguments>();
  auto* command = app.add_subcommand(
      "check", "report on a file's quality; nothing leaves this machine");
  command
      ->add_option("FILE", arguments->file.input.file,
                   "order lines: CSV or XLSX")
      ->required();
  AddFileOptions(*command, arguments->file);
  command->add_option("--rejected", arguments->rejected,
                      "write the refused rows here, .csv or .xlsx, to be "
                      "mended");
  command->add_option("--corrections", arguments->corrections,
                      "write every row with something to mend here, .csv or "
                      ".xlsx, the delivered ones too, with what it is");
  command->add_option("--report", arguments->report,
                      "write a page for whoever runs the box office here "
                      "(HTML): what the file can answer, how new and how "
                      "usable it is, what to mend");
  command
      ->add_option("--language", arguments->language,
                   "of the report: nl, fr or en")
      ->check(CLI::IsMember(ReportLanguages()))
      ->capture_default_str();
  command->footer(
      "Examples:\n  garderobe check export.csv\n"
      "  garderobe check export.csv --report check.html --corrections "
      "mend.xlsx\n"
      "  garderobe check export.xlsx --mapping pretix --rejected mend.xlsx\n"
      "  garderobe check orders.csv --mapping ticketmatic --with "
      "contacts=contacts.csv");
  command->callback([&context, arguments] { Check(context, *arguments); });
}

}  // namespace garderobe::client
