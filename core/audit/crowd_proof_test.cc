#include "core/audit/crowd_proof.h"

#include <functional>

#include "core/audit/crowd_fixture.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

using absl::StatusCode;

constexpr auto kDoesNotHold = StatusCode::kFailedPrecondition;

class CrowdProofTest : public ::testing::Test {
 protected:
  // The last row shows no kind.
  KnownCrowd known_ = KnownCrowd::Of({3, 19, 1, 16, 3, 0});
};

TEST_F(CrowdProofTest, HonestProofsHoldAndDoNotGrow) {
  EXPECT_THAT(VerifyCrowdRows(known_.crowd, known_.keys), IsOk());
  EXPECT_THAT(VerifyCrowdHomes(known_.crowd, known_.keys), IsOk());
  EXPECT_EQ(known_.crowd.proofs.rows.size(), BatchProofBytes(3));
  EXPECT_EQ(known_.crowd.proofs.homes.size(), BatchProofBytes(1));
}

// The bytes that a second implementation needs.
TEST_F(CrowdProofTest, ContextNamesPartAnswerEpochAndSerials) {
  const std::string begin("garderobe/crowd/v2\0\1", 20);
  EXPECT_EQ(CrowdContext(known_.crowd.id, known_.keys, CrowdPart::kRows),
            begin + std::string(16, 'i') +
                std::string("\0\0\0\1\0\0\0\5\0\0\0\6\0\0\0\7", 16));
  EXPECT_EQ(CrowdContext(known_.crowd.id, known_.keys, CrowdPart::kHomes)[19],
            '\2');
}

// Each number is another one, so that none can stand where another belongs.
TEST(CrowdContextTest, IsTheKnownAnswer) {
  const nlohmann::json known = ReadVectors("signed-v2.json")["crowd"];
  const nlohmann::json& serials = known["serials"];
  CrowdKeys keys;
  keys.epoch = known["epoch"];
  keys.serials = {serials["ttp"], serials["vault"], serials["aggregator"]};
  const AnswerId id = AnswerId::From(Hex(known["answer_id"]));
  EXPECT_EQ(ToHex(AsBytes(CrowdContext(id, keys, CrowdPart::kRows))),
            known["contexts"]["rows"]);
  EXPECT_EQ(ToHex(AsBytes(CrowdContext(id, keys, CrowdPart::kHomes))),
            known["contexts"]["homes"]);
}

struct Alteration {
  const char* what;
  std::function<void(KnownCrowd&, ShownCrowd&)> alter;
};

// Each is tried under the honest proof, where the seed differs, and under one
// that is made for the altered crowd, where an equation fails.
void ExpectRefused(const std::vector<Alteration>& alterations,
                   KnownCrowd& known,
                   absl::Status (*verify)(const ShownCrowd&,
                                          const CrowdKeys&)) {
  for (const auto& [what, alter] : alterations) {
    SCOPED_TRACE(what);
    ShownCrowd altered = known.crowd;
    alter(known, altered);
    EXPECT_THAT(verify(altered, known.keys), StatusIs(kDoesNotHold));
    altered.proofs = known.ProofsOf(altered);
    EXPECT_THAT(verify(altered, known.keys), StatusIs(kDoesNotHold));
  }
  EXPECT_THAT(verify(known.crowd, known.keys), IsOk());
}

TEST_F(CrowdProofTest, AlteredRowsAreRefused) {
  const WipedScalar q = RandomScalar(), s = RandomScalar();
  const WipedScalar v = MultiplyScalars(s, known_.rows.u);
  ExpectRefused(
      {{"A", [](auto&, auto& c) { c.inputs[0].point_a = RandomElement(); }},
       {"B", [](auto&, auto& c) { c.inputs[0].points_b[1] = RandomElement(); }},
       {"A'", [](auto&, auto& c) { c.outputs[0].point_a = RandomElement(); }},
       {"another q in one row",
        [&](auto& known, auto& c) {
          c.outputs[2] = known.Converted(c.permutation[2], q, q);
        }},
       {"another s in one row",
        [&](auto& known, auto& c) {
          const ClientRow& from = c.inputs[c.permutation[1]];
          Element& A = c.outputs[1].point_a;
          A = Sum(Times(s, from.point_a), Times(known.q[1], BasePoint()));
          for (Element& B : c.outputs[1].points_b) B = Times(v, B);
        }},
       {"two outputs exchanged",
        [](auto&, auto& c) {
          // Two rows of the same kinds.
          std::vector<size_t> at;
          for (size_t i = 0; i < c.outputs.size(); ++i) {
            if (c.outputs[i].kinds == 3) at.push_back(i);
          }
          std::swap(c.outputs[at[0]], c.outputs[at[1]]);
        }},
       {"two inputs exchanged",
        [](auto&, auto& c) { std::swap(c.inputs[0], c.inputs[4]); }}},
      known_, VerifyCrowdRows);
}

TEST_F(CrowdProofTest, AlteredHomesAreRefused) {
  const WipedScalar q = RandomScalar(), h = RandomScalar();
  ExpectRefused(
      {{"D", [](auto&, auto& c) { c.inputs[0].point_home = RandomElement(); }},
       {"A_h",
        [](auto&, auto& c) { c.outputs[0].home.point_a = RandomElement(); }},
       {"D_h",
        [](auto&, auto& c) { c.outputs[0].home.point_b = RandomElement(); }},
       {"D_h is the identity",
        [](auto&, auto& c) { c.outputs[0].home.point_b = Element(); }},
       {"another q' in one row",
        [&](auto& known, auto& c) {
          c.outputs[3].home = known.Converted(c.permutation[3], q, q).home;
        }},
       {"another h in one row",
        [&](auto& known, auto& c) {
          const ClientRow& from = c.inputs[c.permutation[1]];
          const WipedScalar hu = MultiplyScalars(h, known.rows.u);
          const CiphertextRow home = known.homes.ConvertWith(
              h, hu, {from.point_a, {{kHomeSlot, from.point_home}}},
              known.q_home[1]);
          c.outputs[1].home = {home.point_a, home.points_b[0].point_b};
        }},
       {"two homes exchanged",
        [](auto&, auto& c) {
          std::swap(c.outputs[0].home, c.outputs[1].home);
        }}},
      known_, VerifyCrowdHomes);
}

// A proof of rows says nothing of homes, and neither is of another answer, or
// of other issues of the parameters.
TEST_F(CrowdProofTest, ProofsOfSomethingElseAreRefused) {
  ShownCrowd other = known_.crowd;
  other.id = AnswerId::From(std::string(AnswerId::kBytes, 'j'));
  EXPECT_THAT(VerifyCrowdRows(other, known_.keys), StatusIs(kDoesNotHold));
  EXPECT_THAT(VerifyCrowdHomes(other, known_.keys), StatusIs(kDoesNotHold));
  for (uint32_t ParameterSerials::*serial :
       {&ParameterSerials::ttp, &ParameterSerials::vault,
        &ParameterSerials::aggregator}) {
    CrowdKeys keys = known_.keys;
    ++(keys.serials.*serial);
    EXPECT_THAT(VerifyCrowdRows(known_.crowd, keys), StatusIs(kDoesNotHold));
    EXPECT_THAT(VerifyCrowdHomes(known_.crowd, keys), StatusIs(kDoesNotHold));
  }
  CrowdKeys keys = known_.keys;
  keys.epoch = 2;
  EXPECT_THAT(VerifyCrowdRows(known_.crowd, keys), StatusIs(kDoesNotHold));
  // Without a kind both proofs have the same length.
  KnownCrowd bare = KnownCrowd::Of({1, 1});
  std::swap(bare.crowd.proofs.rows, bare.crowd.proofs.homes);
  EXPECT_THAT(VerifyCrowdRows(bare.crowd, bare.keys), StatusIs(kDoesNotHold));
  EXPECT_THAT(VerifyCrowdHomes(bare.crowd, bare.keys), StatusIs(kDoesNotHold));
}

TEST_F(CrowdProofTest, MalformedCrowdsAreRefused) {
  const std::vector<std::pair<const char*, std::function<void(ShownCrowd&)>>>
      alterations = {
          {"an input less", [](ShownCrowd& c) { c.inputs.pop_back(); }},
          {"an output less", [](ShownCrowd& c) { c.outputs.pop_back(); }},
          {"an origin twice",
           [](ShownCrowd& c) { c.permutation[0] = c.permutation[1]; }},
          {"a point less",
           [](ShownCrowd& c) { c.inputs[0].points_b.pop_back(); }},
          {"a point more",
           [](ShownCrowd& c) { c.inputs[0].points_b.push_back(BasePoint()); }},
          {"another kind", [](ShownCrowd& c) { c.inputs[2].kinds = 2; }},
          {"A does not decode",
           [](ShownCrowd& c) {
             c.inputs[0].point_a = Element::From(std::string(32, '\xff'));
           }},
      };
  for (const auto& [what, alter] : alterations) {
    SCOPED_TRACE(what);
    ShownCrowd altered = known_.crowd;
    alter(altered);
    EXPECT_THAT(VerifyCrowdRows(altered, known_.keys),
                StatusIs(StatusCode::kInvalidArgument));
  }
}

}  // namespace
}  // namespace garderobe
