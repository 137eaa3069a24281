// Keeps the weights of evidence fit for what the vault holds, and links again
// what was linked with others, on a thread of its own: the daemon listens and
// answers meanwhile.
#ifndef GARDEROBE_VAULT_MODEL_KEEPER_H_
#define GARDEROBE_VAULT_MODEL_KEEPER_H_

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "core/base/mutex.h"
#include "vault/link/linker.h"

namespace garderobe::vault {

class ModelKeeper {
 public:
  // `linker` outlives it. `storage` tells whether there is room to write.
  ModelKeeper(Linker& linker, std::function<absl::Status()> storage)
      : linker_(linker), storage_(std::move(storage)) {}
  // Ends what is under way within a few relations. Linking again goes on at the
  // next start, an estimate begins anew.
  ~ModelKeeper();

  void Start();
  // Does what is due next, a part of a second of it at most unless weights are
  // estimated. Returns whether there is nothing left to do. Not while it is
  // started.
  [[nodiscard]] absl::StatusOr<bool> Step();
  // "linking", or that weights are estimated, or how far linking again is.
  std::string state() const;

 private:
  void Run();

  Linker& linker_;
  const std::function<absl::Status()> storage_;
  std::optional<int> told_;  // tenths of linking again that are in the log
  Mutex mutex_;
  CondVar wake_;
  std::atomic<bool> stop_{false};  // set under mutex_
  std::thread thread_;
};

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_MODEL_KEEPER_H_
