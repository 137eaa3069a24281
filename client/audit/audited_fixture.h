// A crowd with all that an auditor is shown of it, and the keys of all parties,
// for tests.
#ifndef GARDEROBE_CLIENT_AUDIT_AUDITED_FIXTURE_H_
#define GARDEROBE_CLIENT_AUDIT_AUDITED_FIXTURE_H_

#include <string>
#include <vector>

#include "client/audit/crowd_check.h"
#include "core/audit/crowd_fixture.h"
#include "core/conversion/scalars.h"
#include "core/keys/pooled_receipt.h"

namespace garderobe::client {

struct KnownAudit {
  KnownCrowd known = KnownCrowd::WithoutRows();
  SigningSeed ttp = SigningSeed::Random(), vault = SigningSeed::Random(),
              aggregator = SigningSeed::Random();
  ReceiptSeed receipt_seed = ReceiptSeedOf(vault);
  PartyPins pins{VerifyKeyOf(ttp), VerifyKeyOf(vault), VerifyKeyOf(aggregator)};
  AuditedCrowd audited;

  KnownAudit() {
    audited.fetched = Today();
    PublishVaultAndAggregator();
    PublishTtp();
    for (const uint32_t kinds : {3u, 19u, 3u, 0u, 1u}) known.AddInput(kinds);
    for (const size_t from : RandomOrder(5)) known.AddOutput(from);
    Tell();
  }
  // Proves and signs for what `known.crowd` shows now, with the honest secrets.
  void Tell() {
    known.Prove();
    audited.crowd = known.crowd;
    SignReceipt();
  }
  void SignReceipt() {
    PooledBatch batch{audited.crowd.id, {}};
    for (const VaultRow& row : audited.crowd.outputs) {
      batch.leaves.push_back(PooledLeaf(row));
    }
    audited.crowd.receipt = SignPooledBatch(receipt_seed, batch);
  }
  // Proves what is shown now, and signs for nothing.
  void ProveAgain() { audited.crowd.proofs = known.ProofsOf(audited.crowd); }

  static ParameterIssue IssueOf(uint32_t serial) {
    const int32_t today = DayNumber(Today());
    return {1, serial, today - 1, today + 30};
  }
  void PublishVaultAndAggregator() {
    Parameters of_vault{"vault", IssueOf(6), {}};
    for (uint32_t kind = 0; kind < kKindCount; ++kind) {
      if (!HasSlot(kind)) continue;
      const auto y = DecryptionScalar::Random();
      PutProvenKey(of_vault, PublicKeyName(kind), y);
      known.keys.kinds[kind] = MultiplyBase(y);
    }
    known.rows.keys = known.keys.kinds;
    const auto y_home = HomeDecryptionScalar::Random();
    PutProvenKey(of_vault, "Y.home", y_home);
    of_vault.values["C_w"] = RandomElement().view();
    of_vault.values["seal"] = PublicKeyOf(SealingSecretKey::Random()).view();
    of_vault.values["receipt"] = VerifyKeyOf(receipt_seed).view();
    audited.vault = SignParameters(vault, of_vault);
    Parameters of_aggregator{"aggregator", IssueOf(7), {}};
    const auto z = PseudonymScalar::Random();
    PutProvenKey(of_aggregator, "Z", z);
    of_aggregator.values["seal"] = std::string(32, 's');
    of_aggregator.values["receipt"] = std::string(32, 'r');
    audited.aggregator = SignParameters(aggregator, of_aggregator);
    known.keys.home[kHomeSlot] = Sum(MultiplyBase(y_home), MultiplyBase(z));
    known.homes.keys = known.keys.home;
  }
  void PublishTtp() {
    Parameters of_ttp{"ttp", IssueOf(5), {}};
    const auto u = IngressScalar::Decode({known.rows.u.ExposeSecret(), 32});
    GARDEROBE_CHECK(u.ok());
    PutProvenKey(of_ttp, "U", *u);
    const auto put = [&](const char* name, const Element& point) {
      of_ttp.values[name] = point.view();
    };
    put("C_s", known.rows.commitments.scalar_s);
    put("C_v", known.rows.commitments.scalar_v);
    put("C_h", known.homes.commitments.scalar_s);
    put("C_hu", known.homes.commitments.scalar_v);
    put("C_t", RandomElement());
    put("C_a", RandomElement());
    of_ttp.values["padding"] = std::string(4, '\0');
    audited.ttp = SignParameters(ttp, of_ttp);
  }
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_AUDIT_AUDITED_FIXTURE_H_
