#include "core/daemon/peer_settings.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
const std::string kA(64, 'a'), kB(64, 'b');

absl::StatusOr<PeerPins> Read(const std::string& toml) {
  PeerSettings peers;
  Settings settings;
  AddPartyPins(settings, &peers, {"ttp"});
  AddCoordinatorPins(settings, &peers);
  AddCustodianPins(settings, &peers);
  AddAuditorPins(settings, &peers);
  GARDEROBE_RETURN_IF_ERROR(settings.ReadText(toml, "t.toml"));
  return ReadPeerPins(peers);
}

TEST(PeerSettingsTest, ReadsPartiesAndNames) {
  const auto pins =
      Read("[peers]\nttp = \"" + kA + ", " + kB +
           "\"\ncustodians = [\"one=" + kA + "\", \"one=" + kB +
           "\", \"two=" + kB + "\"]\nauditors = [\"one=" + kB + "\"]\n");
  ASSERT_THAT(pins, IsOk());
  const KeyPin a = *ParseKeyPin(kA), b = *ParseKeyPin(kB);
  EXPECT_THAT(pins->Check({Role::kParty, "ttp"}, a), IsOk());
  EXPECT_THAT(pins->Check({Role::kParty, "ttp"}, b), IsOk());
  EXPECT_THAT(pins->Check({Role::kCustodian, "one"}, a), IsOk());
  EXPECT_THAT(pins->Check({Role::kCustodian, "one"}, b), IsOk());
  EXPECT_THAT(pins->Check({Role::kCustodian, "two"}, b), IsOk());
  EXPECT_FALSE(pins->Check({Role::kCustodian, "two"}, a).ok());
  // A name is of one role only.
  EXPECT_THAT(pins->Check({Role::kAuditor, "one"}, b), IsOk());
  EXPECT_FALSE(pins->Check({Role::kAuditor, "one"}, a).ok());
  EXPECT_FALSE(pins->Check({Role::kAuditor, "two"}, b).ok());
  // Who is not named is nobody.
  EXPECT_FALSE(pins->Check({Role::kCoordinator, "one"}, a).ok());
}

TEST(PeerSettingsTest, FaultsNameTheSetting) {
  // Missing, empty, too short.
  EXPECT_THAT(Read(""), StatusIs(kInvalid, HasSubstr("peers.ttp")));
  for (const std::string& wrong : {std::string(), kA.substr(1)}) {
    EXPECT_THAT(Read("[peers]\nttp = \"" + wrong + "\"\n"),
                StatusIs(kInvalid, HasSubstr("peers.ttp")));
  }
  // Without a name, without a pin, with a name that is none.
  for (const std::string& wrong :
       {kA, "=" + kA, std::string("one"), "one=" + kA.substr(2), "a b=" + kA}) {
    EXPECT_THAT(Read("[peers]\nttp = \"" + kA + "\"\ncoordinators = [\"" +
                     wrong + "\"]\n"),
                StatusIs(kInvalid, HasSubstr("peers.coordinators")))
        << wrong;
  }
}

}  // namespace
}  // namespace garderobe
