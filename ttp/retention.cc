#include "ttp/retention.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <future>
#include <map>
#include <set>

#include "core/rpc/ordered_stream.h"
#include "core/rpc/peer.h"
#include "spdlog/spdlog.h"
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

absl::Status Retention::Run(const CivilDate& today,
                            v1::RunRetentionResponse* response) {
  GARDEROBE_ASSIGN_OR_RETURN(const auto published, upstream_.published());
  *response->mutable_aggregator() = published->aggregator_signed;
  // What fails for one institution must not keep the others' data.
  const auto institutions = institutions_.Get();
  std::set<std::string> all, again;
  for (const auto& [id, institution] : *institutions) all.insert(id);
  absl::Status first_error = ExpireVisits(all, response);
  v1::ListAgedRequest list;
  for (const auto& [id, institution] : *institutions) {
    list.set_before(
        std::max<uint32_t>(list.before(), AgedBefore(institution, today)));
  }
  uint64_t removed = 0;
  do {
    GARDEROBE_ASSIGN_OR_RETURN(
        const v1::ListAgedResponse aged,
        Await<v1::ListAgedResponse>([&](auto done) {
          upstream_
              .CallVaultRetention<v1::ListAgedRequest, v1::ListAgedResponse>(
                  &Upstream::VaultRetention::ListAged, list, std::move(done));
        }));
    first_error.Update(Remove(aged, today, &removed, &again));
    response->set_vault_relations_removed(removed);
    list.set_after(aged.next());
  } while (!list.after().empty());
  // These have more to state: relations went after their visits.
  first_error.Update(ExpireVisits(again, response));
  return first_error;
}

absl::Status Retention::ExpireVisits(const std::set<std::string>& institutions,
                                     v1::RunRetentionResponse* response) {
  absl::Status first_error;
  for (const std::string& id : institutions) {
    v1::ExpireInstitutionRequest request;
    request.set_institution(id);
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

absl::Status Retention::Remove(const v1::ListAgedResponse& aged,
                               const CivilDate& today, uint64_t* removed,
                               std::set<std::string>* concerned) {
  const auto count = static_cast<size_t>(aged.latest_size());
  if (aged.handles().size() != count * VaultHandle::kBytes ||
      aged.references().size() != count * ReferenceSealer::kBytes) {
    return Internal("the vault's answer is malformed");
  }
  const auto institutions = institutions_.Get();
  const InstitutionTags tags(*institutions);
  // By institution: the aggregator reads all of one to say who has visits.
  std::map<std::string, std::vector<AgedRelation>> by_institution;
  for (size_t i = 0; i < count; ++i) {
    const auto handle = VaultHandle::From(
        std::string_view(aged.handles())
            .substr(i * VaultHandle::kBytes, VaultHandle::kBytes));
    const auto opened = converter_.references().Open(
        handle,
        std::string_view(aged.references())
            .substr(i * ReferenceSealer::kBytes, ReferenceSealer::kBytes));
    const auto name = opened ? tags.Find(opened->tag) : std::nullopt;
    if (!name) continue;  // out of the register: nobody says how long
    if (aged.latest(static_cast<int>(i)) >=
        AgedBefore(institutions->at(*name), today)) {
      continue;
    }
    by_institution[*name].push_back({handle, opened->handle});
  }
  absl::Status first_error;
  for (const auto& [name, relations] : by_institution) {
    const uint16_t before = AgedBefore(institutions->at(name), today);
    const uint64_t until_now = *removed;
    first_error.Update(
        Annotate(RemoveOf(name, relations, before, removed), name));
    if (*removed != until_now) concerned->insert(name);
  }
  return first_error;
}

absl::Status Retention::RemoveOf(const std::string& institution,
                                 const std::vector<AgedRelation>& relations,
                                 uint16_t before, uint64_t* removed) {
  v1::ExpireRelationsRequest at_aggregator;
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
  v1::RemoveAgedRequest at_vault;
  auto flush = [&]() -> absl::Status {
    if (at_vault.before_size() == 0) return absl::OkStatus();
    GARDEROBE_ASSIGN_OR_RETURN(
        const v1::RemoveAgedResponse response,
        Await<v1::RemoveAgedResponse>([&](auto done) {
          upstream_.CallVaultRetention<v1::RemoveAgedRequest,
                                       v1::RemoveAgedResponse>(
              &Upstream::VaultRetention::RemoveAged, at_vault, std::move(done));
        }));
    *removed += response.removed();
    at_vault.Clear();
    return absl::OkStatus();
  };
  for (uint32_t i = 0; i < relations.size(); ++i) {
    if (kept[i]) continue;
    at_vault.mutable_handles()->append(relations[i].at_vault.view());
    at_vault.add_before(before);
    if (at_vault.before_size() == kRemovedAtOnce) {
      GARDEROBE_RETURN_IF_ERROR(flush());
    }
  }
  return flush();
}

grpc::ServerUnaryReactor* RetentionServiceImpl::RunRetention(
    grpc::CallbackServerContext* context, const v1::RunRetentionRequest*,
    v1::RunRetentionResponse* response) {
  const auto peer = RequirePeer(*context, Role::kCoordinator);
  if (!peer.ok()) return FinishNow(context, peer.status());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  boost::asio::post(thread_, [this, reactor, response] {
    reactor->Finish(ToGrpc(RunAndLog(response)));
  });
  return reactor;
}

void RetentionServiceImpl::RunByTimer() {
  boost::asio::post(thread_, [this] {
    v1::RunRetentionResponse response;
    (void)RunAndLog(&response);
  });
}

absl::Status RetentionServiceImpl::RunAndLog(
    v1::RunRetentionResponse* response) {
  absl::Status status = retention_.Run(Today(), response);
  spdlog::log(status.ok() ? spdlog::level::info : spdlog::level::warn,
              "event=retention relations={} outcome=\"{}\"",
              response->vault_relations_removed(),
              status.ok() ? "done" : Message(status));
  return status;
}

}  // namespace garderobe::ttp
