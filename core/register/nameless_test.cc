#include "core/register/nameless.h"

#include "core/register/register_store.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/vectors.h"

namespace garderobe {
namespace {

v1::Register::Institution Museum(const std::string& id, char key) {
  v1::Register::Institution institution;
  institution.set_id(id);
  institution.set_name("Museum " + id);
  institution.set_subsector("museum");
  institution.set_owner("foundation");
  institution.add_clients(id);
  institution.set_agreement_from("2020-01-01");
  institution.set_tokens_per_month(5);
  institution.set_identity_rights_per_month(7);
  institution.set_access_key(std::string(32, key));
  return institution;
}

v1::Register TwoMuseums() {
  v1::Register reg;
  *reg.add_institutions() = Museum("museum-01", 'a');
  *reg.add_institutions() = Museum("museum-02", 'b');
  reg.add_clients()->set_name("museum-01");
  return reg;
}

TEST(NamelessTest, HoldsKeysAndQuotasAndNoNames) {
  const auto nameless = WithoutNames(TwoMuseums());
  ASSERT_THAT(nameless, IsOk());
  EXPECT_THAT(CheckWithoutNames(*nameless), IsOk());
  EXPECT_THAT(CheckRegister(*nameless), IsOk());
  ASSERT_EQ(nameless->institutions_size(), 2);
  EXPECT_EQ(nameless->institutions(0).identity_rights_per_month(), 7u);
  const std::string bytes = nameless->SerializeAsString();
  for (const char* name : {"museum", "Museum", "foundation", "2020"}) {
    EXPECT_EQ(bytes.find(name), bytes.npos) << name;
  }
}

TEST(NamelessTest, TheIdIsTheKnownAnswer) {
  const auto known = ReadVectors("signed-v2.json")["access_key"];
  EXPECT_EQ(NamelessId(Hex(known["public"])), known["nameless"]);
}

// An order of the register's own would name them by their places.
TEST(NamelessTest, IsInTheOrderOfItsIds) {
  auto reg = TwoMuseums();
  const auto forth = WithoutNames(reg);
  reg.mutable_institutions()->SwapElements(0, 1);
  const auto back = WithoutNames(reg);
  ASSERT_THAT(forth, IsOk());
  ASSERT_THAT(back, IsOk());
  EXPECT_EQ(forth->SerializeAsString(), back->SerializeAsString());
}

TEST(NamelessTest, WithoutAnAccessKeyThereIsNoEntry) {
  auto reg = TwoMuseums();
  reg.mutable_institutions(0)->clear_access_key();
  const auto nameless = WithoutNames(reg);
  ASSERT_THAT(nameless, IsOk());
  EXPECT_EQ(nameless->institutions_size(), 1);
}

TEST(NamelessTest, TheSameAccessKeyTwiceIsRefused) {
  auto reg = TwoMuseums();
  reg.mutable_institutions(1)->set_access_key(std::string(32, 'a'));
  EXPECT_THAT(WithoutNames(reg), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(NamelessTest, WhatTellsANameIsRefused) {
  EXPECT_THAT(CheckWithoutNames(TwoMuseums()),
              StatusIs(absl::StatusCode::kInvalidArgument));
  const auto nameless = *WithoutNames(TwoMuseums());
  auto named = nameless;
  named.mutable_institutions(0)->set_name("Museum");
  EXPECT_THAT(CheckWithoutNames(named),
              StatusIs(absl::StatusCode::kInvalidArgument));
  named = nameless;
  named.mutable_institutions(0)->set_id("museum-01");
  EXPECT_THAT(CheckWithoutNames(named),
              StatusIs(absl::StatusCode::kInvalidArgument));
  named = nameless;
  named.add_clients()->set_name("museum-01");
  EXPECT_THAT(CheckWithoutNames(named),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace garderobe
