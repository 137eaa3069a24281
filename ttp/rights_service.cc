#include "ttp/rights_service.h"

#include <boost/asio/post.hpp>

#include "core/keys/receipt.h"
#include "core/rpc/peer.h"
#include "spdlog/spdlog.h"
#include "ttp/addressees.h"

namespace garderobe::ttp {
namespace {

constexpr int kRoundsMax = 8;

absl::Status CheckRequest(const v1::ExerciseRightRequest& request) {
  if (RightName(static_cast<VisitorRight>(request.right())).empty()) {
    return InvalidArgument("right: erase, access, object or withdraw");
  }
  if (request.request_id().size() != RequestId::kBytes) {
    return InvalidArgument("request_id: {} bytes", RequestId::kBytes);
  }
  if (request.subject_case() == v1::ExerciseRightRequest::SUBJECT_NOT_SET) {
    return InvalidArgument("subject: a handle or an identity");
  }
  if (request.has_handle() && (request.handle().size() != Handle::kBytes ||
                               Handle::From(request.handle()).is_zero())) {
    return InvalidArgument("handle: 16 bytes, not zero");
  }
  if (request.right() == v1::RIGHT_OBJECT &&
      request.objection_mark().size() != ObjectionMark::kBytes) {
    return InvalidArgument("objection_mark: {} bytes", ObjectionMark::kBytes);
  }
  if (request.right() == v1::RIGHT_WITHDRAW &&
      request.objection_secret().size() != ObjectionSecret::kBytes) {
    return InvalidArgument("objection_secret: {} bytes",
                           ObjectionSecret::kBytes);
  }
  if (request.right() == v1::RIGHT_ACCESS) {
    if (!request.has_handle()) {
      return InvalidArgument(
          "access: of a customer of the institution only, for the answer to an "
          "identity would tell who is known elsewhere");
    }
    if (request.recipient().size() != 32) {
      return InvalidArgument("recipient: an X25519 key, 32 bytes");
    }
  }
  return absl::OkStatus();
}

}  // namespace

// One request under way.
struct RightsServiceImpl::Exercise {
  v1::ExerciseRightRequest request;
  v1::ExerciseRightResponse* response;  // lives until Finish
  grpc::ServerUnaryReactor* reactor = nullptr;
  v1::ExerciseRightResponse unread;  // where nobody waits
  v1::ExerciseAtVaultRequest at_vault;
  v1::ExerciseAtAggregatorRequest others, own;
  std::string done;  // relations that the aggregator has done, vault's form
  // Of an erasure: whom the aggregator was asked for, and what was on its way
  // there.
  std::set<AggregatorHandle> erased;
  std::optional<UnderWay::Watch> watch;
  bool leave_others = false;
  int rounds = 0;

  // What is taken away goes at the aggregator first: the vault knows where it
  // is, for another try. What is forbidden is forbidden at the vault first.
  bool vault_is_last() const {
    return request.right() == v1::RIGHT_ERASE ||
           request.right() == v1::RIGHT_WITHDRAW;
  }

  // Nobody waits for one that is done again.
  void Finish(const absl::Status& status) {
    if (reactor != nullptr) return reactor->Finish(ToGrpc(status));
    spdlog::info("event=erased-again request={} outcome=\"{}\"",
                 ToHex(AsBytes(request.request_id())),
                 status.ok() ? "ok" : Message(status));
  }
};

absl::StatusOr<v1::ExerciseAtVaultRequest> RightsServiceImpl::ForVault(
    const v1::ExerciseRightRequest& request) const {
  v1::ExerciseAtVaultRequest out;
  out.set_right(request.right());
  out.set_request_id(request.request_id());
  out.set_epoch(TtpKeys::kEpoch);
  out.set_recipient(request.recipient());
  out.set_objection_mark(request.objection_mark());
  out.set_objection_secret(request.objection_secret());
  if (request.has_handle()) {
    const auto addressed = parts_.converter.Address(
        request.institution(), Handle::From(request.handle()));
    out.set_handle(std::string(addressed.handle.view()));
    out.set_reference(addressed.reference);
    return out;
  }
  // Converted as a batch of one relation, whose handle nobody has.
  v1::RelationBatch batch;
  batch.set_count(1);
  std::string handle(Handle::kBytes, '\0');
  randombytes_buf(handle.data(), handle.size());
  batch.set_handles(handle);
  batch.add_kinds(request.identity().kinds());
  batch.add_as_of(0);
  batch.set_points_a(request.identity().point_a());
  batch.set_points_b(request.identity().points_b());
  batch.set_sealed(std::string(kSealedOverheadBytes, '\0'));
  GARDEROBE_RETURN_IF_ERROR(parts_.converter.CheckRelations(batch));
  if (batch.kinds(0) == 0) return InvalidArgument("identity: no identifier");
  GARDEROBE_ASSIGN_OR_RETURN(const auto published, parts_.upstream.published());
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto rows,
      parts_.converter.Convert(request.institution(), batch, published->vault));
  auto* identity = out.mutable_identity();
  identity->set_kinds(rows[0].kinds);
  identity->set_point_a(std::string(rows[0].point_a.view()));
  for (const Element& point : rows[0].points_b) {
    identity->mutable_points_b()->append(point.view());
  }
  return out;
}

grpc::ServerUnaryReactor* RightsServiceImpl::ExerciseRight(
    grpc::CallbackServerContext* context,
    const v1::ExerciseRightRequest* request,
    v1::ExerciseRightResponse* response) {
  const auto peer = RequirePeer(*context, Role::kClient);
  if (!peer.ok()) return FinishNow(context, peer.status());
  const absl::Status allowed =
      parts_.institutions.MayExerciseRights(peer->name, request->institution());
  if (!allowed.ok()) {
    parts_.refused_calls.Increment();
    return FinishNow(context, allowed);
  }
  const absl::Status checked = CheckRequest(*request);
  if (!checked.ok()) return FinishNow(context, checked);
  // Which right and which request; of whom nobody is told.
  spdlog::info("event=right right={} client={} institution={} request={}",
               RightName(static_cast<VisitorRight>(request->right())),
               peer->name, request->institution(),
               ToHex(AsBytes(request->request_id())));
  auto exercise = std::make_shared<Exercise>();
  exercise->request = *request;
  exercise->response = response;
  exercise->reactor = context->DefaultReactor();
  if (request->right() == v1::RIGHT_ERASE) {
    exercise->watch.emplace(parts_.under_way);
  }
  parts_.queue.Post(peer->name, [this, exercise] { AskVault(exercise); });
  return exercise->reactor;
}

absl::StatusOr<size_t> RightsServiceImpl::Address(
    Exercise& exercise, const v1::ExerciseAtVaultResponse& answer) {
  const std::string_view handles = answer.handles();
  const std::string_view references = answer.references();
  const size_t count = handles.size() / VaultHandle::kBytes;
  if (handles.size() != count * VaultHandle::kBytes ||
      references.size() != count * ReferenceSealer::kBytes) {
    return Internal("the vault's answer is malformed");
  }
  exercise.others.clear_institutions();
  exercise.others.clear_institution();
  exercise.others.clear_handles();
  const InstitutionTags tags(*parts_.institutions.Get());
  Addressees others;
  size_t addressed = 0;
  for (size_t i = 0; i < count; ++i) {
    const std::string_view handle =
        handles.substr(i * VaultHandle::kBytes, VaultHandle::kBytes);
    const auto opened = parts_.converter.references().Open(
        VaultHandle::From(handle),
        references.substr(i * ReferenceSealer::kBytes,
                          ReferenceSealer::kBytes));
    const auto institution = opened ? tags.Find(opened->tag) : std::nullopt;
    if (!institution) {
      // It stays at the vault, for the aggregator can't be told.
      spdlog::warn("event=reference-unreadable");
      continue;
    }
    others.Add(*institution, opened->handle);
    exercise.erased.insert(opened->handle);
    exercise.done += handle;
    ++addressed;
  }
  others.ShuffleInto(exercise.others);
  return addressed;
}

void RightsServiceImpl::AskVault(ExercisePtr exercise) {
  const std::string& institution = exercise->request.institution();
  if (exercise->request.has_identity() && exercise->reactor != nullptr) {
    // A right of visitors is never refused for want of a budget; it counts.
    const absl::Status counted = parts_.budgets.Count(institution, 1);
    if (!counted.ok()) return exercise->Finish(counted);
  }
  auto at_vault = ForVault(exercise->request);
  if (!at_vault.ok()) return exercise->Finish(at_vault.status());
  for (auto* request : {&exercise->others, &exercise->own}) {
    request->set_right(exercise->request.right());
    request->set_request_id(exercise->request.request_id());
  }
  exercise->at_vault = *std::move(at_vault);
  v1::ExerciseAtVaultRequest first = exercise->at_vault;
  first.set_only_look(exercise->vault_is_last());
  parts_.upstream.ExerciseAtVault(
      std::move(first),
      [this, exercise](absl::StatusOr<v1::ExerciseAtVaultResponse> answer) {
        if (!answer.ok()) return exercise->Finish(answer.status());
        if (answer->has_receipt()) {
          *exercise->response->add_receipts() =
              std::move(*answer->mutable_receipt());
        }
        exercise->response->set_vault_sealed(
            std::move(*answer->mutable_sealed()));
        const auto addressed = Address(*exercise, *answer);
        if (!addressed.ok()) return exercise->Finish(addressed.status());
        // Whether the own customer's objection ends is for the vault to say.
        if (exercise->request.has_handle() &&
            exercise->request.right() != v1::RIGHT_WITHDRAW) {
          return AskOwn(exercise);
        }
        AskOthers(exercise);
      });
}

// First the institution's own customer, of which it may be told counts; then
// all relations, of which it may not.
void RightsServiceImpl::AskOwn(ExercisePtr exercise) {
  std::string handle = exercise->request.handle();
  parts_.converter.MapHandles(exercise->request.institution(), handle);
  Addressees own;
  own.Add(exercise->request.institution(), AggregatorHandle::From(handle));
  own.ShuffleInto(exercise->own);
  exercise->erased.insert(AggregatorHandle::From(handle));
  parts_.upstream.ExerciseAtAggregator(
      exercise->own,
      [this,
       exercise](absl::StatusOr<v1::ExerciseAtAggregatorResponse> answer) {
        if (!answer.ok()) return exercise->Finish(answer.status());
        auto* response = exercise->response;
        if (exercise->request.right() == v1::RIGHT_ERASE) {
          response->set_relations_removed(answer->relations_removed());
          response->set_visits_removed(answer->visits_removed());
        }
        response->set_aggregator_sealed(std::move(*answer->mutable_sealed()));
        if (exercise->request.right() != v1::RIGHT_ACCESS) {
          return AskOthers(exercise);
        }
        *response->add_receipts() = std::move(*answer->mutable_receipt());
        exercise->Finish(absl::OkStatus());
      });
}

void RightsServiceImpl::AskOthers(ExercisePtr exercise) {
  parts_.upstream.ExerciseAtAggregator(
      exercise->others,
      [this,
       exercise](absl::StatusOr<v1::ExerciseAtAggregatorResponse> answer) {
        if (!answer.ok()) return exercise->Finish(answer.status());
        Conclude(exercise, std::move(*answer->mutable_receipt()));
      });
}

void RightsServiceImpl::Conclude(ExercisePtr exercise, v1::Receipt receipt) {
  if (!exercise->vault_is_last()) {
    *exercise->response->add_receipts() = std::move(receipt);
    return exercise->Finish(absl::OkStatus());
  }
  v1::ExerciseAtVaultRequest last = exercise->at_vault;
  last.set_done(exercise->done);
  last.set_leave_others(exercise->leave_others);
  parts_.upstream.ExerciseAtVault(
      std::move(last),
      [this, exercise, receipt = std::move(receipt)](
          absl::StatusOr<v1::ExerciseAtVaultResponse> answer) mutable {
        if (!answer.ok()) return exercise->Finish(answer.status());
        // Linked since the vault was asked first: these, too.
        const auto more = Address(*exercise, *answer);
        if (!more.ok()) return exercise->Finish(more.status());
        if (*more > 0) {
          if (++exercise->rounds < kRoundsMax) return AskOthers(exercise);
          return exercise->Finish(
              Unavailable("the person is being delivered right now"));
        }
        if (!answer->has_receipt() && !exercise->leave_others) {
          // What is left can't be reached; all else goes.
          exercise->leave_others = true;
          return Conclude(exercise, std::move(receipt));
        }
        *exercise->response->add_receipts() = std::move(receipt);
        *exercise->response->add_receipts() =
            std::move(*answer->mutable_receipt());
        EraseWhatWasUnderWay(*exercise);
        exercise->Finish(absl::OkStatus());
      });
}

void RightsServiceImpl::EraseWhatWasUnderWay(Exercise& exercise) {
  if (!exercise.watch) return;
  exercise.watch->AfterThoseWith(
      exercise.erased, [this, request = exercise.request] {
        auto again = std::make_shared<Exercise>();
        again->request = request;
        again->response = &again->unread;
        boost::asio::post(parts_.daemon.workers(),
                          [this, again] { AskVault(again); });
      });
  exercise.watch.reset();
}

}  // namespace garderobe::ttp
