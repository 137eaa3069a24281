#include "ttp/retention.h"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "core/base/columns.h"
#include "spdlog/spdlog.h"

namespace garderobe::ttp {
namespace {

using AggregatorRetention =
    Upstream::AggregatorClient::Async<v1::AggregatorRetentionService>;

struct SigmaTag;
using Sigma = FixedBytes<SigmaSealer::kBytes, SigmaTag>;

}  // namespace

absl::Status Retention::Run(std::optional<int32_t> callers_day,
                            v1::RunRetentionResponse* response) {
  GARDEROBE_ASSIGN_OR_RETURN(const CivilDate today,
                             calendar_.Begin(callers_day));
  GARDEROBE_ASSIGN_OR_RETURN(const auto published, upstream_.published());
  *response->mutable_aggregator() = published->aggregator_signed;
  // What fails for one institution must not keep the others' data.
  absl::Status first_error = ExpireInstitutions(DayNumber(today), response);
  first_error.Update(RemoveAtVault(DayNumber(today), response));
  return first_error;
}

absl::Status Retention::ExpireInstitutions(int32_t today,
                                           v1::RunRetentionResponse* response) {
  absl::Status first_error;
  for (const auto& [id, institution] : *institutions_.Get()) {
    v1::ExpireInstitutionRequest request;
    request.set_institution(id);
    request.set_today(today);
    auto expired =
        upstream_.aggregator()
            .Wait<v1::AggregatorRetentionService, v1::ExpireInstitutionRequest,
                  v1::ExpireInstitutionResponse>(
                &AggregatorRetention::ExpireInstitution, std::move(request),
                kLongCallTimeout);
    // It has never delivered.
    if (expired.status().code() == absl::StatusCode::kNotFound) continue;
    if (!expired.ok()) {
      first_error.Update(Annotate(expired.status(), id));
      continue;
    }
    *response->add_statements() = std::move(*expired->mutable_statement());
  }
  return first_error;
}

absl::Status Retention::RemoveAtVault(int32_t today,
                                      v1::RunRetentionResponse* response) {
  for (;;) {
    v1::ListExpiredRequest list;
    list.set_today(today);
    GARDEROBE_ASSIGN_OR_RETURN(
        const v1::ListExpiredResponse expired,
        (upstream_.aggregator()
             .Wait<v1::AggregatorRetentionService, v1::ListExpiredRequest,
                   v1::ListExpiredResponse>(&AggregatorRetention::ListExpired,
                                            std::move(list),
                                            kLongCallTimeout)));
    const Column<AggregatorHandle> handles(expired.handles());
    const Column<Sigma> sigmas(expired.sigmas());
    if (!sigmas.HasRows(handles.size()) ||
        expired.handles().size() % AggregatorHandle::kBytes != 0) {
      return Internal("the aggregator's answer is malformed");
    }
    if (handles.size() == 0) return absl::OkStatus();
    const std::set<VaultHandle> delivered_now = under_way_.Relations();
    std::vector<VaultHandle> at_vault;
    std::vector<size_t> listed;  // where each stands in the list
    std::vector<bool> done(handles.size());
    for (size_t i = 0; i < handles.size(); ++i) {
      const auto opened =
          converter_.sigmas().Open(handles[i], sigmas[i].view());
      if (!opened) {
        // Sealed under a key that is gone: nobody can tell any more which
        // relation it is, and the others must not wait for it.
        spdlog::warn("event=reference-unreadable");
        done[i] = true;
        continue;
      }
      if (delivered_now.contains(*opened)) continue;
      at_vault.push_back(*opened);
      listed.push_back(i);
    }
    const auto [shuffled, places] = ShuffleRows(std::move(at_vault));
    GARDEROBE_ASSIGN_OR_RETURN(const v1::RemoveRelationsResponse removed,
                               upstream_.RemoveRelations(shuffled, today));
    if (removed.taken() > places.size()) {
      return Internal("the vault's answer is malformed");
    }
    for (size_t i = 0; i < removed.taken(); ++i) done[listed[places[i]]] = true;
    // In the order of the aggregator's own list: the vault's would join them.
    std::string confirmed;
    for (size_t i = 0; i < handles.size(); ++i) {
      if (done[i]) confirmed += handles[i].view();
    }
    response->set_vault_relations_removed(response->vault_relations_removed() +
                                          removed.removed());
    const bool is_held_back = removed.taken() < places.size();
    // How many more there are only the aggregator could tell.
    if (is_held_back) {
      response->set_vault_relations_held_back(places.size() - removed.taken());
    }
    // Whoever is delivered again stays on the list for now.
    if (confirmed.empty()) return absl::OkStatus();
    GARDEROBE_RETURN_IF_ERROR(Confirm(std::move(confirmed), today));
    if (is_held_back) return absl::OkStatus();
  }
}

absl::Status Retention::Confirm(std::string handles, int32_t today) {
  if (handles.empty()) return absl::OkStatus();
  v1::ConfirmExpiredRequest request;
  request.set_handles(std::move(handles));
  request.set_today(today);
  return upstream_.aggregator()
      .Wait<v1::AggregatorRetentionService, v1::ConfirmExpiredRequest,
            v1::ConfirmExpiredResponse>(&AggregatorRetention::ConfirmExpired,
                                        std::move(request), kLongCallTimeout)
      .status();
}

}  // namespace garderobe::ttp
