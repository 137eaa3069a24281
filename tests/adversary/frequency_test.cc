// An attacker has the vault's disk, and knows of every value of every kind how
// many people of the country share it. He lays the two lists side by side, the
// commonest token beside the commonest value, and says who somebody is where
// neither list leaves a doubt. He names nobody; with names alone, which is what
// the control has, he does.
//
// And what the attack needs is not there: of no kind do many people of a whole
// country share a value, as they do a district, a surname or a birth date.
#include <sodium.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "client/orders/identity.h"
#include "client/orders/order_file.h"
#include "client/simulation/simulate.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/figures.h"
#include "tests/support/status_matchers.h"
#include "vault/link/linker.h"

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

struct Who {
  std::string person, household;
  friend auto operator<=>(const Who&, const Who&) = default;
};

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
    std::map<std::pair<std::string, std::string>, Who> who;
    std::ifstream truth(folder_ + "/country/truth.csv");
    std::string line, institution, customer, person, household;
    std::getline(truth, line);
    while (std::getline(truth, line)) {
      std::stringstream fields(line);
      std::getline(fields, institution, ',');
      std::getline(fields, customer, ',');
      std::getline(fields, person, ',');
      std::getline(fields, household, ',');
      who[{institution, customer}] = {person, household};
    }
    auto linker = vault::Linker::Open(folder_ + "/vault", {});
    ASSERT_THAT(linker, IsOk());
    for (const auto& file : fs::directory_iterator(folder_ + "/country")) {
      if (file.path().extension() != ".csv" || file.path().stem() == "truth") {
        continue;
      }
      ReadInstitution(file.path(), who, **linker);
    }
    for (auto& [name, people] : people_) {
      for (auto& [value, those] : people) {
        known_[name][value] = those.size();
      }
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
      const std::map<std::pair<std::string, std::string>, Who>& who,
      vault::Linker& linker) {
    const std::string institution = path.stem();
    auto file = client::OrderFile::Open({.file = path});
    ASSERT_THAT(file, IsOk());
    const client::IdentityReader identities({institution + ".example"});
    std::map<std::string, vault::LinkRow> rows;  // by customer, the last
    std::map<std::string, std::map<std::string, std::string>> common;
    client::OrderFile::Row row;
    while (*(*file)->Read(&row)) {
      const client::OrderLine& line = row.order;
      if (row.refusal || row.passed_over || line.customer_id.empty() ||
          !line.share) {
        continue;
      }
      const std::string customer(line.customer_id);
      vault::LinkRow& link = rows[customer];
      link = {};
      link.handle =
          VaultHandle::From(Hash(institution, customer, VaultHandle::kBytes));
      link.reference.assign(vault::kReferenceBytes, 'r');
      const Identifiers shown = identities.Read(line, Handle()).identifiers;
      const Who& person = who.at({institution, customer});
      for (size_t kind = 0; kind < kKindCount; ++kind) {
        if (shown[kind].empty()) continue;
        const std::string name(KindName(static_cast<Kind>(kind)));
        people_[name][shown[kind]].insert(person);
        if (!HasSlot(kind)) continue;
        link.tokens.push_back(
            {static_cast<Kind>(kind),
             Element::From(Hash(name, shown[kind], Element::kBytes))});
      }
      common[customer] = {
          {"district", std::string(line.postcode.substr(0, 4))},
          {"birth date", std::string(line.birth_date)},
          {"surname", std::string(line.last_name)},
          {"first name", std::string(line.first_name)},
          {"first letter", std::string(line.first_name.substr(0, 1))}};
    }
    // What the control has: kinds as they must not be.
    for (const auto& [customer, fields] : common) {
      for (const auto& [name, value] : fields) {
        if (value.empty()) continue;
        people_[name][value].insert(who.at({institution, customer}));
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

  // With how many people of a country of 17.8 million, beside their own family,
  // somebody shares a value: pairs grow with the square of the people.
  static double SharedInACountry(const std::string& name) {
    std::set<Who> all;
    double pairs = 0;
    for (const auto& [value, people] : people_[name]) {
      std::map<std::string, double> family;
      for (const Who& one : people) ++family[one.household];
      const auto n = static_cast<double>(people.size());
      pairs += n * n;
      for (const auto& [household, members] : family)
        pairs -= members * members;
      all.insert(people.begin(), people.end());
    }
    const auto n = static_cast<double>(all.size());
    return pairs / n * (17.8e6 / n);
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
  static std::map<std::string, std::map<std::string, std::set<Who>>> people_;
};
std::string FrequencyTest::folder_;
std::map<std::string, Counts> FrequencyTest::known_, FrequencyTest::seen_;
std::map<std::string, std::map<std::string, std::set<Who>>>
    FrequencyTest::people_;

TEST_F(FrequencyTest, NoKindNamesAnybody) {
  size_t kinds = 0, tokens = 0, named_in_all = 0;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    const std::string name(KindName(static_cast<Kind>(kind)));
    if (seen_[name].empty()) continue;
    ++kinds;
    tokens += seen_[name].size();
    const size_t named = Named(name);
    EXPECT_EQ(named, 0u) << name;
    named_in_all += named;
  }
  Note({"frequency_test", "tokens.named", static_cast<double>(named_in_all),
        static_cast<double>(tokens)});
  EXPECT_GE(kinds, 15u);
  EXPECT_GT(tokens, kPersons);
}

TEST_F(FrequencyTest, ControlKindsThatAreNotRareNameSomebody) {
  for (const char* name : {"surname", "first name", "first letter"}) {
    const size_t named = Named(name);
    EXPECT_GT(named, 0u) << name;
    Note({"frequency_test", std::string("control.") + name + ".named",
          static_cast<double>(named),
          static_cast<double>(known_[name].size())});
  }
}

// A pair that shares something by chance is some 15 people in the country.
TEST_F(FrequencyTest, OfNoKindDoManyPeopleShareAValue) {
  constexpr double kFew = 40;
  double most = 0;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    const std::string name(KindName(static_cast<Kind>(kind)));
    if (people_[name].empty()) continue;
    const double shared = SharedInACountry(name);
    EXPECT_LT(shared, kFew) << name;
    most = std::max(most, shared);
  }
  Note({"frequency_test", "people_who_share_a_value.most", most});
  for (const char* name :
       {"district", "birth date", "surname", "first name", "first letter"}) {
    EXPECT_GT(SharedInACountry(name), kFew) << name;
  }
}

}  // namespace
}  // namespace garderobe
