// What is odd about a file, for people: a sentence in English, and what a
// translation of it needs.
#ifndef GARDEROBE_CLIENT_TABLES_ODDITY_H_
#define GARDEROBE_CLIENT_TABLES_ODDITY_H_

#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace garderobe::client {

// Holds no personal data.
struct Oddity {
  std::string_view name;  // a literal: `odd_` and this, in report/texts.json
  std::string text;
  // What stands in the sentence's places, by their names there.
  std::vector<std::pair<std::string_view, std::string>> values = {};

  // Read as its sentence.
  operator const std::string&() const { return text; }
  friend void PrintTo(const Oddity& oddity, std::ostream* out) {
    *out << oddity.text;
  }
};

// The sentences.
inline std::vector<std::string> TextsOf(const std::vector<Oddity>& oddities) {
  std::vector<std::string> texts;
  for (const Oddity& one : oddities) texts.push_back(one.text);
  return texts;
}

// Adds `more` behind `all`.
inline void AddOddities(std::vector<Oddity> more, std::vector<Oddity>* all) {
  for (Oddity& one : more) all->push_back(std::move(one));
}

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_TABLES_ODDITY_H_
