#include "client/mapping/header_plan.h"

#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "client/orders/words.h"
#include "core/base/hash.h"
#include "core/identifiers/text.h"

namespace garderobe::client {

using Scratch = std::deque<std::string>;

namespace {

// Whether a byte may begin a blank or an invisible character beyond ASCII, in
// UTF-8 or in Windows-1252.
constexpr bool MayBeUnseen(char c) {
  switch (static_cast<uint8_t>(c)) {
    case 0xa0:
    case 0xad:
    case 0xc2:
    case 0xcd:
    case 0xd8:
    case 0xe1:
    case 0xe2:
    case 0xe3:
    case 0xef:
    case 0xf3:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string_view CleanField(std::string_view field, Scratch* scratch) {
  field = TrimField(field);
  if (std::any_of(field.begin(), field.end(), MayBeUnseen)) {
    const std::string text = ToUtf8(field);
    std::string clean = CleanText(text);
    if (clean != text) field = scratch->emplace_back(std::move(clean));
  }
  if (field.size() >= 3 && field.starts_with("=\"") && field.ends_with('"')) {
    return TrimField(field.substr(2, field.size() - 3));
  }
  // An apostrophe makes a text of a number or of what could be a formula;
  // before a letter it is a name's.
  if (field.size() >= 2 && field[0] == '\'' &&
      ((field[1] >= '0' && field[1] <= '9') ||
       std::string_view("+-=@").find(field[1]) != std::string_view::npos)) {
    field.remove_prefix(1);
  }
  return field;
}

std::string SeparatorsAtEnd(std::string_view field) {
  const size_t last = field.find_last_not_of(",;|\t \"");
  std::string_view end = last == field.npos ? field : field.substr(last + 1);
  const size_t begin = end.find_first_of(",;|\t");
  return begin == end.npos ? std::string() : std::string(end.substr(begin));
}

bool LooksLikeData(const HeaderIndex& index) {
  size_t filled = 0, numbers = 0;
  for (const std::string& name : index.names()) {
    if (name.empty()) continue;
    ++filled;
    if (name.find('@') != name.npos) return true;
    const auto digits = std::count_if(
        name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
    numbers += static_cast<size_t>(digits) * 2 > name.size();
  }
  return numbers > 0 && numbers * 8 >= filled;
}

namespace {

// A column's name on one line: cells of spreadsheets break it.
std::string HeaderName(std::string_view field) {
  field.remove_suffix(SeparatorsAtEnd(field).size());
  std::string name = CleanText(ToUtf8(field));
  std::replace_if(
      name.begin(), name.end(),
      [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return name;
}

}  // namespace

HeaderIndex::HeaderIndex(const std::vector<std::string_view>& header) {
  for (size_t i = 0; i < header.size(); ++i) {
    names_.push_back(HeaderName(header[i]));
    at_[PlainWord(names_.back())].push_back(static_cast<int>(i));
  }
}

int HeaderIndex::Find(const HeaderRef& ref) const {
  const auto found = at_.find(PlainWord(ref.name));
  if (found == at_.end() || found->second.size() < ref.nth) return -1;
  return found->second[ref.nth - 1];
}

int HeaderIndex::FindFirst(const std::vector<HeaderRef>& refs) const {
  for (const HeaderRef& ref : refs) {
    if (const int index = Find(ref); index >= 0) return index;
  }
  return -1;
}

bool Holds(const Source::Case& one, std::string_view value) {
  if (value.empty()) return false;
  if (one.is.empty()) return true;
  const std::string plain = PlainWord(ToUtf8(value));
  return std::find(one.is.begin(), one.is.end(), plain) != one.is.end();
}

struct HeaderPlan::Node {
  Source::Op op;
  int index = -1;  // kHeader
  std::vector<std::unique_ptr<Node>> parts;
  std::vector<std::pair<int, Source::Case>> cases;
  std::string value;
};

HeaderPlan::HeaderPlan(HeaderPlan&&) noexcept = default;
HeaderPlan& HeaderPlan::operator=(HeaderPlan&&) noexcept = default;
HeaderPlan::~HeaderPlan() = default;

HeaderPlan::HeaderPlan(
    const std::array<std::optional<Source>, kTargetCount>& columns,
    const HeaderIndex& index, std::vector<std::string> empty)
    : empty_(std::move(empty)), used_(index.width()) {
  for (size_t i = 0; i < kTargetCount; ++i) {
    if (columns[i]) nodes_[i] = Compile(*columns[i], index);
    const Node* node = nodes_[i].get();
    // A question stands alone, or after what the file has nothing of.
    if (node != nullptr && node->op == Source::Op::kFirstFilled &&
        node->parts.size() == 1) {
      node = node->parts[0].get();
    }
    if (node != nullptr && node->op == Source::Op::kValue &&
        node->value == kAsked) {
      asked_.push_back(i);
    }
  }
}

// Nothing when the file has none of what it needs.
std::unique_ptr<HeaderPlan::Node> HeaderPlan::Compile(
    const Source& source, const HeaderIndex& index) {
  auto node = std::make_unique<Node>();
  node->op = source.op;
  node->value = source.value;
  if (source.op == Source::Op::kHeader) {
    node->index = index.FindFirst(source.headers);
    if (node->index < 0) return nullptr;
    used_[static_cast<size_t>(node->index)] = true;
    return node;
  }
  for (const Source& part : source.parts) {
    if (source.op == Source::Op::kFirstFilled && !node->parts.empty() &&
        part.op == Source::Op::kValue && part.value == kAsked) {
      continue;  // the file says it
    }
    if (auto child = Compile(part, index)) {
      node->parts.push_back(std::move(child));
    }
  }
  for (const Source::Case& one : source.cases) {
    const int at = index.FindFirst(one.headers);
    if (at < 0) continue;
    used_[static_cast<size_t>(at)] = true;
    node->cases.emplace_back(at, one);
  }
  if (!source.cases.empty() && node->cases.empty()) {
    missing_.push_back(source.cases.front().headers.front().name);
  }
  const bool constant = source.op == Source::Op::kValue;
  // A key of fewer parts is another key.
  const bool whole = node->parts.size() == source.parts.size();
  if ((source.op == Source::Op::kDigest || source.op == Source::Op::kKey ||
       source.op == Source::Op::kCountIn) &&
      !whole) {
    return nullptr;
  }
  if (!constant && node->parts.empty() && node->cases.empty()) return nullptr;
  return node;
}

namespace {

uint64_t ShortHash(std::string_view text) {
  // Fixed: it keys a table of this process only, and nobody gains by
  // collisions in a file of their own.
  static constexpr uint8_t kKey[crypto_shorthash_KEYBYTES] = {};
  uint8_t hash[crypto_shorthash_BYTES];
  crypto_shorthash(hash, AsBytes(text).data(), text.size(), kKey);
  return GetBigEndian<uint64_t>(hash);
}

std::string Digest(std::string_view text) {
  return ToHex(Hash<Digest128>(text).bytes().first(8));
}

}  // namespace

std::string_view HeaderPlan::FieldAt(int index, const TableRow& row,
                                     Scratch* scratch) const {
  const std::string_view field =
      CleanField(row.fields[static_cast<size_t>(index)], scratch);
  if (empty_.empty() || field.empty()) return field;
  const bool nothing = std::find(empty_.begin(), empty_.end(),
                                 PlainWord(ToUtf8(field))) != empty_.end();
  return nothing ? std::string_view() : field;
}

std::string_view HeaderPlan::Evaluate(const Node& node, const TableRow& row,
                                      Scratch* scratch) {
  using Op = Source::Op;
  auto all_parts = [&](char between) {
    std::string text;
    for (const auto& part : node.parts) {
      const std::string_view value = Evaluate(*part, row, scratch);
      if (between == ' ' && (value.empty() || text.empty())) {
        text += value;
      } else {
        text += between;
        text += value;
      }
    }
    return text;
  };
  auto keep = [&](std::string text) -> std::string_view {
    return scratch->emplace_back(std::move(text));
  };
  switch (node.op) {
    case Op::kHeader:
      return FieldAt(node.index, row, scratch);
    case Op::kFirstFilled:
      for (const auto& part : node.parts) {
        const std::string_view value = Evaluate(*part, row, scratch);
        if (!value.empty()) return value;
      }
      return {};
    case Op::kJoin:
      return keep(all_parts(' '));
    case Op::kKey: {
      std::string text;
      for (const auto& part : node.parts) {
        const std::string_view value = Evaluate(*part, row, scratch);
        if (value.empty()) return {};
        text += text.empty() ? "" : " ";
        text += value;
      }
      return keep(std::move(text));
    }
    case Op::kLower: {
      std::string text(Evaluate(*node.parts[0], row, scratch));
      for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
      }
      return keep(std::move(text));
    }
    case Op::kPrefix: {
      const std::string_view text = Evaluate(*node.parts[0], row, scratch);
      return text.empty() ? text : keep(node.value + std::string(text));
    }
    case Op::kDigest: {
      const std::string text = all_parts('\x1f');
      // Nothing at all has no digest.
      if (text.find_first_not_of('\x1f') == text.npos) return {};
      return keep(Digest(text));
    }
    case Op::kCountIn:
      return keep(std::to_string(++counts_[ShortHash(all_parts('\x1f'))]));
    case Op::kValue:
      return node.value;
    case Op::kWhen:
      for (const auto& [index, one] : node.cases) {
        if (Holds(one, FieldAt(index, row, scratch))) return one.then;
      }
      return node.value;
  }
  return {};
}

namespace {

// A number as a spreadsheet's cell has it, rounded to cents: 12.125 is 12.13.
std::string InCents(std::string_view number) {
  double value = 0;
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc() || end != number.data() + number.size() ||
      !(std::abs(value) < 1e12)) {
    return std::string(number);
  }
  // Half a cent is rounded as people do; a binary number lies beside it.
  return fmt::format("{:.2f}", value + std::copysign(1e-9, value));
}

}  // namespace

std::string_view HeaderPlan::Get(size_t target, const TableRow& row,
                                 Scratch* scratch) {
  const auto& node = nodes_[target];
  if (node == nullptr) return {};
  if (node->op == Source::Op::kHeader) {  // nearly always
    const auto index = static_cast<size_t>(node->index);
    if ((target == static_cast<size_t>(Column::kPrice) ||
         target == kPriceEach) &&
        index < row.numbers.size() && row.numbers[index]) {
      // A spreadsheet's number is an amount, however many decimals it has.
      return scratch->emplace_back(InCents(row.fields[index]));
    }
    return FieldAt(node->index, row, scratch);
  }
  return Evaluate(*node, row, scratch);
}

}  // namespace garderobe::client
