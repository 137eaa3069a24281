// Rounds of the vault's, as the TTP passes them on: which relations are another
// person's now, erased, or of somebody who objects or does no longer.
#ifndef GARDEROBE_AGGREGATOR_PEOPLE_ROUNDS_H_
#define GARDEROBE_AGGREGATOR_PEOPLE_ROUNDS_H_

#include <cstdint>
#include <vector>

#include "aggregator/door/batch_door.h"
#include "aggregator/keys.h"
#include "aggregator/ledger/institutions.h"
#include "aggregator/people/people.h"
#include "aggregator/rights/forgetting.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/keys/round_statement.h"
#include "core/keys/serial_book.h"
#include "core/store/store.h"
#include "garderobe/v1/aggregator.pb.h"

namespace garderobe::aggregator {

// Thread-safe.
class Rounds {
 public:
  // Who is believed to speak for the vault. Not owned; `serials` is null only
  // in tests.
  struct Vault {
    VerifyKey pin;  // who must have signed its parameters
    SerialBook* serials = nullptr;
  };
  // All outlive it.
  Rounds(const AggregatorKeys& keys, Store& store,
         InstitutionTable& institutions, const BatchDoor& door, People& people,
         Forgetting& forgetting, const Vault& vault)
      : keys_(keys),
        store_(store),
        institutions_(institutions),
        door_(door),
        people_(people),
        forgetting_(forgetting),
        vault_(vault) {}

  // Does what a round says, synced when it returns. FailedPrecondition: the
  // entries are not those that the vault has sent, or the round is not newer
  // than the last one; nothing is done. Other errors as in aggregator.proto.
  [[nodiscard]] absl::StatusOr<RoundConfirmation> Take(
      const v1::StoreRoundRequest& request);

 private:
  // One entry of a round, decrypted and found here.
  struct Entry {
    RelationPlace place;
    Element reference, person;
    RoundAction action = RoundAction::kNone;
  };
  // The entries that are to be done, not found yet, and the vault's statement.
  // FailedPrecondition: the entries are not those that the vault has sent.
  [[nodiscard]] absl::StatusOr<std::vector<Entry>> Open(
      const v1::StoreRoundRequest& request, RoundStatement* told);
  // Those of relations that are stored here. Notes what is told of relations
  // that come later. Not synced.
  [[nodiscard]] absl::StatusOr<std::vector<Entry>> FindTold(
      std::vector<Entry> told, uint64_t number)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // FailedPrecondition: this round or a later one was stored, so that an old
  // one can't bring back who a relation was.
  [[nodiscard]] absl::Status CheckIsNew(uint64_t number)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  [[nodiscard]] absl::StatusOr<VerifyKey> VaultReceiptKey(
      const v1::SignedParameters& vault) const;
  // Relations that are another person's now.
  [[nodiscard]] absl::Status ApplyLinks(const std::vector<Entry>& links)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(people_.mutex);

  const AggregatorKeys& keys_;
  Store& store_;
  InstitutionTable& institutions_;
  const BatchDoor& door_;
  People& people_;
  Forgetting& forgetting_;
  const Vault vault_;
  // One round at a time. Taken before an institution's lock.
  Mutex mutex_;
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_PEOPLE_ROUNDS_H_
