// A linker over a store of its own, and rows as tests write them.
#ifndef GARDEROBE_VAULT_LINK_LINKER_FIXTURE_H_
#define GARDEROBE_VAULT_LINK_LINKER_FIXTURE_H_

#include <filesystem>
#include <memory>
#include <string>

#include "core/base/hash.h"
#include "core/group/hash_to_group.h"
#include "core/identifiers/match_keys.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "vault/link/linker.h"

namespace garderobe::vault {

// What an institution knows of a customer, as a test writes it.
struct Known {
  std::string email = {}, mobile = {}, landline = {}, pass = {};
  std::string first = {}, last = {}, born = {};
  std::string house = {};  // number in one street
  uint16_t as_of = 0;
};

inline VaultHandle HandleOf(int number) {
  // As a keyed hash would be: nothing of the number shows.
  return Hash<VaultHandle>(
      AsView({reinterpret_cast<const uint8_t*>(&number), sizeof number}));
}

inline LinkRow Row(int number, const Known& known) {
  PersonFields fields;
  fields.email = known.email;
  fields.mobile = known.mobile;
  fields.landline = known.landline;
  fields.pass = known.pass;
  fields.first_name = known.first;
  fields.surname = known.last;
  fields.birth_date = known.born;
  if (!known.house.empty()) {
    fields.address = ReadAddress({"NL", "1234AC", "", known.house, ""});
  }
  LinkRow row;
  row.handle = HandleOf(number);
  row.reference = std::string(kReferenceBytes, static_cast<char>(number));
  row.as_of = known.as_of;
  const Identifiers identifiers = DeriveIdentifiers(fields);
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if (identifiers[kind].empty()) continue;
    const Kind k = static_cast<Kind>(kind);
    row.tokens.push_back({k, HashToGroup(KindName(k), identifiers[kind])});
  }
  return row;
}

class LinkerTest : public ::testing::Test {
 protected:
  void SetUp() override { Reopen(true); }
  void Reopen(bool fresh = false,
              const MatchParameters& model = MatchParameters::Default()) {
    linker_.reset();
    if (fresh) std::filesystem::remove_all(directory_);
    auto linker = Linker::Open(directory_, model, [this] { return now_; });
    ASSERT_THAT(linker, IsOk());
    linker_ = *std::move(linker);
  }
  LinkedRow Link(int number, const Known& known) {
    auto linked = linker_->Link({Row(number, known)});
    EXPECT_THAT(linked, IsOk());
    return linked->at(0);
  }
  // Redelivers without identifiers, which changes nothing, to see the points.
  LinkedRow Look(int number) { return Link(number, {}); }
  bool SamePerson(int a, int b) { return Look(a).person == Look(b).person; }
  bool SameHousehold(int a, int b) {
    return Look(a).household == Look(b).household;
  }

  uint64_t now_ = 1'000'000;
  std::string directory_ = ::testing::TempDir() + "/linker_test";
  std::unique_ptr<Linker> linker_;
};

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_LINK_LINKER_FIXTURE_H_
