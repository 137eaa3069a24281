#include "client/report/check_page.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "client/orders/words.h"
#include "client/report/report_texts.h"
#include "core/base/civil_time.h"
#include "spdlog/fmt/fmt.h"

namespace garderobe::client {
namespace {

// From which share of the lines on a question has a good answer, and a partial
// one.
constexpr double kGoodShare = 0.6, kPartlyShare = 0.2;
// Days after which a file is perhaps not the newest.
constexpr int kOldDays = 92;
constexpr size_t kMonthsShown = 36, kLinesShown = 5;

constexpr std::string_view kStyle = R"css(
:root{color-scheme:light}
body{font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;
color:#1a2530;background:#fff;max-width:52rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0 0 .25rem}
h2{font-size:1.15rem;margin:2.25rem 0 .5rem;border-bottom:1px solid #c9d3dc}
p.note{color:#4a5966;margin:.25rem 0}
.verdict{border-left:.4rem solid;padding:.6rem 1rem;margin:1.25rem 0;
font-size:1.1rem;background:#f3f6f8}
.good{border-color:#1d7a4f}.partly{border-color:#b07300}.no{border-color:#b3261e}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid #e4eaef;
vertical-align:top}
td.number,th.number{text-align:right;font-variant-numeric:tabular-nums;
white-space:nowrap}
.bar{background:#e4eaef;height:.7rem;min-width:6rem;border-radius:.2rem}
.bar i{display:block;height:100%;background:#2f6f9f;border-radius:.2rem}
.mark{font-weight:600;white-space:nowrap}
.mark.good{color:#1d7a4f}.mark.partly{color:#8a5a00}.mark.no{color:#b3261e}
@media print{body{margin:0;max-width:none}}
)css";

std::string Escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string Bar(double share) {
  return fmt::format("<div class=\"bar\"><i style=\"width:{:.0f}%\"></i></div>",
                     100 * std::clamp(share, 0.0, 1.0));
}

double ShareOf(uint64_t part, uint64_t of) {
  return of == 0 ? 0 : static_cast<double>(part) / static_cast<double>(of);
}

std::string MonthName(int month) {  // months since year 0
  return fmt::format("{:04}-{:02}", month / 12, month % 12 + 1);
}

class Page {
 public:
  Page(const CheckReport& report, const CheckPageOptions& options)
      : r_(report), options_(options) {}

  std::string Write() {
    Head();
    Verdict();
    Numbers();
    Relevance();
    Actuality();
    Usability();
    Mend();
    Remarks();
    out_ += "</main></body></html>\n";
    return std::move(out_);
  }

 private:
  using Values = std::vector<std::pair<std::string_view, std::string>>;

  std::string Text(std::string_view name, const Values& values = {}) const {
    return Escaped(ReportText(options_.language, name, values));
  }
  void Heading(std::string_view name) {
    out_ += "<h2>" + Text(name) + "</h2>\n";
  }

  void Head() {
    const std::string title = Text("title");
    out_ += fmt::format(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width\">"
        "<title>{}</title><style>{}</style></head><body><main>\n"
        "<h1>{}</h1>\n<p class=\"note\">{}: {}<br>{} {}</p>\n"
        "<p class=\"note\">{}</p>\n",
        options_.language, title, kStyle, title, Text("of"),
        Escaped(Printable(options_.file, 200)), Text("made"),
        ToIso(options_.today), Text("nothing_left"));
  }

  void Verdict() {
    const uint64_t good = r_.rows - r_.refused_rows;
    const char* name = r_.rows == 0          ? "verdict_empty"
                       : good == 0           ? "verdict_none"
                       : r_.refused_rows > 0 ? "verdict_some"
                                             : "verdict_all";
    const char* color = good == 0             ? "no"
                        : r_.refused_rows > 0 ? "partly"
                                              : "good";
    out_ += fmt::format("<p class=\"verdict {}\">{}</p>\n", color,
                        Text(name, {{"good", std::to_string(good)},
                                    {"rows", std::to_string(r_.rows)},
                                    {"bad", std::to_string(r_.refused_rows)}}));
  }

  void Numbers() {
    Heading("numbers");
    out_ += "<table>\n";
    const auto row = [&](uint64_t count, std::string_view name, bool always) {
      if (count == 0 && !always) return;
      out_ += fmt::format("<tr><td class=\"number\">{}</td><td>{}</td></tr>\n",
                          count, Text(name));
    };
    row(r_.rows, "rows", true);
    row(r_.passed_over, "passed_over", false);
    row(r_.refused_rows, "refused_line", true);
    row(r_.counted, "counted", true);
    row(r_.customers, "customers", true);
    row(r_.not_shared, "not_shared", false);
    row(r_.duplicates, "duplicates", false);
    out_ += "</table>\n";
  }

  void Question(std::string_view name, double share, bool of_customers) {
    const char* mark = share >= kGoodShare     ? "good"
                       : share >= kPartlyShare ? "partly"
                                               : "no";
    out_ += fmt::format("<tr><td>{}</td><td class=\"mark {}\">{}</td>",
                        Text(name), mark, Text(mark));
    if (of_customers) {
      out_ += fmt::format("<td class=\"number\">{:.0f} %</td><td>{}</td>",
                          100 * share, Text("share_lines"));
    } else {
      out_ += "<td></td><td></td>";
    }
    out_ += "</tr>\n";
  }

  double UsableOf(std::string_view column) const {
    for (const auto& [name, c] : r_.columns) {
      if (name == column) return ShareOf(c.valid, r_.rows);
    }
    return 0;
  }

  void Relevance() {
    Heading("relevance");
    out_ += "<table>\n";
    Question("q_visits", ShareOf(r_.rows - r_.refused_rows, r_.rows), false);
    Question("q_revenue", UsableOf("price"), false);
    const uint64_t lines = r_.with_customer;
    Question("q_recognise", ShareOf(r_.recognisable, lines), true);
    Question("q_origin", ShareOf(r_.with_postcode, lines), true);
    Question("q_household",
             lines == 0 ? 0 : ShareOf(lines - r_.without_address, lines), true);
    Question("q_age", ShareOf(r_.with_birth_year, lines), true);
    out_ += "</table>\n";
  }

  void Actuality() {
    Heading("actuality");
    if (r_.months.empty()) {
      out_ += "<p>" + Text("verdict_empty") + "</p>\n";
      return;
    }
    const int today = DayNumber(options_.today);
    out_ += "<p>" +
            Text("period", {{"from", ToIso(FromDayNumber(r_.first_day))},
                            {"to", ToIso(FromDayNumber(r_.last_day))}}) +
            "<br>";
    if (r_.latest_sale_day == INT32_MIN) {
      out_ += Text("no_sale") + "</p>\n";
    } else {
      out_ += Text("latest_sale",
                   {{"day", ToIso(FromDayNumber(r_.latest_sale_day))}}) +
              "</p>\n";
      if (today - r_.latest_sale_day > kOldDays) {
        out_ += "<p class=\"verdict partly\">" + Text("old") + "</p>\n";
      }
    }
    if (r_.far_future > 0) {
      out_ += "<p class=\"verdict partly\">" +
              Text("future", {{"count", std::to_string(r_.far_future)}}) +
              "</p>\n";
    }
    Months();
  }

  void Months() {
    // The latest months, those without a visit too.
    const int last = r_.months.rbegin()->first;
    const int first = std::max(r_.months.begin()->first,
                               last - static_cast<int>(kMonthsShown) + 1);
    uint64_t most = 1;
    std::string missing;
    for (int month = first; month <= last; ++month) {
      const auto found = r_.months.find(month);
      if (found != r_.months.end()) {
        most = std::max(most, found->second);
      } else {
        missing += (missing.empty() ? "" : ", ") + MonthName(month);
      }
    }
    if (!missing.empty()) {
      out_ += "<p>" + Text("gaps", {{"months", missing}}) + "</p>\n";
    }
    out_ +=
        "<table><caption class=\"note\">" + Text("per_month") + "</caption>\n";
    for (int month = first; month <= last; ++month) {
      const auto found = r_.months.find(month);
      const uint64_t visits = found == r_.months.end() ? 0 : found->second;
      out_ += fmt::format(
          "<tr><td>{}</td><td class=\"number\">{}</td><td>{}</td></tr>\n",
          MonthName(month), visits, Bar(ShareOf(visits, most)));
    }
    out_ += "</table>\n";
  }

  void Usability() {
    Heading("usability");
    out_ += fmt::format(
        "<table><tr><th>{}</th><th class=\"number\">{}</th>"
        "<th class=\"number\">{}</th><th></th></tr>\n",
        Text("column"), Text("filled"), Text("usable"));
    for (const auto& [name, c] : r_.columns) {
      out_ += fmt::format(
          "<tr><td>{}</td><td class=\"number\">{}</td>"
          "<td class=\"number\">{}</td><td>{}</td></tr>\n",
          Escaped(name), c.filled, c.valid, Bar(ShareOf(c.valid, r_.rows)));
    }
    out_ += "</table>\n";
    if (r_.unknown_columns.empty()) return;
    std::string names;
    for (const std::string& name : r_.unknown_columns) {
      names += (names.empty() ? "" : ", ") + Printable(name, 60);
    }
    out_ += "<p class=\"note\">" + Text("unused") + ": " + Escaped(names) +
            "</p>\n";
  }

  void Mend() {
    Heading("mend");
    std::vector<std::pair<std::string, CheckReport::Reason>> reasons(
        r_.to_mend.begin(), r_.to_mend.end());
    // What costs a line comes first.
    std::stable_sort(reasons.begin(), reasons.end(),
                     [](const auto& a, const auto& b) {
                       return std::pair(a.second.refuses, a.second.count) >
                              std::pair(b.second.refuses, b.second.count);
                     });
    if (reasons.empty()) {
      out_ += "<p>" + Text("nothing_to_mend") + "</p>\n";
      return;
    }
    out_ += "<table>\n";
    for (const auto& [reason, found] : reasons) {
      std::string lines;
      for (size_t i = 0; i < std::min(found.lines.size(), kLinesShown); ++i) {
        lines += (i == 0 ? "" : ", ") + std::to_string(found.lines[i]);
      }
      if (found.count > kLinesShown) lines += ", …";
      out_ += fmt::format(
          "<tr><td class=\"number\">{}</td><td>{}: <b>{}</b><br>"
          "<span class=\"note\">{} {}</span></td></tr>\n",
          found.count, Text(found.refuses ? "refused_line" : "value_not_used"),
          Text("reason." + reason), Text("lines"), lines);
    }
    out_ += "</table>\n";
    if (!options_.corrections.empty()) {
      out_ += "<p>" +
              Text("corrections",
                   {{"file", Printable(options_.corrections, 200)}}) +
              "</p>\n";
    }
  }

  void Remarks() {
    if (r_.oddities.empty()) return;
    Heading("remarks");
    out_ += "<ul>\n";
    for (const Oddity& one : r_.oddities) {
      out_ += "<li>" +
              Escaped(ReportText(options_.language,
                                 "odd_" + std::string(one.name), one.values)) +
              "</li>\n";
    }
    out_ += "</ul>\n";
  }

  const CheckReport& r_;
  const CheckPageOptions& options_;
  std::string out_;
};

}  // namespace

std::string CheckPage(const CheckReport& report,
                      const CheckPageOptions& options) {
  return Page(report, options).Write();
}

}  // namespace garderobe::client
