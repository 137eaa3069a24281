// Which customers have been delivered, and with what: so that a relation goes
// once per customer per change. A table of fixed size; what it forgets is only
// sent again.
#ifndef GARDEROBE_CLIENT_SEND_RELATION_LEDGER_H_
#define GARDEROBE_CLIENT_SEND_RELATION_LEDGER_H_

#include <algorithm>
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

  // What was said of a customer: 7 bytes of the digest, and the quarter of its
  // latest sale since 2000, 0 when it is not known, 255 for any later one. A
  // customer who comes back in another quarter is delivered again: how long the
  // parties keep it depends on its latest sale.
  static uint64_t Said(uint64_t digest, uint16_t as_of_quarter) {
    const uint64_t quarter = std::min<uint16_t>(as_of_quarter, 255);
    return (digest & kDigestMask) | quarter << 56;
  }
  // Whether the customer was delivered with the same digest, of this quarter or
  // a later one.
  bool Has(const Handle& handle, uint64_t said) const;
  void Put(const Handle& handle, uint64_t said);
  // False: it was not there.
  bool Forget(const Handle& handle);
  [[nodiscard]] absl::Status Save(const std::string& path) const;

 private:
  static constexpr uint64_t kDigestMask = (uint64_t{1} << 56) - 1;
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

#endif  // GARDEROBE_CLIENT_SEND_RELATION_LEDGER_H_
