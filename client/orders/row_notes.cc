#include "client/orders/row_notes.h"

#include <algorithm>

#include "client/orders/words.h"
#include "core/identifiers/text.h"
#include "spdlog/fmt/fmt.h"

namespace garderobe::client {
namespace {

constexpr size_t kWordsMax = 20, kWordBytesMax = 40;

// A word that may be shown: no address, no number, no text.
bool IsShowable(std::string_view word) {
  return word.size() <= kWordBytesMax &&
         std::count(word.begin(), word.end(), ' ') <= 3 &&
         std::none_of(word.begin(), word.end(),
                      [](char c) { return IsDigit(c) || c == '@'; });
}

void Add(std::string_view word,
         std::map<std::string, uint64_t, std::less<>>* words) {
  const auto known = words->find(word);
  if (known != words->end()) {
    ++known->second;
  } else if (words->size() < kWordsMax) {
    words->emplace(std::string(word), 1);
  }
}

}  // namespace

std::string Counted(uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

void RowNotes::Nothing(size_t target, std::string_view value) {
  Count& said = nothing_[target];
  if (said.count++ == 0) said.example = ToUtf8(value);
}

void RowNotes::AskedProduct(std::string_view product) {
  Add(ToUtf8(product), &asked_);
}

void RowNotes::UnknownWord(Column column, std::string_view word) {
  const std::string text = ToUtf8(word);
  Add(IsShowable(text) ? text : "", &unknown_[column]);
}

void RowNotes::TitleOfPerson(std::string_view title) {
  if (titles_.count++ == 0) titles_.example = ToUtf8(title);
}

void RowNotes::TellWords(std::vector<Oddity>* told) const {
  for (const auto& [column, words] : unknown_) {
    std::string list;
    for (const auto& [word, count] : words) {
      list += fmt::format(
          "{}{} ({})", list.empty() ? "" : ", ",
          word.empty() ? "what looks like no word"
                       : fmt::format("'{}'", Printable(word, kWordBytesMax)),
          Counted(count, "row"));
    }
    if (column == Column::kCountry) {
      told->push_back(
          {"countries",
           fmt::format("country: not known: {}; addresses there are not read",
                       list),
           {{"words", list}}});
      continue;
    }
    const bool refused = column == Column::kStatus || column == Column::kShare;
    told->push_back(
        {refused ? "words_refused" : "words_other",
         fmt::format(
             "{}: not known: {}; {}; say what they mean under `words: "
             "{}:` in the mapping",
             ColumnName(column), list,
             refused ? "these rows are refused" : "they count as `other`",
             ColumnName(column)),
         {{"column", std::string(ColumnName(column))}, {"words", list}}});
  }
}

std::vector<Oddity> RowNotes::Oddities() const {
  std::vector<Oddity> told;
  for (size_t i = 0; i < kTargetCount; ++i) {
    const Count& said = nothing_[i];
    if (said.count == 0) continue;
    const std::string example = Printable(said.example, kWordBytesMax);
    told.push_back(
        {"nothing",
         fmt::format("{}: {} nothing, such as {}; taken as empty",
                     TargetName(i),
                     said.count == 1 ? "1 value says"
                                     : fmt::format("{} values say", said.count),
                     example),
         {{"column", std::string(TargetName(i))},
          {"count", std::to_string(said.count)},
          {"example", example}}});
  }
  TellWords(&told);
  if (!no_visits_.empty()) {
    std::string kinds;
    for (const auto& [kind, count] : no_visits_) {
      kinds += fmt::format("{}{} {}", kinds.empty() ? "" : ", ", kind, count);
    }
    told.push_back(
        {"no_visit",
         fmt::format(
             "lines that are no visit, by their product, are passed over: {}",
             kinds),
         {{"kinds", kinds}}});
  }
  for (const auto& [word, count] : asked_) {
    told.push_back(
        {"product",
         fmt::format("is '{0}' a visit? {1} as one; say `words: product: "
                     "{{\"{0}\": {2}}}` in the mapping if not",
                     Printable(word, 60),
                     count == 1 ? "1 line counts"
                                : fmt::format("{} lines count", count),
                     kNoVisitProduct),
         {{"word", Printable(word, 60)}, {"count", std::to_string(count)}}});
  }
  if (titles_.count > 0) {
    const std::string example = Printable(titles_.example, kWordBytesMax);
    told.push_back(
        {"titles",
         fmt::format(
             "event_title: {} of a person ('{}') and of no event, and not "
             "sent; name the column of titles in a mapping",
             titles_.count == 1
                 ? "1 value is a title"
                 : fmt::format("{} values are titles", titles_.count),
             example),
         {{"count", std::to_string(titles_.count)}, {"example", example}}});
  }
  if (seats_ > 0) {
    told.push_back(
        {"seats",
         fmt::format("city: {} without a letter, seats perhaps, taken as empty",
                     Counted(seats_, "value")),
         {{"count", std::to_string(seats_)}}});
  }
  if (undone_ > 0) {
    told.push_back(
        {"undone",
         fmt::format("{} UTF-8 that was read as Windows-1252 (Ã© for é) before "
                     "the file was written, and undone",
                     undone_ == 1 ? "1 value was"
                                  : fmt::format("{} values were", undone_)),
         {{"count", std::to_string(undone_)}}});
  }
  if (strange_names_ > 0) {
    told.push_back(
        {"strange_names",
         fmt::format(
             "{} signs that names don't have: is the file in another encoding? "
             "say `encoding: mac-roman` or `windows-1252` under `file:` in the "
             "mapping",
             strange_names_ == 1
                 ? "1 name holds"
                 : fmt::format("{} names hold", strange_names_)),
         {{"count", std::to_string(strange_names_)}}});
  }
  if (shortened_ > 0) {
    told.push_back(
        {"shortened",
         fmt::format("event_id: {} longer than 64 bytes, and shortened to a "
                     "beginning with a digest",
                     shortened_ == 1
                         ? "1 value is"
                         : fmt::format("{} values are", shortened_)),
         {{"count", std::to_string(shortened_)}}});
  }
  return told;
}

}  // namespace garderobe::client
