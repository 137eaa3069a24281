#include "ttp/converter.h"

#include <algorithm>
#include <functional>
#include <set>

#include "gmock/gmock.h"
#include "ttp/converter_fixture.h"

namespace garderobe::ttp {
namespace {

using ::testing::HasSubstr;

TEST_F(ConverterTest, VaultDecryptsToTokensThatRepeat) {
  ASSERT_THAT(converter_.CheckRelations(batch_), IsOk());
  const auto once = Convert(), twice = Convert();
  ASSERT_THAT(once, IsOk());
  ASSERT_THAT(twice, IsOk());
  for (uint32_t i = 0; i < 3; ++i) {
    const VaultRow& row = (*once)[i].for_vault.value();
    const VaultRow& again = (*twice)[i].for_vault.value();
    EXPECT_NE(row.point_a, again.point_a);
    EXPECT_NE(row.points_b[0], again.points_b[0]);
    EXPECT_EQ(OpenToken(others_.y[kEmailAt], row.point_a, row.points_b[0]),
              Times(keys_.to_vault, Hashed(Kind::kEmail, i)));
    EXPECT_EQ(row.kinds, batch_.kinds(static_cast<int>(i)));
  }
  EXPECT_EQ((*once)[0].for_vault.value().points_b.size(), 1u);
  const VaultRow& two_kinds = (*once)[1].for_vault.value();
  ASSERT_EQ(two_kinds.points_b.size(), 2u);
  EXPECT_EQ(OpenToken(others_.y[static_cast<size_t>(Kind::kMobile)],
                      two_kinds.point_a, two_kinds.points_b[1]),
            Times(keys_.to_vault, Hashed(Kind::kMobile, 1)));
}

TEST_F(ConverterTest, TheHouseholdIsWhatTheVaultRaisesBlindly) {
  const auto converted = Convert();
  ASSERT_THAT(converted, IsOk());
  const auto raised =
      RaiseHome({others_.w, others_.wy}, (*converted)[2].for_vault.value().home,
                EphemeralScalar::Random(), to_.aggregator);
  ASSERT_TRUE(raised.has_value());
  EXPECT_EQ(others_.Opened(*raised),
            Times(others_.w, Times(keys_.home, Hashed(Kind::kAddress, 2))));
}

// What the vault, the aggregator and retention call a relation.
TEST_F(ConverterTest, ARelationHasItsAddressAtBothParties) {
  const auto converted = Convert(), elsewhere = Convert("museum-y");
  ASSERT_THAT(converted, IsOk());
  ASSERT_THAT(elsewhere, IsOk());
  for (uint32_t i = 0; i < 3; ++i) {
    const auto& [for_vault, address, trace] = (*converted)[i];
    EXPECT_EQ(trace, nullptr);
    const auto addressed = converter_.Address("museum-x", HandleOf(i));
    EXPECT_EQ(for_vault.value().handle, addressed.at_vault);
    EXPECT_EQ(address.handle, addressed.at_aggregator);
    EXPECT_EQ(address.reference, addressed.reference);
    EXPECT_EQ(address.reference,
              ReferenceOf(keys_.relation, "museum-x", HandleOf(i)));
    EXPECT_EQ(others_.Opened(for_vault.value().reference), address.reference);
    EXPECT_EQ(converter_.sigmas().Open(address.handle, address.sigma),
              addressed.at_vault);
    const auto& other = (*elsewhere)[i].address;
    EXPECT_NE(other.handle, address.handle);
    EXPECT_NE(other.reference, address.reference);
    EXPECT_NE((*elsewhere)[i].for_vault.value().handle, addressed.at_vault);
  }
}

TEST_F(ConverterTest, MalformedPointNamesItsRecordAndNothingComesBack) {
  const v1::RelationBatch good = batch_;
  auto expect_fault = [&](const char* record) {
    EXPECT_THAT(Convert(), StatusIs(absl::StatusCode::kInvalidArgument,
                                    HasSubstr(record)));
  };
  batch_.mutable_points_home()->replace(64, 32, std::string(32, '\xff'));
  expect_fault("record 2:");
  batch_.mutable_points_b()->replace(32, 32, std::string(32, '\xff'));
  expect_fault("record 1:");
  // The identity as A: whatever the kinds hold would pass unblinded.
  batch_.mutable_points_a()->replace(0, 32, std::string(32, '\0'));
  expect_fault("record 0:");
  batch_ = good;
  EXPECT_THAT(Convert(), IsOk());
}

TEST_F(ConverterTest, LyingCountsAndHandlesAreRefused) {
  const v1::RelationBatch good = batch_;
  auto expect_refused = [&](const char* why) {
    EXPECT_THAT(converter_.CheckRelations(batch_),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << why;
    batch_ = good;
    ASSERT_THAT(converter_.CheckRelations(batch_), IsOk());
  };
  batch_.set_count(4);
  expect_refused("count too large");
  batch_.set_count(2);
  expect_refused("count too small");
  batch_.set_count(0);
  expect_refused("empty");
  batch_.mutable_points_b()->append(32, '\1');
  expect_refused("one point too many");
  batch_.mutable_points_b()->resize(96);
  expect_refused("one point too few");
  batch_.mutable_points_a()->append(32, '\1');
  expect_refused("one A too many");
  batch_.mutable_points_home()->append(32, '\1');
  expect_refused("one home too many");
  batch_.mutable_points_home()->resize(64);
  expect_refused("one home too few");
  batch_.set_kinds(0, uint32_t{1} << kKindCount);
  expect_refused("unknown kind");
  batch_.set_kinds(0, BitOf(Kind::kAddress));
  expect_refused("a kind without a slot");
  batch_.mutable_handles()->replace(0, 16, good.handles().substr(16, 16));
  expect_refused("a handle twice");
  batch_.mutable_handles()->replace(0, 16, std::string(16, '\0'));
  expect_refused("no handle");
  batch_.set_count(kRelationRowsMax + 1);
  expect_refused("too many");
}

// Who shows fewer kinds than all others would stand out by that.
TEST_F(ConverterTest, AKindThatEveryRowHasToHaveMustBeThere) {
  const Converter email(keys_, BitOf(Kind::kEmail), workers_);
  EXPECT_THAT(email.CheckRelations(batch_), IsOk());
  const Converter mobile(keys_, BitOf(Kind::kEmail) | BitOf(Kind::kMobile),
                         workers_);
  EXPECT_THAT(mobile.CheckRelations(batch_),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("kinds[0]: a kind is missing")));
}

TEST_F(ConverterTest, HandlesAreMappedPerInstitutionAndZerosStay) {
  std::string one = std::string(16, '\1') + std::string(16, '\0');
  std::string two = one;
  converter_.MapHandles("museum-x", one);
  converter_.MapHandles("museum-y", two);
  EXPECT_NE(one.substr(0, 16), std::string(16, '\1'));
  EXPECT_NE(one.substr(0, 16), two.substr(0, 16));
  EXPECT_EQ(one.substr(16), std::string(16, '\0'));
  // A visit's handle meets its relation's.
  EXPECT_EQ(one.substr(0, 16),
            converter_.Address("museum-x", Handle::From(std::string(16, '\1')))
                .at_aggregator.view());
}

TEST_F(ConverterTest, AnswersAreMultipliedByTInTheClientsOrder) {
  ClientOrder<VaultAnswer> order(3);
  std::vector<Element> persons, households;
  std::vector<RelationAddress> addresses;
  for (uint32_t i = 0; i < 3; ++i) {
    // The last one objects.
    persons.push_back(i < 2 ? RandomElement() : Element());
    households.push_back(i < 2 ? RandomElement() : Element());
    addresses.push_back({converter_.Address("m", HandleOf(i)).at_aggregator,
                         RandomElement(), std::string(32, 's')});
    (void)order.Put(i, {EncryptFresh(persons[i], to_.aggregator),
                        EncryptFresh(households[i], to_.aggregator)});
  }
  const auto answers = order.Take();
  const auto rows =
      converter_.ConvertAnswers(addresses, answers, to_.aggregator);
  ASSERT_THAT(rows, IsOk());
  ASSERT_EQ(rows->size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    const AggregatorRow& row = rows->rows()[i];
    EXPECT_EQ(row.address.handle, addresses[i].handle);
    EXPECT_EQ(row.address.reference, addresses[i].reference);
    EXPECT_NE(row.person.value().point_a, answers.rows()[i].person.point_a);
    for (const auto& [opened, element] :
         {std::pair{others_.Opened(row.person.value()), persons[i]},
          std::pair{others_.Opened(row.household.value()), households[i]}}) {
      EXPECT_EQ(opened,
                i < 2 ? Times(keys_.to_aggregator, element) : Element());
    }
  }
}

TEST_F(ConverterTest, AMalformedAnswerIsTheVaultsFault) {
  const Ciphertext good = EncryptFresh(RandomElement(), to_.aggregator);
  const Element bad = Element::From(std::string(32, '\xff'));
  for (const VaultAnswer& answer : {VaultAnswer{{bad, good.point_b}, good},
                                    {{good.point_a, bad}, good},
                                    {good, {bad, good.point_b}},
                                    {good, {good.point_a, bad}},
                                    {{Element(), good.point_b}, good}}) {
    ClientOrder<VaultAnswer> order(1);
    (void)order.Put(0, answer);
    EXPECT_THAT(converter_
                    .ConvertAnswers(std::vector<RelationAddress>(1),
                                    order.Take(), to_.aggregator)
                    .status(),
                StatusIs(absl::StatusCode::kInternal));
  }
}

class ConvertRoundTest : public ConverterTest {
 protected:
  static constexpr size_t kEntries = 40;
  void SetUp() override {
    for (size_t i = 0; i < kEntries; ++i) {
      references_.push_back(RandomElement());
      persons_.push_back(i % 4 == 0 ? Element() : RandomElement());
      tags_.push_back(RandomElement());
      Append(references_[i], round_.mutable_references());
      Append(persons_[i], round_.mutable_persons());
      Append(tags_[i], round_.mutable_tags());
    }
    Append(sum_, round_.mutable_weighted_persons());
  }
  void Append(const Element& element, std::string* column) {
    EncryptFresh(element, to_.aggregator).AppendTo(*column);
  }
  std::vector<Element> references_, persons_, tags_;
  const Element sum_ = RandomElement();
  v1::Round round_;
};

TEST_F(ConvertRoundTest, EveryEntryGoesWholeAndOnlyThePersonIsMultiplied) {
  const auto converted = converter_.ConvertRound(round_, to_.aggregator);
  ASSERT_THAT(converted, IsOk());
  ASSERT_EQ(converted->entries.size(), kEntries);
  EXPECT_EQ(others_.Opened(converted->weighted_persons.value()),
            Times(keys_.to_aggregator, sum_));
  std::set<size_t> seen;
  std::vector<size_t> order;
  for (const AggregatorEntry& entry : converted->entries.rows()) {
    const auto found = std::find(references_.begin(), references_.end(),
                                 others_.Opened(entry.reference.value()));
    ASSERT_NE(found, references_.end());
    const auto at = static_cast<size_t>(found - references_.begin());
    EXPECT_TRUE(seen.insert(at).second);
    order.push_back(at);
    EXPECT_EQ(others_.Opened(entry.tag.value()), tags_[at]);
    EXPECT_EQ(others_.Opened(entry.person.value()),
              persons_[at].is_zero()
                  ? Element()
                  : Times(keys_.to_aggregator, persons_[at]));
  }
  // In an order of its own: 1 in 40! that it is the vault's.
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
}

// The aggregator could join a round with what the vault has sent by points that
// come out as they went in.
TEST_F(ConvertRoundTest, NoPointComesOutAsItWentIn) {
  const auto converted = converter_.ConvertRound(round_, to_.aggregator);
  ASSERT_THAT(converted, IsOk());
  const std::string all =
      round_.references() + round_.persons() + round_.tags();
  for (const AggregatorEntry& entry : converted->entries.rows()) {
    for (const auto* each : {&entry.reference, &entry.person, &entry.tag}) {
      EXPECT_EQ(all.find(each->value().point_a.view()), std::string::npos);
      EXPECT_EQ(all.find(each->value().point_b.view()), std::string::npos);
    }
  }
}

TEST_F(ConvertRoundTest, AMalformedRoundIsTheVaultsFault) {
  const v1::Round good = round_;
  auto expect_refused = [&](const char* why) {
    EXPECT_THAT(converter_.ConvertRound(round_, to_.aggregator).status(),
                StatusIs(absl::StatusCode::kInternal))
        << why;
    round_ = good;
  };
  for (auto* column : {round_.mutable_references(), round_.mutable_persons(),
                       round_.mutable_tags()}) {
    column->pop_back();
    expect_refused("a column cut short");
    column->append(64, '\1');
    expect_refused("a column with an entry more");
    column->replace(0, 32, std::string(32, '\xff'));
    expect_refused("a point that does not decode");
    column->replace(32, 32, std::string(32, '\xff'));
    expect_refused("a second point that does not decode");
  }
}

}  // namespace
}  // namespace garderobe::ttp
