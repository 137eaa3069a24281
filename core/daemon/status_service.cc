#include "core/daemon/status_service.h"

#include <cstdint>
#include <optional>

#include "core/base/version.h"
#include "core/daemon/disk.h"
#include "core/rpc/ordered_stream.h"
#include "core/rpc/peer.h"
#include "core/rpc/tls.h"

namespace garderobe {

grpc::ServerUnaryReactor* StatusServiceImpl::GetStatus(
    grpc::CallbackServerContext* context, const v1::GetStatusRequest*,
    v1::GetStatusResponse* response) {
  // How much there is, is for operators: a deliverer could watch a count
  // while it delivers one guess after another (protocol.md, 7).
  const auto peer = RequirePeer(*context, Role::kCoordinator);
  if (!peer.ok()) return FinishNow(context, peer.status());
  const DaemonState state = state_();
  response->set_party(party_);
  response->set_ready(state.ready);
  response->set_version(kVersion);
  response->set_epoch(state.epoch);
  response->set_detail(state.detail);
  response->set_disk_free_bytes(FreeBytes(config_.data).value_or(0));
  const auto certificate = ReadCertificate(config_.tls.certificate);
  if (certificate.ok()) {
    response->set_certificate_days_left(DaysLeft(*certificate));
  }
  return FinishNow(context, absl::OkStatus());
}

}  // namespace garderobe
