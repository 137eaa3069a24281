// Rights of visitors (protocol.md, 5): asked by a client, done by vault and
// aggregator. The TTP keeps nothing of it.
#ifndef GARDEROBE_TTP_RIGHTS_SERVICE_H_
#define GARDEROBE_TTP_RIGHTS_SERVICE_H_

#include "garderobe/v1/rights.grpc.pb.h"
#include "ttp/feed_handlers.h"

namespace garderobe::ttp {

// Thread-safe.
class RightsServiceImpl final : public v1::RightsService::CallbackService {
 public:
  // `parts` outlive the service.
  explicit RightsServiceImpl(const Parts& parts) : parts_(parts) {}

  grpc::ServerUnaryReactor* ExerciseRight(
      grpc::CallbackServerContext* context,
      const v1::ExerciseRightRequest* request,
      v1::ExerciseRightResponse* response) override;

 private:
  struct Exercise;
  using ExercisePtr = std::shared_ptr<Exercise>;
  [[nodiscard]] absl::StatusOr<v1::ExerciseAtVaultRequest> ForVault(
      const v1::ExerciseRightRequest& request) const;
  void AskVault(ExercisePtr exercise);
  void AskOthers(ExercisePtr exercise);
  void AskOwn(ExercisePtr exercise);
  void Conclude(ExercisePtr exercise, v1::Receipt receipt);
  // A batch that was on its way during the erasure brings back what it holds:
  // once it is stored, all is erased again.
  void EraseWhatWasUnderWay(Exercise& exercise);
  // Makes the vault's relations those that the aggregator is asked for next;
  // how many there are.
  [[nodiscard]] absl::StatusOr<size_t> Address(
      Exercise& exercise, const v1::ExerciseAtVaultResponse& answer);

  const Parts parts_;
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_RIGHTS_SERVICE_H_
