// Reads a mapping's YAML. Every fault has the line where it stands.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "client/mapping/mapping.h"
#include "client/mapping/mapping_yaml.h"
#include "client/mapping/parse_source.h"
#include "client/orders/dates.h"
#include "client/orders/words.h"
#include "core/base/nearest.h"

namespace garderobe::client {
namespace {

std::vector<std::string> TargetNames() {
  std::vector<std::string> names;
  for (size_t i = 0; i < kTargetCount; ++i) names.emplace_back(TargetName(i));
  return names;
}

size_t ReadTarget(const YAML::Node& node) {
  const std::string name = Scalar(node, "a column");
  for (size_t i = 0; i < kTargetCount; ++i) {
    if (TargetName(i) == name) return i;
  }
  Fail(node, fmt::format("there is no column {}; nearest: {}", name,
                         Nearest(name, TargetNames())));
}

void ReadColumns(const YAML::Node& node,
                 std::array<std::optional<Source>, kTargetCount>* columns) {
  OnlyKeys(node, "columns", TargetNames());
  SourceReader reader;
  for (const auto& entry : node) {
    (*columns)[ReadTarget(entry.first)] = reader.Read(entry.second);
  }
}

bool YesOrNo(const YAML::Node& node, std::string_view what) {
  const std::string text = Scalar(node, what);
  if (text == "yes" || text == "true") return true;
  if (text == "no" || text == "false") return false;
  Fail(node, fmt::format("{} is yes or no", what));
}

void ReadFile(const YAML::Node& node, Mapping* mapping) {
  OnlyKeys(node, "file",
           {"header_row", "separator", "sheet", "encoding", "decimal", "dates",
            "zone", "country", "empty", "skip", "returns"});
  auto choose = [&](const char* key,
                    std::initializer_list<std::string_view> choices) -> int {
    if (!node[key]) return 0;
    const std::string text = Scalar(node[key], key);
    int index = 0;
    std::string all;
    for (std::string_view choice : choices) {
      if (choice == text) return index;
      ++index;
      all += (all.empty() ? "" : ", ") + std::string(choice);
    }
    Fail(node[key], fmt::format("{} is one of: {}", key, all));
  };
  if (node["header_row"] &&
      Scalar(node["header_row"], "header_row") != "auto") {
    mapping->header_row = node["header_row"].as<size_t>(0);
    if (mapping->header_row < 1 || mapping->header_row > 1000) {
      Fail(node["header_row"], "header_row is auto, or 1 to 1000");
    }
  }
  constexpr char kSeparators[] = {'\0', ',', ';', '\t', '|'};
  mapping->delimiter =
      kSeparators[choose("separator", {"auto", ",", ";", "tab", "|"})];
  if (node["sheet"]) mapping->sheet = Scalar(node["sheet"], "sheet");
  mapping->encoding = static_cast<Encoding>(
      choose("encoding", {"auto", "windows-1252", "mac-roman"}));
  mapping->decimal = static_cast<Mapping::Decimal>(
      choose("decimal", {"auto", "comma", "point"}));
  mapping->month_first = choose("dates", {"day-first", "month-first"}) == 1;
  if (node["zone"]) {
    mapping->zone = Scalar(node["zone"], "zone");
    if (!IsTimeZone(mapping->zone)) {
      Fail(node["zone"], "is no time zone; for example Europe/Amsterdam");
    }
  }
  if (node["country"]) mapping->country = Scalar(node["country"], "country");
  if (node["empty"]) {
    Each(node["empty"], [&](const YAML::Node& n) {
      mapping->empty.push_back(PlainWord(Scalar(n, "empty")));
    });
  }
  if (node["skip"]) {
    Each(node["skip"],
         [&](const YAML::Node& n) { mapping->skip.push_back(ReadCase(n)); });
  }
  if (node["returns"]) mapping->returns = YesOrNo(node["returns"], "returns");
}

bool IsWord(Column column, std::string_view word) {
  switch (column) {
    case Column::kStatus:
      return word == kIgnoredRow || IsWordOf(WordList::kStatus, word);
    case Column::kChannel:
      return IsWordOf(WordList::kChannel, word);
    case Column::kGenre:
      return IsWordOf(WordList::kGenre, word);
    default:
      return word == "yes" || word == "no";
  }
}

std::string AllWords(Column column) {
  switch (column) {
    case Column::kStatus:
      return AllWordsOf(WordList::kStatus) + ", " + std::string(kIgnoredRow);
    case Column::kChannel:
      return AllWordsOf(WordList::kChannel);
    case Column::kGenre:
      return AllWordsOf(WordList::kGenre);
    default:
      return "yes, no";
  }
}

void ReadProducts(const YAML::Node& node, Mapping* mapping) {
  if (!node.IsMap()) Fail(node, "is a list of the file's products with ours");
  for (const auto& product : node) {
    const std::string ours = Scalar(product.second, "a word");
    if (ours != kVisitProduct && ours != kNoVisitProduct) {
      Fail(product.second, fmt::format("{} is no product; there is: {}, {}",
                                       ours, kVisitProduct, kNoVisitProduct));
    }
    mapping->products[PlainWord(Scalar(product.first, "a word"))] =
        ours == kVisitProduct;
  }
}

void ReadWords(const YAML::Node& node, Mapping* mapping) {
  OnlyKeys(node, "words", {"status", "channel", "genre", "share", "product"});
  for (const auto& entry : node) {
    if (Scalar(entry.first, "a column") == "product") {
      ReadProducts(entry.second, mapping);
      continue;
    }
    const auto column = static_cast<Column>(ReadTarget(entry.first));
    if (!entry.second.IsMap()) {
      Fail(entry.second, "is a list of the file's words with ours");
    }
    for (const auto& word : entry.second) {
      const std::string ours = Scalar(word.second, "a word");
      if (!IsWord(column, ours)) {
        Fail(word.second,
             fmt::format("{} is no {}; there is: {}", ours,
                         Scalar(entry.first, ""), AllWords(column)));
      }
      const std::string theirs = Scalar(word.first, "a word");
      const auto [known, fresh] =
          mapping->words[column].emplace(PlainWord(theirs), ours);
      if (!fresh && known->second != ours) {
        Fail(word.first, fmt::format("{} stands twice, as {} and as {}", theirs,
                                     known->second, ours));
      }
    }
  }
}

Join ReadJoin(const YAML::Node& name, const YAML::Node& node) {
  OnlyKeys(node, "a joined file",
           {"about", "needed", "here", "there", "columns", "when_found"});
  Join join;
  join.name = Scalar(name, "a joined file's name");
  if (node["about"]) join.about = Scalar(node["about"], "about");
  if (node["needed"]) join.needed = YesOrNo(node["needed"], "needed");
  for (const char* side : {"here", "there"}) {
    if (!node[side]) Fail(node, fmt::format("needs `{}`: its key", side));
  }
  join.here = ReadHeaders(node["here"]);
  join.there = ReadHeaders(node["there"]);
  if (join.here.size() != join.there.size()) {
    Fail(node["there"], "`here` and `there` name as many columns");
  }
  if (node["columns"]) ReadColumns(node["columns"], &join.columns);
  if (node["when_found"]) {
    for (const auto& entry : node["when_found"]) {
      join.when_found[ReadTarget(entry.first)] =
          Scalar(entry.second, "when_found");
    }
  }
  return join;
}

Mapping Read(const YAML::Node& root) {
  Mapping mapping;
  if (root.IsNull() || !root.IsDefined()) throw Fault{1, "is empty"};
  OnlyKeys(root, "a mapping",
           {"mapping", "about", "file", "columns", "words", "joins"});
  if (!root["mapping"] || root["mapping"].as<int>(0) != 1) {
    Fail(root, "begins with `mapping: 1`, the version of this format");
  }
  if (root["about"]) mapping.about = Scalar(root["about"], "about");
  if (root["file"]) ReadFile(root["file"], &mapping);
  if (!root["columns"]) Fail(root, "has no columns");
  ReadColumns(root["columns"], &mapping.columns);
  if (root["words"]) ReadWords(root["words"], &mapping);
  if (root["joins"]) {
    if (!root["joins"].IsMap()) Fail(root["joins"], "joins are named files");
    for (const auto& entry : root["joins"]) {
      mapping.joins.push_back(ReadJoin(entry.first, entry.second));
    }
  }
  return mapping;
}

// YAML::Load reads the first document and passes over the rest, YAML::LoadAll
// of 0.7 never comes to an end on some that are broken.
void OnlyOneDocument(const std::string& yaml) {
  struct Places : YAML::EventHandler {
    using Style = YAML::EmitterStyle::value;
    void OnDocumentStart(const YAML::Mark& mark) override { line = mark.line; }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  const std::string&) override {}
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                         Style) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                    Style) override {}
    void OnMapEnd() override {}
    int line = 0;
  } places;
  std::istringstream in(yaml);
  YAML::Parser parser(in);
  if (parser.HandleNextDocument(places) && parser.HandleNextDocument(places)) {
    throw Fault{places.line + 1,
                "something begins here that does not belong to the mapping; "
                "there is one to a file"};
  }
}

}  // namespace

absl::StatusOr<Mapping> ParseMapping(std::string_view name,
                                     const std::string& yaml) {
  try {
    // Anchors and aliases can make a small file endless.
    if (yaml.size() > 1 << 18) {
      return InvalidArgument("mapping {}: is larger than 256 KiB", name);
    }
    Mapping mapping = Read(YAML::Load(yaml));
    OnlyOneDocument(yaml);
    mapping.name = std::string(name);
    mapping.text = yaml;
    return mapping;
  } catch (const Fault& fault) {
    return InvalidArgument("mapping {}, line {}: {}", name, fault.line,
                           fault.text);
  } catch (const YAML::Exception& e) {
    return InvalidArgument("mapping {}, line {}: this is no YAML: {}", name,
                           e.mark.line + 1, e.msg);
  }
}

}  // namespace garderobe::client
