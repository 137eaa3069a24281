// `garderobe query own`: an institution's own figures, one subcommand a
// question.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "client/cli/asker.h"
#include "client/cli/command.h"
#include "client/cli/sparkline.h"
#include "core/base/integer.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

using nlohmann::json;

struct OwnArguments {
  std::string question, institution, by, from, to, period;
};

bool IsCents(std::string_view measure) {
  return measure.find("_cents") != measure.npos;
}
// "revenue_cents_before" is "revenue_before" to people, in euros.
std::string TitleOf(std::string_view measure) {
  std::string title(measure);
  const size_t at = title.find("_cents");
  if (at != title.npos) title.erase(at, 6);
  return title;
}

// What a note of an answer means, for people; a new one is told as it is.
std::string TextOf(const std::string& note,
                   const v1::QueryOwnResponse& response) {
  const std::map<std::string, std::string> texts = {
      {"before_empty",
       "nothing was delivered of the 52 weeks before: there is nothing to "
       "compare with"},
      {"too_few",
       "fewer than 10 customers came in this period and in the longer ones "
       "around it: nothing is split"},
      {"longer_period", fmt::format("fewer than 10 customers came: this is {}",
                                    response.period())},
      {"not_covered",
       "who is new, and who comes again, is told of periods before which 24 "
       "months were delivered"},
      {"longer_covered", fmt::format("this is {}", response.period())}};
  const auto found = texts.find(note);
  if (found != texts.end()) return found->second;
  constexpr std::string_view kTipping = "tipping_point ";
  if (note.starts_with(kTipping)) {
    const std::string_view rest =
        std::string_view(note).substr(kTipping.size());
    const size_t blank = rest.find(' ');
    return fmt::format(
        "tipping point of {}: from visit {} on, more than half come again "
        "within twelve months",
        rest.substr(0, blank),
        blank == rest.npos ? std::string_view() : rest.substr(blank + 1));
  }
  return note;
}

// Splits whose rows follow each other in time.
bool IsInTime(std::string_view by) {
  constexpr std::array<std::string_view, 10> kInTime = {
      "month", "quarter", "year",    "season",   "week",
      "day",   "hour",    "weekday", "sold_day", "sold_month"};
  return std::find(kInTime.begin(), kInTime.end(), by) != kInTime.end();
}

void AddSparklines(const v1::QueryOwnResponse& response, Page* page) {
  if (!IsInTime(response.by()) || response.rows_size() < 3) return;
  for (int i = 0; i < response.measure_size(); ++i) {
    if (response.measure(i).ends_with("_before")) continue;
    std::vector<int64_t> series;
    for (const auto& row : response.rows()) {
      series.push_back(i < row.value_size() ? row.value(i).number() : 0);
    }
    if (std::all_of(series.begin(), series.end(),
                    [](int64_t number) { return number == 0; })) {
      continue;
    }
    page->Say(fmt::format("{:<10}{}", TitleOf(response.measure(i)),
                          Sparkline(series)));
  }
}

Page PageOf(const v1::QueryOwnResponse& response, const std::string& question) {
  const bool has_titles =
      std::any_of(response.rows().begin(), response.rows().end(),
                  [](const auto& row) { return !row.label().empty(); });
  const std::string by = response.by().empty() ? "by" : response.by();
  std::vector<std::string> columns = {by};
  for (const std::string& measure : response.measure()) {
    columns.push_back(TitleOf(measure));
  }
  if (has_titles) columns.emplace_back("title");
  Page page = Page::Table(columns);
  json rows = json::array();
  for (const auto& row : response.rows()) {
    json r = {{by, row.key()}};
    std::vector<SheetCell> cells = {row.key()};
    for (int i = 0; i < response.measure_size(); ++i) {
      const std::string& measure = response.measure(i);
      const bool has_value =
          i < row.value_size() && row.value(i).mark().empty();
      if (!has_value) {
        r[measure] = nullptr;
        r[measure + "_mark"] = i < row.value_size() ? row.value(i).mark() : "n";
        cells.emplace_back();
        continue;
      }
      const int64_t number = row.value(i).number();
      r[measure] = number;
      cells.emplace_back(IsCents(measure) ? static_cast<double>(number) / 100
                                          : static_cast<double>(number));
    }
    if (!row.label().empty()) r["title"] = row.label();
    if (has_titles) cells.emplace_back(row.label());
    rows.push_back(std::move(r));
    page.Add(std::move(cells));
  }
  page.json = {{"kind", "own"}, {"question", question}, {"rows", rows}};
  if (!response.period().empty()) page.json["period"] = response.period();
  if (!response.counted_on().empty()) {
    page.json["counted_on"] = response.counted_on();
  }
  if (response.note_size() > 0) {
    page.json["notes"] = std::vector<std::string>(response.note().begin(),
                                                  response.note().end());
  }
  if (rows.empty()) page.Say("nothing to tell of these dates");
  return page;
}

absl::Status AskOwn(Context& context, const OwnArguments& a) {
  GARDEROBE_ASSIGN_OR_RETURN(const Asker asker,
                             Asker::For(context, a.institution));
  v1::QueryOwnRequest request;
  request.set_question(a.question);
  request.set_institution(a.institution);
  request.set_by(a.by);
  request.set_from(a.from);
  request.set_to(a.to);
  request.set_period(a.period);
  v1::QueryOwnResponse response;
  GARDEROBE_RETURN_IF_ERROR(
      asker.Call(&Asker::Stub::QueryOwn, request, &response));
  if (response.by().empty()) response.set_by(a.by);
  Page page = PageOf(response, a.question);
  AddSparklines(response, &page);
  for (const std::string& note : response.note()) {
    page.Say(TextOf(note, response));
  }
  if (!response.counted_on().empty()) {
    page.Say(fmt::format("own customer numbers, counted on {}",
                         response.counted_on()));
  }
  return Print(context.form, page);
}

struct Question {
  const char* name;
  const char* about;
  const char* by;  // its default; null: there is no split
  const char* splits;
  bool has_dates, has_period;
};
constexpr Question kQuestions[] = {
    {"visits", "visits, tickets and revenue", "month",
     "month, quarter, year, season, week, day, weekday, hour, event, genre, "
     "subgenre, channel, lead_time, sold_day or sold_month",
     /*has_dates=*/true, /*has_period=*/true},
    {"compare", "visits beside those of 52 weeks before, weekday by weekday",
     "month", "as of `visits`", /*has_dates=*/true, /*has_period=*/true},
    {"customers",
     "own customers: how many, new and returning; or by one attribute", "year",
     "month, quarter, year or season; or municipality, age, gender, language, "
     "newsletter, since, frequency, loyalty, genre, channel, first_channel or "
     "value, with --period",
     /*has_dates=*/false, /*has_period=*/true},
    {"return", "who comes again within a year, after which visit", nullptr,
     nullptr, /*has_dates=*/false, /*has_period=*/false},
};

}  // namespace

void AddOwnCommands(CLI::App& query, Context& context) {
  auto* own = query.add_subcommand(
      "own", "an institution's own figures: exact, for itself only");
  own->require_subcommand(1);
  own->footer(
      "Examples:\n"
      "  garderobe query own visits --institution museum-01 --by month\n"
      "  garderobe query own visits --institution museum-01 --by event --from "
      "2025-09-01\n"
      "  garderobe query own customers --institution museum-01 --by age "
      "--period 2025\n"
      "  garderobe query own compare --institution museum-01 --period 2025Q4\n"
      "  garderobe query own return --institution museum-01");
  for (const Question& question : kQuestions) {
    auto arguments = std::make_shared<OwnArguments>();
    arguments->question = question.name;
    auto* command = own->add_subcommand(question.name, question.about);
    command->add_option("--institution", arguments->institution, "whose")
        ->required();
    if (question.by != nullptr) {
      arguments->by = question.by;
      command->add_option("--by", arguments->by, question.splits)
          ->capture_default_str();
    }
    if (question.has_dates) {
      command->add_option("--from", arguments->from,
                          "first day of events, 2025-01-31");
      command->add_option("--to", arguments->to, "last day of events");
    }
    if (question.has_period) {
      command->add_option("--period", arguments->period,
                          "2025, 2025Q3, 2025-07 or a season, 2025-26");
    }
    command->callback([&context, arguments] {
      const absl::Status status = AskOwn(context, *arguments);
      if (!status.ok()) context.Fail(status);
    });
  }
}

}  // namespace garderobe::client
