#include "aggregator/answer_pusher.h"

#include "core/rpc/status_conversion.h"
#include "spdlog/spdlog.h"

namespace garderobe::aggregator {
namespace {

// Compared with answerd once a minute, for either may be restored meanwhile.
constexpr uint64_t kCallsPerReconcile = 60;

void SetDeadline(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::seconds(5));
}
}  // namespace

absl::Status AnswerPusher::PushMirror(const std::string& institution) {
  auto mirror = aggregator_.MakeMirror(institution);
  if (mirror.status().code() == absl::StatusCode::kNotFound) {
    return absl::OkStatus();  // nothing delivered, nothing to show
  }
  GARDEROBE_RETURN_IF_ERROR(mirror.status());
  const uint64_t version = mirror->version();
  GARDEROBE_RETURN_IF_ERROR(Put(*std::move(mirror)));
  return aggregator_.ConfirmMirror(institution, version);
}

absl::Status AnswerPusher::Put(v1::Mirror mirror) {
  v1::PutMirrorRequest request;
  *request.mutable_mirror() = std::move(mirror);
  grpc::ClientContext context;
  SetDeadline(context);
  v1::PutMirrorResponse response;
  const absl::Status status =
      FromGrpc(stub_.Get()->PutMirror(&context, request, &response));
  stub_.Report(status);
  return status;
}

absl::Status AnswerPusher::Reconcile() {
  grpc::ClientContext context;
  SetDeadline(context);
  v1::ListHeldResponse response;
  const absl::Status status =
      FromGrpc(stub_.Get()->ListHeld(&context, {}, &response));
  stub_.Report(status);
  GARDEROBE_RETURN_IF_ERROR(status);
  std::map<std::string, uint64_t> held;
  for (const auto& mirror : response.mirrors()) {
    held[mirror.institution()] = mirror.version();
  }
  GARDEROBE_ASSIGN_OR_RETURN(const auto unknown,
                             aggregator_.ReconcileMirrors(held));
  for (const std::string& institution : unknown) {
    v1::Mirror empty;
    empty.set_institution(institution);
    empty.set_run(aggregator_.run());
    if (held[institution] > 0) GARDEROBE_RETURN_IF_ERROR(Put(std::move(empty)));
  }
  return publisher_.Reconcile(
      {response.periods().begin(), response.periods().end()});
}

absl::Status AnswerPusher::PushCube(const v1::Cube& cube) {
  v1::PutCubeRequest request;
  *request.mutable_cube() = cube;
  grpc::ClientContext context;
  SetDeadline(context);
  v1::PutCubeResponse response;
  const absl::Status status =
      FromGrpc(stub_.Get()->PutCube(&context, request, &response));
  stub_.Report(status);
  GARDEROBE_RETURN_IF_ERROR(status);
  return publisher_.Confirm(cube.period());
}

void AnswerPusher::PushAll() {
  // Whether to go on: one mirror that answerd does not take must not hold up
  // the others, but when it is not reached there is no point.
  auto reached = [](const char* what, const absl::Status& status) {
    if (!status.ok()) {
      spdlog::warn("event=push what={} reason=\"{}\"", what, Message(status));
    }
    return status.code() != absl::StatusCode::kUnavailable;
  };
  if (!reconciled_ || ++calls_ >= kCallsPerReconcile) {
    const absl::Status status = Reconcile();
    reconciled_ = status.ok();
    calls_ = 0;
    if (!reached("reconcile", status)) return;
  }
  for (const std::string& institution : aggregator_.DirtyMirrors()) {
    if (!reached("mirror", PushMirror(institution))) return;
  }
  const auto cubes = publisher_.Unconfirmed();
  if (!cubes.ok()) {
    reached("cube", cubes.status());
    return;
  }
  for (const v1::Cube& cube : *cubes) {
    if (!reached("cube", PushCube(cube))) return;
  }
}

}  // namespace garderobe::aggregator
