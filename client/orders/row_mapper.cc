#include "client/orders/row_mapper.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include "client/mapping/free_text.h"
#include "client/orders/price.h"
#include "client/orders/silence.h"
#include "client/orders/words.h"
#include "client/orders/written_text.h"
#include "core/base/hash.h"
#include "core/identifiers/normalisation.h"
#include "core/identifiers/text.h"

namespace garderobe::client {
namespace {

constexpr size_t kProductsMax = 10'000, kTitleBytesMax = 16;
constexpr size_t kProductBytesMax = 200;

size_t TargetOf(Column column) { return static_cast<size_t>(column); }

// Texts that people read, which programs damage most.
constexpr size_t kTexts[] = {static_cast<size_t>(Column::kFirstName),
                             static_cast<size_t>(Column::kLastName),
                             static_cast<size_t>(Column::kStreet),
                             static_cast<size_t>(Column::kCity),
                             static_cast<size_t>(Column::kEventId),
                             static_cast<size_t>(Column::kEventTitle),
                             kFullName,
                             kAddressLine};
constexpr size_t kEventIdBytesMax = 64;

}  // namespace

RowMapper::RowMapper(const Mapping& mapping,
                     const std::vector<JoinedFile>& joined, HeaderIndex index,
                     const ReadingRules& rules)
    : mapping_(mapping),
      joined_(joined),
      index_(std::move(index)),
      rules_(rules),
      plan_(mapping.columns, index_, mapping.empty) {
  for (const Source::Case& one : mapping.skip) {
    const int at = index_.FindFirst(one.headers);
    if (at >= 0) {
      skip_.emplace_back(at, one);
    } else {
      missing_skips_.push_back(one.headers.front().name);
    }
  }
}

bool RowMapper::has(Column column) const {
  auto in = [&](size_t target) {
    return plan_.has(target) ||
           std::any_of(joined_.begin(), joined_.end(),
                       [&](const JoinedFile& j) {
                         return j.table.has(target) ||
                                j.join->when_found.count(target) > 0;
                       });
  };
  if (in(TargetOf(column))) return true;
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

std::vector<Oddity> RowMapper::oddities() const {
  std::vector<Oddity> told;
  std::set<std::string> names(missing_skips_.begin(), missing_skips_.end());
  names.insert(plan_.missing().begin(), plan_.missing().end());
  for (const std::string& name : names) {
    // A joined file may have what the first one lacks.
    told.push_back(
        {"deciding_column",
         fmt::format("the mapping decides by the column {}, and the file has "
                     "none of that name",
                     name),
         {{"column", name}}});
  }
  AddOddities(notes_.Oddities(), &told);
  return told;
}

std::vector<std::string> RowMapper::unused() const {
  std::vector<bool> used = plan_.used();
  for (const JoinedFile& joined : joined_) {
    for (int at : joined.key) used[static_cast<size_t>(at)] = true;
  }
  for (const auto& [at, one] : skip_) used[static_cast<size_t>(at)] = true;
  std::vector<std::string> names;
  for (size_t i = 0; i < used.size(); ++i) {
    const std::string& name = index_.names()[i];
    if (!used[i] && !name.empty()) names.push_back(name);
  }
  return names;
}

void RowMapper::Keep(size_t target, std::string value) {
  values_[target] = scratch_.emplace_back(std::move(value));
}

bool RowMapper::IsSkipped(const TableRow& row) {
  return std::any_of(skip_.begin(), skip_.end(), [&](const auto& skip) {
    return Holds(
        skip.second,
        CleanField(row.fields[static_cast<size_t>(skip.first)], &scratch_));
  });
}

bool RowMapper::IsVisit(std::string_view product) {
  if (product.empty()) return true;
  auto known = products_.find(product);
  if (known == products_.end()) {
    const std::string written = ToUtf8(product);
    Product read = ProductOf(written);
    const auto told = mapping_.products.find(PlainWord(written));
    if (told != mapping_.products.end()) {
      read = told->second ? Product{} : Product{"by the mapping"};
    }
    // Words of products are few; what fills a column with others is none.
    if (products_.size() >= kProductsMax || product.size() > kProductBytesMax) {
      return read.kind.empty() || read.ask;
    }
    known = products_.emplace(std::string(product), read).first;
  }
  const Product& read = known->second;
  if (read.kind.empty()) return true;
  if (read.ask) {
    notes_.AskedProduct(product);
    return true;
  }
  notes_.NoVisit(read.kind);
  return false;
}

void RowMapper::DropNothing() {
  for (size_t i = 0; i < kTargetCount; ++i) {
    std::string_view& value = values_[i];
    if (value.empty() || !SaysNothing(i, value)) continue;
    notes_.Nothing(i, value);
    value = {};
  }
}

void RowMapper::MendTexts() {
  for (size_t target : kTexts) {
    std::string_view& value = values_[target];
    if (value.find('&') != value.npos && value.find(';') != value.npos) {
      std::string decoded = DecodeEntities(ToUtf8(value));
      if (decoded != value) Keep(target, std::move(decoded));
    }
    if (IsAscii(value)) continue;
    if (auto undone = UndoMisreading(ToUtf8(value))) {
      Keep(target, *std::move(undone));
      notes_.Undone();
    }
  }
}

void RowMapper::DropMisplaced() {
  // One word of Dutch means a person's title and an event's, another a town
  // and a seat.
  std::string_view& title = values_[TargetOf(Column::kEventTitle)];
  if (!title.empty() && title.size() <= kTitleBytesMax) {
    std::string word = FoldToAscii(ToUtf8(title));
    std::erase_if(word, [](char c) { return !IsLowerLetter(c); });
    if (NormalisationRules().titles.contains(word)) {
      notes_.TitleOfPerson(title);
      title = {};
    }
  }
  std::string_view& city = values_[TargetOf(Column::kCity)];
  if (!city.empty() && std::all_of(city.begin(), city.end(), [](char c) {
        return static_cast<uint8_t>(c) < 0x80 && (c | 0x20) < 'a';
      })) {
    notes_.SeatAsPlace();
    city = {};
  }
  std::string_view& event = values_[TargetOf(Column::kEventId)];
  if (event.size() > kEventIdBytesMax) {
    // A title in place of an id: its beginning, at a character, and a digest.
    size_t keep = kEventIdBytesMax - 17;
    while (keep > 0 && (static_cast<uint8_t>(event[keep]) & 0xc0) == 0x80) {
      --keep;
    }
    notes_.ShortenedEvent();
    Keep(TargetOf(Column::kEventId),
         fmt::format("{}~{}", event.substr(0, keep),
                     ToHex(Hash<Digest128>(event).bytes().first(8))));
  }
}

void RowMapper::NoteNames() {
  for (size_t target :
       {TargetOf(Column::kFirstName), TargetOf(Column::kLastName)}) {
    if (!values_[target].empty() && HasStrangeSigns(ToUtf8(values_[target]))) {
      notes_.StrangeName();
      return;
    }
  }
}

void RowMapper::TakeJoined(const TableRow& row) {
  for (const JoinedFile& joined : joined_) {
    const auto* found = joined.table.Find(JoinedTable::KeyOf(row, joined.key));
    if (found == nullptr) continue;
    for (size_t i = 0; i < kTargetCount; ++i) {
      if (values_[i].empty()) values_[i] = (*found)[i];
    }
    for (const auto& [target, value] : joined.join->when_found) {
      values_[target] = value;
    }
  }
}

void RowMapper::SplitFreeText() {
  if (!values_[kFullName].empty() &&
      values_[TargetOf(Column::kLastName)].empty()) {
    NameParts name = SplitFullName(ToUtf8(values_[kFullName]));
    if (values_[TargetOf(Column::kFirstName)].empty()) {
      Keep(TargetOf(Column::kFirstName), std::move(name.first));
    }
    Keep(TargetOf(Column::kLastName), std::move(name.last));
  }
  if (!values_[kAddressLine].empty()) {
    AddressParts parts = SplitAddressLine(ToUtf8(values_[kAddressLine]));
    const std::pair<Column, std::string*> found[] = {
        {Column::kStreet, &parts.street},
        {Column::kPostcode, &parts.postcode},
        {Column::kCity, &parts.city},
        {Column::kCountry, &parts.country}};
    for (const auto& [column, part] : found) {
      if (values_[TargetOf(column)].empty()) {
        Keep(TargetOf(column), std::move(*part));
      }
    }
  }
  std::string_view& price = values_[TargetOf(Column::kPrice)];
  if (!values_[kPriceEach].empty() && price.empty()) {
    const auto cents = ParsePriceCents(values_[kPriceEach], rules_.decimal);
    const auto text = values_[TargetOf(Column::kQuantity)];
    const auto quantity =
        text.empty() ? std::optional<uint32_t>(1) : ParseQuantity(text);
    if (cents && quantity) {
      const int64_t all = *cents * *quantity;
      Keep(TargetOf(Column::kPrice),
           fmt::format("{}{}.{:02}", all < 0 ? "-" : "", std::abs(all) / 100,
                       std::abs(all) % 100));
    } else {
      price = values_[kPriceEach];  // refused as it is
    }
  }
}

void RowMapper::TakeWords() {
  for (const auto& [column, words] : mapping_.words) {
    std::string_view& value = values_[TargetOf(column)];
    if (value.empty()) continue;
    const auto found = words.find(PlainWord(ToUtf8(value)));
    if (found != words.end()) value = found->second;
  }
}

bool RowMapper::Map(const TableRow& row, Fields* fields) {
  scratch_.clear();
  if (IsSkipped(row)) return false;
  is_return_ = false;
  if (mapping_.returns) {
    const auto negative = [&](Column column) {
      return plan_.Get(TargetOf(column), row, &scratch_).starts_with('-');
    };
    is_return_ = negative(Column::kQuantity) || negative(Column::kPrice);
  }
  const size_t line_id = TargetOf(Column::kLineId);
  for (size_t i = 0; i < kTargetCount; ++i) {
    // A row that takes back is no line of its own to be counted.
    const bool counted = is_return_ && i == line_id && mapping_.columns[i] &&
                         mapping_.columns[i]->op == Source::Op::kCountIn;
    values_[i] = counted ? std::string_view() : plan_.Get(i, row, &scratch_);
  }
  TakeJoined(row);
  DropNothing();
  MendTexts();
  DropMisplaced();
  if (!IsVisit(values_[kProduct])) return false;
  if (is_return_) {
    for (Column column : {Column::kQuantity, Column::kPrice}) {
      if (values_[TargetOf(column)].starts_with('-')) {
        values_[TargetOf(column)].remove_prefix(1);
      }
    }
  }
  SplitFreeText();
  TakeWords();
  std::string_view& country = values_[TargetOf(Column::kCountry)];
  if (country.empty()) country = mapping_.country;
  if (values_[TargetOf(Column::kStatus)] == kIgnoredRow) return false;
  std::string_view& born = values_[TargetOf(Column::kBirthDate)];
  if (!born.empty()) {
    std::string date = rules_.dates.BirthDate(born);
    if (date != born) Keep(TargetOf(Column::kBirthDate), std::move(date));
  }
  NoteNames();
  std::copy_n(values_.begin(), kColumnCount, fields->begin());
  return true;
}

}  // namespace garderobe::client
