// The gRPC shell of audits: which crowds there are, and the proof of one.
#ifndef GARDEROBE_TTP_AUDIT_SERVICE_H_
#define GARDEROBE_TTP_AUDIT_SERVICE_H_

#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <string>
#include <vector>

#include "core/base/mutex.h"
#include "garderobe/v1/audit.grpc.pb.h"
#include "ttp/kept_crowds.h"
#include "ttp/keys.h"
#include "ttp/upstream.h"

namespace garderobe {
class SweptStream;
}

namespace garderobe::ttp {

// What a proof is made of. All but the last two outlive the service.
struct AuditParts {
  const KeptCrowds& crowds;
  const Upstream& upstream;
  const TtpKeys& keys;
  TtpParameters own;      // what the TTP itself publishes
  SignedBody signed_own;  // the same, signed
};

// Thread-safe.
class AuditServiceImpl final : public v1::AuditService::CallbackService {
 public:
  // Crowds that are proved or read at the same time: a proof takes seconds of
  // processor time, and its pages a few MiB.
  static constexpr size_t kProofsMax = 2;

  explicit AuditServiceImpl(AuditParts parts) : parts_(std::move(parts)) {}

  grpc::ServerUnaryReactor* ListCrowds(
      grpc::CallbackServerContext* context,
      const v1::ListCrowdsRequest* request,
      v1::ListCrowdsResponse* response) override;
  grpc::ServerBidiReactor<v1::ProveCrowdRequest, v1::ProveCrowdResponse>*
  ProveCrowd(grpc::CallbackServerContext* context) override;

  // Ends streams whose peers have gone quiet, so that they give their place to
  // others. Called by a timer.
  void EndIdleStreams();

 private:
  class Reading;
  [[nodiscard]] bool TakePlace();
  void GivePlace();

  const AuditParts parts_;
  Mutex mutex_;
  size_t places_taken_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::weak_ptr<SweptStream>> open_ ABSL_GUARDED_BY(mutex_);
  // Threads of its own: deliveries do not wait for proofs.
  boost::asio::thread_pool provers_{kProofsMax};
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_AUDIT_SERVICE_H_
