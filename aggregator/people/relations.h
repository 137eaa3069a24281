// Relations and whose they are: what is stored of them.
#ifndef GARDEROBE_AGGREGATOR_PEOPLE_RELATIONS_H_
#define GARDEROBE_AGGREGATOR_PEOPLE_RELATIONS_H_

#include <string>
#include <vector>

#include "aggregator/door/batch_door.h"
#include "aggregator/door/relation_batch.h"
#include "aggregator/ledger/feed_gate.h"
#include "aggregator/ledger/institutions.h"
#include "aggregator/people/people.h"
#include "aggregator/people/refused_relations.h"
#include "aggregator/rights/forgetting.h"
#include "core/base/status.h"
#include "core/store/store.h"
#include "garderobe/v1/aggregator.pb.h"

namespace garderobe::aggregator {

// Thread-safe.
class Relations {
 public:
  // All outlive it.
  Relations(Store& store, InstitutionTable& institutions, FeedGate& feeds,
            const BatchDoor& door, People& people, Forgetting& forgetting)
      : store_(store),
        institutions_(institutions),
        feeds_(feeds),
        door_(door),
        people_(people),
        forgetting_(forgetting),
        refused_(store) {}

  // A batch that the TTP forwards: errors and durability as in
  // aggregator.proto. `registered`: as Visits::Take.
  [[nodiscard]] absl::StatusOr<v1::BatchOutcome> Take(
      v1::StoreRelationsRequest request, const Institutions& registered);

 private:
  // Where a round has said something of a row's relation since the vault's
  // answer, does that: the person of a link takes the place of the row's, and
  // after an objection the identity. Returns which rows are not to be stored:
  // those whose relation was erased or released meanwhile.
  [[nodiscard]] absl::StatusOr<std::vector<bool>> TakeWhatWasTold(
      Institution& institution, const v1::StoreRelationsRequest& request,
      std::vector<Element>& pseudonyms)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(institution.mutex, people_.mutex);
  // Whether the aggregator stores a relation of this handle, or that its
  // visitor objects.
  [[nodiscard]] absl::StatusOr<bool> HasRelation(
      const Institution& institution, const AggregatorHandle& handle) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(institution.mutex);
  // Notes the rows of a batch that is refused as a whole, which the vault has.
  // Returns `refusal`.
  [[nodiscard]] absl::Status RefuseAll(Institution& institution,
                                       const v1::StoreRelationsRequest& request,
                                       const absl::Status& refusal)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(institution.mutex);
  // Erases them, and loads what has changed.
  [[nodiscard]] absl::Status EraseAndLoad(Institution& institution,
                                          const std::vector<Subject>& subjects)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(institution.mutex, people_.mutex);
  // On an error institution and people have taken what is not stored.
  [[nodiscard]] absl::Status Apply(Institution& institution,
                                   const v1::StoreRelationsRequest& request,
                                   const std::vector<Element>& pseudonyms,
                                   const std::vector<bool>& is_dropped,
                                   RelationBatch rows,
                                   const BatchSource& source, Feed feed,
                                   v1::BatchOutcome* outcome)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(institution.mutex, people_.mutex);
  // A relation that shows no address now keeps the household that it had: what
  // a customer does not show again has not ended.
  [[nodiscard]] absl::Status KeepHousehold(const std::string& key,
                                           Relation* row) const;

  Store& store_;
  InstitutionTable& institutions_;
  FeedGate& feeds_;
  const BatchDoor& door_;
  People& people_;
  Forgetting& forgetting_;
  const RefusedRelations refused_;  // of each under its institution's lock
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_PEOPLE_RELATIONS_H_
