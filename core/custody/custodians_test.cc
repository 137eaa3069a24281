#include "core/custody/custodians.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

using ::testing::HasSubstr;

const std::string kA(64, 'a'), kB(64, 'b'), kC(64, 'c');

VerifyKey KeyOf(const std::string& hex) {
  return VerifyKey::From(*FromHex(hex));
}

TEST(CustodiansTest, KnowsWhoseKeyItIs) {
  const auto custodians =
      Custodians::Parse({"one=" + kA, "two=" + kB}, {"one=" + kC});
  ASSERT_THAT(custodians, IsOk());
  ASSERT_NE(custodians->Find(KeyOf(kA)), nullptr);
  EXPECT_EQ(custodians->Find(KeyOf(kA))->name, "one");
  EXPECT_EQ(custodians->Find(KeyOf(kB))->name, "two");
  EXPECT_EQ(custodians->Find(KeyOf(kA))->state, Custodians::KeyState::kInForce);
  ASSERT_NE(custodians->Find(KeyOf(kC)), nullptr);
  EXPECT_EQ(custodians->Find(KeyOf(kC))->state, Custodians::KeyState::kRetired);
  EXPECT_EQ(custodians->Find(KeyOf(std::string(64, 'd'))), nullptr);
}

TEST(CustodiansTest, TakesNoFewerThanTwoDifferentOnes) {
  struct Case {
    std::vector<std::string> keys, retired;
    const char* text;
  };
  for (const Case& wrong : std::initializer_list<Case>{
           {{}, {}, "custodians.keys: at least 2 different"},
           {{"one=" + kA}, {}, "at least 2 different"},
           // Two keys of one, and one key of two.
           {{"one=" + kA, "one=" + kB}, {}, "at least 2 different"},
           {{"one=" + kA, "two=" + kA}, {}, "a key is there twice"},
           // A retired one is none, and doesn't count again.
           {{"one=" + kA}, {"two=" + kB}, "at least 2 different"},
           {{"one=" + kA, "two=" + kB},
            {"two=" + kB},
            "custodians.retired_keys: a key is there twice"},
           {{"one=" + kA, kB}, {}, "each entry is NAME=KEY"},
           {{"one=" + kA, "o ne=" + kB}, {}, "each entry is NAME=KEY"},
           {{"one=" + kA, "two=" + kB.substr(1)}, {}, "64 hex digits"}}) {
    EXPECT_THAT(
        Custodians::Parse(wrong.keys, wrong.retired),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(wrong.text)));
  }
}

}  // namespace
}  // namespace garderobe
