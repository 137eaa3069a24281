// The last crowds that went to the vault, as long as they can be proved to an
// auditor (protocol.md, 8). In memory only: the scalars of what is dropped
// are wiped, and a restart forgets all of it.
#ifndef GARDEROBE_TTP_KEPT_CROWDS_H_
#define GARDEROBE_TTP_KEPT_CROWDS_H_

#include <deque>
#include <memory>
#include <vector>

#include "core/base/mutex.h"
#include "ttp/pool.h"
#include "ttp/upstream.h"

namespace garderobe::ttp {

// Move-only.
struct KeptCrowd {
  AnswerId id;
  int32_t answer_day = 0;
  uint64_t unix_seconds = 0;      // when the vault had answered
  SignedBody receipt;             // the vault's, whether it is in order or not
  std::vector<VaultRow> outputs;  // in the vault's order; without references
  Pool::Traces traces;            // of each output
};
using KeptCrowdPtr = std::shared_ptr<const KeptCrowd>;

// Thread-safe.
class KeptCrowds {
 public:
  // All crowds together have no more rows than this: 32 MB, with the ten kinds
  // of a usual row.
  static constexpr size_t kRowsMax = 32'000;

  // Keeps the last `crowds_max` crowds, as far as `rows_max` allows; 0 keeps
  // none.
  explicit KeptCrowds(size_t crowds_max, size_t rows_max = kRowsMax)
      : crowds_max_(crowds_max), rows_max_(rows_max) {}

  // Drops the oldest ones until the new one fits. One that can't be proved, for
  // it lacks a trace or is larger than all that is kept, is not taken, and
  // leaves the others as they are.
  void Keep(KeptCrowdPtr crowd);

  // The latest first.
  std::vector<KeptCrowdPtr> List() const;
  // Null: it is not held, or not any more.
  KeptCrowdPtr Find(const AnswerId& id) const;

  // What hands the vault's word for `crowd` on to `answered`, and keeps the
  // crowd before that. A crowd whose answer has no id is not kept: nobody could
  // name it.
  Upstream::Linked Keeping(const Pool::Crowd& crowd, Pool::Traces traces,
                           Pool::Answered answered);

 private:
  const size_t crowds_max_, rows_max_;
  mutable Mutex mutex_;
  std::deque<KeptCrowdPtr> crowds_ ABSL_GUARDED_BY(mutex_);  // the oldest first
  size_t rows_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_KEPT_CROWDS_H_
