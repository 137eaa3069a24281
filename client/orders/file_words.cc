#include "client/orders/file_words.h"

#include <algorithm>

#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

using nlohmann::json;

void TakeList(const json& list, FileWords::Words* words) {
  for (const json& word : list) words->insert(word.get<std::string>());
}

void TakeClasses(const json& classes, FileWords::Classes* words) {
  for (const auto& [name, list] : classes.items()) {
    for (const json& word : list) (*words)[word.get<std::string>()] = name;
  }
}

// The file is compiled in: a fault in it is one of the program.
FileWords ReadFileWords() {
  const json file = json::parse(FileWordsText());
  FileWords words;
  const json& nothing = file.at("nothing");
  TakeList(nothing.at("error"), &words.error);
  TakeList(nothing.at("null"), &words.null);
  TakeList(nothing.at("sign"), &words.sign);
  TakeList(nothing.at("word"), &words.word);
  TakeList(nothing.at("zero_id"), &words.zero_id);
  TakeList(nothing.at("price"), &words.price);
  TakeList(nothing.at("zero_price"), &words.zero_price);
  const json& no_visit = file.at("no_visit");
  TakeClasses(no_visit.at("part"), &words.part);
  TakeClasses(no_visit.at("token"), &words.token);
  TakeClasses(no_visit.at("whole"), &words.whole);
  TakeList(no_visit.at("ask"), &words.ask);
  for (const auto& [word, name] : words.token) {
    words.token_words_max = std::max<size_t>(
        words.token_words_max,
        1 + static_cast<size_t>(std::count(word.begin(), word.end(), ' ')));
  }
  return words;
}

}  // namespace

const FileWords& WordsOfFiles() {
  static const FileWords words = ReadFileWords();
  return words;
}

}  // namespace garderobe::client
