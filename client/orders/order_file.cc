#include "client/orders/order_file.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <set>

#include "client/mapping/free_text.h"
#include "client/orders/price.h"
#include "client/orders/words.h"
#include "core/base/hash.h"
#include "core/catalogue/codes.h"

namespace garderobe::client {
namespace {

constexpr Column kNeeded[] = {Column::kOrderId, Column::kLineId,
                              Column::kEventId, Column::kStartsAt};

size_t At(Column column) { return static_cast<size_t>(column); }

// Every header that a source could take its value from.
void HeadersOf(const Source& source, std::vector<std::string>* names) {
  for (const HeaderRef& ref : source.headers) names->push_back(ref.name);
  for (const Source& part : source.parts) HeadersOf(part, names);
  for (const Source::Case& one : source.cases) {
    for (const HeaderRef& ref : one.headers) names->push_back(ref.name);
  }
}

// Separators alone are an empty line.
bool IsBlank(const TableRow& row) {
  return std::all_of(row.fields.begin(), row.fields.end(),
                     [](std::string_view f) { return TrimField(f).empty(); });
}

std::string Listed(const std::vector<std::string>& names) {
  std::string list;
  for (size_t i = 0; i < names.size() && i < 8; ++i) {
    list += (i == 0 ? "" : " or ") + names[i];
  }
  return list;
}

}  // namespace

absl::StatusOr<std::unique_ptr<OrderFile>> OrderFile::Open(
    const OrderFileOptions& options) {
  std::unique_ptr<OrderFile> file(new OrderFile());
  file->options_ = options;
  GARDEROBE_ASSIGN_OR_RETURN(file->mapping_, FindMapping(options.mapping));
  GARDEROBE_ASSIGN_OR_RETURN(file->reader_,
                             OpenTable(options.file, {file->mapping_.delimiter,
                                                      file->mapping_.sheet}));
  GARDEROBE_RETURN_IF_ERROR(file->LoadJoins(options));
  const absl::Status found = file->FindColumns();
  if (!found.ok()) return Annotate(found, options.file);
  const Mapping& mapping = file->mapping_;
  file->rules_.decimal =
      mapping.decimal == Mapping::Decimal::kComma   ? DecimalSign::kComma
      : mapping.decimal == Mapping::Decimal::kPoint ? DecimalSign::kPoint
      : file->reader_->delimiter() == ';'           ? DecimalSign::kComma
      // A spreadsheet does not say: numbers have a point, texts anything.
      : file->reader_->delimiter() == '\0' ? DecimalSign::kEither
                                           : DecimalSign::kPoint;
  file->rules_.dates = DateReader(mapping.month_first, mapping.zone);
  return file;
}

absl::Status OrderFile::LoadJoins(const OrderFileOptions& options) {
  std::vector<std::string> names;
  for (const Join& join : mapping_.joins) names.push_back(join.name);
  for (const auto& [name, path] : options.with) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    return InvalidArgument("--with {}: the mapping {} is joined with {}", name,
                           mapping_.name,
                           names.empty() ? "no other file" : Listed(names));
  }
  for (const Join& join : mapping_.joins) {
    const auto path = options.with.find(join.name);
    if (path == options.with.end()) {
      if (!join.needed) continue;
      return InvalidArgument(
          "the mapping {} needs a second file, {}: --with {}=FILE",
          mapping_.name, join.about.empty() ? join.name : join.about,
          join.name);
    }
    GARDEROBE_ASSIGN_OR_RETURN(JoinedTable table,
                               JoinedTable::Load(join, path->second));
    joined_.push_back({&join, std::move(table), {}});
  }
  return absl::OkStatus();
}

bool OrderFile::Fits(const HeaderIndex& index) const {
  const HeaderPlan plan(mapping_.columns, index);
  for (Column column : kNeeded) {
    const bool elsewhere =
        std::any_of(joined_.begin(), joined_.end(),
                    [&](const Joined& j) { return j.table.has(At(column)); });
    if (!plan.has(At(column)) && !elsewhere) return false;
  }
  return true;
}

absl::Status OrderFile::Misfit(const HeaderIndex& index, uint64_t line) const {
  const HeaderPlan plan(mapping_.columns, index);
  std::string missing;
  for (Column column : kNeeded) {
    if (plan.has(At(column))) continue;
    std::vector<std::string> names;
    if (const auto& source = mapping_.columns[At(column)]) {
      HeadersOf(*source, &names);
    }
    missing += (missing.empty() ? "" : "; ") + std::string(ColumnName(column));
    if (names.size() > 1 ||
        (names.size() == 1 && names[0] != ColumnName(column))) {
      missing += " (" + Listed(names) + ")";
    }
  }
  const auto used = std::count(plan.used().begin(), plan.used().end(), true);
  if (used == 0) {
    return InvalidArgument(
        "found {} column(s) separated by {}, none of a name that the mapping "
        "{} knows; missing: {}; {} (`garderobe mapping guess FILE` proposes "
        "a mapping)",
        index.width(), DelimiterName(reader_->delimiter()), mapping_.name,
        missing, HeadersSeen(index, line));
  }
  return InvalidArgument(
      "the mapping {} does not fit: found {} known column(s) of {}; missing: "
      "{}; {} (`garderobe mapping guess FILE` proposes a mapping)",
      mapping_.name, used, index.width(), missing, HeadersSeen(index, line));
}

absl::Status OrderFile::FindColumns() {
  HeaderSearch search;
  search.at_line = mapping_.header_row;
  search.fits = [this](const HeaderIndex& index) { return Fits(index); };
  search.misfit = [this](const HeaderIndex& index, uint64_t line) {
    return Misfit(index, line);
  };
  GARDEROBE_ASSIGN_OR_RETURN(index_, FindHeader(*reader_, search, &raw_));
  header_line_ = raw_.line;
  if (mapping_.name == "default") {
    // Two columns of one meaning: which counts is for the institution to say.
    for (size_t i = 0; i < kColumnCount; ++i) {
      int first = -1;
      for (const HeaderRef& ref : mapping_.columns[i]->headers) {
        const int at = index_->Find(ref);
        HeaderRef again = ref;
        again.nth = 2;
        const int other = first >= 0 && at >= 0 ? at : index_->Find(again);
        if (first < 0) first = at;
        if (first >= 0 && other >= 0 && other != first) {
          return InvalidArgument(
              "line {}: columns {} and {} both mean {}; keep one of them",
              header_line_, first + 1, other + 1, TargetName(i));
        }
      }
    }
  }
  plan_.emplace(mapping_.columns, *index_, mapping_.empty);
  for (const Source::Case& one : mapping_.skip) {
    const int at = index_->FindFirst(one.headers);
    if (at >= 0) {
      skip_.emplace_back(at, one);
    } else {
      missing_skips_.push_back(one.headers.front().name);
    }
  }
  for (Joined& joined : joined_) {
    for (const HeaderRef& ref : joined.join->here) {
      const int at = index_->Find(ref);
      if (at < 0) {
        return InvalidArgument(
            "joined with {} by the column {}, which is missing; {}",
            joined.join->name, ref.name, HeadersSeen(*index_, header_line_));
      }
      joined.key.push_back(at);
    }
  }
  return absl::OkStatus();
}

bool OrderFile::has(Column column) const {
  auto in = [&](size_t target) {
    return plan_->has(target) ||
           std::any_of(joined_.begin(), joined_.end(), [&](const Joined& j) {
             return j.table.has(target) || j.join->when_found.count(target) > 0;
           });
  };
  if (in(At(column))) return true;
  switch (column) {
    case Column::kFirstName:
    case Column::kLastName:
      return in(kFullName);
    case Column::kStreet:
    case Column::kPostcode:
    case Column::kCity:
      return in(kAddressLine);
    case Column::kPrice:
      return in(kPriceEach);
    case Column::kCountry:
      return !mapping_.country.empty();
    default:
      return false;
  }
}

std::vector<std::string> OrderFile::oddities() const {
  std::vector<std::string> told;
  std::set<std::string> missing(missing_skips_.begin(), missing_skips_.end());
  missing.insert(plan_->missing().begin(), plan_->missing().end());
  for (const std::string& name : missing) {
    // A joined file may have what the first one lacks.
    told.push_back(fmt::format(
        "the mapping decides by the column {}, and the file has none of that "
        "name",
        name));
  }
  for (const Joined& joined : joined_) {
    if (joined.table.faulty_rows() == 0) continue;
    told.push_back(fmt::format("{} rows of --with {} can't be read",
                               joined.table.faulty_rows(), joined.join->name));
  }
  return told;
}

std::vector<std::string> OrderFile::unused() const {
  std::vector<bool> used = plan_->used();
  for (const Joined& joined : joined_) {
    for (int at : joined.key) used[static_cast<size_t>(at)] = true;
  }
  for (const auto& [at, one] : skip_) used[static_cast<size_t>(at)] = true;
  std::vector<std::string> names;
  for (size_t i = 0; i < used.size(); ++i) {
    const std::string& name = index_->names()[i];
    if (!used[i] && !name.empty()) names.push_back(name);
  }
  return names;
}

void OrderFile::Keep(size_t target, std::string value) {
  values_[target] = scratch_.emplace_back(std::move(value));
}

void OrderFile::SplitFreeText() {
  if (!values_[kFullName].empty() && values_[At(Column::kLastName)].empty()) {
    NameParts name = SplitFullName(ToUtf8(values_[kFullName]));
    if (values_[At(Column::kFirstName)].empty()) {
      Keep(At(Column::kFirstName), std::move(name.first));
    }
    Keep(At(Column::kLastName), std::move(name.last));
  }
  if (!values_[kAddressLine].empty()) {
    AddressParts parts = SplitAddressLine(ToUtf8(values_[kAddressLine]));
    const std::pair<Column, std::string*> found[] = {
        {Column::kStreet, &parts.street},
        {Column::kPostcode, &parts.postcode},
        {Column::kCity, &parts.city},
        {Column::kCountry, &parts.country}};
    for (const auto& [column, part] : found) {
      if (values_[At(column)].empty()) Keep(At(column), std::move(*part));
    }
  }
  if (!values_[kPriceEach].empty() && values_[At(Column::kPrice)].empty()) {
    const auto cents = ParsePriceCents(values_[kPriceEach], rules_.decimal);
    const auto text = values_[At(Column::kQuantity)];
    const auto quantity =
        text.empty() ? std::optional<uint32_t>(1) : ParseQuantity(text);
    if (cents && quantity) {
      const int64_t all = *cents * *quantity;
      Keep(At(Column::kPrice),
           fmt::format("{}{}.{:02}", all < 0 ? "-" : "", std::abs(all) / 100,
                       std::abs(all) % 100));
    } else {
      values_[At(Column::kPrice)] = values_[kPriceEach];  // refused as it is
    }
  }
}

void OrderFile::TakeWords() {
  for (const auto& [column, words] : mapping_.words) {
    std::string_view& value = values_[At(column)];
    if (value.empty()) continue;
    const auto found = words.find(PlainWord(ToUtf8(value)));
    if (found != words.end()) value = found->second;
  }
}

bool OrderFile::Map() {
  scratch_.clear();
  for (const auto& [at, one] : skip_) {
    if (Holds(one, CleanField(raw_.fields[static_cast<size_t>(at)]))) {
      return false;
    }
  }
  is_return_ = false;
  if (mapping_.returns) {
    const auto negative = [&](Column column) {
      return plan_->Get(At(column), raw_, &scratch_).starts_with('-');
    };
    is_return_ = negative(Column::kQuantity) || negative(Column::kPrice);
  }
  for (size_t i = 0; i < kTargetCount; ++i) {
    // A row that takes back is no line of its own to be counted.
    const bool counted = is_return_ && i == At(Column::kLineId) &&
                         mapping_.columns[i] &&
                         mapping_.columns[i]->op == Source::Op::kCountIn;
    values_[i] = counted ? std::string_view() : plan_->Get(i, raw_, &scratch_);
  }
  for (const Joined& joined : joined_) {
    const auto* found = joined.table.Find(JoinedTable::KeyOf(raw_, joined.key));
    if (found == nullptr) continue;
    for (size_t i = 0; i < kTargetCount; ++i) {
      if (values_[i].empty()) values_[i] = (*found)[i];
    }
    for (const auto& [target, value] : joined.join->when_found) {
      values_[target] = value;
    }
  }
  if (is_return_) {
    for (Column column : {Column::kQuantity, Column::kPrice}) {
      if (values_[At(column)].starts_with('-')) {
        values_[At(column)].remove_prefix(1);
      }
    }
  }
  SplitFreeText();
  TakeWords();
  std::string_view& country = values_[At(Column::kCountry)];
  if (country.empty()) country = mapping_.country;
  return values_[At(Column::kStatus)] != kIgnoredRow;
}

bool OrderFile::Finish(Row* row) {
  if (is_return_) {
    // Which line it was is found below.
    if (fields_[At(Column::kLineId)].empty())
      fields_[At(Column::kLineId)] = "-";
  }
  row->refusal = ReadOrderLine(fields_, raw_.line, rules_, &row->order);
  if (row->refusal || !mapping_.returns) return true;
  if (!is_return_) {
    if (Counts(static_cast<VisitStatus>(row->order.status))) {
      book_.Sold(row->order);
    }
    return true;
  }
  if (row->order.line_id == "-") row->order.line_id = {};
  const auto changes = book_.TakeBack(row->order);
  if (changes.empty()) {
    row->refusal = Refusal{raw_.line, "quantity", "RETURN_UNMATCHED"};
    return true;
  }
  for (const OrderBook::Change& change : changes) {
    Row one = *row;
    one.order.line_id = scratch_.emplace_back(change.line_id);
    one.order.quantity = change.quantity;
    one.order.price_cents = change.price_cents;
    one.order.status = static_cast<uint8_t>(change.all ? VisitStatus::kCancelled
                                                       : VisitStatus::kSold);
    pending_.push_back(one);
  }
  *row = pending_.front();
  pending_.pop_front();
  return true;
}

absl::StatusOr<bool> OrderFile::Read(Row* row) {
  if (!pending_.empty()) {
    *row = pending_.front();
    pending_.pop_front();
    return true;
  }
  do {
    GARDEROBE_ASSIGN_OR_RETURN(const bool more, reader_->Read(&raw_));
    if (!more) return false;
  } while (raw_.fault.empty() && IsBlank(raw_));
  *row = Row();
  row->line = raw_.line;
  fields_.fill({});
  if (!raw_.fault.empty()) {
    row->refusal = Refusal{raw_.line, "", std::string(raw_.fault)};
    return true;
  }
  // Separators at the end of a row say nothing.
  const size_t width = index_->width();
  while (raw_.fields.size() > width && TrimField(raw_.fields.back()).empty()) {
    raw_.fields.pop_back();
  }
  if (raw_.fields.size() != width) {
    row->refusal = Refusal{
        raw_.line, "",
        raw_.fields.size() < width ? "TOO_FEW_COLUMNS" : "TOO_MANY_COLUMNS"};
    return true;
  }
  if (!Map()) {
    row->passed_over = true;
    return true;
  }
  std::copy_n(values_.begin(), kColumnCount, fields_.begin());
  return Finish(row);
}

absl::StatusOr<std::string> OrderFile::Digest() const {
  std::string all(Hash<Digest128>(mapping_.text).view());
  std::vector<std::string> files = {options_.file};
  for (const auto& [name, path] : options_.with) files.push_back(path);
  for (const std::string& path : files) {
    GARDEROBE_ASSIGN_OR_RETURN(const std::string digest, DigestOfFile(path));
    PutLengthPrefixed(all, digest);
  }
  return ToHex(Hash<Digest128>(all).bytes());
}

}  // namespace garderobe::client
