// Which customers have been delivered, and with what: so that a relation goes
// once per customer per change. A table of fixed size; what it forgets is only
// sent again.
#ifndef GARDEROBE_CLIENT_RELATION_LEDGER_H_
#define GARDEROBE_CLIENT_RELATION_LEDGER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/sealing/handles.h"

namespace garderobe::client {

// Not thread-safe.
class RelationLedger {
 public:
  static constexpr size_t kEntries = size_t{1} << 20;  // 16 MiB

  // Reads `path`; an absent or damaged file is an empty ledger.
  static RelationLedger Load(const std::string& path);
  // An empty one that is stored nowhere.
  RelationLedger() : entries_(kEntries) {}

  // Whether the customer was delivered with this digest.
  bool Has(const Handle& handle, uint64_t digest) const;
  void Put(const Handle& handle, uint64_t digest);
  // False: it was not there.
  bool Forget(const Handle& handle);
  [[nodiscard]] absl::Status Save(const std::string& path) const;

 private:
  struct Entry {
    uint64_t key = 0;
    uint64_t digest = 0;
  };
  static uint64_t KeyOf(const Handle& handle);
  void Place(const Entry& entry);
  // Looks at kProbes places from where the key belongs, so that two customers
  // seldom push each other out.
  static constexpr size_t kProbes = 8;
  std::vector<Entry> entries_;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_RELATION_LEDGER_H_
