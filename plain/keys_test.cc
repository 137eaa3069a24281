#include "plain/keys.h"

#include <unistd.h>

#include <filesystem>

#include "gtest/gtest.h"
#include "plain/batch_reader.h"
#include "plain/plain_fixture.h"
#include "tests/support/status_matchers.h"
#include "tests/support/vectors.h"

namespace garderobe::plain {
namespace {

constexpr CivilDate kNormalDay = {2026, 11, 23};

PlainKeys RandomKeys() {
  return {AuthorSeed::Random(), PlainPaddingKey::Random()};
}

TEST(PlainKeysTest, WhatIsGeneratedIsReadAndNeverReplaced) {
  const std::string folder =
      ::testing::TempDir() + "plain-keys-" + std::to_string(getpid());
  std::filesystem::create_directories(folder);
  EXPECT_THAT(PlainKeys::Read(folder), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_THAT(PlainKeys::Generate(folder), IsOk());
  const auto keys = PlainKeys::Read(folder);
  ASSERT_THAT(keys, IsOk());
  EXPECT_FALSE(keys->padding == RandomKeys().padding);
  EXPECT_THAT(PlainKeys::Generate(folder),
              StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(AuthorKeyOf(PlainKeys::Read(folder)->author),
            AuthorKeyOf(keys->author));
  std::filesystem::remove_all(folder);
}

// A customer who shows nothing of a kind has the same dummy in every delivery,
// and nobody else has it.
TEST(PlainKeysTest, DummiesAreTheCustomersOwnAndStay) {
  const PlainKeys keys = RandomKeys();
  const KnownParties parties;
  constexpr uint32_t kPhone = 2;  // a kind that nobody shows here
  const auto dummies = [&](const PlainKeys& with, const char* institution) {
    const v1::RelationBatch batch = client::BuildRelationBatch(
        parties.Feed(kPhone), with.PaddingOf(institution), 0,
        ReadBatch(TwoCustomers(), kNormalDay));
    EXPECT_NE(batch.kinds(0) & kPhone, 0u);
    EXPECT_EQ(batch.kinds(1), kPhone);
    // B's of the first row, and the one of the second.
    const size_t of_first = batch.points_b().size() / 32 - 1;
    return std::pair{parties.Opened(batch, 0, 1),
                     parties.Opened(batch, 1, of_first)};
  };
  const auto first = dummies(keys, "museum-x");
  EXPECT_EQ(dummies(keys, "museum-x"), first);
  EXPECT_FALSE(first.first == first.second);
  EXPECT_FALSE(dummies(keys, "theatre-y").first == first.first);
  EXPECT_FALSE(dummies(RandomKeys(), "museum-x").first == first.first);
}

TEST(PlainKeysTest, TheKeyOfAnInstitutionAndItsDummiesAreTheKnownAnswers) {
  const nlohmann::json padding = ReadVectors("signed-v2.json")["padding"];
  const nlohmann::json& known = padding["plain"];
  const std::string kept = Hex(known["padding_key"]);
  const PlainKeys keys{AuthorSeed::Random(),
                       PlainPaddingKey::CopyFrom(AsBytes(kept))};
  const client::PaddingKey key =
      keys.PaddingOf(known["institution"].get<std::string>());
  EXPECT_EQ(ToHex({key.ExposeSecret(), client::PaddingKey::kBytes}),
            known["key"]);
  std::map<std::string, std::string> dummies;
  for (const auto& [kind, dummy] :
       KnownParties().Dummies(key, Handle::From(Hex(padding["handle"])))) {
    dummies.emplace(kind, ToHex(dummy.bytes()));
  }
  EXPECT_EQ(
      dummies,
      (known["dummies"]["kinds"].get<std::map<std::string, std::string>>()));
}

}  // namespace
}  // namespace garderobe::plain
