#include "client/orders/silence.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "client/mapping/mapping.h"
#include "client/orders/file_words.h"
#include "client/orders/words.h"
#include "core/identifiers/text.h"

namespace garderobe::client {
namespace {

// Which lists count for a target.
enum Lists : uint8_t {
  kNone = 0,
  kErrors = 1,  // of spreadsheets
  kNulls = 2,   // of programs
  kSigns = 4,
  kWords = 8,
  kZeros = 16,
  kPrices = 32
};

constexpr uint8_t ListsOf(size_t target) {
  if (target == kFullName) return kErrors | kSigns;
  if (target == kAddressLine) return kErrors | kNulls | kSigns;
  // An amount that a spreadsheet could not work out is no amount of 0.
  if (target == kPriceEach) return kNulls | kSigns | kWords | kPrices;
  if (target >= kColumnCount) return kNone;
  switch (static_cast<Column>(target)) {
    case Column::kOrderId:
    case Column::kLineId:
    case Column::kEventId:
      return kErrors | kNulls | kSigns;
    case Column::kCustomerId:
      return kErrors | kNulls | kSigns | kWords | kZeros;
    case Column::kEmail:
    case Column::kPhone:
    case Column::kPass:
    case Column::kBirthDate:
    case Column::kSoldAt:
      return kErrors | kNulls | kSigns | kWords;
    case Column::kPrice:
      return kNulls | kSigns | kWords | kPrices;
    case Column::kFirstName:
    case Column::kLastName:  // people are called Null
      return kErrors | kSigns;
    case Column::kPostcode:
    case Column::kStreet:
    case Column::kHouseNumber:
    case Column::kHouseNumberAddition:
    case Column::kCity:
    case Column::kCountry:
    case Column::kEventTitle:
    case Column::kGenre:
    case Column::kChannel:
      return kErrors | kNulls | kSigns;
    // Without these a visit would be invented, or counted otherwise.
    case Column::kStartsAt:
    case Column::kQuantity:
    case Column::kStatus:
    case Column::kShare:
      return kNone;
  }
  return kNone;
}

constexpr size_t kLongest = 40;

// Which values can be in a list at all, by length and first byte: nearly none
// of a file is folded and looked up.
class Filter {
 public:
  Filter() {
    const FileWords& words = WordsOfFiles();
    for (const auto* list :
         {&words.error, &words.null, &words.sign, &words.word, &words.zero_id,
          &words.price, &words.zero_price}) {
      for (const std::string& word : *list) Allow(word);
    }
  }
  bool Passes(std::string_view value) const {
    const auto first = static_cast<uint8_t>(value[0]);
    // Folding changes length and first byte of what is not ASCII.
    if (!IsAscii(value)) return value.size() <= kLongest * 2;
    return value.size() <= kLongest && first_[value.size()][Lower(first)];
  }

 private:
  static uint8_t Lower(uint8_t c) {
    return c >= 'A' && c <= 'Z' ? static_cast<uint8_t>(c + 32) : c;
  }
  void Allow(std::string_view word) {
    if (word.empty() || word.size() > kLongest) return;
    first_[word.size()][static_cast<uint8_t>(word[0])] = true;
  }
  std::array<std::array<bool, 256>, kLongest + 1> first_{};
};

}  // namespace

bool SaysNothing(size_t target, std::string_view value) {
  const uint8_t lists = ListsOf(target);
  if (lists == kNone || value.empty()) return false;
  // A column that was too narrow when the file was printed.
  if (value.starts_with("#####")) return true;
  static const Filter filter;
  if (!filter.Passes(value)) return false;
  const std::string folded(TrimBlanks(FoldToAscii(ToUtf8(value))));
  const FileWords& words = WordsOfFiles();
  return ((lists & kErrors) != 0 && words.error.contains(folded)) ||
         ((lists & kNulls) != 0 && words.null.contains(folded)) ||
         ((lists & kSigns) != 0 && words.sign.contains(folded)) ||
         ((lists & kWords) != 0 && words.word.contains(folded)) ||
         ((lists & kZeros) != 0 && words.zero_id.contains(folded)) ||
         ((lists & kPrices) != 0 && words.price.contains(folded));
}

}  // namespace garderobe::client
