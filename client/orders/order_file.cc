#include "client/orders/order_file.h"

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>

#include "absl/strings/str_join.h"
#include "client/orders/words.h"
#include "core/base/hash.h"
#include "core/base/nearest.h"
#include "core/catalogue/codes.h"
#include "core/identifiers/country.h"

namespace garderobe::client {
namespace {

constexpr std::string_view kUnknownLine = "-";

// Separators alone are an empty line.
bool IsBlank(const TableRow& row) {
  return std::all_of(row.fields.begin(), row.fields.end(),
                     [](std::string_view f) { return TrimField(f).empty(); });
}

// InvalidArgument: the mapping asks what nobody has said.
absl::Status CheckAnswered(const Mapping& mapping, const RowMapper& mapper) {
  std::string asked, options;
  for (size_t target : mapper.asked()) {
    const std::string name(TargetName(target));
    asked += (asked.empty() ? "" : " and ") + name;
    options += target == static_cast<size_t>(Column::kStartsAt)
                   ? " --set \"starts_at=2026-03-14 20:15\""
                   : fmt::format(" --set {}=...", name);
  }
  if (asked.empty()) return absl::OkStatus();
  return InvalidArgument(
      "the mapping {} asks for {}, which no column of this file has; say it "
      "for all rows:{}",
      mapping.name, asked, options);
}

}  // namespace

absl::StatusOr<std::unique_ptr<OrderFile>> OrderFile::Open(
    const OrderFileOptions& options) {
  std::unique_ptr<OrderFile> file(new OrderFile());
  file->options_ = options;
  GARDEROBE_ASSIGN_OR_RETURN(file->mapping_, FindMapping(options.mapping));
  GARDEROBE_RETURN_IF_ERROR(file->TakeSet(options));
  GARDEROBE_ASSIGN_OR_RETURN(
      file->reader_,
      OpenTable(options.file, {file->mapping_.delimiter, file->mapping_.sheet,
                               file->mapping_.encoding}));
  GARDEROBE_RETURN_IF_ERROR(file->LoadJoins(options));
  const absl::Status begun = file->Begin();
  if (!begun.ok()) return Annotate(begun, options.file);
  return file;
}

absl::StatusOr<std::unique_ptr<OrderFile>> OrderFile::Over(
    std::unique_ptr<TableReader> table, Mapping mapping) {
  std::unique_ptr<OrderFile> file(new OrderFile());
  file->mapping_ = std::move(mapping);
  file->reader_ = std::move(table);
  GARDEROBE_RETURN_IF_ERROR(file->Begin());
  return file;
}

absl::Status OrderFile::Begin() {
  rules_.decimal =
      mapping_.decimal == Mapping::Decimal::kComma   ? DecimalSign::kComma
      : mapping_.decimal == Mapping::Decimal::kPoint ? DecimalSign::kPoint
      : reader_->delimiter() == ';'                  ? DecimalSign::kComma
      // A spreadsheet does not say: numbers have a point, texts anything.
      : reader_->delimiter() == '\0' ? DecimalSign::kEither
                                     : DecimalSign::kPoint;
  rules_.dates = DateReader(mapping_.month_first, mapping_.zone);
  GARDEROBE_ASSIGN_OR_RETURN(HeaderIndex index,
                             FitHeader(mapping_, joined_, *reader_, &raw_));
  header_line_ = raw_.line;
  mapper_ =
      std::make_unique<RowMapper>(mapping_, joined_, std::move(index), rules_);
  return CheckAnswered(mapping_, *mapper_);
}

absl::Status OrderFile::TakeSet(const OrderFileOptions& options) {
  for (const auto& [name, value] : options.set) {
    std::vector<std::string> names;
    size_t target = kTargetCount;
    for (size_t i = 0; i < kTargetCount; ++i) {
      names.emplace_back(TargetName(i));
      if (names.back() == name) target = i;
    }
    if (target == kTargetCount) {
      return InvalidArgument("--set {}: there is no such column; nearest: {}",
                             name, Nearest(name, names));
    }
    Source source;
    source.op = Source::Op::kValue;
    source.value = value;
    mapping_.columns[target] = std::move(source);
    // What was sent of this file before was sent with other answers.
    mapping_.text += fmt::format("\n# {}: {}", name, value);
  }
  return absl::OkStatus();
}

absl::Status OrderFile::LoadJoins(const OrderFileOptions& options) {
  std::vector<std::string> names;
  for (const Join& join : mapping_.joins) names.push_back(join.name);
  for (const auto& [name, path] : options.with) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    return InvalidArgument(
        "--with {}: the mapping {} is joined with {}", name, mapping_.name,
        names.empty() ? "no other file" : absl::StrJoin(names, " or "));
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

std::vector<Oddity> OrderFile::oddities() const {
  std::vector<Oddity> told = mapper_->oddities();
  AddOddities(reader_->oddities(), &told);
  AddOddities(rules_.dates.oddities(), &told);
  for (const JoinedFile& joined : joined_) {
    if (joined.table.faulty_rows() == 0) continue;
    told.push_back({"joined_rows",
                    fmt::format("{} rows of --with {} can't be read",
                                joined.table.faulty_rows(), joined.join->name),
                    {{"count", std::to_string(joined.table.faulty_rows())},
                     {"name", joined.join->name}}});
  }
  return told;
}

void OrderFile::NoteWords(const Row& row) {
  const auto field = [&](Column column) {
    return fields_[static_cast<size_t>(column)];
  };
  RowNotes& notes = mapper_->notes();
  if (row.refusal) {
    for (const auto& [reason, column] :
         {std::pair("STATUS_UNKNOWN", Column::kStatus),
          std::pair("SHARE_INVALID", Column::kShare)}) {
      if (row.refusal->reason == reason) {
        notes.UnknownWord(column, field(column));
      }
    }
    return;
  }
  // Words that no list knows became `other`, which is 0.
  for (const auto& [code, column, list] :
       {std::tuple(row.order.channel, Column::kChannel, WordList::kChannel),
        std::tuple(row.order.genre, Column::kGenre, WordList::kGenre)}) {
    const std::string_view word = field(column);
    if (code == 0 && !word.empty() && !CodeOfWord(list, word)) {
      notes.UnknownWord(column, word);
    }
  }
  const std::string_view country = row.order.country;
  if (country != last_country_) {
    last_country_ = std::string(country);
    country_known_ =
        CountryOf(ToUtf8(country), ToUtf8(row.order.postcode)) != nullptr ||
        !CountryCode(ToUtf8(country)).empty();
  }
  if (!country_known_) notes.UnknownWord(Column::kCountry, country);
}

bool OrderFile::Finish(Row* row) {
  std::string_view& line_id = fields_[static_cast<size_t>(Column::kLineId)];
  // Which line it was is found below.
  if (mapper_->is_return() && line_id.empty()) line_id = kUnknownLine;
  row->refusal = ReadOrderLine(fields_, raw_.line, rules_, &row->order);
  NoteWords(*row);
  if (row->refusal || !mapping_.returns) return true;
  if (!mapper_->is_return()) {
    if (Counts(static_cast<VisitStatus>(row->order.status))) {
      book_.Sold(row->order);
    }
    return true;
  }
  if (row->order.line_id == kUnknownLine) row->order.line_id = {};
  taken_back_.clear();
  const auto changes = book_.TakeBack(row->order);
  if (changes.empty()) {
    row->refusal = Refusal{raw_.line, "quantity", "RETURN_UNMATCHED"};
    return true;
  }
  for (const OrderBook::Change& change : changes) {
    Row one = *row;
    one.order.line_id = taken_back_.emplace_back(change.line_id);
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
  const size_t width = mapper_->index().width();
  while (raw_.fields.size() > width && TrimField(raw_.fields.back()).empty()) {
    raw_.fields.pop_back();
  }
  if (raw_.fields.size() != width) {
    row->refusal = Refusal{
        raw_.line, "",
        raw_.fields.size() < width ? "TOO_FEW_COLUMNS" : "TOO_MANY_COLUMNS"};
    return true;
  }
  if (!mapper_->Map(raw_, &fields_)) {
    row->passed_over = true;
    return true;
  }
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
