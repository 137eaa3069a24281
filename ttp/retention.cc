#include "ttp/retention.h"

#include <algorithm>
#include <future>
#include <map>
#include <set>

#include "ttp/addressees.h"

namespace garderobe::ttp {
namespace {

constexpr int kRemovedAtOnce = 256;  // the vault links meanwhile

// Waits for a call. Each ends: in time, or when the upstream is stopped.
template <typename Response, typename Start>
absl::StatusOr<Response> Await(Start start) {
  auto promise = std::make_shared<std::promise<absl::StatusOr<Response>>>();
  auto future = promise->get_future();
  start([promise](absl::StatusOr<Response> response) {
    promise->set_value(std::move(response));
  });
  return future.get();
}

uint16_t AgedBefore(const v1::Register::Institution& institution,
                    const CivilDate& today) {
  return QuarterOf(
      MonthsBefore(today, static_cast<int>(RetentionMonths(institution))));
}

}  // namespace

absl::Status Retention::Run(std::optional<int32_t> callers_day,
                            v1::RunRetentionResponse* response) {
  GARDEROBE_ASSIGN_OR_RETURN(const CivilDate today,
                             calendar_.Begin(callers_day));
  GARDEROBE_ASSIGN_OR_RETURN(const auto published, upstream_.published());
  *response->mutable_aggregator() = published->aggregator_signed;
  // What fails for one institution must not keep the others' data.
  const auto institutions = institutions_.Get();
  std::set<std::string> all;
  for (const auto& [id, institution] : *institutions) all.insert(id);
  absl::Status first_error = ExpireVisits(all, today, response);
  v1::ListAgedRequest list;
  list.set_today(DayNumber(today));
  for (const auto& [id, institution] : *institutions) {
    list.set_before(
        std::max<uint32_t>(list.before(), AgedBefore(institution, today)));
  }
  Progress progress{.today = today};
  do {
    GARDEROBE_ASSIGN_OR_RETURN(
        const v1::ListAgedResponse aged,
        Await<v1::ListAgedResponse>([&](auto done) {
          upstream_
              .CallVaultRetention<v1::ListAgedRequest, v1::ListAgedResponse>(
                  &Upstream::VaultRetention::ListAged, list, std::move(done));
        }));
    first_error.Update(Remove(aged, &progress));
    response->set_vault_relations_removed(progress.removed);
    response->set_vault_relations_held_back(progress.held_back);
    list.set_after(aged.next());
  } while (!list.after().empty());
  first_error.Update(ExpireVisits(progress.concerned, today, response));
  return first_error;
}

absl::Status Retention::ExpireVisits(const std::set<std::string>& institutions,
                                     const CivilDate& today,
                                     v1::RunRetentionResponse* response) {
  absl::Status first_error;
  for (const std::string& id : institutions) {
    v1::ExpireInstitutionRequest request;
    request.set_institution(id);
    request.set_today(DayNumber(today));
    auto expired = Await<v1::ExpireInstitutionResponse>([&](auto done) {
      upstream_.CallAggregatorRetention<v1::ExpireInstitutionRequest,
                                        v1::ExpireInstitutionResponse>(
          &Upstream::AggregatorRetention::ExpireInstitution, request,
          std::move(done));
    });
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

absl::StatusOr<Retention::AgedByInstitution> Retention::Choose(
    const v1::ListAgedResponse& aged, const CivilDate& today) const {
  const auto count = static_cast<size_t>(aged.latest_size());
  if (aged.handles().size() != count * VaultHandle::kBytes ||
      aged.references().size() != count * ReferenceSealer::kBytes) {
    return Internal("the vault's answer is malformed");
  }
  const auto institutions = institutions_.Get();
  const InstitutionTags tags(*institutions);
  // By institution: the aggregator reads all of one to say who has visits.
  AgedByInstitution chosen;
  for (size_t i = 0; i < count; ++i) {
    const auto handle = VaultHandle::From(
        std::string_view(aged.handles())
            .substr(i * VaultHandle::kBytes, VaultHandle::kBytes));
    const auto opened = converter_.references().Open(
        handle,
        std::string_view(aged.references())
            .substr(i * ReferenceSealer::kBytes, ReferenceSealer::kBytes));
    const auto name = opened ? tags.Find(opened->tag) : std::nullopt;
    if (!name) continue;  // not in the register: its retention is unknown
    const uint32_t latest = aged.latest(static_cast<int>(i));
    if (latest >= AgedBefore(institutions->at(*name), today)) continue;
    chosen[*name].push_back(
        {static_cast<uint16_t>(latest), handle, opened->handle});
  }
  for (auto& [name, relations] : chosen) {
    std::stable_sort(
        relations.begin(), relations.end(),
        [](const auto& a, const auto& b) { return a.latest < b.latest; });
  }
  return chosen;
}

absl::Status Retention::Remove(const v1::ListAgedResponse& aged,
                               Progress* progress) {
  GARDEROBE_ASSIGN_OR_RETURN(const AgedByInstitution chosen,
                             Choose(aged, progress->today));
  progress->left = aged.left_today();
  const auto institutions = institutions_.Get();
  absl::Status first_error;
  for (const auto& [name, relations] : chosen) {
    const auto institution = institutions->find(name);
    if (institution == institutions->end()) continue;  // taken out just now
    const uint16_t before = AgedBefore(institution->second, progress->today);
    first_error.Update(
        Annotate(RemoveOf(name, relations, before, progress), name));
  }
  return first_error;
}

absl::Status Retention::RemoveOf(const std::string& institution,
                                 const std::vector<AgedRelation>& relations,
                                 uint16_t before, Progress* progress) {
  v1::ExpireRelationsRequest at_aggregator;
  at_aggregator.set_today(DayNumber(progress->today));
  // What the vault would hold back must not go at the aggregator either.
  at_aggregator.set_limit(progress->left);
  Addressees addressees;
  for (const AgedRelation& one : relations) {
    addressees.Add(institution, one.at_aggregator);
  }
  const std::vector<size_t> order = addressees.ShuffleInto(at_aggregator);
  // The aggregator first: what it has not done stays at the vault.
  GARDEROBE_ASSIGN_OR_RETURN(
      const v1::ExpireRelationsResponse expired,
      Await<v1::ExpireRelationsResponse>([&](auto done) {
        upstream_.CallAggregatorRetention<v1::ExpireRelationsRequest,
                                          v1::ExpireRelationsResponse>(
            &Upstream::AggregatorRetention::ExpireRelations, at_aggregator,
            std::move(done));
      }));
  std::vector<bool> kept(relations.size());
  for (const uint32_t at : expired.kept()) {
    if (at >= order.size()) {
      return Internal("the aggregator's answer is malformed");
    }
    kept[order[at]] = true;
  }
  progress->held_back += expired.held_back();
  if (expired.held_back() > 0 ||
      static_cast<size_t>(expired.kept_size()) < relations.size()) {
    progress->concerned.insert(institution);
  }
  v1::RemoveAgedRequest at_vault;
  for (uint32_t i = 0; i < relations.size(); ++i) {
    if (kept[i]) continue;
    at_vault.mutable_handles()->append(relations[i].at_vault.view());
    at_vault.add_before(before);
    if (at_vault.before_size() < kRemovedAtOnce) continue;
    GARDEROBE_RETURN_IF_ERROR(RemoveAtVault(at_vault, progress));
    at_vault.Clear();
  }
  return RemoveAtVault(std::move(at_vault), progress);
}

absl::Status Retention::RemoveAtVault(v1::RemoveAgedRequest request,
                                      Progress* progress) {
  if (request.before_size() == 0) return absl::OkStatus();
  request.set_today(DayNumber(progress->today));
  GARDEROBE_ASSIGN_OR_RETURN(
      const v1::RemoveAgedResponse response,
      Await<v1::RemoveAgedResponse>([&](auto done) {
        upstream_
            .CallVaultRetention<v1::RemoveAgedRequest, v1::RemoveAgedResponse>(
                &Upstream::VaultRetention::RemoveAged, request,
                std::move(done));
      }));
  progress->removed += response.removed();
  progress->left -= std::min<uint64_t>(progress->left, response.removed());
  progress->held_back += response.held_back();
  return absl::OkStatus();
}

}  // namespace garderobe::ttp
