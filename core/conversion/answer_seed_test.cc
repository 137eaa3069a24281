#include "core/conversion/answer_seed.h"

#include <set>

#include "gtest/gtest.h"

namespace garderobe {
namespace {

AnswerId IdOf(char filler) {
  return AnswerId::From(std::string(AnswerId::kBytes, filler));
}
AnswerDayKey DayOf(char filler) {
  const std::string bytes(AnswerDayKey::kBytes, filler);
  return AnswerDayKey::CopyFrom(AsBytes(bytes));
}
std::string ScalarBytes(const AnswerSeed& seed, uint32_t place,
                        AnswerSlot slot) {
  const WipedScalar scalar = AnswerScalar(seed, place, slot);
  return std::string(reinterpret_cast<const char*>(scalar.ExposeSecret()), 32);
}

// Whoever opens a challenged answer derives what the vault has derived.
TEST(AnswerSeedTest, OneSeedIsOneScalarAndEveryOtherPartAnother) {
  const AnswerSeed seed = AnswerSeedOf(DayOf('d'), IdOf('i'));
  EXPECT_EQ(seed, AnswerSeedOf(DayOf('d'), IdOf('i')));
  const std::string scalar = ScalarBytes(seed, 7, AnswerSlot::kPerson);
  EXPECT_EQ(scalar, ScalarBytes(AnswerSeedOf(DayOf('d'), IdOf('i')), 7,
                                AnswerSlot::kPerson));
  EXPECT_NE(scalar, ScalarBytes(seed, 8, AnswerSlot::kPerson));
  EXPECT_NE(scalar, ScalarBytes(seed, 7, AnswerSlot::kHousehold));
  EXPECT_NE(scalar, ScalarBytes(AnswerSeedOf(DayOf('d'), IdOf('j')), 7,
                                AnswerSlot::kPerson));
  EXPECT_NE(scalar, ScalarBytes(AnswerSeedOf(DayOf('e'), IdOf('i')), 7,
                                AnswerSlot::kPerson));
}

// A place's four bytes and the slot's one are told apart.
TEST(AnswerSeedTest, NoTwoPlacesOrSlotsMeet) {
  const AnswerSeed seed = AnswerSeedOf(DayOf('d'), IdOf('i'));
  std::set<std::string> seen;
  for (const uint32_t place :
       {0u, 1u, 2u, 255u, 256u, 257u, 512u, 65536u, 16777216u, UINT32_MAX}) {
    for (const AnswerSlot slot :
         {AnswerSlot::kPerson, AnswerSlot::kHousehold}) {
      EXPECT_TRUE(seen.insert(ScalarBytes(seed, place, slot)).second) << place;
    }
  }
}

// Computed with Python's hashlib from the definition in the header.
TEST(AnswerSeedTest, ScalarMatchesTheKnownAnswer) {
  const AnswerSeed seed = AnswerSeedOf(DayOf('d'), IdOf('i'));
  EXPECT_EQ(ToHex({seed.ExposeSecret(), AnswerSeed::kBytes}),
            "fff5d2f8ca54113d8129f4364eff08a9297a77888c333e07c91c8d8f60267446");
  EXPECT_EQ(ToHex(AsBytes(ScalarBytes(seed, 7, AnswerSlot::kHousehold))),
            "412277208f5954ee2e8c92c3a3f76aaed154c613ef6e75f4ee824ffa1009ef00");
}

}  // namespace
}  // namespace garderobe
