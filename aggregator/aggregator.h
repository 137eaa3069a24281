// The aggregator's rooms, and the order in which they are opened. No gRPC here.
//
// Thread-safe. Calls for different institutions run at the same time; calls
// for one wait for each other, but never over a sync.
#ifndef GARDEROBE_AGGREGATOR_AGGREGATOR_H_
#define GARDEROBE_AGGREGATOR_AGGREGATOR_H_

#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <memory>

#include "aggregator/door/batch_door.h"
#include "aggregator/keys.h"
#include "aggregator/ledger/feed_gate.h"
#include "aggregator/ledger/institutions.h"
#include "aggregator/ledger/visits.h"
#include "aggregator/mirror/mirrors.h"
#include "aggregator/people/moments.h"
#include "aggregator/people/people.h"
#include "aggregator/people/relations.h"
#include "aggregator/people/rounds.h"
#include "aggregator/rights/forgetting.h"
#include "aggregator/rights/retention.h"
#include "aggregator/rights/rights.h"
#include "aggregator/rights/sweep.h"
#include "core/base/civil_time.h"
#include "core/base/status.h"
#include "core/keys/receipt.h"
#include "core/keys/serial_book.h"
#include "core/store/store.h"

namespace garderobe::aggregator {

class Aggregator {
 public:
  struct Options {
    VerifyKey vault_pin;  // who must have signed the vault's parameters
    SerialBook* serials = nullptr;              // not owned; null only in tests
    size_t ledger_bytes_max = size_t{1} << 30;  // of ledgers kept in memory
    RunCalendar::Clock clock = Today;           // for retention
  };
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Aggregator>> Open(
      AggregatorKeys keys, std::unique_ptr<Store> store,
      boost::asio::thread_pool& workers, const Options& options);

  SignedBody SignedParameters() const;

  FeedGate& feeds() { return feeds_; }
  Visits& visits() { return visits_; }
  Relations& relations() { return relations_; }
  Rounds& rounds() { return rounds_; }
  Rights& rights() { return rights_; }
  Forgetting& forgetting() { return forgetting_; }
  Retention& retention() { return retention_; }
  Sweep& sweep() { return sweep_; }
  Moments& moments() { return moments_; }
  Mirrors& mirrors() { return mirrors_; }
  InstitutionTable& institutions() { return institutions_; }
  Store& store() { return *store_; }

  struct CountsNow {
    uint64_t institutions = 0, persons = 0, households = 0;
  };
  CountsNow counts();

 private:
  Aggregator(AggregatorKeys keys, std::unique_ptr<Store> store,
             boost::asio::thread_pool& workers, const Options& options);

  const AggregatorKeys keys_;
  const ReceiptSeed receipt_seed_;
  const std::unique_ptr<Store> store_;  // own locking
  // Each is given those above it that it needs.
  const BatchDoor door_;
  InstitutionTable institutions_;
  People people_;
  FeedGate feeds_;
  Forgetting forgetting_;
  Visits visits_;
  Relations relations_;
  Rounds rounds_;
  Rights rights_;
  Retention retention_;
  Sweep sweep_;
  Moments moments_;
  Mirrors mirrors_;
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_AGGREGATOR_H_
