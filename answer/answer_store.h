// What answerd keeps: published cubes, in memory, and each institution's own
// figures, on a shelf. Figures that may be shown, and nothing else.
//
// Thread-safe. Storage: answer/README.md.
#ifndef GARDEROBE_ANSWER_ANSWER_STORE_H_
#define GARDEROBE_ANSWER_ANSWER_STORE_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "answer/mirror_shelf.h"
#include "core/base/mutex.h"
#include "core/store/store.h"
#include "garderobe/v1/answer.pb.h"

namespace garderobe::answer {

// A cube, ready to be looked up in. Immutable.
class LoadedCube {
 public:
  explicit LoadedCube(v1::Cube cube);
  const v1::Cube& cube() const { return cube_; }
  // The cells of one id, in order of measure; empty when there are none.
  std::vector<const v1::CubeCell*> Find(const std::string& cell) const;
  // The cells whose id begins with `prefix`, in order of id.
  std::vector<const v1::CubeCell*> FindPrefix(const std::string& prefix) const;

 private:
  const v1::Cube cube_;  // cells are sorted
};

class AnswerStore {
 public:
  // `mirror_bytes_max`: of own figures in memory.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<AnswerStore>> Open(
      const std::string& directory, size_t mirror_bytes_max);

  MirrorShelf& mirrors() { return mirrors_; }
  // InvalidArgument: not sorted, or the root is not that of cells and coverage.
  // AlreadyExists: another cube of this period is published.
  [[nodiscard]] absl::Status PutCube(const v1::Cube& cube);

  v1::ListHeldResponse Held();

  // NotFound: not published.
  [[nodiscard]] absl::StatusOr<std::shared_ptr<const LoadedCube>> FindCube(
      const std::string& period);
  std::vector<std::shared_ptr<const LoadedCube>> Cubes();

 private:
  AnswerStore(std::unique_ptr<Store> store, size_t mirror_bytes_max);

  [[nodiscard]] absl::Status Load();

  const std::unique_ptr<Store> store_;
  MirrorShelf mirrors_;  // own locking
  Mutex mutex_;
  std::map<std::string, std::shared_ptr<const LoadedCube>> cubes_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe::answer

#endif  // GARDEROBE_ANSWER_ANSWER_STORE_H_
