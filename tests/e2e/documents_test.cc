// The documents against the programs: every setting, option, column, word,
// log event and metric that one of them names is there, and the other way
// round.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "client/orders/words.h"
#include "core/base/files.h"
#include "core/catalogue/codes.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/local_deployment.h"
#include "tests/support/markdown.h"
#include "tests/support/status_matchers.h"
#include "tests/support/vectors.h"

namespace garderobe {
namespace {

namespace fs = std::filesystem;
using ::testing::IsSubsetOf;

constexpr const char* kDaemons[] = {"ttpd", "vaultd", "aggregatord", "answerd",
                                    "plaind"};
constexpr const char* kParties[] = {"ttp", "vault", "aggregator", "answer",
                                    "plain"};

std::string Text(const std::string& path) {
  auto text = ReadWholeFile(SourcePath(path));
  EXPECT_THAT(text, IsOk());
  return text.value_or("");
}

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> Found(const std::string& text,
                               const std::string& pattern) {
  const std::regex expression(pattern);
  std::vector<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), expression), end;
       at != end; ++at) {
    found.push_back((*at)[1]);
  }
  return found;
}
std::set<std::string> SetOf(const std::vector<std::string>& list) {
  return {list.begin(), list.end()};
}

std::string OutputOf(const std::string& program,
                     std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(),
                   std::string(GARDEROBE_BIN_DIR) + "/" + program);
  const RunResult r = RunToEnd(arguments);
  EXPECT_EQ(r.exit, 0) << program << ": " << r.err;
  return r.out;
}

// Settings by key: the default, or "required".
using SettingList = std::map<std::string, std::string>;
SettingList SettingsOf(const std::string& daemon) {
  SettingList settings;
  std::string section;
  bool required = false;
  for (std::string line : LinesOf(OutputOf(daemon, {"--example-config"}))) {
    if (line.starts_with('[')) section = line.substr(1, line.find(']') - 1);
    std::smatch match;
    if (std::regex_match(line, match, std::regex("(# )?([a-z_]+) = (.*)"))) {
      std::string value = match[3];
      std::erase(value, '"');
      settings[section + "." + match[2].str()] = required ? "required" : value;
      required = false;
    } else if (line.starts_with('#')) {
      required = line.ends_with(" Required.");
    }
  }
  EXPECT_FALSE(settings.empty()) << daemon;
  return settings;
}

SettingList SettingsInDocument(const std::string& heading) {
  SettingList settings;
  for (const TableRow& row : TableBehind("docs/operating.md", heading)) {
    std::string value = row[1] == "none" || row[1] == "empty" ? "" : row[1];
    std::erase(value, '`');
    for (const std::string& key : Quoted(row[0])) settings[key] = value;
  }
  return settings;
}

TEST(DocumentsTest, SettingsAreThoseOfTheDaemons) {
  const SettingList common = SettingsInDocument("Settings of every daemon:");
  for (const std::string daemon : kDaemons) {
    SettingList written = SettingsInDocument("`" + daemon + "`:");
    written.insert(common.begin(), common.end());
    EXPECT_EQ(written, SettingsOf(daemon)) << daemon;
  }
}

TEST(DocumentsTest, OptionsOfTheDaemonsAreTold) {
  std::set<std::string> written;
  const std::string text = Text("docs/operating.md");
  for (const std::string& option : Found(text, "(--[a-z-]+)")) {
    written.insert(option);
  }
  for (const char* daemon : kDaemons) {
    for (const std::string& option :
         Found(OutputOf(daemon, {"--help"}), "\n  (?:-h,)?(--[a-z-]+)")) {
      EXPECT_THAT(written, ::testing::Contains(option)) << daemon;
    }
  }
}

// `--help` of every command of garderobe, by its words.
void HelpOf(const std::vector<std::string>& command,
            std::map<std::string, std::string>* help) {
  std::vector<std::string> arguments = command;
  arguments.push_back("--help");
  const std::string text = OutputOf("garderobe", arguments);
  std::string name;
  for (const std::string& word : command) {
    name += (name.empty() ? "" : " ") + word;
  }
  (*help)[name] = text;
  const size_t at = text.find("\nSubcommands:\n");
  if (at == text.npos) return;
  const size_t end = text.find("\n\n", at);
  for (const std::string& word :
       Found(text.substr(at, end - at) + "\n", "\n  ([a-z-]+)")) {
    std::vector<std::string> longer = command;
    longer.push_back(word);
    HelpOf(longer, help);
  }
}

std::map<std::string, std::string> DocumentTexts() {
  std::map<std::string, std::string> texts;
  for (const auto& entry : fs::directory_iterator(SourcePath("docs"))) {
    if (entry.path().extension() != ".md") continue;
    const std::string name = "docs/" + entry.path().filename().string();
    texts[name] = Text(name);
  }
  for (const char* path :
       {"README.md", "SECURITY.md", "client/README.md", "ttp/README.md",
        "vault/README.md", "aggregator/README.md", "answer/README.md",
        "plain/README.md"}) {
    texts[path] = Text(path);
  }
  return texts;
}

TEST(DocumentsTest, OptionsThatAreToldAreThere) {
  std::map<std::string, std::string> help;
  HelpOf({}, &help);
  ASSERT_GT(help.size(), 20u);
  std::string all;
  for (const auto& [command, text] : help) all += text;
  for (const char* daemon : kDaemons) all += OutputOf(daemon, {"--help"});
  // Scripts and benchmarks, which tell their options in their sources.
  for (const char* folder : {"bench", "deploy", "tests"}) {
    for (const auto& entry :
         fs::recursive_directory_iterator(SourcePath(folder))) {
      if (entry.is_regular_file()) all += *ReadWholeFile(entry.path().string());
    }
  }
  const auto there = SetOf(Found(all, "(--[a-z][a-z-]+)"));
  const std::set<std::string> of_others = {"--preset", "--build"};  // CMake's
  for (const auto& [document, text] : DocumentTexts()) {
    for (const std::string& option : Found(text, "(--[a-z][a-z-]+)")) {
      EXPECT_TRUE(there.contains(option) || of_others.contains(option))
          << document << " tells of " << option;
    }
  }
  // A command line in a document: the option belongs to that very command.
  for (const auto& [document, text] : DocumentTexts()) {
    for (const std::string& line :
         Found(text, "(?:\n|`|\\$ )garderobe ([^\n`#]+)")) {
      std::istringstream words(line);
      std::string command;
      std::set<std::string> options;
      for (std::string word; words >> word;) {
        if (word.starts_with("--")) options.insert(word);
        const std::string longer =
            command.empty() ? word : command + " " + word;
        if (options.empty() && help.contains(longer)) command = longer;
      }
      std::string known = help[""];
      for (size_t at = 0; at != command.npos;) {
        at = command.find(' ', at + 1);
        known += help[command.substr(0, at)];
      }
      EXPECT_THAT(options, IsSubsetOf(SetOf(Found(known, "(--[a-z][a-z-]+)"))))
          << document << ": garderobe " << line;
    }
  }
}

TEST(DocumentsTest, OptionsOfCheckAndSendAreTold) {
  const std::string text = Text("docs/delivering.md");
  for (const char* command : {"check", "send"}) {
    const size_t at = text.find(fmt::format("\n## {}\n", command));
    ASSERT_NE(at, text.npos);
    // What both have stands at `check`.
    const size_t begin = std::min(at, text.find("\n## check\n"));
    const std::string told = text.substr(begin, text.find("\n## Exit") - begin);
    for (const std::string& option :
         Found(OutputOf("garderobe", {command, "--help"}), "\n  (--[a-z-]+)")) {
      EXPECT_NE(told.find("`" + option), told.npos) << command << " " << option;
    }
  }
}

TEST(DocumentsTest, ColumnsAreThoseOfTheDefaultMapping) {
  std::map<std::string, std::set<std::string>> written, known;
  for (const TableRow& row : TableBehind("docs/delivering.md", "### Columns")) {
    std::string other = row[1];
    std::erase(other, ' ');
    std::istringstream names(other);
    auto& list = written[Quoted(row[0])[0]];
    for (std::string name; std::getline(names, name, ',');) list.insert(name);
  }
  for (const std::string& line :
       LinesOf(OutputOf("garderobe", {"mapping", "show", "default"}))) {
    std::smatch match;
    if (!std::regex_match(line, match, std::regex("  ([a-z_]+): \\[(.*)\\]"))) {
      continue;
    }
    auto& list = known[match[1]];
    for (const std::string& name : Found(match[2], "([a-z_-]+)")) {
      if (name != match[1]) list.insert(name);
    }
  }
  EXPECT_EQ(written, known);
}

TEST(DocumentsTest, WordsMeanWhatIsWritten) {
  using client::WordList;
  const std::map<std::string, std::pair<WordList, std::vector<std::string>>>
      lists = {
          {"status", {WordList::kStatus, {kStatuses.begin(), kStatuses.end()}}},
          {"channel",
           {WordList::kChannel, {kChannels.begin(), kChannels.end()}}},
          {"genre", {WordList::kGenre, {kGenres.begin(), kGenres.end()}}}};
  for (const TableRow& row : TableBehind("docs/delivering.md", "### Words")) {
    const std::string column = Quoted(row[0])[0];
    const auto& [list, codes] = lists.at(column);
    EXPECT_EQ(Found(row[1], "([a-z_]+)"), codes) << column;
    // "kassa, balie: box_office. pas: pass"
    for (const std::string& group : Found(row[2] + ".", "([^.]+)\\.")) {
      const size_t colon = group.find(": ");
      ASSERT_NE(colon, group.npos) << group;
      const auto code = CodeOfWord(list, group.substr(colon + 2));
      ASSERT_TRUE(code.has_value()) << group;
      for (std::string word :
           Found(group.substr(0, colon) + ",", " ?([^,]+),")) {
        EXPECT_EQ(CodeOfWord(list, word), code) << column << ": " << word;
      }
    }
  }
}

std::string SourcesOf(const std::string& folder) {
  std::string all;
  for (const auto& entry :
       fs::recursive_directory_iterator(SourcePath(folder))) {
    const std::string path = entry.path().string();
    if (path.ends_with(".cc") && !path.ends_with("_test.cc")) {
      all += *ReadWholeFile(path);
    }
  }
  return all;
}

TEST(DocumentsTest, LogEventsAndMetricsAreThoseOfTheSources) {
  std::set<std::string> events, metrics;
  std::string all = SourcesOf("core");
  for (const char* party : kParties) all += SourcesOf(party);
  for (const std::string& name : Found(all, "\"event=([a-z-]+)")) {
    events.insert(name);
  }
  for (const std::string& name : Found(all, "\"(garderobe_[a-z_]+)\"")) {
    metrics.insert(name);
  }
  std::set<std::string> written_events, written_metrics;
  for (const TableRow& row :
       TableBehind("docs/operating.md", "| event | daemon | says |")) {
    for (const std::string& name : Quoted(row[0])) written_events.insert(name);
  }
  for (const TableRow& row :
       TableBehind("docs/operating.md", "| metric | daemon | meaning |")) {
    for (const std::string& name : Quoted(row[0])) written_metrics.insert(name);
  }
  EXPECT_EQ(written_events, events);
  EXPECT_EQ(written_metrics, metrics);
}

TEST(DocumentsTest, EveryRoomIsOnItsPartysList) {
  struct Listed {
    std::string folder, document, before;  // the table stands behind `before`
  };
  std::vector<Listed> all = {{"vault/link", "vault/README.md", "In `link/`:"}};
  for (const std::string party :
       {"ttp", "vault", "aggregator", "answer", "plain", "client"}) {
    all.push_back({party, party + "/README.md", "## Rooms"});
  }
  for (const auto& [folder, document, before] : all) {
    std::set<std::string> rooms;
    for (const TableRow& row : TableBehind(document, before)) {
      for (std::string room : Quoted(row[0])) {
        if (room.ends_with('/')) room.pop_back();
        if (room.ends_with(".cc")) room.resize(room.size() - 3);
        rooms.insert(room);
      }
    }
    std::set<std::string> there;
    for (const auto& entry : fs::directory_iterator(SourcePath(folder))) {
      const std::string name = entry.path().filename().string();
      const std::string stem = entry.path().stem().string();
      if (entry.is_directory()) there.insert(name);
      const bool source = name.ends_with(".cc") || name.ends_with(".h");
      if (source && !stem.ends_with("_test") && !stem.ends_with("_fixture")) {
        there.insert(stem);
      }
    }
    EXPECT_EQ(rooms, there) << folder;
  }
}

TEST(DocumentsTest, LinksLeadSomewhere) {
  for (const auto& [document, text] : DocumentTexts()) {
    const fs::path folder = fs::path(SourcePath(document)).parent_path();
    for (const std::string& link : Found(text, "\\]\\(([^)#:]+)\\)")) {
      EXPECT_TRUE(fs::exists(folder / link)) << document << ": " << link;
    }
  }
}

}  // namespace
}  // namespace garderobe
