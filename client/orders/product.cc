#include "client/orders/product.h"

#include <algorithm>
#include <vector>

#include "client/orders/file_words.h"
#include "client/orders/words.h"
#include "core/identifiers/text.h"

namespace garderobe::client {
namespace {

// Words with one blank between them, folded, without signs.
std::vector<std::string> ProductWords(std::string_view name) {
  std::vector<std::string> words(1);
  for (char c : FoldToAscii(ToUtf8(name))) {
    if (IsLowerLetter(c) || IsDigit(c)) {
      words.back().push_back(c);
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

Product Found(const FileWords& lists, const std::string& word,
              const std::string& kind) {
  return {kind, lists.ask.contains(word)};
}

}  // namespace

Product ProductOf(std::string_view name) {
  const FileWords& lists = WordsOfFiles();
  const std::vector<std::string> words = ProductWords(name);
  const auto phrase = [&](size_t begin, size_t count) {
    std::string text;
    for (size_t i = begin; i < begin + count; ++i) {
      text += (i == begin ? "" : " ") + words[i];
    }
    return text;
  };
  const std::string whole = phrase(0, words.size());
  if (const auto one = lists.whole.find(whole); one != lists.whole.end()) {
    return Found(lists, one->first, one->second);
  }
  for (size_t count = std::min(words.size(), lists.token_words_max); count > 0;
       --count) {
    for (size_t begin = 0; begin + count <= words.size(); ++begin) {
      const auto one = lists.token.find(phrase(begin, count));
      if (one != lists.token.end()) {
        return Found(lists, one->first, one->second);
      }
    }
  }
  std::string letters;
  for (const std::string& word : words) letters += word;
  for (const auto& [part, kind] : lists.part) {
    if (letters.find(part) != letters.npos) return Found(lists, part, kind);
  }
  return {};
}

}  // namespace garderobe::client
