#include "core/rpc/peer.h"

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

TEST(PeerTest, AnIdentityIsReadAsItIsWritten) {
  const auto peer = ParsePeerUri("garderobe://custodian/custodian-1");
  ASSERT_THAT(peer, IsOk());
  EXPECT_EQ(peer->role, Role::kCustodian);
  EXPECT_EQ(peer->name, "custodian-1");
  EXPECT_EQ(PeerUri(*peer), "garderobe://custodian/custodian-1");
  const auto auditor = ParsePeerUri("garderobe://auditor/auditor-1");
  ASSERT_THAT(auditor, IsOk());
  EXPECT_EQ(auditor->role, Role::kAuditor);
  EXPECT_EQ(PeerUri(*auditor), "garderobe://auditor/auditor-1");
}

// Another scheme, another role, no name, a further part, a line of a log, an
// end within, and a name that is too long.
TEST(PeerTest, WhatIsNoIdentityIsRefused) {
  const std::string good = "garderobe://client/a";
  ASSERT_THAT(ParsePeerUri(good), IsOk());
  for (const std::string& uri :
       {std::string("https://client/a"), std::string("garderobe://clients/a"),
        std::string("garderobe://client/"), std::string("garderobe://client"),
        good + "/b", good + "\nlevel=info event=x", good + " peer=b",
        good + std::string(1, '\0'), good + std::string(128, 'a')}) {
    EXPECT_THAT(ParsePeerUri(uri), StatusIs(absl::StatusCode::kInvalidArgument))
        << uri;
  }
}

}  // namespace
}  // namespace garderobe
