// The keys from which the vault derives the randomness of its answers: one a
// day, kept so long that an answer can be opened when somebody doubts it
// (protocol.md, 3).
#ifndef GARDEROBE_VAULT_ANSWER_KEYS_H_
#define GARDEROBE_VAULT_ANSWER_KEYS_H_

#include <map>

#include "core/base/mutex.h"
#include "core/conversion/answer_seed.h"
#include "core/store/store.h"

namespace garderobe::vault {

// Thread-safe. `store` outlives it.
class AnswerKeys {
 public:
  static constexpr int32_t kKeptDays = 40;
  explicit AnswerKeys(Store& store) : store_(store) {}

  // The seed of the answer `id` of `day` (since 2000-01-01). A key is drawn for
  // a day when it is first asked for, and on the disk then; the keys of days
  // more than kKeptDays before it are deleted.
  [[nodiscard]] absl::StatusOr<AnswerSeed> SeedFor(int32_t day,
                                                   const AnswerId& id);
  // The same for a day of the past. NotFound: its key is not kept any more.
  [[nodiscard]] absl::StatusOr<AnswerSeed> SeedOfPast(int32_t day,
                                                      const AnswerId& id) const;

 private:
  [[nodiscard]] absl::StatusOr<AnswerDayKey> Read(int32_t day) const;
  Store& store_;
  Mutex mutex_;
  std::map<int32_t, AnswerDayKey> last_used_ ABSL_GUARDED_BY(mutex_);  // one
};

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_ANSWER_KEYS_H_
