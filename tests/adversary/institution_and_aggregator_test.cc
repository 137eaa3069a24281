// An institution that also had the aggregator's disk. It recognises the visits
// that it sent by their ids, which it can make again, and so the relations of
// its own customers, the persons behind them and what these do elsewhere.
// SECURITY.md says that nothing prevents it: this shows how far it goes, and
// that it goes no further than the institution's own key.
#include <map>
#include <set>

#include "aggregator/ledger/records.h"
#include "aggregator/ledger/visit_block.h"
#include "client/orders/order_file.h"
#include "core/keys/key_file.h"
#include "core/store/store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/figures.h"
#include "tests/support/local_deployment.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

// Where a relation stands in the aggregator's store.
struct Place {
  uint32_t institution = 0, relation = 0;
  auto operator<=>(const Place&) const = default;
};

// What the aggregator's disk says of everybody, before anybody is named.
struct Disk {
  std::map<std::string, uint32_t> institutions;
  std::map<VisitId, Place> visits;             // that belong to a relation
  std::map<Place, uint32_t> person;            // of each relation
  std::map<uint32_t, std::set<Place>> places;  // of each person
  std::map<Place, size_t> visits_of;
};

class InstitutionAndAggregatorTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    deployment_ = new LocalDeployment();
    deployment_->Up();
    deployment_->Simulate(3, 15'000, 21);
    for (const std::string& name : deployment_->institutions()) {
      const RunResult r = deployment_->Run(
          {"send", deployment_->file(name), "--institution", name});
      ASSERT_EQ(r.exit, 0) << r.err;
    }
    deployment_->Down();
  }
  static void TearDownTestSuite() {
    delete deployment_;
    deployment_ = nullptr;
  }
  void SetUp() override {
    auto store =
        Store::OpenToRead(deployment_->folder() + "/aggregator/data/store",
                          aggregator::kFamilyNames, aggregator::kStoreOptions);
    ASSERT_THAT(store, IsOk());
    store_ = *std::move(store);
    ASSERT_NO_FATAL_FAILURE(ReadDisk());
  }

  void ReadDisk() {
    for (const std::string& name : deployment_->institutions()) {
      const auto number = store_->Get(aggregator::kMeta, "institution/" + name);
      ASSERT_THAT(number, IsOk());
      disk_.institutions[name] = GetBigEndian<uint32_t>(number->data());
    }
    const auto relations = store_->NewIterator(aggregator::kRelations);
    for (relations->SeekToFirst(); relations->Valid(); relations->Next()) {
      aggregator::Relation relation;
      ASSERT_TRUE(aggregator::Decode(AsView(relations->value()), &relation));
      const char* key = relations->key().data();
      const Place place{GetBigEndian<uint32_t>(key),
                        GetBigEndian<uint32_t>(key + 4)};
      if (relation.person == 0) continue;
      disk_.person[place] = relation.person;
      disk_.places[relation.person].insert(place);
    }
    const auto blocks = store_->NewIterator(aggregator::kBlocks);
    for (blocks->SeekToFirst(); blocks->Valid(); blocks->Next()) {
      const auto block = aggregator::DecodeBlock(AsView(blocks->value()));
      ASSERT_THAT(block, IsOk());
      const uint32_t institution = GetBigEndian<uint32_t>(blocks->key().data());
      for (size_t i = 0; i < block->rows.size(); ++i) {
        const Place place{institution, block->rows[i].relation};
        if (place.relation == 0) continue;
        const auto id = VisitId::From(
            std::string_view(block->visit_ids).substr(i * VisitId::kBytes, 16));
        disk_.visits[id] = place;
        ++disk_.visits_of[place];
      }
    }
  }
  static InstitutionHandleKey KeyOf(const std::string& institution) {
    auto key = ReadSecret<InstitutionHandleKey>(
        deployment_->folder() + "/institutions/" + institution + "/handle.key",
        "institution-handle");
    EXPECT_THAT(key, IsOk());
    return *std::move(key);
  }

  // The customers of an institution's own file, and as whom each is recognised
  // with `key`; nothing: as nobody.
  std::map<std::string, std::set<Place>> Recognise(
      const std::string& institution, const InstitutionHandleKey& key) const {
    std::map<std::string, std::set<Place>> recognised;
    auto file =
        client::OrderFile::Open({.file = deployment_->file(institution)});
    EXPECT_THAT(file, IsOk());
    client::OrderFile::Row row;
    while (*(*file)->Read(&row)) {
      const client::OrderLine& line = row.order;
      if (row.refusal || line.customer_id.empty() || !line.share) continue;
      auto& places = recognised[std::string(line.customer_id)];
      const auto found =
          disk_.visits.find(MakeVisitId(key, line.order_id, line.line_id));
      if (found != disk_.visits.end()) places.insert(found->second);
    }
    return recognised;
  }
  // The truth, for the judge: with the TTP's key of handles.
  uint32_t RelationOf(const AggregatorHandleKey& ha,
                      const std::string& institution,
                      const std::string& customer) const {
    AggregatorHandleMapper mapper(ha, institution);
    const auto number =
        store_->Get(aggregator::kHandles,
                    aggregator::HandleKey(
                        disk_.institutions.at(institution),
                        mapper.Map(MakeHandle(KeyOf(institution), customer))));
    EXPECT_THAT(number, IsOk());
    return number.ok() ? GetBigEndian<uint32_t>(number->data()) : 0;
  }

  static inline LocalDeployment* deployment_ = nullptr;
  std::unique_ptr<Store> store_;
  Disk disk_;
};

TEST_F(InstitutionAndAggregatorTest, RecogniseTheCustomersOfTheInstitution) {
  const auto ha = ReadSecret<AggregatorHandleKey>(
      deployment_->folder() + "/ttp/keys/ttp-handle-aggregator.key",
      "ttp-handle-aggregator");
  ASSERT_THAT(ha, IsOk());
  const std::string own = deployment_->institutions().front();
  const auto recognised = Recognise(own, KeyOf(own));
  size_t right = 0, elsewhere = 0, visits_elsewhere = 0;
  for (const auto& [customer, places] : recognised) {
    if (places.empty()) continue;
    ASSERT_EQ(places.size(), 1u) << customer;
    const Place& place = *places.begin();
    EXPECT_EQ(place.institution, disk_.institutions.at(own));
    right += place.relation == RelationOf(*ha, own, customer);
    size_t others = 0;
    for (const Place& other : disk_.places[disk_.person[place]]) {
      if (other.institution == place.institution) continue;
      ++others;
      visits_elsewhere += disk_.visits_of[other];
    }
    elsewhere += others != 0;
  }
  ASSERT_GT(recognised.size(), 300u);
  EXPECT_GT(right, recognised.size() * 9 / 10);
  EXPECT_GT(elsewhere, 0u);
  EXPECT_GT(visits_elsewhere, 0u);
  const auto of = static_cast<double>(recognised.size());
  Note({"adversary_test", "institution_and_aggregator.recognised",
        static_cast<double>(right), of});
  Note({"adversary_test", "institution_and_aggregator.seen_elsewhere",
        static_cast<double>(elsewhere), of});
  Note({"adversary_test", "institution_and_aggregator.visits_seen_elsewhere",
        static_cast<double>(visits_elsewhere)});
}

// The same file and disk with a key that is not the file's: of no use for this
// institution's customers. Order numbers of two institutions are alike, so that
// with the other's key a number may well name a visit there.
TEST_F(InstitutionAndAggregatorTest, ControlAnotherKeyRecognisesNobody) {
  const auto names = deployment_->institutions();
  const uint32_t own = disk_.institutions.at(names[0]);
  const auto with_others = Recognise(names[0], KeyOf(names[1]));
  ASSERT_GT(with_others.size(), 300u);
  size_t found = 0;
  for (const auto& [customer, places] : with_others) {
    for (const Place& place : places) found += place.institution == own;
  }
  EXPECT_EQ(found, 0u);
  Note({"adversary_test", "control.institution_and_aggregator.another_key",
        static_cast<double>(found), static_cast<double>(with_others.size())});
  for (const auto& [customer, places] :
       Recognise(names[0], InstitutionHandleKey::Random())) {
    EXPECT_TRUE(places.empty()) << customer;
  }
}

}  // namespace
}  // namespace garderobe
