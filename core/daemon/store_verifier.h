// Reads every table of a store once after the start and compares checksums, so
// that a damaged table is known before somebody happens to read it.
#ifndef GARDEROBE_CORE_DAEMON_STORE_VERIFIER_H_
#define GARDEROBE_CORE_DAEMON_STORE_VERIFIER_H_

#include <atomic>
#include <thread>

#include "core/store/store.h"

namespace garderobe {

// On a thread of its own; its destructor ends what is under way within one
// table. Damage is told in the log and in Store::Health; a
// table that can't be read for another reason only in the log.
class StoreVerifier {
 public:
  // `store` outlives it.
  explicit StoreVerifier(Store& store);
  ~StoreVerifier();

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_DAEMON_STORE_VERIFIER_H_
