#include "core/register/agreements.h"

#include <filesystem>

#include "core/register/register_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

// Two custodians agree to everything.
const RegisterStore::Approve kApproved = [](const auto&, const auto&) {
  return absl::OkStatus();
};

using ::testing::HasSubstr;
constexpr auto kRefused = absl::StatusCode::kFailedPrecondition;
constexpr CivilDate kToday{2026, 3, 1};

v1::Register::Institution House(const std::string& id, const std::string& from,
                                const std::string& to = "") {
  v1::Register::Institution house;
  house.set_id(id);
  house.set_subsector("museum");
  house.set_agreement_from(from);
  house.set_agreement_to(to);
  return house;
}
v1::Register Of(std::initializer_list<v1::Register::Institution> houses) {
  v1::Register reg;
  for (const auto& house : houses) *reg.add_institutions() = house;
  return reg;
}
DayRange Days(CivilDate first, CivilDate last) {
  return {DayNumber(first), DayNumber(last)};
}

TEST(AgreementsTest, BothDaysCount) {
  const auto house = House("a", "2025-01-01", "2025-12-31");
  EXPECT_TRUE(IsInForce(house, Days({2025, 1, 1}, {2025, 12, 31})));
  EXPECT_FALSE(IsInForce(house, Days({2024, 12, 31}, {2025, 12, 31})));
  EXPECT_FALSE(IsInForce(house, Days({2025, 1, 1}, {2026, 1, 1})));
  EXPECT_TRUE(IsInForceWithin(house, Days({2025, 12, 31}, {2026, 1, 31})));
  EXPECT_FALSE(IsInForceWithin(house, Days({2026, 1, 1}, {2026, 1, 31})));
}

TEST(AgreementsTest, WithoutABeginningThereIsNoneAndWithoutAnEndItGoesOn) {
  EXPECT_FALSE(
      IsInForceWithin(House("a", ""), Days({2000, 1, 1}, {2199, 1, 1})));
  EXPECT_TRUE(
      IsInForce(House("a", "2025-01-01"), Days({2025, 1, 1}, {2199, 1, 1})));
}

TEST(AgreementsTest, ADateThatHasPassedStays) {
  struct Case {
    const char *was_from, *was_to, *from, *to;
    bool refused;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"2025-01-01", "", "2025-01-01", "", false},
           {"2025-01-01", "", "2025-04-01", "", true},   // begins later
           {"2025-01-01", "", "2024-01-01", "", true},   // began earlier
           {"2025-01-01", "", "", "", true},             // there was none
           {"2026-04-01", "", "2026-05-01", "", false},  // all in the future
           {"2026-04-01", "", "2025-01-01", "", true},   // moved to the past
           {"", "", "2025-01-01", "", false},            // had none
           {"2025-01-01", "", "2025-01-01", "2026-03-01", false},  // leaves
           {"2025-01-01", "", "2025-01-01", "2026-02-28", true},   // left
           {"2025-01-01", "2025-06-30", "2025-01-01", "", true},
           {"2025-01-01", "2026-06-30", "2025-01-01", "2026-12-31", false}}) {
    const Institutions known = {{"a", House("a", c.was_from, c.was_to)}};
    const absl::Status status =
        CheckPastDates(known, Of({House("a", c.from, c.to)}), kToday);
    EXPECT_EQ(status.code() == kRefused, c.refused)
        << c.was_from << " " << c.was_to << " to " << c.from << " " << c.to
        << ": " << status;
    if (c.refused) EXPECT_THAT(std::string(Message(status)), HasSubstr("a: "));
  }
}

// A house that was taken out of the register and came back with other dates
// would have moved them all the same.
TEST(AgreementsTest, WhoLeavesTheRegisterKeepsItsDates) {
  const std::string folder = ::testing::TempDir() + "/agreements_test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const auto open = [&] {
    auto store = RegisterStore::Open(folder + "/register.pb");
    EXPECT_THAT(store, IsOk());
    return *std::move(store);
  };
  auto store = open();
  const auto a = House("a", "2025-01-01"), b = House("b", "2025-01-01");
  ASSERT_THAT(store->Replace(Of({a, b}), kToday, kApproved), IsOk());
  ASSERT_THAT(store->Replace(Of({a}), kToday, kApproved), IsOk());
  EXPECT_EQ(store->Get()->size(), 1u);
  store = open();
  EXPECT_THAT(
      store->Replace(Of({a, House("b", "2024-01-01")}), kToday, kApproved),
      StatusIs(kRefused));
  EXPECT_EQ(store->Get()->size(), 1u);
  EXPECT_THAT(store->Replace(Of({a, b}), kToday, kApproved), IsOk());
}

TEST(AgreementsTest, AnInstitutionIsItsOwnOwnerUnlessTold) {
  auto house = House("a", "2025-01-01");
  EXPECT_EQ(OwnerOf(house), "a");
  house.set_owner("city");
  EXPECT_EQ(OwnerOf(house), "city");
  house.set_owner("The City");  // would be another one than "the city"
  EXPECT_THAT(CheckRegister(Of({house})),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("owner")));
}

}  // namespace
}  // namespace garderobe
