#include "core/audit/crowd_proof.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "core/identifiers/identifier.h"

namespace garderobe {
namespace {

constexpr std::string_view kLabel("garderobe/crowd/v2\0", 19);

// Rows in the form that a proof speaks about.
struct BatchRows {
  std::vector<CiphertextRow> inputs, outputs;
};

// `points_b` has a point for each of `kinds`, ascending.
absl::StatusOr<CiphertextRow> RowOf(uint32_t kinds, const Element& point_a,
                                    const std::vector<Element>& points_b) {
  CiphertextRow row{point_a, {}};
  row.points_b.reserve(points_b.size());
  for (uint32_t kind = 0; kind < 32; ++kind) {
    if ((kinds >> kind & 1) == 0) continue;
    const size_t at = row.points_b.size();
    if (at == points_b.size()) break;
    row.points_b.push_back({kind, points_b[at]});
  }
  if (std::popcount(kinds) != std::ssize(points_b)) {
    return InvalidArgument("a row has another number of points than of kinds");
  }
  return row;
}

absl::StatusOr<BatchRows> RowsOf(const ShownCrowd& crowd) {
  BatchRows rows;
  for (const ClientRow& row : crowd.inputs) {
    GARDEROBE_ASSIGN_OR_RETURN(rows.inputs.emplace_back(),
                               RowOf(row.kinds, row.point_a, row.points_b));
  }
  for (const VaultRow& row : crowd.outputs) {
    GARDEROBE_ASSIGN_OR_RETURN(rows.outputs.emplace_back(),
                               RowOf(row.kinds, row.point_a, row.points_b));
  }
  return rows;
}

BatchRows HomesOf(const ShownCrowd& crowd) {
  BatchRows homes;
  for (const ClientRow& row : crowd.inputs) {
    homes.inputs.push_back({row.point_a, {{kHomeSlot, row.point_home}}});
  }
  for (const VaultRow& row : crowd.outputs) {
    homes.outputs.push_back(
        {row.home.point_a, {{kHomeSlot, row.home.point_b}}});
  }
  return homes;
}

BatchStatement StatementOf(const ConversionCommitments& commitments,
                           const KindKeys& keys, const BatchRows& rows,
                           const ShownCrowd& crowd, std::string_view context) {
  return {.commitments = commitments,
          .keys = keys,
          .inputs = rows.inputs,
          .outputs = rows.outputs,
          .permutation = crowd.permutation,
          .context = context};
}

}  // namespace

CrowdKeys CrowdKeys::From(const TtpParameters& ttp,
                          const VaultParameters& vault,
                          const AggregatorParameters& aggregator) {
  CrowdKeys keys{.rows = {ttp.commitments.at("C_s"), ttp.commitments.at("C_v"),
                          ttp.ingress_key},
                 .homes = {ttp.commitments.at("C_h"),
                           ttp.commitments.at("C_hu"), ttp.ingress_key},
                 .kinds = {},
                 .home = {},
                 .epoch = ttp.issue.epoch,
                 .serials = {ttp.issue.serial, vault.issue.serial,
                             aggregator.issue.serial}};
  for (uint32_t kind = 0; kind < kKindCount; ++kind) {
    if (HasSlot(kind)) keys.kinds[kind] = vault.public_keys[kind];
  }
  GARDEROBE_CHECK(
      Add(vault.home_key, aggregator.pseudonym_key, &keys.home[kHomeSlot]));
  return keys;
}

std::string CrowdContext(const AnswerId& id, const CrowdKeys& keys,
                         CrowdPart part) {
  std::string context(kLabel);
  context.push_back(static_cast<char>(part));
  context.append(id.view());
  for (const uint32_t number : {keys.epoch, keys.serials.ttp,
                                keys.serials.vault, keys.serials.aggregator}) {
    PutBigEndian(context, number);
  }
  return context;
}

absl::StatusOr<CrowdProofs> ProveCrowd(const ShownCrowd& crowd,
                                       const CrowdKeys& keys,
                                       const CrowdSecrets& secrets,
                                       std::span<const WipedScalar> q,
                                       std::span<const WipedScalar> q_home) {
  GARDEROBE_ASSIGN_OR_RETURN(const BatchRows rows, RowsOf(crowd));
  const BatchRows homes = HomesOf(crowd);
  const std::string of_rows = CrowdContext(crowd.id, keys, CrowdPart::kRows),
                    of_homes = CrowdContext(crowd.id, keys, CrowdPart::kHomes);
  CrowdProofs proofs;
  GARDEROBE_ASSIGN_OR_RETURN(
      proofs.rows,
      ProveBatch(StatementOf(keys.rows, keys.kinds, rows, crowd, of_rows),
                 secrets.rows, q));
  GARDEROBE_ASSIGN_OR_RETURN(
      proofs.homes,
      ProveBatch(StatementOf(keys.homes, keys.home, homes, crowd, of_homes),
                 secrets.homes, q_home));
  return proofs;
}

absl::Status VerifyCrowdRows(const ShownCrowd& crowd, const CrowdKeys& keys) {
  GARDEROBE_ASSIGN_OR_RETURN(const BatchRows rows, RowsOf(crowd));
  const std::string context = CrowdContext(crowd.id, keys, CrowdPart::kRows);
  return VerifyBatch(StatementOf(keys.rows, keys.kinds, rows, crowd, context),
                     crowd.proofs.rows);
}

absl::Status VerifyCrowdHomes(const ShownCrowd& crowd, const CrowdKeys& keys) {
  const BatchRows homes = HomesOf(crowd);
  const std::string context = CrowdContext(crowd.id, keys, CrowdPart::kHomes);
  return VerifyBatch(StatementOf(keys.homes, keys.home, homes, crowd, context),
                     crowd.proofs.homes);
}

}  // namespace garderobe
