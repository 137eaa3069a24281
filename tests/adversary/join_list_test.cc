// The list of what every party receives and stores, held against what the tests
// of joins play and against the disks of a deployment.
#include <algorithm>
#include <filesystem>
#include <set>
#include <tuple>

#include "core/config/toml.h"
#include "tests/adversary/join_fixture.h"

namespace garderobe {
namespace {

namespace fs = std::filesystem;

toml::table LeakageList() {
  const auto text =
      ReadWholeFile(std::string(GARDEROBE_SOURCE_DIR) + "/docs/leakage.toml");
  EXPECT_THAT(text, IsOk());
  auto list = ParseToml(*text, "docs/leakage.toml");
  EXPECT_THAT(list, IsOk());
  return *std::move(list);
}

TEST_F(JoinTest, EveryCounterpartOnTheListIsPlayed) {
  std::set<std::string> listed;
  const toml::table list = LeakageList();
  for (const auto& [name, entry] : *list["counterpart"].as_table()) {
    if (entry.as_table()->at("played_by").value_or(std::string()) ==
        "tests/adversary/join_test.cc") {
      listed.insert(std::string(name.str()));
    }
  }
  std::set<std::string> played = NamesOfRelations();
  played.insert({"company", "order", "round", "request"});
  EXPECT_EQ(listed, played);
}

// Whatever stands in the stores and beside them, on this run.
TEST_F(JoinTest, EveryKeyAndFileIsOnTheList) {
  const toml::table list = LeakageList();
  auto entries = [&](const char* kind, const std::string& party,
                     const char* what) {
    std::vector<std::string> found;
    for (const auto& entry : *list[kind].as_array()) {
      const toml::table& table = *entry.as_table();
      if (table["at"].value_or(std::string()) != party) continue;
      if (what == std::string("key") &&
          table["family"].value_or(std::string()) != "default") {
        continue;
      }
      found.push_back(table[what].value_or(std::string()));
    }
    return found;
  };
  auto is_in = [](const std::vector<std::string>& listed,
                  const std::string& name) {
    return std::any_of(listed.begin(), listed.end(), [&](const auto& entry) {
      return entry.ends_with('/') ? name.starts_with(entry) : name == entry;
    });
  };
  const auto vault = OpenVault("after");
  const auto aggregator = OpenAggregator();
  for (const auto& [party, store, family] :
       std::vector<std::tuple<std::string, const Store*, size_t>>{
           {"vault", vault.get(), vault::kMeta},
           {"aggregator", aggregator.get(), aggregator::kMeta}}) {
    for (const std::string& key : KeysOf(*store, family)) {
      EXPECT_TRUE(is_in(entries("key", party, "key"), key))
          << party << ": " << key.substr(0, key.find('/') + 1);
    }
  }
  for (const char* party : {"ttp", "vault", "aggregator", "answer", "plain"}) {
    const fs::path folder = fs::path(deployment_->folder()) / party;
    size_t files = 0;
    for (const auto& file : fs::recursive_directory_iterator(folder / "data")) {
      if (!file.is_regular_file()) continue;
      ++files;
      const std::string path = fs::relative(file.path(), folder);
      EXPECT_TRUE(is_in(entries("file", party, "path"), path))
          << party << ": " << path;
    }
    EXPECT_GT(files, 0u) << party;
  }
}

}  // namespace
}  // namespace garderobe
