// A linker over a store of its own, and rows as tests write them.
#ifndef GARDEROBE_VAULT_LINK_LINKER_FIXTURE_H_
#define GARDEROBE_VAULT_LINK_LINKER_FIXTURE_H_

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>

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
};

inline VaultHandle HandleOf(int number) {
  // As a keyed hash would be: nothing of the number shows.
  std::string bytes(16, '\0');
  crypto_generichash(reinterpret_cast<uint8_t*>(bytes.data()), 16,
                     reinterpret_cast<const uint8_t*>(&number), sizeof number,
                     nullptr, 0);
  return VaultHandle::From(bytes);
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
  const Identifiers identifiers = DeriveIdentifiers(fields);
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if (identifiers[kind].empty() || !HasSlot(kind)) continue;
    const Kind k = static_cast<Kind>(kind);
    row.tokens.push_back({k, HashToGroup(KindName(k), identifiers[kind])});
  }
  return row;
}

class LinkerTest : public ::testing::Test {
 protected:
  void SetUp() override { Reopen(true); }
  void Reopen(bool fresh = false,
              const MatchParameters& model = MatchParameters::Default(),
              const ChangeQueue::Options& changes = {.persons = 1,
                                                     .wait_seconds = 86400}) {
    linker_.reset();
    if (fresh) std::filesystem::remove_all(directory_);
    auto linker = Linker::Open(
        directory_,
        {.model = model, .changes = changes, .clock = [this] { return now_; }});
    ASSERT_THAT(linker, IsOk());
    linker_ = *std::move(linker);
    ASSERT_THAT(linker_->RelinkAll(), IsOk());
  }
  // The element of the person that the relation is.
  PersonSeed Link(int number, const Known& known) {
    auto linked = linker_->Link({Row(number, known)});
    EXPECT_THAT(linked, IsOk());
    return linked->at(0);
  }
  // Redelivers without identifiers, which changes nothing, to see the element.
  PersonSeed Look(int number) { return Link(number, {}); }
  bool SamePerson(int a, int b) { return Look(a) == Look(b); }

  // What the aggregator would be told now, all of it, and confirms it.
  std::vector<RoundEntry> Hear(RoundConfirmation confirmed = {}) {
    std::vector<RoundEntry> heard;
    for (;;) {
      auto round = linker_->NextRound(confirmed, 256);
      EXPECT_THAT(round, IsOk());
      if (round->changes == 0) return heard;
      confirmed = round->confirmation;
      for (RoundEntry& entry : round->entries) {
        heard.push_back(std::move(entry));
      }
    }
  }

  // The same by type, as the numbers of the relations.
  using Heard = std::map<ChangeRecord::Type, std::multiset<int>>;
  Heard HearNumbers() {
    Heard heard;
    for (const RoundEntry& entry : Hear())
      heard[entry.type].insert(Number(entry));
    return heard;
  }
  // Whose reference it is, of up to 127 relations.
  static int Number(const RoundEntry& entry) {
    EXPECT_EQ(entry.reference,
              std::string(kReferenceBytes, entry.reference.front()));
    return entry.reference.front();
  }

  uint64_t now_ = 1'000'000;
  std::string directory_ = ::testing::TempDir() + "/linker_test";
  std::unique_ptr<Linker> linker_;
};

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_LINK_LINKER_FIXTURE_H_
