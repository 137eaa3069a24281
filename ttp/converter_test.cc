#include "ttp/converter.h"

#include <filesystem>

#include "core/group/elgamal.h"
#include "core/group/hash_to_group.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::ttp {
namespace {

using DecryptionScalar = SecretScalar<struct TestDecryptionRole>;

class ConverterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      y_.push_back(DecryptionScalar::Random());
      vault_.public_keys[kind] = MultiplyBase(y_.back());
    }
    batch_.set_count(3);
    for (uint32_t i = 0; i < 3; ++i) AddRow(i);
  }
  // An e-mail, and for odd rows an address.
  void AddRow(uint32_t i) {
    const EphemeralScalar r = EphemeralScalar::Random();
    batch_.mutable_handles()->append(std::string(15, 'h') +
                                     static_cast<char>('a' + i));
    batch_.mutable_points_a()->append(MultiplyBase(r).view());
    AddPoint(r, Kind::kEmail, i);
    if (i % 2 == 1) AddPoint(r, Kind::kAddress, i);
    batch_.add_kinds(i % 2 == 1 ? 0b1001 : 0b0001);
    batch_.add_as_of(100);
  }
  void AddPoint(const EphemeralScalar& r, Kind kind, uint32_t i) {
    Element b;
    ASSERT_TRUE(Encrypt(r, HashToGroup(KindName(kind), std::to_string(i)),
                        vault_.public_keys[static_cast<size_t>(kind)], &b));
    batch_.mutable_points_b()->append(b.view());
  }
  absl::StatusOr<std::vector<ConvertedRelation>> Convert() {
    return converter_.Convert("museum-x", batch_, vault_);
  }

  boost::asio::thread_pool workers_{2};
  std::vector<DecryptionScalar> y_;
  VaultParameters vault_;
  TtpKeys keys_{VaultShuffleScalar::Random(), AggregatorShuffleScalar::Random(),
                VaultHandleKey::Random(),     AggregatorHandleKey::Random(),
                ReferenceKey::Random(),       SigningSeed::Random()};
  Converter converter_{keys_, workers_};
  v1::RelationBatch batch_;
};

TEST_F(ConverterTest, VaultDecryptsToTokensThatRepeat) {
  ASSERT_THAT(converter_.CheckRelations(batch_), IsOk());
  auto once = Convert(), twice = Convert();
  ASSERT_THAT(once, IsOk());
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_NE((*once)[i].point_a, (*twice)[i].point_a);
    Element token, expected;
    ASSERT_TRUE(
        Decrypt(y_[0], (*once)[i].point_a, (*once)[i].points_b[0], &token));
    ASSERT_TRUE(Multiply(keys_.vault_shuffle,
                         HashToGroup("email", std::to_string(i)), &expected));
    EXPECT_EQ(token, expected);
  }
  EXPECT_EQ((*once)[1].points_b.size(), 2u);
}

TEST_F(ConverterTest, MalformedPointNamesItsRecordAndNothingComesBack) {
  batch_.mutable_points_b()->replace(32, 32, std::string(32, '\xff'));
  EXPECT_THAT(Convert(), StatusIs(absl::StatusCode::kInvalidArgument,
                                  ::testing::HasSubstr("record 1:")));
  batch_.mutable_points_a()->replace(0, 32, std::string(32, '\0'));
  EXPECT_THAT(Convert(), StatusIs(absl::StatusCode::kInvalidArgument,
                                  ::testing::HasSubstr("record 0:")));
}

TEST_F(ConverterTest, LyingCountsAndHandlesAreRefused) {
  const v1::RelationBatch good = batch_;
  auto expect_refused = [&](const char* why) {
    EXPECT_THAT(converter_.CheckRelations(batch_),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << why;
    batch_ = good;
  };
  batch_.set_count(4);
  expect_refused("count too large");
  batch_.set_count(0);
  expect_refused("empty");
  batch_.mutable_points_b()->append(32, '\1');
  expect_refused("one point too many");
  batch_.set_kinds(0, uint32_t{1} << kKindCount);
  expect_refused("unknown kind");
  batch_.mutable_handles()->replace(0, 16, good.handles().substr(16, 16));
  expect_refused("a handle twice");
  batch_.mutable_handles()->replace(0, 16, std::string(16, '\0'));
  expect_refused("no handle");
  batch_.set_count(kRelationRowsMax + 1);
  expect_refused("too many");
}

TEST_F(ConverterTest, HandlesAreMappedPerInstitutionAndZerosStay) {
  std::string one = std::string(16, '\1') + std::string(16, '\0');
  std::string two = one;
  converter_.MapHandles("museum-x", one);
  converter_.MapHandles("museum-y", two);
  EXPECT_NE(one.substr(0, 16), std::string(16, '\1'));
  EXPECT_NE(one.substr(0, 16), two.substr(0, 16));
  EXPECT_EQ(one.substr(16), std::string(16, '\0'));
}

TEST_F(ConverterTest, PseudonymsAreMultipliedByT) {
  const auto z = SecretScalar<struct TestZRole>::Random();
  const Element key = MultiplyBase(z), point = RandomElement();
  std::string ciphertexts;
  EncryptFresh(point, key).AppendTo(ciphertexts);
  ASSERT_THAT(converter_.ConvertPseudonyms(ciphertexts, key), IsOk());
  const Ciphertext out = Ciphertext::From(ciphertexts);
  Element pseudonym, expected;
  ASSERT_TRUE(Decrypt(z, out.point_a, out.point_b, &pseudonym));
  ASSERT_TRUE(Multiply(keys_.aggregator_shuffle, point, &expected));
  EXPECT_EQ(pseudonym, expected);
}

TEST(ReferenceTest, OnlyForItsHandleAndUnchanged) {
  const ReferenceKey key = ReferenceKey::Random();
  const ReferenceSealer sealer(key, AggregatorHandleKey::Random());
  const auto vault = VaultHandle::From("0123456789abcdef");
  const auto aggregator = AggregatorHandle::From("fedcba9876543210");
  const std::string reference =
      sealer.Seal(vault, TagOf("museum-x"), aggregator);
  EXPECT_EQ(reference.size(), ReferenceSealer::kBytes);
  EXPECT_EQ(reference, sealer.Seal(vault, TagOf("museum-x"), aggregator));
  const auto opened = sealer.Open(vault, reference);
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->tag, TagOf("museum-x"));
  EXPECT_EQ(opened->handle, aggregator);
  EXPECT_NE(TagOf("museum-x"), TagOf("museum-y"));
  EXPECT_FALSE(sealer.Open(VaultHandle::From("0123456789abcdeF"), reference));
  for (size_t i = 0; i < reference.size(); ++i) {
    std::string changed = reference;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(sealer.Open(vault, changed)) << i;
  }
  EXPECT_FALSE(sealer.Open(vault, reference.substr(1)));
  EXPECT_FALSE(ReferenceSealer(key, AggregatorHandleKey::Random())
                   .Open(vault, reference));
}

}  // namespace
}  // namespace garderobe::ttp
