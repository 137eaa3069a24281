// What a party answered to a request, kept in its store for 30 days by the
// request's id: a client that lost the answer asks again and gets the same
// (protocol.md, 6).
#ifndef GARDEROBE_CORE_STORE_KEPT_ANSWERS_H_
#define GARDEROBE_CORE_STORE_KEPT_ANSWERS_H_

#include <optional>
#include <string>
#include <string_view>

#include "core/base/hash.h"
#include "core/store/store.h"

namespace garderobe {

// Thread-safe. `store` outlives it. Keys begin with "answer/" in the column
// family that is given: the day (4), then the id; the value is the digest of
// the request (32) and the answer. Beside them "answered/" and the id name the
// day.
class KeptAnswers {
 public:
  // Longer than a signed request is taken (core/keys/right_request.h).
  static constexpr int32_t kKeptDays = 30;
  KeptAnswers(Store& store, size_t family) : store_(store), family_(family) {}

  struct Kept {
    Digest256 request;   // what was asked under this id
    std::string answer;  // empty: it is claimed, and not answered yet
    int32_t day = 0;     // when it was kept, since 2000-01-01
  };
  // nullopt: nothing is kept of this id.
  [[nodiscard]] absl::StatusOr<std::optional<Kept>> Find(
      std::string_view id) const;
  // Holds the id for this request before anything is done about it, so that
  // nobody has something else done under the same id. Synced.
  [[nodiscard]] absl::Status Claim(std::string_view id,
                                   const Digest256& request, int32_t day);
  // Keeps the answer, and forgets those that are older than kKeptDays. Not
  // synced. `day` since 2000-01-01; of a claimed id, that of the claim.
  [[nodiscard]] absl::Status Keep(std::string_view id, const Digest256& request,
                                  std::string_view answer, int32_t day);
  // Puts the same into `batch`, beside what the answer tells of, so that
  // neither is stored without the other. Unlike Keep it removes no older
  // answers.
  void Put(std::string_view id, const Digest256& request,
           std::string_view answer, int32_t day,
           rocksdb::WriteBatch& batch) const;

 private:
  [[nodiscard]] absl::Status ForgetBefore(int32_t day,
                                          rocksdb::WriteBatch& batch) const;
  Store& store_;
  const size_t family_;
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_STORE_KEPT_ANSWERS_H_
