// A customer is erased through the built binaries; then every file of every
// party is searched for anything that was theirs. The control finds it before.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "aggregator/ledger/records.h"
#include "client/orders/identity.h"
#include "client/orders/order_file.h"
#include "core/base/files.h"
#include "core/group/hash_to_group.h"
#include "core/keys/key_file.h"
#include "core/store/store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/local_deployment.h"
#include "tests/support/status_matchers.h"
#include "vault/link/records.h"

namespace garderobe {
namespace {

namespace fs = std::filesystem;
using AnyScalar = SecretScalar<struct ErasureTestRole>;

// What a customer leaves, by what it is.
using Material = std::map<std::string, std::string>;

struct Truth {
  std::string institution, customer, person, household;
};

class ErasureTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    deployment_ = new LocalDeployment();
    deployment_->Up();
    deployment_->Simulate(3, 6000, 31);
    for (const std::string& name : deployment_->institutions()) {
      ASSERT_EQ(
          deployment_
              ->Run({"send", deployment_->file(name), "--institution", name})
              .exit,
          0);
    }
    std::ifstream truth(deployment_->country() + "/truth.csv");
    std::string line;
    std::getline(truth, line);
    while (std::getline(truth, line)) {
      std::stringstream fields(line);
      Truth one;
      std::getline(fields, one.institution, ',');
      std::getline(fields, one.customer, ',');
      std::getline(fields, one.person, ',');
      std::getline(fields, one.household, ',');
      truth_.push_back(one);
    }
  }
  static void TearDownTestSuite() {
    delete deployment_;
    deployment_ = nullptr;
  }

  static std::string Key(const std::string& path, const std::string& role) {
    const auto key = ReadKeyFile(deployment_->folder() + "/" + path, role);
    EXPECT_THAT(key, IsOk());
    return {reinterpret_cast<const char*>(key->secret.ExposeSecret()), 32};
  }

  // Tokens of every customer of the country, and how many show each.
  static void ReadTokens() {
    const auto s = AnyScalar::Decode(AsBytes(
        Key("ttp/keys/ttp-conversion-vault.key", "ttp-conversion-vault")));
    ASSERT_THAT(s, IsOk());
    const client::IdentityReader identities({});
    for (const std::string& name : deployment_->institutions()) {
      auto file = client::OrderFile::Open({.file = deployment_->file(name)});
      ASSERT_THAT(file, IsOk());
      client::OrderFile::Row row;
      while (*(*file)->Read(&row)) {
        if (row.refusal || row.order.customer_id.empty()) continue;
        const std::string customer(row.order.customer_id);
        orders_[{name, customer}].emplace(row.order.order_id,
                                          row.order.line_id);
        if (!row.order.share) continue;
        const auto read = identities.Read(row.order, Handle());
        for (size_t kind = 0; kind < kKindCount; ++kind) {
          if (read.identifiers[kind].empty() || !HasSlot(kind)) continue;
          Element token;
          ASSERT_TRUE(Multiply(*s,
                               HashToGroup(KindName(static_cast<Kind>(kind)),
                                           read.identifiers[kind]),
                               &token));
          holders_[std::string(token.view())].insert(name + "/" + customer);
        }
      }
    }
  }

  static Material MaterialOf(const Truth& who) {
    Material material;
    const auto handle_key = ReadSecret<InstitutionHandleKey>(
        deployment_->folder() + "/institutions/" + who.institution +
            "/handle.key",
        "institution-handle");
    EXPECT_THAT(handle_key, IsOk());
    const Handle handle = MakeHandle(*handle_key, who.customer);
    const auto hv = VaultHandleKey::CopyFrom(
        AsBytes(Key("ttp/keys/ttp-handle-vault.key", "ttp-handle-vault")));
    const auto ha = AggregatorHandleKey::CopyFrom(AsBytes(
        Key("ttp/keys/ttp-handle-aggregator.key", "ttp-handle-aggregator")));
    const VaultHandle at_vault =
        VaultHandleMapper(hv, who.institution).Map(handle);
    const AggregatorHandle at_aggregator =
        AggregatorHandleMapper(ha, who.institution).Map(handle);
    material["handle"] = handle.view();
    material["handle at the vault, first half"] = at_vault.view().substr(0, 8);
    material["handle at the vault, second half"] = at_vault.view().substr(8);
    material["handle at the aggregator"] = at_aggregator.view();
    for (const auto& [token, holders] : holders_) {
      if (holders ==
          std::set<std::string>{who.institution + "/" + who.customer}) {
        material["token " + std::to_string(material.size())] = token;
      }
    }
    for (const auto& [order, line] : orders_[{who.institution, who.customer}]) {
      material["visit " + order + "/" + line] =
          MakeVisitId(*handle_key, order, line).view();
    }
    // Its pseudonyms at the aggregator.
    auto store =
        Store::OpenToRead(deployment_->folder() + "/aggregator/data/store",
                          aggregator::kFamilyNames, aggregator::kStoreOptions);
    EXPECT_THAT(store, IsOk());
    const auto number =
        (*store)->Get(aggregator::kMeta, "institution/" + who.institution);
    const auto institution = GetBigEndian<uint32_t>(number->data());
    const auto relation =
        (*store)->Get(aggregator::kHandles,
                      aggregator::HandleKey(institution, at_aggregator));
    EXPECT_THAT(relation, IsOk());
    aggregator::Relation record;
    EXPECT_TRUE(aggregator::Decode(
        *(*store)->Get(aggregator::kRelations,
                       aggregator::KeyOf(institution) + *relation),
        &record));
    material["pseudonym"] = *(*store)->Get(
        aggregator::kNumbers, "P" + aggregator::Number(record.person));
    if (record.household != 0) {
      material["household's pseudonym"] = *(*store)->Get(
          aggregator::kNumbers, "H" + aggregator::Number(record.household));
    }
    material["reference"] = record.reference.view();
    material["sigma"] = record.sigma.view();
    // What the vault has beside the tokens.
    auto vault = Store::OpenToRead(deployment_->folder() + "/vault/data/store",
                                   vault::kFamilyNames, vault::kStoreOptions);
    EXPECT_THAT(vault, IsOk());
    vault::RelationRecord at;
    EXPECT_TRUE(Decode(
        *(*vault)->Get(vault::kRelations, at_vault.view().substr(0, 8)), &at));
    material["reference at the vault"] = at.reference;
    vault::GroupRecord group;
    EXPECT_TRUE(Decode(
        *(*vault)->Get(vault::kGroups, vault::NumberKey(at.group)), &group));
    const auto id = GetBigEndian<uint64_t>(at_vault.view().data());
    for (const vault::Person& person : group.persons) {
      if (person.relations == std::vector<vault::RelationId>{id}) {
        material["person's seed"] = person.seed.view();
      }
    }
    return material;
  }

  // Which of it stands in any file below the deployment, but for the
  // institution's own keys and files.
  static std::set<std::string> Found(const Material& material) {
    std::set<std::string> found;
    for (const auto& file :
         fs::recursive_directory_iterator(deployment_->folder())) {
      const std::string path = file.path();
      if (!file.is_regular_file() ||
          path.find("/country/") != std::string::npos) {
        continue;
      }
      const auto bytes = ReadWholeFile(path);
      if (!bytes.ok()) continue;
      for (const auto& [what, value] : material) {
        // A store leaves out the beginning of a key that is equal to that of
        // the one before: among some ten thousand keys that are random, never
        // more than three bytes.
        const std::string window = value.substr(3, 12);
        if (bytes->find(window) != std::string::npos) {
          found.insert(what + " in " + fs::path(path).filename().string());
        }
      }
    }
    return found;
  }

  static size_t Rewritten(const std::string& daemon) {
    const auto log =
        ReadWholeFile(deployment_->folder() + "/" + daemon + ".log");
    size_t count = 0;
    for (size_t at = 0;
         log.ok() && (at = log->find("event=store-rewritten", at)) != log->npos;
         ++at) {
      ++count;
    }
    return count;
  }
  struct RewriteCounts {
    size_t vault = Rewritten("vaultd"), aggregator = Rewritten("aggregatord");
  };
  // Each store writes itself anew when there is something to forget: at the
  // start, or, when nothing was written anew since `before`, even earlier.
  static void RestartAndRewrite(const RewriteCounts& before) {
    const RewriteCounts now;
    deployment_->Down();
    deployment_->Up();
    for (int i = 0; i < 400 && (Rewritten("vaultd") == now.vault ||
                                Rewritten("aggregatord") == now.aggregator);
         ++i) {
      usleep(100'000);
    }
    ASSERT_GT(Rewritten("vaultd"), before.vault);
    ASSERT_GT(Rewritten("aggregatord"), before.aggregator);
    // The list of a store's files names the first and the last key of each;
    // it begins anew when the store is opened.
    deployment_->Down();
    deployment_->Up();
    deployment_->Down();
  }

  // Customers who are alone in their household, with visits and an e-mail.
  static std::vector<Truth> Alone() {
    std::map<std::string, size_t> in_household;
    for (const Truth& one : truth_) ++in_household[one.household];
    std::vector<Truth> alone;
    for (const Truth& one : truth_) {
      if (in_household[one.household] != 1) continue;
      if (orders_[{one.institution, one.customer}].empty()) continue;
      size_t own = 0;
      for (const auto& [token, holders] : holders_) {
        own += holders.size() == 1 &&
               holders.contains(one.institution + "/" + one.customer);
      }
      if (own >= 3) alone.push_back(one);
      if (alone.size() == 3) break;
    }
    return alone;
  }

  static LocalDeployment* deployment_;
  static std::vector<Truth> truth_;
  static std::map<std::string, std::set<std::string>> holders_;
  static std::map<std::pair<std::string, std::string>,
                  std::set<std::pair<std::string, std::string>>>
      orders_;
};
LocalDeployment* ErasureTest::deployment_ = nullptr;
std::vector<Truth> ErasureTest::truth_;
std::map<std::string, std::set<std::string>> ErasureTest::holders_;
std::map<std::pair<std::string, std::string>,
         std::set<std::pair<std::string, std::string>>>
    ErasureTest::orders_;

TEST_F(ErasureTest, NothingOfAnErasedCustomerIsOnAnyDisk) {
  ReadTokens();
  const std::vector<Truth> alone = Alone();
  ASSERT_EQ(alone.size(), 3u);
  std::map<std::string, Material> materials;
  for (const Truth& who : alone) {
    const Material material = MaterialOf(who);
    // The control: before, all of it is there, but for the institution's own
    // form of the handle, which nobody keeps.
    Material missing = material;
    for (const std::string& what : Found(material)) {
      missing.erase(what.substr(0, what.find(" in ")));
    }
    EXPECT_THAT(missing, ::testing::ElementsAre(::testing::Key("handle")))
        << who.customer;
    materials[who.customer] = material;
  }
  const Mirror before = MirrorOf(*deployment_, alone[0].institution);
  const RewriteCounts written;
  for (const Truth& who : alone) {
    const RunResult erased =
        deployment_->Run({"erase", "--institution", who.institution,
                          "--customer", who.customer, "--json"});
    ASSERT_EQ(erased.exit, 0) << erased.err;
    EXPECT_EQ(erased.json()["relations_removed"], 1);
    EXPECT_EQ(erased.json()["visits_removed"],
              orders_[std::pair(who.institution, who.customer)].size());
    EXPECT_EQ(erased.json()["receipt"]["receipts"].size(), 2u);
    // Again, and of somebody who never was: the same answer.
    for (const std::string& customer : {who.customer, std::string("nobody")}) {
      const RunResult again =
          deployment_->Run({"erase", "--institution", who.institution,
                            "--customer", customer, "--json"});
      EXPECT_EQ(again.exit, 0) << again.err;
      EXPECT_EQ(again.json()["relations_removed"], 0);
    }
  }
  RestartAndRewrite(written);
  for (const auto& [customer, material] : materials) {
    EXPECT_THAT(Found(material), ::testing::IsEmpty()) << customer;
  }
  deployment_->Up();
  EXPECT_NE(MirrorOf(*deployment_, alone[0].institution), before);
}

}  // namespace
}  // namespace garderobe
