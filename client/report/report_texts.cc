#include "client/report/report_texts.h"

#include <map>

#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

using Sentences = std::map<std::string, std::string, std::less<>>;

// By language, and by name.
const std::map<std::string, Sentences, std::less<>>& AllTexts() {
  static const auto* const all = [] {
    auto* texts = new std::map<std::string, Sentences, std::less<>>;
    const auto file = nlohmann::json::parse(ReportTextsFile());
    for (const auto& [name, languages] : file.items()) {
      for (const auto& [language, text] : languages.items()) {
        (*texts)[language][name] = text;
      }
    }
    return texts;
  }();
  return *all;
}

}  // namespace

const std::vector<std::string>& ReportLanguages() {
  static const std::vector<std::string> languages = {"nl", "fr", "en"};
  return languages;
}

std::string ReportText(
    std::string_view language, std::string_view name,
    const std::vector<std::pair<std::string_view, std::string>>& values) {
  const auto& all = AllTexts();
  const auto sentences = all.find(language);
  if (sentences == all.end()) return std::string(name);
  const auto found = sentences->second.find(name);
  std::string text =
      found == sentences->second.end() ? std::string(name) : found->second;
  for (const auto& [key, value] : values) {
    const std::string place = "{" + std::string(key) + "}";
    for (size_t at = 0; (at = text.find(place, at)) != text.npos;
         at += value.size()) {
      text.replace(at, place.size(), value);
    }
  }
  return text;
}

}  // namespace garderobe::client
