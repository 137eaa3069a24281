// A crowd with known scalars, for tests.
#ifndef GARDEROBE_CORE_AUDIT_CROWD_FIXTURE_H_
#define GARDEROBE_CORE_AUDIT_CROWD_FIXTURE_H_

#include <string>
#include <utility>
#include <vector>

#include "core/audit/crowd_proof.h"
#include "core/base/random.h"
#include "core/proof/proof_fixture.h"

namespace garderobe {

struct KnownCrowd {
  KnownConversion rows, homes;  // of the same u
  CrowdKeys keys;
  ShownCrowd crowd;
  std::vector<WipedScalar> q, q_home;

  // A row for each set of kinds, which are below 3.
  static KnownCrowd Of(const std::vector<uint32_t>& kinds) {
    KnownCrowd known = WithoutRows();
    for (const uint32_t set : kinds) known.AddInput(set);
    for (const size_t from : RandomOrder(kinds.size())) known.AddOutput(from);
    known.Prove();
    return known;
  }
  static KnownCrowd WithoutRows() {
    KnownConversion rows = KnownConversion::Random(2);
    rows.keys[4] = RandomElement();
    WipedScalar h = RandomScalar();
    WipedScalar hu = MultiplyScalars(h, rows.u);
    KnownConversion homes = KnownConversion::From(
        WipedScalar::CopyOf(rows.u),
        {std::move(h), std::move(hu), RandomScalar(), RandomScalar()});
    homes.keys[kHomeSlot] = RandomElement();
    CrowdKeys keys{.rows = rows.commitments,
                   .homes = homes.commitments,
                   .kinds = rows.keys,
                   .home = homes.keys,
                   .epoch = 1,
                   .serials = {5, 6, 7}};
    ShownCrowd crowd;
    crowd.id = AnswerId::From(std::string(AnswerId::kBytes, 'i'));
    crowd.answer_day = 9800;
    return {std::move(rows),
            std::move(homes),
            std::move(keys),
            std::move(crowd),
            {},
            {}};
  }
  // Bits 0, 1 and 4 stand for kinds with a slot.
  void AddInput(uint32_t set) {
    std::vector<uint32_t> kinds;
    for (uint32_t kind = 0; kind < 5; ++kind) {
      if ((set >> kind & 1) != 0) kinds.push_back(kind);
    }
    const CiphertextRow row = rows.Encrypt(kinds);
    ClientRow input{Handle(), set, row.point_a, {}, RandomElement()};
    for (const KindPoint& point : row.points_b) {
      input.points_b.push_back(point.point_b);
    }
    crowd.inputs.push_back(std::move(input));
    crowd.serials.push_back({1, 2, 3});
  }
  void AddOutput(size_t from) {
    q.push_back(RandomScalar());
    q_home.push_back(RandomScalar());
    crowd.outputs.push_back(Converted(from, q.back(), q_home.back()));
    crowd.outputs.back().handle = VaultHandle::From(
        std::string(VaultHandle::kBytes, static_cast<char>('a' + from % 26)));
    crowd.permutation.push_back(static_cast<uint32_t>(from));
  }
  VaultRow Converted(size_t from, const WipedScalar& with,
                     const WipedScalar& home_with) const {
    const ClientRow& input = crowd.inputs[from];
    CiphertextRow tokens{input.point_a, {}};
    size_t at = 0;
    for (uint32_t kind = 0; kind < 5; ++kind) {
      if ((input.kinds >> kind & 1) == 0) continue;
      tokens.points_b.push_back({kind, input.points_b[at++]});
    }
    const CiphertextRow row = rows.Convert(tokens, with);
    const CiphertextRow home = homes.Convert(
        {input.point_a, {{kHomeSlot, input.point_home}}}, home_with);
    VaultRow output;
    output.kinds = input.kinds;
    output.point_a = row.point_a;
    for (const KindPoint& point : row.points_b) {
      output.points_b.push_back(point.point_b);
    }
    output.home = {home.point_a, home.points_b[0].point_b};
    return output;
  }
  CrowdSecrets Secrets() const {
    return {CopyOf(rows.secrets), CopyOf(homes.secrets)};
  }
  // With the honest secrets and q's, whatever the crowd is now.
  CrowdProofs ProofsOf(const ShownCrowd& shown) const {
    auto proofs = ProveCrowd(shown, keys, Secrets(), q, q_home);
    GARDEROBE_CHECK(proofs.ok());
    return *std::move(proofs);
  }
  void Prove() { crowd.proofs = ProofsOf(crowd); }
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_AUDIT_CROWD_FIXTURE_H_
