// The gRPC shell of a party's register: the coordinator replaces it.
#ifndef GARDEROBE_CORE_REGISTER_REGISTER_SERVICE_H_
#define GARDEROBE_CORE_REGISTER_REGISTER_SERVICE_H_

#include "core/register/register_store.h"
#include "garderobe/v1/common.grpc.pb.h"

namespace garderobe {

class RegisterServiceImpl final : public v1::RegisterService::CallbackService {
 public:
  // `store` outlives the service.
  explicit RegisterServiceImpl(RegisterStore& store) : store_(store) {}

  grpc::ServerUnaryReactor* ImportRegister(
      grpc::CallbackServerContext* context,
      const v1::ImportRegisterRequest* request,
      v1::ImportRegisterResponse* response) override;
  grpc::ServerUnaryReactor* GetRegister(
      grpc::CallbackServerContext* context,
      const v1::GetRegisterRequest* request,
      v1::GetRegisterResponse* response) override;

 private:
  RegisterStore& store_;
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_REGISTER_REGISTER_SERVICE_H_
