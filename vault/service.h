// The gRPC shell of the vault: authorise, hand over, answer.
#ifndef GARDEROBE_VAULT_SERVICE_H_
#define GARDEROBE_VAULT_SERVICE_H_

#include "core/daemon/daemon.h"
#include "core/retention/custody_service.h"
#include "garderobe/v1/retention.grpc.pb.h"
#include "garderobe/v1/review.grpc.pb.h"
#include "garderobe/v1/rights.grpc.pb.h"
#include "garderobe/v1/vault.grpc.pb.h"
#include "vault/vault.h"

namespace garderobe::vault {

class VaultServiceImpl final : public v1::VaultService::CallbackService {
 public:
  // Both outlive the service.
  VaultServiceImpl(Vault& vault, Daemon& daemon)
      : vault_(vault), daemon_(daemon), parameters_(vault.SignedParameters()) {}

  grpc::ServerUnaryReactor* GetParameters(
      grpc::CallbackServerContext* context,
      const v1::GetVaultParametersRequest* request,
      v1::GetVaultParametersResponse* response) override;
  grpc::ServerUnaryReactor* LinkRelations(
      grpc::CallbackServerContext* context,
      const v1::LinkRelationsRequest* request,
      v1::LinkRelationsResponse* response) override;
  grpc::ServerUnaryReactor* GetRound(grpc::CallbackServerContext* context,
                                     const v1::GetRoundRequest* request,
                                     v1::GetRoundResponse* response) override;

 private:
  Vault& vault_;
  Daemon& daemon_;
  const SignedBody parameters_;
};

// Rights of visitors, for the TTP.
class VaultRightsServiceImpl final
    : public v1::VaultRightsService::CallbackService {
 public:
  // Both outlive the service.
  VaultRightsServiceImpl(Vault& vault, Daemon& daemon)
      : vault_(vault), daemon_(daemon) {}
  grpc::ServerUnaryReactor* Exercise(
      grpc::CallbackServerContext* context,
      const v1::ExerciseAtVaultRequest* request,
      v1::ExerciseAtVaultResponse* response) override;

 private:
  Vault& vault_;
  Daemon& daemon_;
};

// Looking into links, raising caps and allowing withdrawals, by two custodians.
class ReviewServiceImpl final : public v1::ReviewService::CallbackService {
 public:
  // All outlive the service.
  ReviewServiceImpl(Vault& vault, Custody& custody, Daemon& daemon)
      : vault_(vault), custody_(custody), daemon_(daemon) {}
  grpc::ServerUnaryReactor* Review(grpc::CallbackServerContext* context,
                                   const v1::ReviewRequest* request,
                                   v1::ReviewResponse* response) override;
  grpc::ServerUnaryReactor* ReleaseCap(
      grpc::CallbackServerContext* context,
      const v1::ReleaseCapRequest* request,
      v1::ReleaseCapResponse* response) override;
  grpc::ServerUnaryReactor* AllowWithdrawal(
      grpc::CallbackServerContext* context,
      const v1::AllowWithdrawalRequest* request,
      v1::AllowWithdrawalResponse* response) override;

 private:
  Vault& vault_;
  Custody& custody_;
  Daemon& daemon_;
};

// Retention, for the TTP.
class VaultRetentionServiceImpl final
    : public v1::VaultRetentionService::CallbackService {
 public:
  // Both outlive the service.
  VaultRetentionServiceImpl(Linker& linker, Daemon& daemon)
      : linker_(linker), daemon_(daemon) {}
  grpc::ServerUnaryReactor* RemoveRelations(
      grpc::CallbackServerContext* context,
      const v1::RemoveRelationsRequest* request,
      v1::RemoveRelationsResponse* response) override;

 private:
  Linker& linker_;
  Daemon& daemon_;
};

// What two custodians may let retention do here. `linker` outlives it.
RetentionCustodyServiceImpl::ReleaseActions ReleaseActionsOf(Linker& linker);

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_SERVICE_H_
