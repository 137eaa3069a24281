// Who belongs together: relations that share a token (data.md, Linking).
//
// A person is a connected component of relations over person tokens (e-mail,
// mobile); a household is a component over household tokens (address,
// landline) and over its persons. Tokens once seen with a relation stay its
// evidence, so components only grow, and the order of arrival never changes
// them. Each person and each household has a random point, drawn when first
// seen; of two that merge the one with the smaller number stays.
//
// All numbers are random and nothing is stored in order of arrival: what
// arrived together would be a fingerprint that the aggregator knows too. What
// RocksDB itself numbers, Store::ForgetOrder takes away.
//
// Sees tokens only: identifiers, visits and the aggregator's pseudonyms never
// come here. Thread-safe. Storage: vault/README.md.
#ifndef GARDEROBE_VAULT_LINKER_H_
#define GARDEROBE_VAULT_LINKER_H_

#include <string>
#include <vector>

#include "core/base/mutex.h"
#include "core/group/element.h"
#include "core/identifiers/identifier.h"
#include "core/sealing/handles.h"
#include "core/store/store.h"

namespace garderobe::vault {

struct Token {
  Kind kind;
  Element point;  // s*M
};

struct LinkRow {
  VaultHandle handle;
  std::vector<Token> tokens;
};

struct LinkedRow {
  Element person;     // P
  Element household;  // H
};

// One of two persons (or households) was given up for the other.
struct LinkChange {
  bool is_person;
  Element given_up;
  Element stays;
};
struct LinkChanges {
  uint64_t sequence = 0;            // of the last one
  uint64_t newest = 0;              // of the newest there is
  std::vector<LinkChange> changes;  // in random order
};

class Linker {
 public:
  static constexpr size_t kChangesMax = 256;

  // Opens or creates the store in `directory`. Errors of Store::Open.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Linker>> Open(
      const std::string& directory);

  // Stores and links the rows, in order; the points they have afterwards.
  // Synced when it returns. On an error nothing is stored.
  [[nodiscard]] absl::StatusOr<std::vector<LinkedRow>> Link(
      const std::vector<LinkRow>& rows);

  // Forgets the changes up to `confirmed`, and returns the oldest that remain,
  // at most kChangesMax. Synced when it returns.
  [[nodiscard]] absl::StatusOr<LinkChanges> Changes(uint64_t confirmed);

  struct Counts {
    uint64_t relations = 0, tokens = 0, persons = 0, households = 0;
  };
  Counts counts() const;

  Store& store() { return *store_; }

 private:
  class Transaction;
  struct Meta {
    uint64_t next_change = 1, first_change = 1;
    uint64_t relations = 0, tokens = 0, persons = 0, households = 0;
  };
  explicit Linker(std::unique_ptr<Store> store) : store_(std::move(store)) {}
  [[nodiscard]] absl::Status LoadMeta() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  [[nodiscard]] absl::StatusOr<LinkChanges> ReadChanges(uint64_t confirmed);
  static std::string EncodeMeta(const Meta& meta);

  const std::unique_ptr<Store> store_;  // own locking
  mutable Mutex mutex_;
  Meta meta_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_LINKER_H_
