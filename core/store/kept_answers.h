// What a party answered to a request, kept in its store for 30 days by the
// request's id: a client that lost the answer asks again and gets the same
// (protocol.md, 6).
#ifndef GARDEROBE_CORE_STORE_KEPT_ANSWERS_H_
#define GARDEROBE_CORE_STORE_KEPT_ANSWERS_H_

#include <optional>
#include <string>

#include "core/store/store.h"

namespace garderobe {

// Thread-safe. `store` outlives it. Keys begin with "answer/" in the column
// family that is given: the day (4), then the id; the value is the answer.
// Beside them "answered/" and the id name the day.
class KeptAnswers {
 public:
  static constexpr int32_t kKeptDays = 30;
  KeptAnswers(Store& store, size_t family) : store_(store), family_(family) {}

  // nullopt: nothing is kept of this id.
  [[nodiscard]] absl::StatusOr<std::optional<std::string>> Find(
      std::string_view id) const;
  // Keeps the answer, and forgets those that are older than kKeptDays. Not
  // synced. `day` since 2000-01-01.
  [[nodiscard]] absl::Status Keep(std::string_view id, std::string_view answer,
                                  int32_t day);

 private:
  [[nodiscard]] absl::Status ForgetBefore(int32_t day,
                                          rocksdb::WriteBatch& batch) const;
  Store& store_;
  const size_t family_;
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_STORE_KEPT_ANSWERS_H_
