#include "client/orders/header_fit.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "client/orders/words.h"

namespace garderobe::client {
namespace {

constexpr Column kNeeded[] = {Column::kOrderId, Column::kLineId,
                              Column::kEventId, Column::kStartsAt};
constexpr size_t kNamesShown = 8;

// Every header that a source could take its value from.
void HeadersOf(const Source& source, std::vector<std::string>* names) {
  for (const HeaderRef& ref : source.headers) names->push_back(ref.name);
  for (const Source& part : source.parts) HeadersOf(part, names);
  for (const Source::Case& one : source.cases) {
    for (const HeaderRef& ref : one.headers) names->push_back(ref.name);
  }
}

std::string ListedHeaders(const std::vector<std::string>& names) {
  std::string list;
  for (size_t i = 0; i < names.size() && i < kNamesShown; ++i) {
    list += (i == 0 ? "" : " or ") + names[i];
  }
  return list;
}

bool HasNeeded(const Mapping& mapping, const std::vector<JoinedFile>& joined,
               const HeaderIndex& index) {
  const HeaderPlan plan(mapping.columns, index);
  return std::all_of(
      std::begin(kNeeded), std::end(kNeeded), [&](Column column) {
        const auto target = static_cast<size_t>(column);
        return plan.has(target) || std::any_of(joined.begin(), joined.end(),
                                               [&](const JoinedFile& j) {
                                                 return j.table.has(target);
                                               });
      });
}

absl::Status Misfit(const Mapping& mapping, char delimiter,
                    const HeaderIndex& index, uint64_t line) {
  const HeaderPlan plan(mapping.columns, index);
  std::string missing;
  for (Column column : kNeeded) {
    const auto target = static_cast<size_t>(column);
    if (plan.has(target)) continue;
    std::vector<std::string> names;
    if (const auto& source = mapping.columns[target]) {
      HeadersOf(*source, &names);
    }
    missing += (missing.empty() ? "" : "; ") + std::string(ColumnName(column));
    if (names.size() > 1 ||
        (names.size() == 1 && names[0] != ColumnName(column))) {
      missing += " (" + ListedHeaders(names) + ")";
    }
  }
  const auto used = std::count(plan.used().begin(), plan.used().end(), true);
  if (used == 0) {
    return InvalidArgument(
        "found {} column(s) separated by {}, none of a name that the mapping "
        "{} knows; missing: {}; {} (`garderobe mapping guess FILE` proposes "
        "a mapping)",
        index.width(), DelimiterName(delimiter), mapping.name, missing,
        HeadersSeen(index, line));
  }
  return InvalidArgument(
      "the mapping {} does not fit: found {} known column(s) of {}; missing: "
      "{}; {} (`garderobe mapping guess FILE` proposes a mapping)",
      mapping.name, used, index.width(), missing, HeadersSeen(index, line));
}

// Numbers that a state gave a person may be processed by nobody here, and no
// mapping needs them: the file should not hold them.
absl::Status CheckNoNationalNumbers(const HeaderIndex& index, uint64_t line) {
  constexpr std::string_view kNames[] = {"bsn",
                                         "burgerservicenummer",
                                         "sofinummer",
                                         "insz",
                                         "insznumber",
                                         "insznummer",
                                         "niss",
                                         "nissnumber",
                                         "rijksregisternummer",
                                         "rijksregister",
                                         "rrn",
                                         "nationaalnummer",
                                         "numeronational",
                                         "numérodenational",
                                         "numéronational",
                                         "registrenational",
                                         "nationalnumber",
                                         "ssin"};
  for (const std::string& name : index.names()) {
    std::string_view last = name;
    // "passholder.inszNumber"
    last.remove_prefix(std::min(last.rfind('.') + 1, last.size()));
    for (const std::string& plain : {PlainWord(name), PlainWord(last)}) {
      if (std::find(std::begin(kNames), std::end(kNames), plain) ==
          std::end(kNames)) {
        continue;
      }
      return InvalidArgument(
          "line {}: the column {} is of national numbers of persons, which may "
          "not be kept or used for this; leave it out of the export",
          line, Printable(name, 40));
    }
  }
  return absl::OkStatus();
}

// Two columns of one meaning: which counts is for the institution to say.
absl::Status CheckUnambiguous(const Mapping& mapping, const HeaderIndex& index,
                              uint64_t line) {
  for (size_t i = 0; i < kColumnCount; ++i) {
    int first = -1;
    for (const HeaderRef& ref : mapping.columns[i]->headers) {
      const int at = index.Find(ref);
      HeaderRef again = ref;
      again.nth = 2;
      const int other = first >= 0 && at >= 0 ? at : index.Find(again);
      if (first < 0) first = at;
      if (first >= 0 && other >= 0 && other != first) {
        return InvalidArgument(
            "line {}: columns {} and {} both mean {}; keep one of them", line,
            first + 1, other + 1, TargetName(i));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<HeaderIndex> FitHeader(const Mapping& mapping,
                                      std::vector<JoinedFile>& joined,
                                      TableReader& reader, TableRow* row) {
  HeaderSearch search;
  search.at_line = mapping.header_row;
  search.fits = [&](const HeaderIndex& index) {
    return HasNeeded(mapping, joined, index);
  };
  search.misfit = [&](const HeaderIndex& index, uint64_t line) {
    return Misfit(mapping, reader.delimiter(), index, line);
  };
  GARDEROBE_ASSIGN_OR_RETURN(HeaderIndex index,
                             FindHeader(reader, search, row));
  GARDEROBE_RETURN_IF_ERROR(CheckNoNationalNumbers(index, row->line));
  if (mapping.name == "default") {
    GARDEROBE_RETURN_IF_ERROR(CheckUnambiguous(mapping, index, row->line));
  }
  for (JoinedFile& file : joined) {
    for (const HeaderRef& ref : file.join->here) {
      const int at = index.Find(ref);
      if (at < 0) {
        return InvalidArgument(
            "joined with {} by the column {}, which is missing; {}",
            file.join->name, ref.name, HeadersSeen(index, row->line));
      }
      file.key.push_back(at);
    }
  }
  return index;
}

}  // namespace garderobe::client
