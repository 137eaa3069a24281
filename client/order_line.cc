#include "client/order_line.h"

#include <unicode/ucnv.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "core/base/civil_time.h"
#include "core/catalogue/codes.h"

namespace garderobe::client {
namespace {

constexpr size_t kIdBytesMax = 256;
constexpr size_t kEventIdBytesMax = 64;

// Names a column goes by, compared in lower case without blanks, dots,
// dashes and underscores.
struct ColumnEntry {
  Column column;
  bool needed;
  std::vector<std::string_view> names;
};
const std::vector<ColumnEntry>& Table() {
  using C = Column;
  static const auto* const table = new std::vector<ColumnEntry>{
      {C::kCustomerId,
       false,
       {"customer_id", "klantnummer", "klant_id", "relatienummer"}},
      {C::kEmail, false, {"email", "e-mail", "e-mailadres", "mailadres"}},
      {C::kPhone,
       false,
       {"phone", "telefoon", "telefoonnummer", "mobiel", "mobile"}},
      {C::kFirstName, false, {"first_name", "voornaam"}},
      {C::kLastName, false, {"last_name", "achternaam"}},
      {C::kBirthDate, false, {"birth_date", "geboortedatum"}},
      {C::kPostcode, false, {"postcode", "postal_code", "zip"}},
      {C::kHouseNumber, false, {"house_number", "huisnummer"}},
      {C::kHouseNumberAddition,
       false,
       {"house_number_addition", "toevoeging", "huisnummer_toevoeging"}},
      {C::kCountry, false, {"country", "land"}},
      {C::kOrderId, true, {"order_id", "ordernummer", "bestelnummer"}},
      {C::kLineId,
       true,
       {"line_id", "regelnummer", "regel", "ticket_id", "ticketnummer"}},
      {C::kEventId,
       true,
       {"event_id", "evenement_id", "voorstelling_id", "voorstellingsnummer"}},
      {C::kEventTitle,
       false,
       {"event_title", "titel", "evenement", "voorstelling"}},
      {C::kGenre, false, {"genre"}},
      {C::kStartsAt,
       true,
       {"starts_at", "aanvang", "begintijd", "datum_voorstelling"}},
      {C::kSoldAt,
       false,
       {"sold_at", "verkocht_op", "verkoopdatum", "besteldatum"}},
      {C::kQuantity, false, {"quantity", "aantal"}},
      {C::kPrice, false, {"price", "prijs", "bedrag"}},
      {C::kChannel, false, {"channel", "kanaal", "verkoopkanaal"}},
      {C::kStatus, false, {"status"}},
      {C::kShare, false, {"share", "delen"}},
      {C::kStreet, false, {"street", "straat", "straatnaam"}},
      {C::kPass, false, {"pass", "pas", "pasnummer"}},
      {C::kCity, false, {"city", "plaats", "woonplaats"}},
  };
  return *table;
}

std::string Plain(std::string_view name) {
  std::string plain;
  for (char c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    if (c != ' ' && c != '_' && c != '-' && c != '.' && c != '\t') plain += c;
  }
  return plain;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && static_cast<uint8_t>(text.front()) <= ' ') {
    text.remove_prefix(1);
  }
  while (!text.empty() && static_cast<uint8_t>(text.back()) <= ' ') {
    text.remove_suffix(1);
  }
  return text;
}

struct Word {
  std::string_view written;
  std::string_view code;
};
constexpr Word kChannelWords[] = {
    {"online", "web"},       {"website", "web"},
    {"www", "web"},          {"shop", "web"},
    {"internet", "web"},     {"kassa", "box_office"},
    {"balie", "box_office"}, {"boxoffice", "box_office"},
    {"telefoon", "phone"},   {"telefonisch", "phone"},
    {"partner", "partner"},  {"pas", "pass"}};
constexpr Word kStatusWords[] = {{"verkocht", "sold"},
                                 {"betaald", "sold"},
                                 {"paid", "sold"},
                                 {"geannuleerd", "cancelled"},
                                 {"canceled", "cancelled"},
                                 {"terugbetaald", "refunded"},
                                 {"gescand", "attended"},
                                 {"bezocht", "attended"},
                                 {"nietverschenen", "no_show"},
                                 {"noshow", "no_show"}};
constexpr Word kGenreWords[] = {{"theater", "theatre"},
                                {"toneel", "theatre"},
                                {"dans", "dance"},
                                {"klassiek", "classical"},
                                {"popmuziek", "pop"},
                                {"jeugd", "youth"},
                                {"wereldmuziek", "world"},
                                {"tentoonstelling", "exhibition"},
                                {"literatuur", "literature"},
                                {"educatie", "education"},
                                {"erfgoed", "heritage"}};

std::optional<uint8_t> Lookup(std::string_view value,
                              std::span<const std::string_view> list,
                              std::span<const Word> words) {
  // Almost always the code itself, as it is.
  if (const auto code = CodeOf(list, value)) return code;
  const std::string plain = Plain(value);
  for (const std::string_view code : list) {
    if (Plain(code) == plain) return CodeOf(list, code);
  }
  for (const Word& word : words) {
    if (word.written == plain) return CodeOf(list, word.code);
  }
  return std::nullopt;
}

std::optional<bool> ParseShare(std::string_view value) {
  if (value.empty() || value == "yes") return true;
  if (value == "no") return false;
  const std::string plain = Plain(value);
  if (plain == "yes" || plain == "ja" || plain == "true" || plain == "1" ||
      plain == "j" || plain == "y") {
    return true;
  }
  if (plain == "no" || plain == "nee" || plain == "false" || plain == "0" ||
      plain == "n") {
    return false;
  }
  return std::nullopt;
}

}  // namespace

std::string_view ColumnName(Column column) {
  return Table()[static_cast<size_t>(column)].names[0];
}
std::vector<std::string_view> ColumnNames(Column column) {
  return Table()[static_cast<size_t>(column)].names;
}

absl::StatusOr<ColumnMap> ColumnMap::FromHeader(
    const std::vector<std::string_view>& header, char delimiter) {
  ColumnMap map;
  map.index_.fill(-1);
  map.width_ = header.size();
  size_t known = 0;
  for (size_t i = 0; i < header.size(); ++i) {
    const std::string plain = Plain(header[i]);
    const ColumnEntry* match = nullptr;
    for (const ColumnEntry& entry : Table()) {
      for (std::string_view name : entry.names) {
        if (Plain(name) == plain) match = &entry;
      }
    }
    if (match == nullptr) {
      map.unknown_.push_back(ToUtf8(Trim(header[i])));
      continue;
    }
    int& index = map.index_[static_cast<size_t>(match->column)];
    if (index >= 0) {
      return InvalidArgument(
          "line 1: columns {} and {} both mean {}; keep one of them", index + 1,
          i + 1, match->names[0]);
    }
    index = static_cast<int>(i);
    ++known;
  }
  std::string missing;
  for (const ColumnEntry& entry : Table()) {
    if (entry.needed && !map.has(entry.column)) {
      missing += (missing.empty() ? "" : ", ") + std::string(entry.names[0]);
    }
  }
  if (known == 0) {
    return InvalidArgument(
        "line 1: found {} column(s) separated by {}, none of a known name; "
        "expected a header with at least {} (`garderobe mapping show default` "
        "lists all names)",
        header.size(),
        delimiter == '\t' ? "tabs" : fmt::format("'{}'", delimiter), missing);
  }
  if (!missing.empty()) {
    return InvalidArgument(
        "line 1: found {} known column(s) of {}; missing: {} (`garderobe "
        "mapping show default` lists all names)",
        known, header.size(), missing);
  }
  return map;
}

std::string_view ColumnMap::Get(const CsvRow& row, Column column) const {
  const int index = index_[static_cast<size_t>(column)];
  if (index < 0) return {};
  return Trim(row.fields[static_cast<size_t>(index)]);
}

std::optional<int64_t> ParsePriceCents(std::string_view text,
                                       bool decimal_comma) {
  text = Trim(text);
  for (std::string_view sign : {"€", "\x80", "EUR", "eur"}) {
    if (text.starts_with(sign)) text = Trim(text.substr(sign.size()));
    if (text.ends_with(sign)) {
      text = Trim(text.substr(0, text.size() - sign.size()));
    }
  }
  bool negative = false;
  if (text.starts_with('-')) {
    negative = true;
    text = Trim(text.substr(1));
  }
  if (text.ends_with(",-") || text.ends_with(".-")) text.remove_suffix(2);
  if (text.empty() || text.size() > 20) return std::nullopt;
  // The last separator is the decimal one, unless three digits follow it.
  const size_t last = text.find_last_of(".,");
  size_t decimals_at = text.npos;
  if (last != text.npos) {
    const size_t after = text.size() - last - 1;
    const bool only_one = text.find_first_of(".,") == last;
    const char expected = decimal_comma ? ',' : '.';
    const bool mixed =
        text.substr(0, last).find(text[last] == '.' ? ',' : '.') != text.npos;
    if (after <= 2 && after > 0 && (only_one || mixed)) {
      decimals_at = last;
    } else if (after == 3 && only_one && text[last] == expected) {
      return std::nullopt;  // "12,345" where the comma is decimal
    } else if (after != 3 || mixed) {
      return std::nullopt;
    }
  }
  int64_t whole = 0, cents = 0;
  size_t digits = 0, since_separator = 0;
  bool grouped = false;
  for (size_t i = 0; i < std::min(decimals_at, text.size()); ++i) {
    const char c = text[i];
    if (c == '.' || c == ',') {
      if ((grouped && since_separator != 3) || since_separator == 0 ||
          since_separator > 3) {
        return std::nullopt;
      }
      grouped = true;
      since_separator = 0;
      continue;
    }
    if (c < '0' || c > '9' || ++digits > 12) return std::nullopt;
    ++since_separator;
    whole = whole * 10 + (c - '0');
  }
  if (digits == 0 || (grouped && since_separator != 3)) return std::nullopt;
  if (decimals_at != text.npos) {
    const std::string_view fraction = text.substr(decimals_at + 1);
    for (char c : fraction) {
      if (c < '0' || c > '9') return std::nullopt;
      cents = cents * 10 + (c - '0');
    }
    if (fraction.size() == 1) cents *= 10;
  }
  const int64_t amount = whole * 100 + cents;
  return negative ? -amount : amount;
}

std::string ToUtf8(std::string_view field) {
  int32_t at = 0;
  const auto size = static_cast<int32_t>(field.size());
  bool valid = true;
  while (valid && at < size) {
    UChar32 c;
    U8_NEXT(field.data(), at, size, c);
    valid = c >= 0;
  }
  if (valid) return std::string(field);
  const icu::UnicodeString text(field.data(), size, "windows-1252");
  std::string utf8;
  text.toUTF8String(utf8);
  return utf8;
}

std::optional<Refusal> ReadOrderLine(const ColumnMap& columns,
                                     const CsvRow& row, bool decimal_comma,
                                     OrderLine* line) {
  using C = Column;
  auto refuse = [&](Column column, const char* reason) {
    return Refusal{row.line, std::string(ColumnName(column)), reason};
  };
  if (!row.fault.empty()) return Refusal{row.line, "", std::string(row.fault)};
  if (row.fields.size() != columns.width()) {
    return Refusal{row.line, "",
                   row.fields.size() < columns.width() ? "TOO_FEW_COLUMNS"
                                                       : "TOO_MANY_COLUMNS"};
  }
  auto get = [&](Column column) { return columns.Get(row, column); };
  *line = OrderLine();
  line->order_id = get(C::kOrderId);
  line->line_id = get(C::kLineId);
  line->event_id = get(C::kEventId);
  struct Id {
    Column column;
    std::string_view value;
    size_t most;
    const char *missing, *too_long;
  };
  line->customer_id = get(C::kCustomerId);
  for (const Id& id : std::initializer_list<Id>{
           {C::kOrderId, line->order_id, kIdBytesMax, "ORDER_ID_MISSING",
            "ORDER_ID_TOO_LONG"},
           {C::kLineId, line->line_id, kIdBytesMax, "LINE_ID_MISSING",
            "LINE_ID_TOO_LONG"},
           {C::kEventId, line->event_id, kEventIdBytesMax, "EVENT_ID_MISSING",
            "EVENT_ID_TOO_LONG"},
           {C::kCustomerId, line->customer_id, kIdBytesMax, nullptr,
            "CUSTOMER_ID_TOO_LONG"}}) {
    if (id.value.empty() && id.missing != nullptr) {
      return refuse(id.column, id.missing);
    }
    if (id.value.size() > id.most) return refuse(id.column, id.too_long);
  }
  const auto starts_at = ParseLocalMinutes(get(C::kStartsAt));
  if (!starts_at) return refuse(C::kStartsAt, "STARTS_AT_INVALID");
  line->starts_at = *starts_at;
  if (const auto sold = get(C::kSoldAt); !sold.empty()) {
    const auto minutes = ParseLocalMinutes(sold);
    if (!minutes) return refuse(C::kSoldAt, "SOLD_AT_INVALID");
    line->sold_at = *minutes >= 0 ? *minutes / 60 : (*minutes - 59) / 60;
  }
  if (const auto quantity = get(C::kQuantity); !quantity.empty()) {
    const auto [end, error] = std::from_chars(
        quantity.data(), quantity.data() + quantity.size(), line->quantity);
    if (error != std::errc() || end != quantity.data() + quantity.size() ||
        line->quantity > 10'000) {
      return refuse(C::kQuantity, "QUANTITY_INVALID");
    }
  }
  if (const auto price = get(C::kPrice); !price.empty()) {
    const auto cents = ParsePriceCents(price, decimal_comma);
    if (!cents || *cents > 100'000'000 || *cents < -100'000'000) {
      return refuse(C::kPrice, "PRICE_INVALID");
    }
    line->price_cents = *cents;
  }
  if (const auto status = get(C::kStatus); !status.empty()) {
    const auto code = Lookup(status, kStatuses, kStatusWords);
    if (!code) return refuse(C::kStatus, "STATUS_UNKNOWN");
    line->status = *code;
  }
  const auto share = ParseShare(get(C::kShare));
  if (!share) return refuse(C::kShare, "SHARE_INVALID");
  line->share = *share;
  // Words that no list knows are "other": a new genre stops nobody's visit.
  if (const auto channel = get(C::kChannel); !channel.empty()) {
    line->channel = Lookup(channel, kChannels, kChannelWords).value_or(0);
  }
  if (const auto genre = get(C::kGenre); !genre.empty()) {
    line->genre = Lookup(genre, kGenres, kGenreWords).value_or(0);
  }
  line->event_title = get(C::kEventTitle);
  line->email = get(C::kEmail);
  line->phone = get(C::kPhone);
  line->first_name = get(C::kFirstName);
  line->last_name = get(C::kLastName);
  line->birth_date = get(C::kBirthDate);
  line->postcode = get(C::kPostcode);
  line->house_number = get(C::kHouseNumber);
  line->house_number_addition = get(C::kHouseNumberAddition);
  line->country = get(C::kCountry);
  line->street = get(C::kStreet);
  line->pass = get(C::kPass);
  line->city = get(C::kCity);
  return std::nullopt;
}

}  // namespace garderobe::client
