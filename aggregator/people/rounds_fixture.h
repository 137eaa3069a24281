// An aggregator of its own, with a vault's keys: for tests of what the TTP
// delivers of relations and rounds.
#ifndef GARDEROBE_AGGREGATOR_PEOPLE_ROUNDS_FIXTURE_H_
#define GARDEROBE_AGGREGATOR_PEOPLE_ROUNDS_FIXTURE_H_

#include <filesystem>
#include <functional>
#include <set>

#include "aggregator/aggregator.h"
#include "core/sealing/batch_sealer.h"
#include "garderobe/v1/columns.pb.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::aggregator {

inline constexpr char kMuseum[] = "museum";
inline constexpr auto kRefused = absl::StatusCode::kFailedPrecondition;

// The vault's keys, as far as the aggregator knows of them.
struct FakeVault {
  SigningSeed seed = SigningSeed::Random();
  ReceiptSeed receipts = ReceiptSeedOf(seed);

  v1::SignedParameters Published(uint32_t serial = 1) const {
    Parameters parameters{"vault", {}, {}};
    parameters.issue.serial = serial;
    parameters.issue.valid_from = DayNumber(Today());
    parameters.issue.valid_until = parameters.issue.valid_from + 100;
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      if (!HasSlot(kind)) continue;
      PutProvenKey(parameters, PublicKeyName(kind), EphemeralScalar::Random());
    }
    PutProvenKey(parameters, "Y.home", EphemeralScalar::Random());
    parameters.values["C_w"] = RandomElement().view();
    parameters.values["seal"] = PublicKeyOf(SealingSecretKey::Random()).view();
    parameters.values["receipt"] = VerifyKeyOf(receipts).view();
    const SignedBody made = SignParameters(seed, parameters);
    v1::SignedParameters published;
    published.set_body(made.body);
    published.set_signature(made.signature);
    return published;
  }
};

class RoundsTest : public ::testing::Test {
 protected:
  struct Entry {
    Element reference;
    RoundAction action = RoundAction::kLink;
    Element person = {};
  };
  struct Known {
    Element person;
    Element household = {};  // identity: it shows no address
    // Whether the slot of the household holds a point nevertheless.
    bool has_address = true;
    // The last round before the TTP had the row: of all there are.
    uint64_t answered_after = UINT64_MAX;
  };

  void SetUp() override {
    std::filesystem::remove_all(folder_);
    auto& museum = register_[kMuseum];
    museum.set_id(kMuseum);
    museum.add_authors()->set_key(std::string(AuthorKeyOf(author_).view()));
    std::filesystem::create_directories(folder_ + "/keys");
    ASSERT_THAT(AggregatorKeys::Generate(folder_ + "/keys"), IsOk());
    Reopen();
    const auto parameters = AggregatorParameters::From(
        AggregatorKeys::Read(folder_ + "/keys")->Public());
    ASSERT_THAT(parameters, IsOk());
    z_ = parameters->pseudonym_key;
    seal_ = parameters->sealing_key;
  }
  void Reopen() {
    aggregator_.reset();
    auto keys = AggregatorKeys::Read(folder_ + "/keys");
    ASSERT_THAT(keys, IsOk());
    auto store = Store::Open(folder_ + "/store", kFamilyNames, kStoreOptions);
    ASSERT_THAT(store, IsOk());
    auto aggregator = Aggregator::Open(
        *std::move(keys), *std::move(store), workers_,
        {.vault_pin = VerifyKeyOf(vault_.seed), .serials = serials_});
    ASSERT_THAT(aggregator, IsOk());
    aggregator_ = *std::move(aggregator);
  }

  static AggregatorHandle HandleOf(char name) {
    return AggregatorHandle::From(std::string(16, name));
  }
  // R, which the TTP makes of the handle.
  Element ReferenceOf(char name) {
    auto& reference = references_[name];
    if (reference.is_zero()) reference = RandomElement();
    return reference;
  }
  static Sigma SigmaOf(char name) { return Sigma::From(std::string(32, name)); }
  bool IsRefused(char name) const {
    return aggregator_->store()
        .Get(kMeta, "refused/" + std::string(HandleOf(name).view()))
        .ok();
  }
  void EncryptTo(const Element& element, std::string* column) const {
    EncryptFresh(element, z_).AppendTo(*column);
  }

  // One row of a customer; persons and households are what the aggregator
  // opens.
  void Deliver(char name, const Known& known) {
    const auto outcome = DeliverBy(author_, name, known);
    ASSERT_THAT(outcome, IsOk());
    ASSERT_EQ(outcome->accepted(), 1u);
  }
  absl::StatusOr<v1::BatchOutcome> DeliverBy(const AuthorSeed& author,
                                             char name, const Known& known) {
    v1::FeedName feed;
    feed.set_institution(kMuseum);
    feed.set_source("files");
    feed.set_client("client");
    feed.set_kind(v1::FEED_KIND_RELATIONS);
    GARDEROBE_ASSIGN_OR_RETURN(
        const auto opened,
        aggregator_->feeds().Open(feed, ++stream_, /*run=*/0));
    const uint64_t offset = opened.committed;
    v1::RelationColumns columns;
    columns.add_pc4(0);
    columns.add_birth_year(0);
    columns.set_gender(std::string(1, '\0'));
    columns.set_newsletter(std::string(1, '\0'));
    columns.add_customer_since(0);
    columns.set_shown(std::string(
        1, static_cast<char>(known.has_address ? kShownAddress : 0)));
    v1::StoreRelationsRequest request;
    *request.mutable_feed() = feed;
    request.set_offset(offset);
    request.set_count(1);
    request.set_handles(std::string(HandleOf(name).view()));
    request.set_references(std::string(ReferenceOf(name).view()));
    request.set_sigmas(std::string(SigmaOf(name).view()));
    EncryptTo(known.person, request.mutable_pseudonyms());
    EncryptTo(known.household, request.mutable_pseudonyms());
    const BatchPlace place{SealedKind::kRelations, kMuseum, "files", offset, 1};
    const AuthoredParts parts{Digest256::From(std::string(32, 'h')),
                              Digest256::From(std::string(32, 'p'))};
    request.set_sealed(
        SealBatch(seal_, place,
                  EncodeAuthored(author, place, /*serial=*/1, parts,
                                 columns.SerializeAsString())));
    request.set_epoch(kFirstEpoch);
    request.set_serial(1);
    request.set_stream(stream_);
    request.set_answered_after(known.answered_after);
    return aggregator_->relations().Take(request, register_);
  }

  // A round as an honest vault and TTP send it.
  v1::StoreRoundRequest RoundOf(const std::vector<Entry>& entries,
                                const ReceiptSeed& signer) const {
    v1::StoreRoundRequest request;
    request.set_epoch(kFirstEpoch);
    *request.mutable_vault() = vault_.Published();
    RoundStatement statement;
    statement.number = ++rounds_;
    randombytes_buf(statement.confirmation.mutable_data(),
                    RoundConfirmation::kBytes);
    Element references, persons;
    for (const Entry& entry : entries) {
      const Element tag = RandomElement();
      const PublicScalar weight = WeightOfTag(tag);
      EncryptTo(entry.reference, request.mutable_references());
      EncryptTo(entry.person, request.mutable_persons());
      EncryptTo(tag, request.mutable_tags());
      statement.actions.emplace(DigestOfTag(tag), entry.action);
      GARDEROBE_CHECK(AddWeighted(weight, entry.reference, &references));
      GARDEROBE_CHECK(AddWeighted(weight, entry.person, &persons));
    }
    // The vault's own encryption; the TTP rerandomised the references.
    statement.references = EncryptFresh(references, z_);
    EncryptTo(persons, request.mutable_weighted_persons());
    request.set_statement(SealRoundStatement(signer, seal_, statement));
    confirmations_[request.statement()] = statement.confirmation;
    return request;
  }
  v1::StoreRoundRequest RoundOf(const std::vector<Entry>& entries) const {
    return RoundOf(entries, vault_.receipts);
  }
  absl::Status Store(const v1::StoreRoundRequest& request) {
    const auto stored = aggregator_->rounds().Take(request);
    // Nobody else learns it, so it stands for the round being stored.
    if (stored.ok()) EXPECT_EQ(*stored, confirmations_[request.statement()]);
    return stored.status();
  }
  absl::Status Round(const std::vector<Entry>& entries) {
    return Store(RoundOf(entries));
  }

  // What is stored of a relation; nullopt: nothing.
  std::optional<Relation> Find(char name) {
    const auto number =
        aggregator_->store().Get(kHandles, HandleKey(1, HandleOf(name)));
    if (!number.ok()) return std::nullopt;
    const auto value = aggregator_->store().Get(kRelations, KeyOf(1) + *number);
    if (!value.ok()) return std::nullopt;
    Relation relation;
    EXPECT_TRUE(Decode(*value, &relation));
    return relation;
  }
  // The pseudonym of a number; the identity for 0, which is nobody.
  Element PseudonymOf(Who who, uint32_t number) {
    if (number == 0) return {};
    const auto moment = aggregator_->moments().Take();
    EXPECT_THAT(moment, IsOk());
    const auto pseudonym =
        aggregator_->moments().PseudonymOf(who, number, *moment);
    EXPECT_THAT(pseudonym, IsOk());
    return pseudonym.ok() ? *pseudonym : Element();
  }
  Element PersonOf(char name) {
    const auto relation = Find(name);
    EXPECT_TRUE(relation.has_value());
    return relation ? PseudonymOf(Who::kPerson, relation->person) : Element();
  }
  Element HouseholdOf(char name) {
    const auto relation = Find(name);
    EXPECT_TRUE(relation.has_value());
    return relation ? PseudonymOf(Who::kHousehold, relation->household)
                    : Element();
  }
  // Whether the handle is of somebody who objects.
  bool Objects(char name) {
    const auto relation = Find(name);
    return relation && relation->objects() && relation->person == 0 &&
           relation->household == 0;
  }
  // Every key and value but those of kMeta.
  std::string Everything() {
    std::string all;
    for (const Family family :
         {kHandles, kRelations, kPseudonyms, kNumbers, kReferences, kExpired}) {
      const auto it = aggregator_->store().NewIterator(family);
      for (it->SeekToFirst(); it->Valid(); it->Next()) {
        all += it->key().ToString() + it->value().ToString();
      }
    }
    return all;
  }

  const std::string folder_ = ::testing::TempDir() + "/aggregator_rounds";
  const FakeVault vault_ = {};
  const AuthorSeed author_ = AuthorSeed::Random();
  Institutions register_;
  SerialBook* serials_ = nullptr;
  Element z_;
  SealingPublicKey seal_;
  uint64_t stream_ = 0;
  mutable uint64_t rounds_ = 0;
  // The key is the statement that the vault sealed.
  mutable std::map<std::string, RoundConfirmation> confirmations_;
  std::map<char, Element> references_;
  const Element anna_ = RandomElement(), piet_ = RandomElement(),
                home_ = RandomElement(), other_home_ = RandomElement();
  boost::asio::thread_pool workers_{1};
  std::unique_ptr<Aggregator> aggregator_;
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_PEOPLE_ROUNDS_FIXTURE_H_
