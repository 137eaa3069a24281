// Each institution's own figures: on disk, and those that were asked for lately
// in memory, up to a limit.
#ifndef GARDEROBE_ANSWER_MIRROR_SHELF_H_
#define GARDEROBE_ANSWER_MIRROR_SHELF_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/store/store.h"
#include "garderobe/v1/answer.pb.h"
#include "garderobe/v1/mirror.pb.h"

namespace garderobe::answer {

// Thread-safe.
class MirrorShelf {
 public:
  // Which of the store's families hold what.
  struct Families {
    size_t held, mirrors, customers;
  };
  // `store` outlives it. `bytes_max`: of figures in memory.
  MirrorShelf(Store& store, const Families& families, size_t bytes_max)
      : store_(store), families_(families), bytes_max_(bytes_max) {}
  // Reads which figures are there, once. DataLoss: a record is damaged.
  [[nodiscard]] absl::Status Load();

  // Synced when it returns. What an earlier run of the aggregator made, or an
  // older version, never replaces a newer one.
  [[nodiscard]] absl::Status Put(const v1::Mirror& mirror);
  [[nodiscard]] absl::Status Put(const v1::CustomerMirror& customers);

  // NotFound: nothing was delivered, or nothing is counted yet. DataLoss: the
  // figures are damaged on disk.
  [[nodiscard]] absl::StatusOr<std::shared_ptr<const v1::Mirror>> FindVisits(
      const std::string& institution);
  [[nodiscard]] absl::StatusOr<std::shared_ptr<const v1::CustomerMirror>>
  FindCustomers(const std::string& institution);

  void AddHeld(v1::ListHeldResponse* held);
  // Of figures in memory now.
  size_t bytes();

 private:
  // Run and version; a later one is greater.
  using Age = std::pair<uint64_t, uint64_t>;
  struct Held {
    Age visits{0, 0}, customers{0, 0};
  };
  // Figures in memory. One of the two is set.
  struct Cached {
    std::string institution;
    std::shared_ptr<const v1::Mirror> visits;
    std::shared_ptr<const v1::CustomerMirror> customers;
    size_t bytes = 0;
  };
  using Cache = std::list<Cached>;
  template <typename Figures>
  static constexpr bool kIsOfVisits = std::is_same_v<Figures, v1::Mirror>;
  template <typename Figures>
  Age& AgeIn(Held& held) const;

  template <typename Figures>
  [[nodiscard]] absl::Status PutFigures(const Figures& figures);
  template <typename Figures>
  [[nodiscard]] absl::StatusOr<std::shared_ptr<const Figures>> Find(
      const std::string& institution);
  template <typename Figures>
  void Drop(const std::string& institution)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // At the front; what was asked for longest ago goes until the rest fits.
  void Keep(Cached cached) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Store& store_;
  const Families families_;
  const size_t bytes_max_;
  Mutex mutex_;
  std::map<std::string, Held> held_ ABSL_GUARDED_BY(mutex_);
  Cache cache_ ABSL_GUARDED_BY(mutex_);  // asked for last first
  // By whether it is of visits, and institution.
  std::map<std::pair<bool, std::string>, Cache::iterator> cached_
      ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace garderobe::answer

#endif  // GARDEROBE_ANSWER_MIRROR_SHELF_H_
