// Retention at the aggregator (protocol.md, 4).
#ifndef GARDEROBE_AGGREGATOR_RIGHTS_RETENTION_H_
#define GARDEROBE_AGGREGATOR_RIGHTS_RETENTION_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "aggregator/keys.h"
#include "aggregator/ledger/institutions.h"
#include "aggregator/people/people.h"
#include "aggregator/people/refused_relations.h"
#include "aggregator/rights/forgetting.h"
#include "core/base/status.h"
#include "core/keys/retention_statement.h"
#include "core/retention/removal_ceiling.h"
#include "core/retention/run_calendar.h"
#include "core/store/store.h"
#include "garderobe/v1/retention.pb.h"

namespace garderobe::aggregator {

// Thread-safe.
class Retention {
 public:
  // All outlive it.
  Retention(const AggregatorKeys& keys, Store& store,
            InstitutionTable& institutions, People& people,
            Forgetting& forgetting)
      : keys_(keys),
        store_(store),
        institutions_(institutions),
        people_(people),
        forgetting_(forgetting),
        refused_(store) {}
  // Once, before anything else. DataLoss: the day of the last run is damaged.
  [[nodiscard]] absl::Status OpenCalendar(const RunCalendar::Clock& clock);
  RunCalendar& calendar() { return *calendar_; }

  // Removes the visits of an institution that are older than `months`, and the
  // relations that have none left and were not delivered since either: the
  // oldest first, and not more in a day than its RemovalCeilings allow.
  // `callers_day` is what the caller holds for today (RunCalendar).
  // NotFound: it has never delivered. FailedPrecondition: a clock is wrong.
  struct Expired {
    RetentionStatement statement;
    SignedBody signed_body;
  };
  [[nodiscard]] absl::StatusOr<Expired> Expire(const std::string& institution,
                                               int months, int32_t callers_day);
  // Relations that were removed for their age and are still at the vault; as in
  // retention.proto. FailedPrecondition: a clock is wrong.
  [[nodiscard]] absl::Status ListExpired(const v1::ListExpiredRequest& request,
                                         v1::ListExpiredResponse* response);
  [[nodiscard]] absl::Status ConfirmExpired(
      const v1::ConfirmExpiredRequest& request);
  // Lets `more` visits, and as many relations, go beyond today's ceilings.
  // Synced when it returns. NotFound: it has never delivered.
  [[nodiscard]] absl::Status Release(const std::string& institution,
                                     uint64_t more);

 private:
  // What an institution may still lose today.
  struct Ceilings {
    RemovalCeiling visits, relations;
  };
  // As stored, or begun for `today` with what the institution holds now.
  [[nodiscard]] absl::StatusOr<Ceilings> CeilingsOf(Institution& institution,
                                                    int32_t today)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(institution.mutex);
  void Put(const Institution& institution, const Ceilings& ceilings,
           rocksdb::WriteBatch& batch) const;
  // Days are counted from 2000-01-01.
  struct AgeLimit {
    int32_t today = 0;
    int32_t cutoff = 0;
  };
  [[nodiscard]] absl::StatusOr<RetentionStatement> ExpireOlder(
      Institution& institution, AgeLimit age)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(institution.mutex);
  // Removes the relations that were last delivered before `cutoff` and are not
  // in `kept`, the oldest first and as many as `ceilings` allow, and the
  // handles that nothing has any more; writes `batch` with the ceilings.
  // Counts into `statement`. Returns whether anything was removed.
  [[nodiscard]] absl::StatusOr<bool> ExpireRelationsWithout(
      Institution& institution, absl::flat_hash_set<uint32_t> kept,
      int32_t cutoff, Ceilings ceilings, rocksdb::WriteBatch& batch,
      RetentionStatement* statement)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(institution.mutex);

  const AggregatorKeys& keys_;
  Store& store_;
  InstitutionTable& institutions_;
  People& people_;
  Forgetting& forgetting_;
  const RefusedRelations refused_;
  std::unique_ptr<RunCalendar> calendar_;  // own locking
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_RIGHTS_RETENTION_H_
