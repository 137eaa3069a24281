// What the TTP does for one right of a visitor (protocol.md, 6): straight
// functions, which wait for the parties behind it.
#ifndef GARDEROBE_TTP_RIGHTS_H_
#define GARDEROBE_TTP_RIGHTS_H_

#include <string>

#include "garderobe/v1/rights.pb.h"
#include "ttp/budgets.h"
#include "ttp/converter.h"
#include "ttp/upstream.h"

namespace garderobe::ttp {

// InvalidArgument: malformed; names the field.
[[nodiscard]] absl::Status CheckRight(const v1::ExerciseRightRequest& request);

// The two steps of a right, between which the rounds carry what the vault has
// for the aggregator. Thread-safe.
class RightSteps {
 public:
  virtual ~RightSteps() = default;

  // What the vault has done.
  struct Begun {
    v1::FetchReceiptsResponse response;
  };
  // Has the vault do it. Errors of the parties.
  [[nodiscard]] virtual absl::StatusOr<Begun> Begin(
      const v1::ExerciseRightRequest& request) = 0;
  // When the changes are carried: has the aggregator do it for the
  // institution's own customer, and fetches its receipt.
  [[nodiscard]] virtual absl::StatusOr<v1::FetchReceiptsResponse> Conclude(
      const v1::ExerciseRightRequest& request, Begun begun) = 0;
};

// All arguments of the constructor outlive it.
class Rights : public RightSteps {
 public:
  Rights(const Converter& converter, Upstream& upstream, Budgets& budgets)
      : converter_(converter), upstream_(upstream), budgets_(budgets) {}

  [[nodiscard]] absl::StatusOr<Begun> Begin(
      const v1::ExerciseRightRequest& request) override;
  [[nodiscard]] absl::StatusOr<v1::FetchReceiptsResponse> Conclude(
      const v1::ExerciseRightRequest& request, Begun begun) override;

 private:
  // What the parties get, and what of it the client does.
  struct Prepared {
    v1::ExerciseAtVaultRequest at_vault;
    v1::ExerciseAtAggregatorRequest at_aggregator;
    v1::FetchReceiptsResponse shown;
  };
  [[nodiscard]] absl::StatusOr<Prepared> Prepare(
      const v1::ExerciseRightRequest& request) const;
  [[nodiscard]] absl::Status PrepareHandle(
      const v1::ExerciseRightRequest& request, const Published& published,
      Prepared* prepared) const;
  [[nodiscard]] absl::Status PrepareIdentity(
      const v1::ExerciseRightRequest& request, const Published& published,
      Prepared* prepared) const;

  const Converter& converter_;
  Upstream& upstream_;
  Budgets& budgets_;
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_RIGHTS_H_
