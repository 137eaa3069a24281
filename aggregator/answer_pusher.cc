#include "aggregator/answer_pusher.h"

#include "core/rpc/status_conversion.h"
#include "spdlog/spdlog.h"

namespace garderobe::aggregator {
namespace {
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
  v1::PutMirrorRequest request;
  *request.mutable_mirror() = *std::move(mirror);
  grpc::ClientContext context;
  SetDeadline(context);
  v1::PutMirrorResponse response;
  GARDEROBE_RETURN_IF_ERROR(
      FromGrpc(stub_->PutMirror(&context, request, &response)));
  return aggregator_.ConfirmMirror(institution, version);
}

absl::Status AnswerPusher::PushCube(const v1::Cube& cube) {
  v1::PutCubeRequest request;
  *request.mutable_cube() = cube;
  grpc::ClientContext context;
  SetDeadline(context);
  v1::PutCubeResponse response;
  GARDEROBE_RETURN_IF_ERROR(
      FromGrpc(stub_->PutCube(&context, request, &response)));
  return publisher_.Confirm(cube.period());
}

void AnswerPusher::PushAll() {
  auto report = [](const char* what, const absl::Status& status) {
    if (status.ok()) return true;
    spdlog::warn("event=push what={} reason=\"{}\"", what, Message(status));
    return false;
  };
  for (const std::string& institution : aggregator_.DirtyMirrors()) {
    if (!report("mirror", PushMirror(institution))) return;
  }
  const auto cubes = publisher_.Unconfirmed();
  if (!report("cube", cubes.status())) return;
  for (const v1::Cube& cube : *cubes) {
    if (!report("cube", PushCube(cube))) return;
  }
}

}  // namespace garderobe::aggregator
