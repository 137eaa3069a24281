#include "answer/answer_store.h"

#include <algorithm>
#include <tuple>

#include "core/catalogue/cube_root.h"

namespace garderobe::answer {
namespace {
enum Family : size_t { kMeta, kMirrors, kCubes };

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

absl::StatusOr<std::unique_ptr<AnswerStore>> AnswerStore::Open(
    const std::string& directory) {
  GARDEROBE_ASSIGN_OR_RETURN(
      auto store, Store::Open(directory, {"default", "mirrors", "cubes"}));
  std::unique_ptr<AnswerStore> answers(new AnswerStore(std::move(store)));
  GARDEROBE_RETURN_IF_ERROR(answers->Load());
  return answers;
}

absl::Status AnswerStore::Load() {
  const MutexLock lock(&mutex_);
  const auto mirrors = store_->NewIterator(kMirrors);
  for (mirrors->SeekToFirst(); mirrors->Valid(); mirrors->Next()) {
    auto mirror = std::make_shared<v1::Mirror>();
    if (!mirror->ParseFromString(mirrors->value().ToString())) {
      return DataLoss("a stored mirror is damaged");
    }
    mirrors_[mirrors->key().ToString()] = std::move(mirror);
  }
  const auto cubes = store_->NewIterator(kCubes);
  for (cubes->SeekToFirst(); cubes->Valid(); cubes->Next()) {
    v1::Cube cube;
    if (!cube.ParseFromString(cubes->value().ToString())) {
      return DataLoss("a stored cube is damaged");
    }
    cubes_[cubes->key().ToString()] =
        std::make_shared<LoadedCube>(std::move(cube));
  }
  GARDEROBE_RETURN_IF_ERROR(FromRocks(mirrors->status()));
  GARDEROBE_RETURN_IF_ERROR(FromRocks(cubes->status()));
  return absl::OkStatus();
}

absl::Status AnswerStore::PutMirror(const v1::Mirror& mirror) {
  {
    const MutexLock lock(&mutex_);
    const auto known = mirrors_.find(mirror.institution());
    auto age = [](const v1::Mirror& m) {
      return std::pair(m.run(), m.version());
    };
    if (known != mirrors_.end() && age(*known->second) >= age(mirror)) {
      return absl::OkStatus();
    }
    rocksdb::WriteBatch batch;
    batch.Put(store_->family(kMirrors), mirror.institution(),
              mirror.SerializeAsString());
    GARDEROBE_RETURN_IF_ERROR(store_->Write(batch));
    mirrors_[mirror.institution()] = std::make_shared<v1::Mirror>(mirror);
  }
  return store_->Sync();
}

v1::ListHeldResponse AnswerStore::Held() {
  v1::ListHeldResponse held;
  const MutexLock lock(&mutex_);
  for (const auto& [institution, mirror] : mirrors_) {
    auto* entry = held.add_mirrors();
    entry->set_institution(institution);
    entry->set_version(mirror->version());
  }
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

absl::StatusOr<std::shared_ptr<const v1::Mirror>> AnswerStore::FindMirror(
    const std::string& institution) {
  const MutexLock lock(&mutex_);
  const auto found = mirrors_.find(institution);
  if (found == mirrors_.end()) {
    return NotFound("nothing was delivered for {} yet", institution);
  }
  return found->second;
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
