// The gRPC shell of a party's register: the coordinator replaces it, with two
// custodians where that widens anything.
#ifndef GARDEROBE_CORE_REGISTER_REGISTER_SERVICE_H_
#define GARDEROBE_CORE_REGISTER_REGISTER_SERVICE_H_

#include <functional>

#include "core/custody/custody.h"
#include "core/register/register_store.h"
#include "garderobe/v1/common.grpc.pb.h"

namespace garderobe {

class RegisterServiceImpl final : public v1::RegisterService::CallbackService {
 public:
  using Check = std::function<absl::Status(const v1::Register&)>;
  // `store` and `custody` outlive the service. `check`: what this party asks of
  // a register beyond its form.
  RegisterServiceImpl(RegisterStore& store, Custody& custody,
                      Check check = nullptr)
      : store_(store), custody_(custody), check_(std::move(check)) {}

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
  Custody& custody_;
  const Check check_;
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_REGISTER_REGISTER_SERVICE_H_
