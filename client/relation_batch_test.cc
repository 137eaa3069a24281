#include "client/relation_batch.h"

#include "client/relation_batch_fixture.h"
#include "core/group/hash_to_group.h"
#include "gtest/gtest.h"
#include "tests/support/vectors.h"

namespace garderobe::client {
namespace {

using nlohmann::json;

constexpr size_t kEmailAt = static_cast<size_t>(Kind::kEmail);

class DummiesTest : public ::testing::Test {
 protected:
  Element Known(const std::string& kind) const {
    return Element::From(Hex(padding_["dummies"]["kinds"][kind]));
  }

  const json padding_ = ReadVectors("signed-v2.json")["padding"];
  const std::string key_ = Hex(padding_["handle_key"]);
  const Handle handle_ = Handle::From(Hex(padding_["handle"]));
  const KnownParties parties_ = {};
};

TEST_F(DummiesTest, AreTheKnownAnswersInEveryKindWithASlot) {
  const auto dummies =
      parties_.Dummies(PaddingKey::CopyFrom(AsBytes(key_)), handle_);
  EXPECT_EQ(dummies.size(), 21u);
  EXPECT_EQ(dummies.size(), padding_["dummies"]["kinds"].size());
  for (const auto& [kind, dummy] : dummies) {
    EXPECT_EQ(dummy, Known(kind)) << kind;
  }
}

// The bits of `kinds` are on the wire.
TEST_F(DummiesTest, KindsHaveTheKnownBits) {
  uint32_t slots = 0;
  for (const auto& [name, bit] : padding_["bits"].items()) {
    EXPECT_EQ(KindName(static_cast<Kind>(bit.get<int>())), name);
    slots |= uint32_t{1} << bit.get<int>();
  }
  EXPECT_EQ(slots, kSlotKinds);
}

// At the institution's own client the handle key is the padding key, and what
// a customer shows stands where a dummy would.
TEST_F(DummiesTest, StandOnlyWhereTheCustomerShowsNothing) {
  const auto key = InstitutionHandleKey::CopyFrom(AsBytes(key_));
  std::vector<Customer> customers(1);
  customers[0].handle = handle_;
  customers[0].identifiers[kEmailAt] = "jan.jansen@example.nl";
  constexpr uint32_t kMobileAndPass = 1 << 1 | 1 << 6;
  const v1::RelationBatch batch = BuildRelationBatch(
      parties_.Feed(kMobileAndPass), key, /*offset=*/0, customers);
  EXPECT_EQ(batch.kinds(0), kMobileAndPass | uint32_t{1} << kEmailAt);
  ASSERT_EQ(batch.points_b().size(), 3 * Element::kBytes);
  EXPECT_EQ(parties_.Opened(batch, 0, 0),
            HashToGroup("email", "jan.jansen@example.nl"));
  EXPECT_EQ(parties_.Opened(batch, 0, 1), Known("mobile"));
  EXPECT_EQ(parties_.Opened(batch, 0, 2), Known("pass"));
}

}  // namespace
}  // namespace garderobe::client
