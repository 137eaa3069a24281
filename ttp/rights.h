// What the TTP does for one right of a visitor (protocol.md, 6): straight
// functions, which wait for the parties behind it.
#ifndef GARDEROBE_TTP_RIGHTS_H_
#define GARDEROBE_TTP_RIGHTS_H_

#include <string>

#include "core/base/civil_time.h"
#include "garderobe/v1/rights.pb.h"
#include "ttp/budgets.h"
#include "ttp/converter.h"
#include "ttp/upstream.h"

namespace garderobe::ttp {

// InvalidArgument: malformed; names the field. PermissionDenied: not signed by
// an author of `institution`, which is of the TTP's own register. Vault and
// aggregator check that again, each by its own.
[[nodiscard]] absl::Status CheckRight(
    const v1::ExerciseRightRequest& request,
    const v1::Register::Institution& institution, const CivilDate& today);

// An erasure is done twice: what was under way at first may bring something
// back.
enum class Attempt { kFirst, kAgain };

// The two steps of a right, between which the rounds carry what the vault has
// for the aggregator. Thread-safe.
class RightSteps {
 public:
  virtual ~RightSteps() = default;

  // Adds the guesses that the request can test to what the institution has used
  // this month; call it once for a request. No budget refuses it. Unavailable:
  // the disk does not take the count.
  [[nodiscard]] virtual absl::Status Count(
      const v1::ExerciseRightRequest& request) = 0;
  // Has the vault do it. Errors of the parties.
  [[nodiscard]] virtual absl::Status Begin(
      const v1::ExerciseRightRequest& request, Attempt attempt) = 0;
  // When the changes are carried: has the aggregator do it for the
  // institution's own customer, and fetches both receipts. `confirmation`: of
  // the last round, as the aggregator gave it. Unavailable: also when the vault
  // does not take that for enough yet.
  [[nodiscard]] virtual absl::StatusOr<v1::FetchReceiptsResponse> Conclude(
      const v1::ExerciseRightRequest& request, Attempt attempt,
      const std::string& confirmation) = 0;
};

// All arguments of the constructor outlive it.
class Rights : public RightSteps {
 public:
  Rights(const Converter& converter, Upstream& upstream, Budgets& budgets)
      : converter_(converter), upstream_(upstream), budgets_(budgets) {}

  [[nodiscard]] absl::Status Count(
      const v1::ExerciseRightRequest& request) override;
  [[nodiscard]] absl::Status Begin(const v1::ExerciseRightRequest& request,
                                   Attempt attempt) override;
  [[nodiscard]] absl::StatusOr<v1::FetchReceiptsResponse> Conclude(
      const v1::ExerciseRightRequest& request, Attempt attempt,
      const std::string& confirmation) override;

 private:
  [[nodiscard]] absl::StatusOr<v1::ExerciseAtVaultResponse> AtVault(
      v1::ExerciseAtVaultRequest request);
  // What the parties get, and what of it the client does.
  struct Prepared {
    v1::ExerciseAtVaultRequest at_vault;
    v1::ExerciseAtAggregatorRequest at_aggregator;
    v1::FetchReceiptsResponse shown;
  };
  [[nodiscard]] absl::StatusOr<Prepared> Prepare(
      const v1::ExerciseRightRequest& request, Attempt attempt) const;
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
