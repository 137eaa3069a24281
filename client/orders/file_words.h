// The word lists for reading files: what client/orders/words.json says.
#ifndef GARDEROBE_CLIENT_ORDERS_FILE_WORDS_H_
#define GARDEROBE_CLIENT_ORDERS_FILE_WORDS_H_

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace garderobe::client {

// Words are folded: small letters without accents.
struct FileWords {
  using Words = std::set<std::string, std::less<>>;
  using Classes = std::map<std::string, std::string, std::less<>>;

  // What says nothing: values of spreadsheets and programs, signs, words, and
  // numbers that nobody has.
  Words error, null, sign, word, zero_id;
  // What says nothing of a price, and what says that it is 0.
  Words price, zero_price;

  // Products that are no visit, by word, with their class: those that stand
  // anywhere, as words of their own, or alone.
  Classes part, token, whole;
  Words ask;  // of these, those that may be a visit

  // The most words that an entry of `token` has.
  size_t token_words_max = 1;
};

// Read once, and the same ever after.
const FileWords& WordsOfFiles();

// The file's text.
std::string_view FileWordsText();

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_ORDERS_FILE_WORDS_H_
