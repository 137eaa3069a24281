#include "client/conformance/report_text.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "nlohmann/json.hpp"

namespace garderobe::client::conformance {
namespace {

using nlohmann::json;

constexpr size_t kLinesShown = 20;

std::string KindLabel(size_t kind) {
  const auto one = static_cast<Kind>(kind);
  return one == Kind::kAddress ? "home" : std::string(KindName(one));
}
bool IsEmpty(const Tally& t) {
  return t.same + t.different + t.missing + t.unknown == 0;
}

// Differences of one rule, in the order in which they were found.
struct Group {
  const Rule* rule;
  std::vector<const Difference*> all;
};
std::vector<Group> GroupsOf(const Report& report) {
  std::vector<Group> groups;
  std::map<const Rule*, size_t> place;
  for (const Difference& one : report.differences.kept()) {
    const auto [at, is_new] = place.try_emplace(one.rule, groups.size());
    if (is_new) groups.push_back({one.rule, {}});
    groups[at->second].all.push_back(&one);
  }
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Group& a, const Group& b) {
                     return a.all.size() > b.all.size();
                   });
  return groups;
}

std::string LineText(const Difference& one) {
  std::string place =
      one.line == 0 ? std::string("-") : fmt::format("line {}", one.line);
  return fmt::format("  {:<12} {:<10} {:<18} {}", place, one.what,
                     one.where.empty() ? "-" : one.where, one.detail);
}

std::string TallyText(const Tally& t) {
  return fmt::format("{} the same, {} different, {} missing, {} unknown",
                     t.same, t.different, t.missing, t.unknown);
}
json TallyJson(const Tally& t) {
  return {{"same", t.same},
          {"different", t.different},
          {"missing", t.missing},
          {"unknown", t.unknown}};
}

}  // namespace

std::string ReportText(const Report& report) {
  const Differences& found = report.differences;
  std::string text = fmt::format(
      "rows       {}, of which `send` refuses {}\n"
      "visits     {} to come: {}\nrelations  {} to come: {}\n"
      "batches    of visits {}, of relations {}, with a fault {}\n",
      report.rows, report.unsent_rows, report.visits, TallyText(found.visits),
      report.customers, TallyText(found.relations), found.visit_batches,
      found.relation_batches, found.faulty_batches);
  bool has_kinds = false;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    const Tally& t = found.kinds[kind];
    if (IsEmpty(t)) continue;
    if (!std::exchange(has_kinds, true)) {
      text += fmt::format("\n{:<20}{:>8}{:>11}{:>10}{:>12}\n", "tokens", "same",
                          "different", "left out", "unexpected");
    }
    text += fmt::format("{:<20}{:>8}{:>11}{:>10}{:>12}\n", KindLabel(kind),
                        t.same, t.different, t.missing, t.unknown);
  }
  if (report.is_interrupted) {
    text += "\nthe delivery had not ended: what came by then was compared\n";
  }
  for (const Group& group : GroupsOf(report)) {
    text +=
        fmt::format("\n{} ({}): {} [{}]\n", group.rule->name, group.all.size(),
                    group.rule->sentence, group.rule->section);
    for (size_t i = 0; i < std::min(group.all.size(), kLinesShown); ++i) {
      std::string line = LineText(*group.all[i]);
      line.erase(line.find_last_not_of(' ') + 1);
      text += line + "\n";
    }
    if (group.all.size() > kLinesShown) {
      text += fmt::format("  and {} more; --json lists all\n",
                          group.all.size() - kLinesShown);
    }
  }
  return text + (found.count() == 0
                     ? "\nnothing differs from `garderobe send` of this file\n"
                     : fmt::format("\ndifferences from `garderobe send` of "
                                   "this file: {}\n",
                                   found.count()));
}

json ReportJson(const Report& report) {
  const Differences& found = report.differences;
  json visits = TallyJson(found.visits), relations = TallyJson(found.relations);
  visits["expected"] = report.visits;
  relations["expected"] = report.customers;
  json kinds = json::object();
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    const Tally& t = found.kinds[kind];
    if (!IsEmpty(t)) kinds[KindLabel(kind)] = TallyJson(t);
  }
  json list = json::array();
  for (const Difference& one : found.kept()) {
    list.push_back({{"line", one.line},
                    {"what", one.what},
                    {one.what == "token" ? "kind" : "column", one.where},
                    {"rule", one.rule->name},
                    {"section", one.rule->section},
                    {"sentence", one.rule->sentence},
                    {"detail", one.detail}});
  }
  return {{"rows", report.rows},
          {"unsent_rows", report.unsent_rows},
          {"visits", visits},
          {"relations", relations},
          {"kinds", kinds},
          {"batches",
           {{"visits", found.visit_batches},
            {"relations", found.relation_batches},
            {"faulty", found.faulty_batches}}},
          {"differences", list},
          {"differences_count", found.count()},
          {"interrupted", report.is_interrupted},
          {"agrees", found.count() == 0}};
}

}  // namespace garderobe::client::conformance
