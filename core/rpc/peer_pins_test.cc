#include "core/rpc/peer_pins.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

using ::testing::HasSubstr;

constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr auto kNobody = absl::StatusCode::kUnauthenticated;

KeyPin Pin(char fill) { return KeyPin::From(std::string(32, fill)); }

TEST(PeerPinsTest, APinnedKeyIsLetInAndAnotherIsNobody) {
  PeerPins pins;
  pins.Add({Role::kParty, "ttp"}, Pin('t'));
  EXPECT_THAT(pins.Check({Role::kParty, "ttp"}, Pin('t')), IsOk());
  // The key is another.
  EXPECT_THAT(pins.Check({Role::kParty, "ttp"}, Pin('u')),
              StatusIs(kNobody, HasSubstr("party/ttp shows another key")));
}

TEST(PeerPinsTest, AKeyCountsForItsOwnNameAndRoleOnly) {
  PeerPins pins;
  pins.Add({Role::kCustodian, "one"}, Pin('1'));
  pins.Add({Role::kCustodian, "two"}, Pin('2'));
  // The name is another's.
  EXPECT_THAT(pins.Check({Role::kCustodian, "two"}, Pin('1')),
              StatusIs(kNobody));
  // The role is another, and so nothing is pinned.
  EXPECT_THAT(pins.Check({Role::kCoordinator, "one"}, Pin('1')),
              StatusIs(kDenied, HasSubstr("settings")));
}

TEST(PeerPinsTest, SeveralKeysHoldWhileOneIsRenewed) {
  PeerPins pins;
  pins.Add({Role::kCoordinator, "c"}, Pin('o'));
  pins.Add({Role::kCoordinator, "c"}, Pin('n'));
  EXPECT_THAT(pins.Check({Role::kCoordinator, "c"}, Pin('o')), IsOk());
  EXPECT_THAT(pins.Check({Role::kCoordinator, "c"}, Pin('n')), IsOk());
}

TEST(PeerPinsTest, NothingPinnedIsNobody) {
  PeerPins pins;
  EXPECT_THAT(pins.Check({Role::kParty, "ttp"}, KeyPin()), StatusIs(kDenied));
  // Without a register, and with one that does not know the client.
  EXPECT_THAT(pins.Check({Role::kClient, "a"}, Pin('a')), StatusIs(kDenied));
  pins.SetLookUp([](const Peer&) { return KeyPins(); });
  EXPECT_THAT(pins.Check({Role::kClient, "a"}, Pin('a')),
              StatusIs(kDenied, HasSubstr("coordinating body")));
}

TEST(PeerPinsTest, ClientsAndAnalystsAreLookedUpEachTime) {
  PeerPins pins;
  KeyPins registered = {Pin('a')};
  pins.SetLookUp([&](const Peer& peer) {
    return peer.name == "a" ? registered : KeyPins();
  });
  EXPECT_THAT(pins.Check({Role::kClient, "a"}, Pin('a')), IsOk());
  EXPECT_THAT(pins.Check({Role::kAnalyst, "a"}, Pin('a')), IsOk());
  registered = {Pin('b')};
  EXPECT_THAT(pins.Check({Role::kClient, "a"}, Pin('a')), StatusIs(kNobody));
  // The register pins no party: it would choose who is one.
  EXPECT_THAT(pins.Check({Role::kParty, "a"}, Pin('b')), StatusIs(kDenied));
}

}  // namespace
}  // namespace garderobe
