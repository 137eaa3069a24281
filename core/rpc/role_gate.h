// Who may call which service, decided from the certificate when a call begins:
// before a byte of its message is read. Methods ask again for whom it is
// (RequirePeer).
#ifndef GARDEROBE_CORE_RPC_ROLE_GATE_H_
#define GARDEROBE_CORE_RPC_ROLE_GATE_H_

#include <map>
#include <string>
#include <vector>

#include "core/rpc/peer.h"
#include "grpcpp/security/auth_metadata_processor.h"

namespace garderobe {

// Thread-safe once made.
class RoleGate final : public grpc::AuthMetadataProcessor {
 public:
  // By full name of a service, "garderobe.v1.VaultService": who may call it;
  // an empty name stands for everybody of that role. A service that is not
  // listed (health, reflection) is for every identity of the deployment.
  using Callers = std::map<std::string, std::vector<Peer>, std::less<>>;
  explicit RoleGate(Callers callers) : callers_(std::move(callers)) {}

  bool IsBlocking() const override { return false; }
  // UNAUTHENTICATED, PERMISSION_DENIED as PeerOf and RequirePeer.
  grpc::Status Process(const InputMetadata& metadata,
                       grpc::AuthContext* context, OutputMetadata* consumed,
                       OutputMetadata* response) override;

 private:
  const Callers callers_;
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_RPC_ROLE_GATE_H_
