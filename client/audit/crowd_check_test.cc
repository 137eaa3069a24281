#include "client/audit/crowd_check.h"

#include <functional>
#include <set>

#include "client/audit/audited_fixture.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

using Names = std::set<std::string_view>;

// The checks that do not hold.
Names Refused(const AuditedCrowd& audited, const PartyPins& pins) {
  Names names;
  for (const CheckResult& one : CheckCrowd(audited, pins)) {
    if (one.status.ok()) continue;
    EXPECT_THAT(one.status.code(),
                ::testing::AnyOf(absl::StatusCode::kFailedPrecondition,
                                 absl::StatusCode::kInvalidArgument));
    names.insert(CrowdCheckName(one.check));
  }
  return names;
}

TEST(CrowdCheckTest, AnHonestCrowdHolds) {
  const KnownAudit audit;
  const auto results = CheckCrowd(audit.audited, audit.pins);
  EXPECT_EQ(results.size(), 5u);
  for (const CheckResult& one : results) {
    EXPECT_THAT(one.status, IsOk()) << CrowdCheckName(one.check);
  }
  EXPECT_TRUE(AllHold(results));
}

struct Lie {
  const char* what;
  std::function<void(KnownAudit&)> tell;
  Names refused;
};

void ExpectFound(const std::vector<Lie>& lies) {
  for (const auto& [what, tell, refused] : lies) {
    SCOPED_TRACE(what);
    KnownAudit audit;
    tell(audit);
    EXPECT_EQ(Refused(audit.audited, audit.pins), refused);
    EXPECT_FALSE(AllHold(CheckCrowd(audit.audited, audit.pins)));
  }
}

// The vault has signed for what it was given, and the TTP proves what it can:
// what gives it away is the one check that stands in its way.
TEST(CrowdCheckTest, LiesBeforeTheVaultAreFoundByTheirProof) {
  const auto told = [](KnownAudit& audit) { audit.Tell(); };
  ExpectFound(
      {{"an element altered",
        [&](KnownAudit& a) {
          a.known.crowd.outputs[0].point_a = RandomElement();
          told(a);
        },
        {"rows"}},
       {"another q in the B's of a row",
        [&](KnownAudit& a) {
          auto& c = a.known.crowd;
          size_t at = 0;
          while (c.outputs[at].kinds != 3) ++at;
          c.outputs[at].points_b =
              a.known
                  .Converted(c.permutation[at], RandomScalar(), RandomScalar())
                  .points_b;
          told(a);
        },
        {"rows"}},
       {"another s in a row",
        [&](KnownAudit& a) {
          auto& c = a.known.crowd;
          const Element& A = c.inputs[c.permutation[0]].point_a;
          c.outputs[0].point_a =
              Sum(Times(RandomScalar(), A), Times(a.known.q[0], BasePoint()));
          told(a);
        },
        {"rows"}},
       {"another home",
        [&](KnownAudit& a) {
          a.known.crowd.outputs[2].home.point_b = RandomElement();
          told(a);
        },
        {"homes"}},
       {"an input that nobody sent",
        [&](KnownAudit& a) {
          a.known.crowd.inputs[0].point_home = RandomElement();
          told(a);
        },
        {"homes"}}});
}

// The TTP shows and proves something that is true, and is not what it gave to
// the vault.
TEST(CrowdCheckTest, LiesAboutTheVaultAreFoundByItsReceipt) {
  ExpectFound(
      {{"a row left out of both lists",
        [](KnownAudit& a) {
          auto& c = a.audited.crowd;
          const uint32_t gone = c.permutation.back();
          c.outputs.pop_back();
          c.permutation.pop_back();
          a.known.q.pop_back();
          a.known.q_home.pop_back();
          c.inputs.erase(c.inputs.begin() + gone);
          c.serials.pop_back();
          for (uint32_t& from : c.permutation) from -= from > gone ? 1 : 0;
          a.ProveAgain();
        },
        {"receipt"}},
       {"outputs in another order",
        [](KnownAudit& a) {
          auto& c = a.audited.crowd;
          std::swap(c.outputs[0], c.outputs[1]);
          std::swap(c.permutation[0], c.permutation[1]);
          std::swap(a.known.q[0], a.known.q[1]);
          std::swap(a.known.q_home[0], a.known.q_home[1]);
          a.ProveAgain();
        },
        {"receipt"}},
       {"another handle",
        [](KnownAudit& a) {
          a.audited.crowd.outputs[0].handle = VaultHandle();
        },
        {"receipt"}},
       {"another signature",
        [](KnownAudit& a) { a.audited.crowd.receipt.signature[0] ^= 1; },
        {"receipt"}},
       {"signed by somebody else",
        [](KnownAudit& a) {
          a.receipt_seed = ReceiptSeedOf(SigningSeed::Random());
          a.SignReceipt();
        },
        {"receipt"}}});
}

TEST(CrowdCheckTest, WhatWasChangedOnTheWayIsFound) {
  ExpectFound({{"outputs exchanged",
                [](KnownAudit& a) {
                  std::swap(a.audited.crowd.outputs[0],
                            a.audited.crowd.outputs[1]);
                },
                {"rows", "homes", "receipt"}},
               {"the permutation",
                [](KnownAudit& a) {
                  auto& places = a.audited.crowd.permutation;
                  std::swap(places[0], places[1]);
                },
                {"rows", "homes"}},
               {"the answer id",
                [](KnownAudit& a) { a.audited.crowd.id = AnswerId(); },
                {"rows", "homes", "receipt"}},
               {"the proof of the rows",
                [](KnownAudit& a) { a.audited.crowd.proofs.rows[5] ^= 1; },
                {"rows"}},
               {"the proof of the homes",
                [](KnownAudit& a) { a.audited.crowd.proofs.homes.pop_back(); },
                {"homes"}},
               {"serial 0",
                [](KnownAudit& a) { a.audited.crowd.serials[1].vault = 0; },
                {"serials"}},
               {"a serial that there is not yet",
                [](KnownAudit& a) { a.audited.crowd.serials[1].ttp = 6; },
                {"serials"}},
               {"parameters of the TTP",
                [](KnownAudit& a) { a.audited.ttp.body[40] ^= 1; },
                {"parameters"}},
               {"parameters of the vault, signed by the TTP",
                [](KnownAudit& a) {
                  std::swap(a.vault, a.ttp);
                  a.PublishVaultAndAggregator();
                },
                {"parameters"}},
               {"parameters that have ended",
                [](KnownAudit& a) {
                  a.audited.fetched = FromDayNumber(DayNumber(Today()) + 31);
                },
                {"parameters"}}});
}

// Commitments that the TTP makes for the occasion are not those that it has
// published.
TEST(CrowdCheckTest, OtherCommitmentsAreRefused) {
  KnownAudit audit;
  KnownAudit other;
  audit.audited.crowd = other.audited.crowd;
  EXPECT_EQ(Refused(audit.audited, audit.pins),
            (Names{"rows", "homes", "receipt"}));
}

}  // namespace
}  // namespace garderobe::client
