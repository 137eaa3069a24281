#include "ttp/crowd_prover.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <tuple>
#include <vector>

namespace garderobe::ttp {
namespace {

template <typename S, typename V>
ConversionSecrets SecretsOf(const TtpKeys& keys, const S& s, const char* s_name,
                            const V& v, const char* v_name) {
  return {WipedScalar::CopyOf(s), WipedScalar::CopyOf(v),
          WipedScalar::CopyOf(BlindingOf(keys.commitment, s_name)),
          WipedScalar::CopyOf(BlindingOf(keys.commitment, v_name))};
}

}  // namespace

absl::StatusOr<ShownCrowd> ProveKeptCrowd(const TtpKeys& keys,
                                          const CrowdKeys& published,
                                          const KeptCrowd& crowd) {
  ShownCrowd shown;
  shown.id = crowd.id;
  shown.answer_day = crowd.answer_day;
  shown.outputs = crowd.outputs;
  shown.receipt = crowd.receipt;
  // A is random, and so its order is: neither the clients' nor the vault's.
  std::vector<size_t> order(crowd.traces.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const ClientRow &one = crowd.traces[a]->row, &two = crowd.traces[b]->row;
    return std::tie(one.point_a, one.points_b, one.point_home) <
           std::tie(two.point_a, two.points_b, two.point_home);
  });
  shown.permutation.resize(order.size());
  for (const size_t from : order) {
    const RowTrace& trace = *crowd.traces[from];
    shown.permutation[from] = static_cast<uint32_t>(shown.inputs.size());
    shown.inputs.push_back(trace.row);
    shown.serials.push_back(trace.serials);
  }
  std::vector<WipedScalar> q, q_home;
  q.reserve(order.size());
  q_home.reserve(order.size());
  for (const RowTracePtr& trace : crowd.traces) {
    q.push_back(WipedScalar::CopyOf(trace->q));
    q_home.push_back(WipedScalar::CopyOf(trace->q_home));
  }
  const CrowdSecrets secrets{
      SecretsOf(keys, keys.to_vault, "C_s", keys.stripping, "C_v"),
      SecretsOf(keys, keys.home, "C_h", keys.home_stripping, "C_hu")};
  auto proofs = ProveCrowd(shown, published, secrets, q, q_home);
  if (!proofs.ok()) {
    return Internal("the crowd can't be proved: {}", Message(proofs.status()));
  }
  shown.proofs = *std::move(proofs);
  return shown;
}

}  // namespace garderobe::ttp
