// The gRPC shells of answerd: authorise, look up, answer.
#ifndef GARDEROBE_ANSWER_SERVICE_H_
#define GARDEROBE_ANSWER_SERVICE_H_

#include "answer/questions.h"
#include "core/daemon/daemon.h"
#include "garderobe/v1/answer.grpc.pb.h"

namespace garderobe::answer {

// For aggregatord.
class IntakeServiceImpl final
    : public v1::AnswerIntakeService::CallbackService {
 public:
  // Both outlive the service.
  IntakeServiceImpl(AnswerStore& store, Daemon& daemon)
      : store_(store), daemon_(daemon) {}
  grpc::ServerUnaryReactor* PutMirror(grpc::CallbackServerContext* context,
                                      const v1::PutMirrorRequest* request,
                                      v1::PutMirrorResponse* response) override;
  grpc::ServerUnaryReactor* PutCustomers(
      grpc::CallbackServerContext* context,
      const v1::PutCustomersRequest* request,
      v1::PutCustomersResponse* response) override;
  grpc::ServerUnaryReactor* ListHeld(grpc::CallbackServerContext* context,
                                     const v1::ListHeldRequest* request,
                                     v1::ListHeldResponse* response) override;
  grpc::ServerUnaryReactor* PutCube(grpc::CallbackServerContext* context,
                                    const v1::PutCubeRequest* request,
                                    v1::PutCubeResponse* response) override;

 private:
  AnswerStore& store_;
  Daemon& daemon_;
};

// For the coordinator and for institutions.
class AnswerServiceImpl final : public v1::AnswerService::CallbackService {
 public:
  // All outlive the service.
  AnswerServiceImpl(Questions& questions, const RegisterStore& institutions,
                    Daemon& daemon)
      : questions_(questions), institutions_(institutions), daemon_(daemon) {}
  grpc::ServerUnaryReactor* QueryOwn(grpc::CallbackServerContext* context,
                                     const v1::QueryOwnRequest* request,
                                     v1::QueryOwnResponse* response) override;
  grpc::ServerUnaryReactor* Query(grpc::CallbackServerContext* context,
                                  const v1::QueryRequest* request,
                                  v1::QueryResponse* response) override;
  grpc::ServerUnaryReactor* GetCatalogue(
      grpc::CallbackServerContext* context,
      const v1::GetCatalogueRequest* request,
      v1::GetCatalogueResponse* response) override;
  grpc::ServerUnaryReactor* GetPeriods(
      grpc::CallbackServerContext* context,
      const v1::GetPeriodsRequest* request,
      v1::GetPeriodsResponse* response) override;

 private:
  // The coordinator, or the analyst of an institution in the register.
  [[nodiscard]] absl::StatusOr<Peer> RequireAsker(
      const grpc::ServerContextBase& context) const;

  Questions& questions_;
  const RegisterStore& institutions_;
  Daemon& daemon_;
};

}  // namespace garderobe::answer

#endif  // GARDEROBE_ANSWER_SERVICE_H_
