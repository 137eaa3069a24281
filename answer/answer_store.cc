#include "answer/answer_store.h"

#include <algorithm>
#include <tuple>

#include "core/catalogue/cube_root.h"

namespace garderobe::answer {
namespace {
enum Family : size_t { kMeta, kMirrors, kCubes, kHeld, kCustomers };
const std::vector<std::string> kFamilyNames = {"default", "mirrors", "cubes",
                                               "held", "customers"};
constexpr StoreOptions kStoreOptions = {.format = 2};

bool Before(const v1::CubeCell& a, const v1::CubeCell& b) {
  return std::tie(a.cell(), a.measure()) < std::tie(b.cell(), b.measure());
}
}  // namespace

LoadedCube::LoadedCube(v1::Cube cube) : cube_(std::move(cube)) {}

std::vector<const v1::CubeCell*> LoadedCube::FindPrefix(
    const std::string& prefix) const {
  std::vector<const v1::CubeCell*> found;
  auto it = std::lower_bound(
      cube_.cells().begin(), cube_.cells().end(), prefix,
      [](const v1::CubeCell& c, const std::string& p) { return c.cell() < p; });
  for (; it != cube_.cells().end() && it->cell().starts_with(prefix); ++it) {
    found.push_back(&*it);
  }
  return found;
}

std::vector<const v1::CubeCell*> LoadedCube::Find(
    const std::string& cell) const {
  auto found = FindPrefix(cell);
  std::erase_if(found, [&](const auto* c) { return c->cell() != cell; });
  return found;
}

AnswerStore::AnswerStore(std::unique_ptr<Store> store, size_t mirror_bytes_max)
    : store_(std::move(store)),
      mirrors_(*store_,
               {.held = kHeld, .mirrors = kMirrors, .customers = kCustomers},
               mirror_bytes_max) {}

absl::StatusOr<std::unique_ptr<AnswerStore>> AnswerStore::Open(
    const std::string& directory, size_t mirror_bytes_max) {
  GARDEROBE_ASSIGN_OR_RETURN(
      auto store, Store::Open(directory, kFamilyNames, kStoreOptions));
  std::unique_ptr<AnswerStore> answers(
      new AnswerStore(std::move(store), mirror_bytes_max));
  GARDEROBE_RETURN_IF_ERROR(answers->mirrors_.Load());
  GARDEROBE_RETURN_IF_ERROR(answers->Load());
  return answers;
}

absl::Status AnswerStore::Load() {
  const MutexLock lock(&mutex_);
  const auto cubes = store_->NewIterator(kCubes);
  for (cubes->SeekToFirst(); cubes->Valid(); cubes->Next()) {
    v1::Cube cube;
    if (!cube.ParseFromString(cubes->value().ToString())) {
      return DataLoss("a stored cube is damaged");
    }
    cubes_[cubes->key().ToString()] =
        std::make_shared<LoadedCube>(std::move(cube));
  }
  return FromRocks(cubes->status());
}

v1::ListHeldResponse AnswerStore::Held() {
  v1::ListHeldResponse held;
  mirrors_.AddHeld(&held);
  const MutexLock lock(&mutex_);
  for (const auto& [period, cube] : cubes_) held.add_periods(period);
  return held;
}

absl::Status AnswerStore::PutCube(const v1::Cube& cube) {
  for (int i = 1; i < cube.cells_size(); ++i) {
    if (!Before(cube.cells(i - 1), cube.cells(i))) {
      return InvalidArgument("cells[{}]: not in order", i);
    }
  }
  for (int i = 1; i < cube.coverage_size(); ++i) {
    if (cube.coverage(i - 1).population() >= cube.coverage(i).population()) {
      return InvalidArgument("coverage[{}]: not in order", i);
    }
  }
  if (CubeRoot(cube) != cube.root()) {
    return InvalidArgument("root: not the root of cells and coverage");
  }
  {
    const MutexLock lock(&mutex_);
    const auto known = cubes_.find(cube.period());
    if (known != cubes_.end()) {
      if (known->second->cube().root() == cube.root()) return absl::OkStatus();
      return AlreadyExists("another cube of {} is published", cube.period());
    }
    rocksdb::WriteBatch batch;
    batch.Put(store_->family(kCubes), cube.period(), cube.SerializeAsString());
    GARDEROBE_RETURN_IF_ERROR(store_->Write(batch));
    cubes_[cube.period()] = std::make_shared<LoadedCube>(cube);
  }
  return store_->Sync();
}

absl::StatusOr<std::shared_ptr<const LoadedCube>> AnswerStore::FindCube(
    const std::string& period) {
  const MutexLock lock(&mutex_);
  const auto found = cubes_.find(period);
  if (found == cubes_.end()) {
    return NotFound("{} is not published; `query periods` lists what is",
                    period);
  }
  return found->second;
}

std::vector<std::shared_ptr<const LoadedCube>> AnswerStore::Cubes() {
  const MutexLock lock(&mutex_);
  std::vector<std::shared_ptr<const LoadedCube>> all;
  for (const auto& [period, cube] : cubes_) all.push_back(cube);
  return all;
}

}  // namespace garderobe::answer
