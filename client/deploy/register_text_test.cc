#include "client/deploy/register_text.h"

#include "client/deploy/register_file.h"
#include "core/register/canonical_register.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

constexpr char kFull[] = R"([[institution]]
id = "museum-01"
name = "Museum \"at\" the \\ harbour\u0001\nné"
subsector = "museum"
municipality = "GM0599"
owner = "40123456"
clients = ["museum-01", "vendor-a"]
agreement_from = 2025-01-01
agreement_to = 2026-12-31
legal_basis = "public-task"
retention_months = 36
benchmark = true
tokens_per_month = 50000
plain = true
access_key = "5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f"
analyst_key_pins = ["1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d"]
author_keys = ["d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"]
retired_author_keys = ["3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"]

[[institution]]
id = "podium-02"
subsector = "podium"

[[client]]
name = "vendor-a"
key_pins = ["e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3e3"]

[[client]]
name = "podium-02"
)";

// What custodians approve is what is imported: nothing is lost on the way.
TEST(RegisterTextTest, IsReadBackAsItWas) {
  const auto reg = ReadRegisterText(kFull, "full");
  ASSERT_THAT(reg, IsOk());
  const auto again = ReadRegisterText(RegisterText(*reg), "again");
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->DebugString(), reg->DebugString());
  EXPECT_EQ(CanonicalBytes(*again), CanonicalBytes(*reg));
  EXPECT_EQ(reg->institutions(0).authors_size(), 2);
}

}  // namespace
}  // namespace garderobe::client
