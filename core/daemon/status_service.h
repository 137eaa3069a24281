// What `garderobe status` asks of a daemon.
#ifndef GARDEROBE_CORE_DAEMON_STATUS_SERVICE_H_
#define GARDEROBE_CORE_DAEMON_STATUS_SERVICE_H_

#include <functional>
#include <string>

#include "core/daemon/daemon_config.h"
#include "garderobe/v1/common.grpc.pb.h"

namespace garderobe {

// Answers coordinators only. Thread-safe when `state` is.
class StatusServiceImpl final : public v1::StatusService::CallbackService {
 public:
  // `config` outlives the service.
  StatusServiceImpl(std::string party, const DaemonConfig& config,
                    std::function<DaemonState()> state)
      : party_(std::move(party)), config_(config), state_(std::move(state)) {}

  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const v1::GetStatusRequest* request,
                                      v1::GetStatusResponse* response) override;

 private:
  const std::string party_;
  const DaemonConfig& config_;
  const std::function<DaemonState()> state_;
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_DAEMON_STATUS_SERVICE_H_
