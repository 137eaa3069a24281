// What the aggregator does with what the TTP forwards: open, check, store,
// link relations to pseudonyms. No gRPC here.
//
// Thread-safe. Calls for different institutions run at the same time; calls
// for one wait for each other, but never over a sync.
#ifndef GARDEROBE_AGGREGATOR_AGGREGATOR_H_
#define GARDEROBE_AGGREGATOR_AGGREGATOR_H_

#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aggregator/ledger/feed.h"
#include "aggregator/people/homes.h"
#include "aggregator/ledger/institution_ledger.h"
#include "aggregator/keys.h"
#include "aggregator/people/person_directory.h"
#include "aggregator/people/refused_relations.h"
#include "aggregator/door/relation_batch.h"
#include "aggregator/people/told_lately.h"
#include "core/base/civil_time.h"
#include "core/base/mutex.h"
#include "core/keys/receipt.h"
#include "core/keys/retention_statement.h"
#include "core/keys/round_statement.h"
#include "core/keys/serial_book.h"
#include "core/register/agreements.h"
#include "core/retention/removal_ceiling.h"
#include "core/retention/run_calendar.h"
#include "core/rights/authorisation.h"
#include "core/store/kept_answers.h"
#include "garderobe/v1/aggregator.pb.h"
#include "garderobe/v1/retention.pb.h"
#include "garderobe/v1/rights.pb.h"

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
      boost::asio::thread_pool& workers, Options options);

  SignedBody SignedParameters() const;

  // Errors and durability as in aggregator.proto. `institutions` is the
  // aggregator's own register: who may be the author of what; a batch of
  // anybody else is refused with Refusal (aggregator/door/author_check.h).
  // `agreed_from`: of ReadVisitBatch.
  [[nodiscard]] absl::StatusOr<v1::BatchOutcome> StoreVisits(
      v1::StoreVisitsRequest request, const Institutions& institutions,
      int32_t agreed_from);
  [[nodiscard]] absl::StatusOr<v1::BatchOutcome> StoreRelations(
      v1::StoreRelationsRequest request, const Institutions& institutions);
  [[nodiscard]] absl::StatusOr<RoundConfirmation> StoreRound(
      const v1::StoreRoundRequest& request);
  [[nodiscard]] absl::StatusOr<uint64_t> Committed(const v1::FeedName& feed);
  // A right of visitors; as in rights.proto. `institution`: of this party's
  // own register, on whose behalf it is asked. PermissionDenied: none of its
  // authors has signed the request.
  [[nodiscard]] absl::Status Exercise(
      const v1::ExerciseAtAggregatorRequest& request,
      const v1::Register::Institution& institution,
      v1::ExerciseAtAggregatorResponse* response);
  // Removes the visits of an institution that are older than `months`, and the
  // relations that have none left and were not delivered since either: the
  // oldest first, and not more in a day than its RemovalCeilings allow.
  // `callers_day` is what the caller holds for today (RunCalendar).
  // NotFound: it has never delivered. FailedPrecondition: a clock is wrong.
  struct Expired {
    RetentionStatement statement;
    SignedBody signed_body;
  };
  [[nodiscard]] absl::StatusOr<Expired> ExpireInstitution(
      const std::string& institution, int months, int32_t callers_day);
  // Relations that were removed for their age and are still at the vault; as in
  // retention.proto. FailedPrecondition: a clock is wrong.
  [[nodiscard]] absl::Status ListExpired(const v1::ListExpiredRequest& request,
                                         v1::ListExpiredResponse* response);
  [[nodiscard]] absl::Status ConfirmExpired(
      const v1::ConfirmExpiredRequest& request);
  // Lets `more` visits, and as many relations, go beyond today's ceilings.
  // Synced when it returns. NotFound: it has never delivered.
  [[nodiscard]] absl::Status ReleaseRetention(const std::string& institution,
                                              uint64_t more);
  RunCalendar& retention_calendar() { return *retention_calendar_; }
  // Removes the pseudonyms of persons that no relation has, and of households
  // where none of these lives. Returns how many. Takes some seconds for a
  // million relations, during which deliveries go on.
  [[nodiscard]] absl::StatusOr<uint64_t> Sweep();
  // Number of the latest erasure whose bytes may still be on the disk, if any.
  std::optional<uint64_t> LastForgotten() const;
  [[nodiscard]] absl::Status ConfirmForgotten(uint64_t last);

  // Takes batches of the feed from this stream (not 0) only, from now on, as of
  // the client's `run`. Returns where the feed stands.
  struct FeedPlace {
    uint64_t committed = 0;  // rows
    uint64_t run_began = 0;  // Feed::RunBegan
  };
  [[nodiscard]] absl::StatusOr<FeedPlace> OpenFeed(const v1::FeedName& feed,
                                                   uint64_t stream,
                                                   uint64_t run);

  // Institutions whose mirror has changed since it was last confirmed.
  [[nodiscard]] absl::StatusOr<std::vector<std::string>> DirtyMirrors();
  [[nodiscard]] absl::StatusOr<v1::Mirror> MakeMirror(
      const std::string& institution);
  // Marks as changed the mirrors of which answerd has another version than
  // this, and gives the institutions of which nothing is known here.
  [[nodiscard]] absl::StatusOr<std::vector<std::string>> ReconcileMirrors(
      const std::map<std::string, uint64_t>& held);
  uint64_t run() const { return run_; }
  [[nodiscard]] absl::Status ConfirmMirror(const std::string& institution,
                                           uint64_t version);

  // Who every relation is, and who lives where, at one moment: somebody who is
  // linked while figures are counted would be counted as two.
  struct Moment {
    Homes homes;
    std::shared_ptr<const rocksdb::Snapshot> relations;
  };

  // For the publisher: everything of one institution at one moment.
  using VisitVisitor = std::function<void(const VisitRow&, const Event&)>;
  [[nodiscard]] absl::Status ForEachVisit(const std::string& institution,
                                          const VisitVisitor& visit);
  [[nodiscard]] absl::Status ForEachRelation(
      const std::string& institution, const Moment& moment,
      const std::function<void(uint32_t number, const Relation&)>& visit);
  [[nodiscard]] absl::StatusOr<Moment> TakeMoment();
  // Whether a visit to an event in these minutes was ever delivered, whatever
  // became of it. `first` inclusive, `end` exclusive, since 2000-01-01.
  [[nodiscard]] absl::StatusOr<bool> HasDelivered(
      const std::string& institution, int64_t first, int64_t end);
  [[nodiscard]] absl::StatusOr<Element> PseudonymOf(Who who, uint32_t number,
                                                    const Moment& moment) const;
  std::vector<std::string> InstitutionNames();

  Store& store() { return *store_; }

  struct CountsNow {
    uint64_t institutions = 0, persons = 0, households = 0;
  };
  CountsNow counts();

 private:
  // One institution, loaded when it is first needed.
  struct Institution {
    std::string name;
    uint32_t number = 0;
    uint64_t last_used = 0;  // guarded by the aggregator's mutex_
    Mutex mutex;
    std::unique_ptr<InstitutionLedger> ledger ABSL_GUARDED_BY(mutex);
    uint64_t version ABSL_GUARDED_BY(mutex) = 0;  // of its mirror
  };
  using InstitutionPtr = std::shared_ptr<Institution>;

  Aggregator(AggregatorKeys keys, std::unique_ptr<Store> store,
             boost::asio::thread_pool& workers, Options options)
      : keys_(std::move(keys)),
        sealing_public_(PublicKeyOf(keys_.sealing)),
        receipt_seed_(ReceiptSeedOf(keys_.signing)),
        store_(std::move(store)),
        workers_(workers),
        options_(options),
        kept_answers_(*store_, kMeta),
        told_lately_(*store_),
        refused_(*store_) {}

  // `create` for a first delivery; NotFound otherwise.
  [[nodiscard]] absl::StatusOr<InstitutionPtr> Find(const std::string& name,
                                                    bool create);
  [[nodiscard]] absl::Status EnsureLoaded(Institution& institution)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(institution.mutex);
  [[nodiscard]] absl::StatusOr<Feed> ReadFeed(uint32_t institution,
                                              const v1::FeedName& name) const;
  // Aborted: another stream was opened since. Called with the institution's
  // lock, so that an answer of OpenFeed holds all that came before it.
  [[nodiscard]] absl::Status CheckStream(const v1::FeedName& feed,
                                         uint64_t stream);
  [[nodiscard]] absl::StatusOr<FeedPlace> PlaceOfFeed(const v1::FeedName& name,
                                                      uint64_t run);
  // The run of the stream that was opened last; 0 when none is known.
  uint64_t RunOf(const v1::FeedName& feed) const;
  // Writes `batch`; on an error the ledger is thrown away, because it has
  // counted what is not stored.
  [[nodiscard]] absl::Status WriteFor(Institution& institution,
                                      rocksdb::WriteBatch& batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(institution.mutex);
  void EvictLedgers();
  // FailedPrecondition: what was sealed names an issue of the parameters that
  // is not in force.
  [[nodiscard]] absl::Status CheckSerial(uint32_t serial) const;
  // The outcome of a batch that is stored already, once it is synced.
  [[nodiscard]] absl::StatusOr<v1::BatchOutcome> OnceSynced(
      v1::BatchOutcome outcome);
  // A relation that a right is about.
  struct Subject {
    AggregatorHandle handle;
    Element reference;  // R
  };
  // InvalidArgument: what is stored says that handle and reference are not of
  // one relation. The receipt tells the reference, which is proved to who
  // asked; what is done is done by the handle. Of a customer of whom there are
  // visits only, no reference is stored.
  [[nodiscard]] absl::Status CheckIsOne(const std::string& name,
                                        const Subject& subject);
  // What is written together with the changes of a right, once they are counted
  // in the response; not called when there are none.
  using Beside = std::function<void(rocksdb::WriteBatch& batch)>;
  // Does what was asked of the institution's own customer.
  [[nodiscard]] absl::Status ActOn(
      const v1::ExerciseAtAggregatorRequest& request, const SignedRight& asked,
      const Beside& beside, v1::ExerciseAtAggregatorResponse* response);
  // Exercises a right other than access at one institution.
  [[nodiscard]] absl::Status ExerciseAt(
      v1::Right right, const std::string& name,
      const std::vector<Subject>& subjects, const Beside& beside,
      v1::ExerciseAtAggregatorResponse* response);
  // Whether visits changed: the ledger must be thrown away then.
  [[nodiscard]] absl::StatusOr<bool> Apply(
      v1::Right right, Institution& institution,
      const std::vector<Subject>& subjects, const Beside& beside,
      v1::ExerciseAtAggregatorResponse* response)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(institution.mutex, people_mutex_);
  // Writes `batch`, unless it is empty, and notes that bytes have to leave the
  // disk (LastForgotten). Returns whether it was written. Not synced.
  [[nodiscard]] absl::StatusOr<bool> WriteForgotten(Institution& institution,
                                                    rocksdb::WriteBatch& batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(institution.mutex, people_mutex_);
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
  [[nodiscard]] absl::StatusOr<RetentionStatement> Expire(
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
  [[nodiscard]] absl::Status OpenCalendar();
  // Where the vault answers a row with nobody, makes the row's handle nobody's.
  // Where a round has said something of a row's relation since the vault's
  // answer, does that: the person of a link takes the place of the row's, and
  // after any right the identity.
  [[nodiscard]] absl::Status TakeWhatWasTold(
      Institution& institution, const v1::StoreRelationsRequest& request,
      std::vector<Element>& pseudonyms)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(institution.mutex, people_mutex_);
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
  // CheckStream, then Feed::Place.
  [[nodiscard]] absl::StatusOr<std::optional<v1::BatchOutcome>> PlaceOf(
      const Feed& feed, const v1::FeedName& name, uint64_t stream,
      const FeedBatch& place);
  // As Apply, and loads what has changed.
  [[nodiscard]] absl::Status ApplyAndLoad(v1::Right right,
                                          Institution& institution,
                                          const std::vector<Subject>& subjects)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(institution.mutex, people_mutex_);
  // What is kept of a relation, as a JSON object.
  [[nodiscard]] absl::StatusOr<std::string> Describe(
      const std::string& name, const AggregatorHandle& handle);
  // Where a batch comes from, and who vouches for it.
  struct BatchSource {
    v1::FeedName feed;
    uint64_t offset = 0;
    Authorship authorship;
  };
  // On an error institution and people have taken what is not stored.
  [[nodiscard]] absl::Status ApplyRelations(
      Institution& institution, const v1::StoreRelationsRequest& request,
      const std::vector<Element>& pseudonyms, RelationBatch rows,
      const BatchSource& source, Feed feed, v1::BatchOutcome* outcome)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(institution.mutex, people_mutex_);
  // One entry of a round, decrypted and found here.
  struct RoundEntry {
    RelationPlace place;
    Element reference, person;
    RoundAction action = RoundAction::kNone;
  };
  // The entries that are to be done, not found yet, and the vault's statement.
  // FailedPrecondition: the entries are not those that the vault has sent.
  [[nodiscard]] absl::StatusOr<std::vector<RoundEntry>> OpenRound(
      const v1::StoreRoundRequest& request, RoundStatement* told);
  // Those of relations that are stored here. Notes what is told of relations
  // that come later. Not synced.
  [[nodiscard]] absl::StatusOr<std::vector<RoundEntry>> FindTold(
      std::vector<RoundEntry> told, uint64_t number)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(round_mutex_);
  // FailedPrecondition: this round or a later one was stored, so that an old
  // one can't bring back who a relation was.
  [[nodiscard]] absl::Status CheckRoundIsNew(uint64_t number)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(round_mutex_);
  [[nodiscard]] absl::StatusOr<VerifyKey> VaultReceiptKey(
      const v1::SignedParameters& vault) const;
  // Relations that are another person's now.
  [[nodiscard]] absl::Status ApplyLinks(const std::vector<RoundEntry>& links)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(people_mutex_);
  // Days of the latest visit of each relation, by number.
  [[nodiscard]] absl::StatusOr<std::vector<int32_t>> LatestVisits(
      const std::string& institution);
  [[nodiscard]] absl::Status FillHomes(Moment& moment);
  // A relation that shows no address now keeps the household that it had: what
  // a customer does not show again has not ended.
  [[nodiscard]] absl::Status KeepHousehold(const std::string& key,
                                           Relation* row) const;
  // What is written, and nothing else, is known of people afterwards.
  [[nodiscard]] absl::Status ReloadPeople()
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(people_mutex_);
  [[nodiscard]] absl::Status EnsurePeople()
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(people_mutex_);
  // Forgets the pseudonyms that no relation supports. Returns how many.
  [[nodiscard]] absl::StatusOr<uint64_t> SweepWho(
      Who who, const std::vector<bool>& supported, const Moment& moment)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(people_mutex_);
  [[nodiscard]] absl::Status Load();
  [[nodiscard]] absl::Status BeginRun();
  // The columns of a batch, which is signed by an author of its institution.
  struct Opened {
    std::string columns;
    BatchSource source;
  };
  // `Request` is StoreVisitsRequest or StoreRelationsRequest; its feed has its
  // kind. InvalidArgument, PermissionDenied: as StoreVisits.
  template <typename Request>
  [[nodiscard]] absl::StatusOr<Opened> Open(
      const Request& request, const Institutions& institutions) const;
  // Signs the outcome, and puts it and the authorship into `batch`.
  void PutOutcome(uint32_t institution, const BatchSource& source, Feed feed,
                  uint64_t mark, v1::BatchOutcome* outcome,
                  rocksdb::WriteBatch& batch) const;
  // Pseudonyms of 64-byte ciphertexts; InvalidArgument: one is malformed.
  [[nodiscard]] absl::StatusOr<std::vector<Element>> Decrypt(
      std::string_view ciphertexts) const;

  const AggregatorKeys keys_;
  const SealingPublicKey sealing_public_;
  const ReceiptSeed receipt_seed_;
  const std::unique_ptr<Store> store_;  // own locking
  boost::asio::thread_pool& workers_;
  const Options options_;

  uint64_t run_ = 0;  // v1::Mirror; fixed after Open
  std::unique_ptr<RunCalendar> retention_calendar_;  // own locking
  Mutex rights_mutex_;                               // one right at a time
  KeptAnswers kept_answers_;                         // own locking

  // Taken before an institution's lock, never after.
  Mutex mutex_;
  std::map<std::string, InstitutionPtr> institutions_ ABSL_GUARDED_BY(mutex_);
  uint32_t next_institution_ ABSL_GUARDED_BY(mutex_) = 1;
  uint64_t uses_ ABSL_GUARDED_BY(mutex_) = 0;

  // Taken last; nothing is done under it.
  mutable Mutex streams_mutex_;
  // The stream that was opened last of each feed, and its run.
  struct OpenedStream {
    uint64_t stream = 0, run = 0;
  };
  std::map<std::string, OpenedStream> streams_ ABSL_GUARDED_BY(streams_mutex_);

  // Taken after an institution's lock, never before.
  Mutex round_mutex_;  // taken before people_mutex_
  Mutex people_mutex_;
  // Null after a reload that failed.
  std::unique_ptr<PersonDirectory> people_ ABSL_GUARDED_BY(people_mutex_);
  ToldLately told_lately_ ABSL_GUARDED_BY(people_mutex_);
  const RefusedRelations refused_;  // of each under its institution's lock
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_AGGREGATOR_H_
