// What the vault makes of rows that a client crafts, and what it can't make of
// any row.
#include <set>
#include <thread>

#include "aggregator/ledger/records.h"
#include "core/group/hash_to_group.h"
#include "core/group/scalar.h"
#include "core/identifiers/person.h"
#include "core/store/store.h"
#include "tests/adversary/hostile_fixture.h"
#include "tests/support/figures.h"
#include "ttp/keys.h"
#include "vault/keys.h"
#include "vault/link/records.h"

namespace garderobe {
namespace {

constexpr auto kEmailKind = static_cast<size_t>(Kind::kEmail);

class CraftedRowsTest : public HostileTest {
 protected:
  void SetUp() override {
    HostileTest::SetUp();
    ASSERT_NO_FATAL_FAILURE(UseKeyOfMuseum());
  }
  client::Customer Customer(const std::string& number,
                            const std::string& email) {
    client::Customer customer;
    customer.handle = MakeHandle(key_, number);
    RawPerson person;
    person.email = email;
    person.last_name = "Bakker";
    person.first_name = "Anna";
    customer.identifiers =
        DeriveIdentifiers(ReadPersonFields(person, {}, Today()).fields);
    return customer;
  }
  v1::RelationBatch Batch(uint64_t offset, const client::Customer& customer) {
    return client::BuildRelationBatch(feed_, key_, offset, {customer});
  }
  // Shows an e-mail and nothing else.
  client::Customer OnlyEmail(const std::string& email) {
    return OnlyEmail(email, email);
  }
  client::Customer OnlyEmail(const std::string& number,
                             const std::string& email) {
    client::Customer customer;
    customer.handle = MakeHandle(key_, number);
    customer.identifiers[kEmailKind] = email;
    return customer;
  }
  static ttp::TtpKeys KeysOfTtp() {
    auto keys = ttp::TtpKeys::Read(deployment_->folder() + "/ttp/keys");
    GARDEROBE_CHECK(keys.ok());
    return *std::move(keys);
  }
  // The keys of all tokens at the vault: a kind, then a point.
  static std::set<std::string> TokensAtVault() {
    const auto store =
        Store::OpenToRead(deployment_->folder() + "/vault/data/store",
                          vault::kFamilyNames, vault::kStoreOptions);
    GARDEROBE_CHECK(store.ok());
    std::set<std::string> tokens;
    const auto it = (*store)->NewIterator(vault::kTokens);
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      tokens.insert(it->key().ToString());
    }
    return tokens;
  }
  // Whether the vault takes two of the museum's customers for one person: two
  // custodians ask it.
  static bool AreOnePerson(const std::string& a, const std::string& b) {
    const auto ticket = [](const std::string& customer) {
      return Held("vault", customer)["review_ticket"].get<std::string>();
    };
    const std::string x = ticket(a), y = ticket(b);
    const RunResult r =
        deployment_->Run({"vault", "explain", x, y, "--as", "custodian-1",
                          "--as", "custodian-2", "--json"});
    EXPECT_EQ(r.exit, 0) << r.err;
    return r.json()["same_person"].get<bool>();
  }
};

// Whoever knows the aggregator's and the vault's keys still needs the TTP's U:
// with another one the rows are of nobody that is known.
TEST_F(CraftedRowsTest, RowsEncryptedToOtherJointKeysLinkNobody) {
  const std::string email = "joint@example.nl";
  const v1::RelationBatch first = Batch(0, Customer("joint-1", email)),
                          second = Batch(1, Customer("joint-2", email));
  // U' = U + u'*G, in every sum.
  const Element more = MultiplyBase(EphemeralScalar::Random());
  JointKeys& keys = feed_.published.keys;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if (!HasSlot(kind)) continue;
    ASSERT_TRUE(Add(keys.kinds[kind], more, &keys.kinds[kind]));
  }
  ASSERT_TRUE(Add(keys.home, more, &keys.home));
  const v1::RelationBatch third = Batch(2, Customer("joint-3", email));
  ASSERT_THAT(Relations({first, second, third}), IsOk());
  EXPECT_TRUE(AreOnePerson("joint-1", "joint-2"));  // the control
  EXPECT_FALSE(AreOnePerson("joint-1", "joint-3"));
}

// All rows whose token is the identity would otherwise be one person.
TEST_F(CraftedRowsTest, IdentityTokensLinkNobody) {
  auto crafted = [&](uint64_t offset, const std::string& number) {
    v1::RelationBatch batch = Batch(offset, OnlyEmail(number, "x@example.nl"));
    const EphemeralScalar r = EphemeralScalar::Random();
    Element b;
    EXPECT_TRUE(Multiply(r, feed_.published.keys.kinds[0], &b));
    batch.set_points_a(std::string(MultiplyBase(r).view()));
    batch.set_points_b(std::string(b.view()));
    return batch;
  };
  ASSERT_THAT(Relations({crafted(0, "identity-1"), crafted(1, "identity-2"),
                         Batch(2, OnlyEmail("token-1", "t@example.nl")),
                         Batch(3, OnlyEmail("token-2", "t@example.nl"))}),
              IsOk());
  EXPECT_FALSE(AreOnePerson("identity-1", "identity-2"));
  // The control: rows that show as little, and a token that is somebody's.
  EXPECT_TRUE(AreOnePerson("token-1", "token-2"));
}

// The rows of a batch go to the vault before the aggregator is asked. Whoever
// has no author's key could leave some there: by a place that is not the next,
// and by a batch behind it that is given up with the stream.
TEST_F(CraftedRowsTest, RowsOfBatchesThatAreNeverStoredAreRemovedAtTheVault) {
  const auto refused = [] {
    size_t count = 0;
    const auto store =
        Store::OpenToRead(deployment_->folder() + "/aggregator/data/store",
                          aggregator::kFamilyNames, aggregator::kStoreOptions);
    if (!store.ok()) return count;  // it is being written; look again
    const auto it = (*store)->NewIterator(aggregator::kMeta);
    for (it->Seek("refused/"); it->Valid() && it->key().starts_with("refused/");
         it->Next()) {
      ++count;
    }
    return count;
  };
  const auto becomes = [&](size_t expected) {
    for (int tenths = 0; tenths < 200 && refused() != expected; ++tenths) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return refused();
  };
  const size_t before = refused();
  EXPECT_THAT(Relations({Batch(1000, OnlyEmail("planted-1", "p@example.nl")),
                         Batch(1001, OnlyEmail("planted-2", "p@example.nl"))}),
              StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_EQ(becomes(before + 2), before + 2);
  // The control: what is stored after all stays at the vault.
  EXPECT_THAT(Relations({Batch(0, OnlyEmail("planted-1", "p@example.nl"))}),
              IsOk());
  EXPECT_EQ(becomes(before + 1), before + 1);
}

// Clients encrypt to vault and TTP together, so that the vault that is shown
// what passes before it was converted opens nothing of it.
TEST_F(CraftedRowsTest, TheVaultAloneOpensNothingThatClientsEncrypt) {
  constexpr size_t kRows = 50;
  std::vector<client::Customer> customers;
  std::set<Element> guesses;
  for (size_t i = 0; i < kRows; ++i) {
    const std::string email = fmt::format("shown{}@example.nl", i);
    customers.push_back(OnlyEmail(email));
    guesses.insert(HashToGroup("email", email));
  }
  const v1::RelationBatch batch =
      client::BuildRelationBatch(feed_, key_, 0, customers);
  ASSERT_THAT(Relations({batch}), IsOk());
  const auto vault =
      vault::VaultKeys::Read(deployment_->folder() + "/vault/keys");
  ASSERT_THAT(vault, IsOk());
  const auto opened_with = [&](const WipedScalar& scalar) {
    size_t opened = 0;
    for (size_t i = 0; i < kRows; ++i) {
      const auto point = [i](const std::string& points) {
        return Element::From(std::string_view(points).substr(i * 32, 32));
      };
      Element message;
      EXPECT_TRUE(DecryptOrNobody(scalar, point(batch.points_a()),
                                  point(batch.points_b()), &message));
      opened += guesses.contains(message);
    }
    return opened;
  };
  const auto y = WipedScalar::CopyOf(vault->decryption.at(kEmailKind));
  const auto u = WipedScalar::CopyOf(KeysOfTtp().ingress);
  const size_t alone = opened_with(y);
  EXPECT_EQ(alone, 0u);
  EXPECT_EQ(opened_with(u), 0u);
  // The control: with the TTP's u besides.
  const size_t together = opened_with(AddScalars(y, u));
  EXPECT_EQ(together, kRows);
  Note({"hostile_test", "vault_opens_what_clients_encrypt",
        static_cast<double>(alone), static_cast<double>(kRows)});
  Note({"hostile_test", "control.vault_with_u_opens",
        static_cast<double>(together), static_cast<double>(kRows)});
}

// A client encrypts m*G in the place of an identifier: its token is m*s*G, and
// whoever knew s*G would find the row among all of the vault's. Nothing that is
// published is s*G.
TEST_F(CraftedRowsTest, AMarkIsNotFoundByAnythingThatIsPublished) {
  const EphemeralScalar r = EphemeralScalar::Random(),
                        mark = EphemeralScalar::Random();
  v1::RelationBatch batch = Batch(0, OnlyEmail("marked@example.nl"));
  Element marked;
  ASSERT_TRUE(Encrypt(r, MultiplyBase(mark),
                      feed_.published.keys.kinds[kEmailKind], &marked));
  batch.set_points_a(AsString(MultiplyBase(r).bytes()));
  batch.set_points_b(AsString(marked.bytes()));
  ASSERT_THAT(Relations({batch}), IsOk());

  const client::Published& published = feed_.published;
  std::vector<Element> all = {published.ttp.ingress_key,
                              published.vault.home_key,
                              published.vault.household_commitment,
                              published.aggregator.pseudonym_key,
                              published.keys.home,
                              BasePoint()};
  for (const auto& [name, commitment] : published.ttp.commitments) {
    all.push_back(commitment);
  }
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if (!HasSlot(kind)) continue;
    all.push_back(published.vault.public_keys[kind]);
    all.push_back(published.keys.kinds[kind]);
  }
  ASSERT_EQ(all.size(), 6u + 6 + 2 * 21);
  const std::set<std::string> tokens = TokensAtVault();
  const auto finds = [&](const Element& element) {
    Element token;
    EXPECT_TRUE(Multiply(mark, element, &token));
    return tokens.contains(vault::Token{Kind::kEmail, token}.Key());
  };
  for (const Element& element : all) {
    EXPECT_FALSE(finds(element)) << ToHex(element.bytes());
  }
  // The control: with s.
  EXPECT_TRUE(finds(MultiplyBase(KeysOfTtp().to_vault)));
}

// One row has 21 slots, and the vault sees equal points whatever kind they
// stand under: a client that works with it tests 21 e-mails at once. It is
// charged for each.
TEST_F(CraftedRowsTest, AGuessInAnySlotCostsAToken) {
  std::vector<size_t> slots;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if (HasSlot(kind)) slots.push_back(kind);
  }
  ASSERT_EQ(slots.size(), 21u);
  const auto email_of = [](size_t kind) {
    return fmt::format("guessed{}@example.nl", kind);
  };
  // They are customers, by what anybody delivered.
  std::vector<client::Customer> customers;
  for (const size_t kind : slots) {
    customers.push_back(OnlyEmail(email_of(kind)));
  }
  ASSERT_THAT(
      Relations({client::BuildRelationBatch(feed_, key_, 0, customers)}),
      IsOk());

  const EphemeralScalar r = EphemeralScalar::Random();
  v1::RelationBatch guesses = Batch(slots.size(), OnlyEmail("guesses"));
  guesses.set_kinds(0, kSlotKinds);
  guesses.set_points_a(AsString(MultiplyBase(r).bytes()));
  guesses.clear_points_b();
  for (const size_t kind : slots) {
    Element point;
    ASSERT_TRUE(Encrypt(r, HashToGroup("email", email_of(kind)),
                        feed_.published.keys.kinds[kind], &point));
    guesses.mutable_points_b()->append(point.view());
  }
  const uint64_t before = TokensUsed();
  ASSERT_THAT(Relations({guesses}), IsOk());
  EXPECT_EQ(TokensUsed(), before + slots.size() + 1);  // and the home

  // The control: the vault sees each guess beside the e-mail that it is.
  const std::set<std::string> tokens = TokensAtVault();
  const ttp::TtpKeys ttp = KeysOfTtp();
  size_t seen = 0, of_nobody = 0;
  for (const size_t kind : slots) {
    for (const bool is_guessed : {true, false}) {
      Element point;
      ASSERT_TRUE(Multiply(
          ttp.to_vault,
          HashToGroup("email", (is_guessed ? "" : "not-") + email_of(kind)),
          &point));
      const bool in_both =
          tokens.contains(vault::Token{Kind::kEmail, point}.Key()) &&
          tokens.contains(vault::Token{static_cast<Kind>(kind), point}.Key());
      (is_guessed ? seen : of_nobody) += in_both;
    }
  }
  EXPECT_EQ(seen, slots.size());
  EXPECT_EQ(of_nobody, 0u);
  Note({"hostile_test", "guesses_in_other_slots.seen_by_the_vault",
        static_cast<double>(seen), static_cast<double>(slots.size())});
  Note({"hostile_test", "guesses_in_other_slots.tokens_charged",
        static_cast<double>(TokensUsed() - before)});
}

}  // namespace
}  // namespace garderobe
