// What the values of a column look like, without keeping them.
#ifndef GARDEROBE_CLIENT_MAPPING_COLUMN_PROFILE_H_
#define GARDEROBE_CLIENT_MAPPING_COLUMN_PROFILE_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace garderobe::client {

// Counts of values that are of a form. Not thread-safe.
struct ColumnProfile {
  static constexpr size_t kWordsMax = 24;

  std::string header;  // as it stands, in UTF-8
  uint64_t rows = 0, filled = 0;
  uint64_t emails = 0, dutch_postcodes = 0, four_digits = 0, phones = 0;
  uint64_t dates = 0, births = 0, times = 0, date_times = 0;
  uint64_t offsets = 0;  // times with an offset from UTC
  uint64_t amounts = 0, comma_amounts = 0, point_amounts = 0;
  uint64_t integers = 0, negatives = 0, letters = 0, two_words = 0;
  uint64_t ids = 0;            // one word with a digit in it
  uint64_t with_postcode = 0;  // inside a longer text
  uint64_t second_over_12 = 0, first_over_12 = 0;  // of d/m/yyyy
  std::set<uint64_t> distinct;                     // hashes
  // Values and how often; cleared when there are more than kWordsMax.
  std::map<std::string, uint64_t> words;
  bool few_words = true;

  void Add(std::string_view value);
  double Share(uint64_t count) const {
    return filled == 0
               ? 0
               : static_cast<double>(count) / static_cast<double>(filled);
  }
  bool unique() const { return filled > 0 && distinct.size() == filled; }
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_MAPPING_COLUMN_PROFILE_H_
