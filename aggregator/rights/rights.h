// Rights of visitors at the aggregator (protocol.md, 6), as their institutions
// ask for them.
#ifndef GARDEROBE_AGGREGATOR_RIGHTS_RIGHTS_H_
#define GARDEROBE_AGGREGATOR_RIGHTS_RIGHTS_H_

#include <string>

#include "aggregator/keys.h"
#include "aggregator/ledger/institutions.h"
#include "aggregator/rights/forgetting.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/rights/authorisation.h"
#include "core/store/kept_answers.h"
#include "core/store/store.h"
#include "garderobe/v1/common.pb.h"
#include "garderobe/v1/rights.pb.h"

namespace garderobe::aggregator {

// Thread-safe.
class Rights {
 public:
  // All outlive it.
  Rights(const AggregatorKeys& keys, Store& store,
         InstitutionTable& institutions, Forgetting& forgetting)
      : keys_(keys),
        store_(store),
        institutions_(institutions),
        forgetting_(forgetting),
        kept_answers_(store, kMeta) {}

  // A right of visitors; as in rights.proto. `institution`: of this party's
  // own register, on whose behalf it is asked. PermissionDenied: none of its
  // authors has signed the request.
  [[nodiscard]] absl::Status Exercise(
      const v1::ExerciseAtAggregatorRequest& request,
      const v1::Register::Institution& institution,
      v1::ExerciseAtAggregatorResponse* response);

 private:
  // InvalidArgument: what is stored says that handle and reference are not of
  // one relation. The receipt tells the reference, which is proved to who
  // asked; what is done is done by the handle. Of a customer of whom there are
  // visits only, no reference is stored.
  [[nodiscard]] absl::Status CheckIsOne(const std::string& name,
                                        const Subject& subject);
  // Does what was asked of the institution's own customer.
  [[nodiscard]] absl::Status ActOn(
      const v1::ExerciseAtAggregatorRequest& request, const SignedRight& asked,
      const Forgetting::Beside& beside,
      v1::ExerciseAtAggregatorResponse* response);
  // What is kept of a relation, as a JSON object.
  [[nodiscard]] absl::StatusOr<std::string> Describe(
      const std::string& name, const AggregatorHandle& handle);

  const AggregatorKeys& keys_;
  Store& store_;
  InstitutionTable& institutions_;
  Forgetting& forgetting_;
  KeptAnswers kept_answers_;  // own locking
  Mutex mutex_;               // one right at a time
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_RIGHTS_RIGHTS_H_
