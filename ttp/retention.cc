#include "ttp/retention.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <future>
#include <set>

#include "core/rpc/ordered_stream.h"
#include "core/rpc/peer.h"
#include "spdlog/spdlog.h"
#include "ttp/addressees.h"

namespace garderobe::ttp {
namespace {

constexpr size_t kRemovedAtOnce = 256;

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
  {
    const MutexLock lock(&mutex_);
    if (running_) return absl::AbortedError("a run is under way; wait for it");
    running_ = true;
  }
  const absl::Status status = RunAlone(today, response);
  const MutexLock lock(&mutex_);
  running_ = false;
  return status;
}

absl::Status Retention::RunAlone(const CivilDate& today,
                                 v1::RunRetentionResponse* response) {
  GARDEROBE_ASSIGN_OR_RETURN(const auto published, upstream_.published());
  *response->mutable_aggregator() = published->aggregator_signed;
  GARDEROBE_RETURN_IF_ERROR(ExpireVisits(response));
  v1::ListAgedRequest list;
  for (const auto& [id, institution] : *institutions_.Get()) {
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
    GARDEROBE_ASSIGN_OR_RETURN(const uint32_t of_page, Remove(aged, today));
    removed += of_page;
    list.set_after(aged.next());
  } while (!list.after().empty());
  response->set_vault_relations_removed(removed);
  return absl::OkStatus();
}

absl::Status Retention::ExpireVisits(v1::RunRetentionResponse* response) {
  const auto institutions = institutions_.Get();
  for (const auto& [id, institution] : *institutions) {
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
    GARDEROBE_RETURN_IF_ERROR(Annotate(expired.status(), id));
    *response->add_statements() = std::move(*expired->mutable_statement());
  }
  return absl::OkStatus();
}

absl::StatusOr<uint32_t> Retention::Remove(const v1::ListAgedResponse& aged,
                                           const CivilDate& today) {
  const auto count = static_cast<size_t>(aged.latest_size());
  if (aged.handles().size() != count * VaultHandle::kBytes ||
      aged.references().size() != count * ReferenceSealer::kBytes) {
    return Internal("the vault's answer is malformed");
  }
  const auto institutions = institutions_.Get();
  const InstitutionTags tags(*institutions);
  uint32_t removed = 0;
  for (size_t begin = 0; begin < count; begin += kRemovedAtOnce) {
    v1::ExpireRelationsRequest at_aggregator;
    Addressees addressees(at_aggregator);
    std::vector<std::string_view> handles;
    std::vector<uint32_t> before;
    for (size_t i = begin; i < std::min(count, begin + kRemovedAtOnce); ++i) {
      const std::string_view handle =
          std::string_view(aged.handles())
              .substr(i * VaultHandle::kBytes, VaultHandle::kBytes);
      const auto opened = converter_.references().Open(
          VaultHandle::From(handle),
          std::string_view(aged.references())
              .substr(i * ReferenceSealer::kBytes, ReferenceSealer::kBytes));
      const auto name = opened ? tags.Find(opened->tag) : std::nullopt;
      if (!name) continue;  // out of the register: nobody says how long
      const uint16_t its = AgedBefore(institutions->at(*name), today);
      if (aged.latest(static_cast<int>(i)) >= its) continue;
      addressees.Add(*name, opened->handle);
      handles.push_back(handle);
      before.push_back(its);
    }
    if (handles.empty()) continue;
    // The aggregator first: what it has not done stays at the vault.
    GARDEROBE_ASSIGN_OR_RETURN(
        const v1::ExpireRelationsResponse expired,
        Await<v1::ExpireRelationsResponse>([&](auto done) {
          upstream_.CallAggregatorRetention<v1::ExpireRelationsRequest,
                                            v1::ExpireRelationsResponse>(
              &Upstream::AggregatorRetention::ExpireRelations, at_aggregator,
              std::move(done));
        }));
    const std::set<uint32_t> kept(expired.kept().begin(), expired.kept().end());
    v1::RemoveAgedRequest at_vault;
    for (uint32_t i = 0; i < handles.size(); ++i) {
      if (kept.contains(i)) continue;
      at_vault.mutable_handles()->append(handles[i]);
      at_vault.add_before(before[i]);
    }
    if (at_vault.before_size() == 0) continue;
    GARDEROBE_ASSIGN_OR_RETURN(
        const v1::RemoveAgedResponse response,
        Await<v1::RemoveAgedResponse>([&](auto done) {
          upstream_.CallVaultRetention<v1::RemoveAgedRequest,
                                       v1::RemoveAgedResponse>(
              &Upstream::VaultRetention::RemoveAged, at_vault, std::move(done));
        }));
    removed += response.removed();
  }
  return removed;
}

grpc::ServerUnaryReactor* RetentionServiceImpl::RunRetention(
    grpc::CallbackServerContext* context, const v1::RunRetentionRequest*,
    v1::RunRetentionResponse* response) {
  const auto peer = RequirePeer(*context, Role::kCoordinator);
  if (!peer.ok()) return FinishNow(context, peer.status());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  boost::asio::post(thread_, [this, reactor, response] {
    const absl::Status status = retention_.Run(Today(), response);
    spdlog::info("event=retention relations={} outcome=\"{}\"",
                 response->vault_relations_removed(),
                 status.ok() ? "done" : Message(status));
    reactor->Finish(ToGrpc(status));
  });
  return reactor;
}

void RetentionServiceImpl::RunByTimer() {
  boost::asio::post(thread_, [this] {
    v1::RunRetentionResponse response;
    const absl::Status status = retention_.Run(Today(), &response);
    if (status.ok()) {
      spdlog::info("event=retention relations={} outcome=done",
                   response.vault_relations_removed());
    } else {
      spdlog::warn("event=retention relations={} outcome=\"{}\"",
                   response.vault_relations_removed(), Message(status));
    }
  });
}

}  // namespace garderobe::ttp
