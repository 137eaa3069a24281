// A vault that gives persons points of its own making, together with the
// aggregator (protocol.md, 3: "The vault computes").
#include <map>
#include <set>

#include "aggregator/ledger/records.h"
#include "client/deploy/deployment.h"
#include "core/store/store.h"
#include "garderobe/v1/delivery.grpc.pb.h"
#include "tests/adversary/recording_fixture.h"
#include "tests/support/figures.h"
#include "vault/link/records.h"

namespace garderobe {
namespace {

constexpr size_t kCustomers = 20;
constexpr size_t kAnswerBytes = 128;  // a row: the person's and the household's

class MarkingVaultTest : public RecordingFixture {
 protected:
  using Factor = SecretScalar<struct FactorRole>;
  struct Joined {
    size_t claimed = 0, right = 0;
  };

  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(RecordingFixture::SetUp());
    // The first is 1: what becomes of that row's point is T = t*G.
    const std::string one = '\1' + std::string(31, '\0');
    factors_.push_back(*Factor::Decode(AsBytes(one)));
    while (factors_.size() < kCustomers) factors_.push_back(Factor::Random());
  }

  // From now on row i gets the point x_i*G.
  void MarkAnswers() {
    vault_.alter_answer.Set([this](v1::LinkRelationsResponse* answer,
                                   size_t before) {
      std::string* const rows = answer->mutable_pseudonyms();
      for (size_t i = 0; i < rows->size() / kAnswerBytes; ++i) {
        std::string person;
        EncryptFresh(MultiplyBase(factors_.at(before + i)), MultiplyBase(*z_))
            .AppendTo(person);
        rows->replace(i * kAnswerBytes, person.size(), person);
      }
    });
  }
  void SendCustomers() {
    std::vector<std::string> rows;
    for (size_t i = 0; i < kCustomers; ++i) {
      rows.push_back(Row(static_cast<int>(i), "M",
                         fmt::format("marked{}@example.nl", i), ""));
    }
    ASSERT_NO_FATAL_FAILURE(Send(rows));
  }

  // What vault and aggregator find when each opened point in turn is taken for
  // T: the aggregator's row of row i is that with the point x_i*T. A point of
  // which nothing but itself is found was not T. The judge knows both handles.
  Joined JoinRows() {
    const Recorded recorded = recorder_.recorded();
    std::vector<VaultHandle> of_vault;
    for (const auto& call : recorded.links) {
      const auto handles = Items<VaultHandle>(call.handles());
      of_vault.insert(of_vault.end(), handles.begin(), handles.end());
    }
    EXPECT_EQ(of_vault.size(), kCustomers);
    std::map<Element, AggregatorHandle> by_point;
    for (const auto& call : recorded.relations) {
      const auto handles = Items<AggregatorHandle>(call.handles());
      const auto opened = Opened(call.pseudonyms());
      for (size_t i = 0; i < handles.size(); ++i) {
        by_point[opened.at(2 * i)] = handles[i];
      }
    }
    EXPECT_EQ(by_point.size(), kCustomers);
    const auto same = SameRelations();
    Joined joined;
    for (const auto& [candidate, itself] : by_point) {
      Joined here;
      for (size_t i = 0; i < of_vault.size(); ++i) {
        Element expected;
        EXPECT_TRUE(Multiply(factors_[i], candidate, &expected));
        const auto found = by_point.find(expected);
        if (found == by_point.end()) continue;
        ++here.claimed;
        here.right += same.at(of_vault[i]) == found->second;
      }
      if (here.claimed < 2) continue;
      joined.claimed += here.claimed;
      joined.right += here.right;
    }
    return joined;
  }

  // Of every customer the vault's handle and the aggregator's.
  std::map<VaultHandle, AggregatorHandle> SameRelations() const {
    VaultHandleMapper to_vault(ttp_keys_->vault_handle, kMuseum);
    AggregatorHandleMapper to_aggregator(ttp_keys_->aggregator_handle, kMuseum);
    std::map<VaultHandle, AggregatorHandle> same;
    for (size_t i = 0; i < kCustomers; ++i) {
      const Handle handle = MakeHandle(*handle_key_, fmt::format("M{}", i));
      same[to_vault.Map(handle)] = to_aggregator.Map(handle);
    }
    return same;
  }

  // Persons of the aggregator's store of whom the vault's has no seed. Whoever
  // looks has the keys of the TTP.
  size_t PersonsWithoutSeed() {
    deployment_.Down();
    std::set<std::string> hashed;
    const auto vault =
        Store::OpenToRead(deployment_.folder() + "/vault/data/store",
                          vault::kFamilyNames, vault::kStoreOptions);
    EXPECT_THAT(vault, IsOk());
    const auto groups = (*vault)->NewIterator(vault::kGroups);
    for (groups->SeekToFirst(); groups->Valid(); groups->Next()) {
      vault::GroupRecord group;
      EXPECT_TRUE(Decode(groups->value().ToStringView(), &group));
      for (const vault::Person& person : group.persons) {
        Element pseudonym;
        EXPECT_TRUE(Multiply(ttp_keys_->to_aggregator,
                             vault::PointOf(person.seed), &pseudonym));
        hashed.insert("P" + std::string(pseudonym.view()));
      }
    }
    EXPECT_EQ(hashed.size(), kCustomers);
    const auto aggregator =
        Store::OpenToRead(deployment_.folder() + "/aggregator/data/store",
                          aggregator::kFamilyNames, aggregator::kStoreOptions);
    EXPECT_THAT(aggregator, IsOk());
    size_t persons = 0, without = 0;
    const auto it = (*aggregator)->NewIterator(aggregator::kPseudonyms);
    for (it->Seek("P"); it->Valid() && it->key().starts_with("P"); it->Next()) {
      ++persons;
      without += !hashed.contains(it->key().ToString());
    }
    EXPECT_GE(persons, kCustomers);
    return without;
  }

  std::vector<Factor> factors_;  // x
};

void NoteJoined(const char* what, size_t value) {
  Note({"recording_test", std::string("own points.") + what,
        static_cast<double>(value), kCustomers});
}

TEST_F(MarkingVaultTest, PointsOfItsOwnMakingShowWhatBecomesOfEach) {
  MarkAnswers();
  ASSERT_NO_FATAL_FAILURE(SendCustomers());
  const Joined joined = JoinRows();
  NoteJoined("claimed", joined.claimed);
  NoteJoined("right", joined.right);
  // As SECURITY.md says: nobody keeps the two from it.
  EXPECT_EQ(joined.claimed, kCustomers);
  EXPECT_EQ(joined.right, kCustomers);
  // Whoever has the seeds, t and the pseudonyms sees that it was done.
  EXPECT_EQ(PersonsWithoutSeed(), kCustomers);
}

// The control: points that are hashes stand in no relation.
TEST_F(MarkingVaultTest, HashedPointsShowNothing) {
  ASSERT_NO_FATAL_FAILURE(SendCustomers());
  const Joined joined = JoinRows();
  NoteJoined("claimed of an honest vault", joined.claimed);
  EXPECT_EQ(joined.claimed, 0u);
  EXPECT_EQ(PersonsWithoutSeed(), 0u);
}

// Who knew t*G or s*G would need no marks (protocol.md, 2).
TEST_F(MarkingVaultTest, NoConvertingScalarIsPublishedAsAPoint) {
  const auto deployment = client::Deployment::Open(deployment_.folder());
  ASSERT_THAT(deployment, IsOk());
  grpc::ClientContext context;
  v1::GetVaultParametersResponse of_vault;
  ASSERT_TRUE(vault_.stub->GetParameters(&context, {}, &of_vault).ok());
  grpc::ClientContext second;
  v1::GetAggregatorParametersResponse of_aggregator;
  ASSERT_TRUE(
      aggregator_.stub->GetParameters(&second, {}, &of_aggregator).ok());
  const auto endpoint = deployment->EndpointOf(kMuseum);
  ASSERT_THAT(endpoint, IsOk());
  const auto stub =
      v1::DeliveryService::NewStub(TlsChannel(endpoint->ttpd, endpoint->tls));
  grpc::ClientContext third;
  v1::GetParametersResponse of_all;
  ASSERT_TRUE(stub->GetParameters(&third, {}, &of_all).ok());
  const std::string published = of_vault.SerializeAsString() +
                                of_aggregator.SerializeAsString() +
                                of_all.SerializeAsString();
  const auto is_published = [&](const auto& scalar) {
    return published.find(MultiplyBase(scalar).view()) != published.npos;
  };
  EXPECT_FALSE(is_published(ttp_keys_->to_aggregator));
  EXPECT_FALSE(is_published(ttp_keys_->to_vault));
  EXPECT_FALSE(is_published(ttp_keys_->stripping));
  EXPECT_FALSE(is_published(ttp_keys_->home));
  EXPECT_FALSE(is_published(ttp_keys_->home_stripping));
  EXPECT_FALSE(is_published(ttp_keys_->relation));
  // The control: points that are published are found.
  EXPECT_TRUE(is_published(ttp_keys_->ingress));
  EXPECT_TRUE(is_published(*z_));
}

}  // namespace
}  // namespace garderobe
