// An attacker has the vault's disk, and knows of every value of every kind how
// many people of the country share it. He lays the two lists side by side, the
// commonest token beside the commonest value, and says who somebody is where
// neither list leaves a doubt. He names nobody; with kinds that are not rare,
// which is what the control has, he does.
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "client/identity.h"
#include "client/order_file.h"
#include "client/simulation/simulate.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "vault/linker.h"

namespace garderobe {
namespace {

namespace fs = std::filesystem;

using Counts = std::map<std::string, uint64_t>;

std::string Hash(std::string_view what, std::string_view value, size_t bytes) {
  std::string hash(bytes, '\0');
  crypto_generichash(reinterpret_cast<uint8_t*>(hash.data()), hash.size(),
                     AsBytes(value).data(), value.size(), AsBytes(what).data(),
                     what.size());
  return hash;
}

// What the attack says: value to token. Where a frequency occurs once in both
// lists, and at the same place, there is no doubt.
std::map<std::string, std::string> Attack(const Counts& values,
                                          const Counts& tokens) {
  auto by_rank = [](const Counts& counts) {
    std::vector<std::pair<uint64_t, std::string>> ranked;
    for (const auto& [name, count] : counts) ranked.emplace_back(count, name);
    std::sort(ranked.rbegin(), ranked.rend());
    return ranked;
  };
  const auto known = by_rank(values), seen = by_rank(tokens);
  auto alone = [](const auto& list, size_t i) {
    return (i == 0 || list[i - 1].first != list[i].first) &&
           (i + 1 == list.size() || list[i + 1].first != list[i].first);
  };
  std::map<std::string, std::string> said;
  for (size_t i = 0; i < std::min(known.size(), seen.size()); ++i) {
    if (alone(known, i) && alone(seen, i)) {
      said[known[i].second] = seen[i].second;
    }
  }
  return said;
}

class FrequencyTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kPersons = 6000;

  static void SetUpTestSuite() {
    folder_ = ::testing::TempDir() + "/frequency_test";
    fs::remove_all(folder_);
    ASSERT_THAT(
        client::Simulate({.institutions = 12,
                          .visits = static_cast<uint64_t>(kPersons * 17.9),
                          .seed = 77,
                          .out = folder_ + "/country"},
                         [](uint64_t) {}),
        IsOk());
    std::map<std::pair<std::string, std::string>, std::string> person_of;
    std::ifstream truth(folder_ + "/country/truth.csv");
    std::string line, institution, customer, person;
    std::getline(truth, line);
    while (std::getline(truth, line)) {
      std::stringstream fields(line);
      std::getline(fields, institution, ',');
      std::getline(fields, customer, ',');
      std::getline(fields, person, ',');
      person_of[{institution, customer}] = person;
    }
    auto linker = vault::Linker::Open(folder_ + "/vault",
                                      vault::MatchParameters::Default());
    ASSERT_THAT(linker, IsOk());
    for (const auto& file : fs::directory_iterator(folder_ + "/country")) {
      if (file.path().extension() != ".csv" || file.path().stem() == "truth") {
        continue;
      }
      ReadInstitution(file.path(), person_of, **linker);
    }
    for (auto& [name, people] : people_) {
      for (auto& [value, who] : people) known_[name][value] = who.size();
    }
    const auto it = (*linker)->store().NewIterator(vault::kTokens);
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      vault::TokenRecord token;
      ASSERT_TRUE(vault::Decode(AsView(it->value()), &token));
      const auto kind = static_cast<Kind>(it->key().data()[0]);
      seen_[std::string(KindName(kind))][it->key().ToString().substr(1)] =
          token.count;
    }
  }

  static void ReadInstitution(
      const fs::path& path,
      const std::map<std::pair<std::string, std::string>, std::string>&
          person_of,
      vault::Linker& linker) {
    const std::string institution = path.stem();
    auto file = client::OrderFile::Open({.file = path});
    ASSERT_THAT(file, IsOk());
    const client::IdentityReader identities({});
    std::map<std::string, vault::LinkRow> rows;  // by customer, the last
    std::map<std::string, std::map<std::string, std::string>> common;
    client::OrderFile::Row row;
    while (*(*file)->Read(&row)) {
      const client::OrderLine& line = row.order;
      if (row.refusal || line.customer_id.empty() || !line.share) continue;
      const std::string customer(line.customer_id);
      vault::LinkRow& link = rows[customer];
      link = {};
      link.handle =
          VaultHandle::From(Hash(institution, customer, VaultHandle::kBytes));
      link.reference.assign(vault::kReferenceBytes, 'r');
      const Identifiers shown = identities.Read(line, Handle()).identifiers;
      const std::string& person = person_of.at({institution, customer});
      for (size_t kind = 0; kind < kKindCount; ++kind) {
        if (shown[kind].empty()) continue;
        const std::string name(KindName(static_cast<Kind>(kind)));
        people_[name][shown[kind]].insert(person);
        link.tokens.push_back(
            {static_cast<Kind>(kind),
             Element::From(Hash(name, shown[kind], Element::kBytes))});
      }
      common[customer] = {
          {"surname", std::string(line.last_name)},
          {"first name", std::string(line.first_name)},
          {"first letter", std::string(line.first_name.substr(0, 1))}};
    }
    // What the control has: kinds as they must not be.
    for (const auto& [customer, fields] : common) {
      for (const auto& [name, value] : fields) {
        if (value.empty()) continue;
        people_[name][value].insert(person_of.at({institution, customer}));
        ++seen_[name][Hash(name, value, Element::kBytes)];
      }
    }
    std::vector<vault::LinkRow> batch;
    for (auto& [customer, link] : rows) {
      batch.push_back(std::move(link));
      if (batch.size() < 500) continue;
      ASSERT_THAT(linker.Link(batch), IsOk());
      batch.clear();
    }
    ASSERT_THAT(linker.Link(batch), IsOk());
  }

  // How many values the attack names rightly.
  static size_t Named(const std::string& name) {
    size_t right = 0;
    for (const auto& [value, token] : Attack(known_[name], seen_[name])) {
      right += Hash(name, value, Element::kBytes) == token;
    }
    return right;
  }

  static std::string folder_;
  // By kind: how many people share a value; how many relations hold a token.
  static std::map<std::string, Counts> known_, seen_;
  static std::map<std::string, std::map<std::string, std::set<std::string>>>
      people_;
};
std::string FrequencyTest::folder_;
std::map<std::string, Counts> FrequencyTest::known_, FrequencyTest::seen_;
std::map<std::string, std::map<std::string, std::set<std::string>>>
    FrequencyTest::people_;

TEST_F(FrequencyTest, NoKindNamesAnybody) {
  size_t kinds = 0, tokens = 0;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    const std::string name(KindName(static_cast<Kind>(kind)));
    if (seen_[name].empty()) continue;
    ++kinds;
    tokens += seen_[name].size();
    EXPECT_EQ(Named(name), 0u) << name;
    std::printf(
        "%s: %zu tokens, %zu said, the commonest %lu\n", name.c_str(),
        seen_[name].size(), Attack(known_[name], seen_[name]).size(),
        std::max_element(known_[name].begin(), known_[name].end(),
                         [](auto& x, auto& y) { return x.second < y.second; })
            ->second);
  }
  EXPECT_GE(kinds, 15u);
  EXPECT_GT(tokens, kPersons);
}

TEST_F(FrequencyTest, ControlKindsThatAreNotRareNameSomebody) {
  for (const char* name : {"surname", "first name", "first letter"}) {
    EXPECT_GT(Named(name), 0u) << name;
  }
}

}  // namespace
}  // namespace garderobe
