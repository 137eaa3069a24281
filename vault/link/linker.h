// Who belongs together (data.md, Linking; docs/linking.md).
//
// Relations that share a token are compared, and those whose evidence is
// strong enough are one person. What comes out is a function of what the
// relations show: the order in which they came, and how they were cut into
// batches, change nothing. Each person has a random element; when relations
// change their person, the aggregator is told. Who lives together is not known
// here, and neither is when anything was sold or delivered.
//
// All numbers are random or keyed and nothing is stored in order of arrival:
// what arrived together would be a fingerprint that the aggregator knows too.
// What RocksDB itself numbers, Store::ForgetOrder takes away.
//
// Sees tokens only: identifiers, visits, institutions and the aggregator's
// pseudonyms never come here. Thread-safe. Storage: vault/README.md.
#ifndef GARDEROBE_VAULT_LINK_LINKER_H_
#define GARDEROBE_VAULT_LINK_LINKER_H_

#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/mutex.h"
#include "core/retention/removal_ceiling.h"
#include "core/retention/run_calendar.h"
#include "vault/link/change_queue.h"
#include "vault/link/match_model.h"
#include "vault/link/records.h"

namespace garderobe::vault {

struct LinkRow {
  VaultHandle handle;
  std::string reference;  // rho, kReferenceBytes
  std::vector<Token> tokens;
};

// What the aggregator is to do about a relation.
struct RoundEntry {
  std::string reference;  // rho, as it was delivered
  ChangeRecord::Type type = ChangeRecord::Type::kLink;
  PersonSeed person;  // with kLink; otherwise nobody
};

struct LinkRound {
  RoundConfirmation confirmation;    // as of ChangeQueue::Taken
  uint64_t number = 0;               // likewise
  uint64_t done_through = 0;         // likewise
  uint64_t rights_done_through = 0;  // likewise
  size_t changes = 0;                // that were taken; some have no entry
  std::vector<RoundEntry> entries;   // in random order
};

// Plain counts of what is stored.
struct LinkCounts {
  uint64_t relations = 0, tokens = 0, persons = 0;
  uint64_t set_aside = 0;      // tokens that too many hold
  uint64_t contradictory = 0;  // relations that another contradicts
};

class LinkTransaction;
// What a LinkTransaction is for. In one that only looks, a row that is taken in
// does not count among those who hold a token.
enum class LinkPurpose { kLink, kLook };

class Linker {
 public:
  // What more relations than this hold says nothing about one person: a box
  // office's address, a school's telephone.
  static constexpr uint32_t kHoldersMax = 60;

  struct Options {
    MatchParameters model = MatchParameters::Default();
    // From kRelationsToEstimate relations on, weights that are estimated from
    // the store take the place of `model`, which is their first guess then.
    bool estimates = false;
    ChangeQueue::Options changes = {};
    UnixClock clock = nullptr;  // of this machine
  };
  static constexpr uint64_t kRelationsToEstimate = 5'000;

  // Opens or creates the store in `directory`. When the model is another than
  // the store was linked with, everything is to be linked again (RelinkSome).
  // Errors of Store::Open.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Linker>> Open(
      const std::string& directory, const Options& options);
  // The same of a store that was opened with the families and options of
  // records.h.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Linker>> Open(
      std::unique_ptr<Store> store, const Options& options);

  // Links at most so many relations again that were linked with other weights,
  // with all that these lead to. Returns whether there are none left. Where it
  // had come to is kept. On an error nothing was linked.
  [[nodiscard]] absl::StatusOr<bool> RelinkSome(size_t most);
  // All of them, some minutes for a million relations.
  [[nodiscard]] absl::Status RelinkAll();
  // What part is linked again, 0 to 1; nullopt: everything is.
  std::optional<double> relinking() const;
  // Whether the weights are to be estimated: there are enough relations for the
  // first time, or half as many more or a third fewer than they were estimated
  // from.
  bool EstimateIsDue() const;
  // Estimates the weights from what is stored and links with them from now on;
  // of fewer than half of kRelationsToEstimate takes those that were given.
  // Takes a minute for many relations; everything else goes on beside it.
  // Cancelled: `stop` was set, and nothing has changed.
  [[nodiscard]] absl::Status Estimate(const std::atomic<bool>& stop);
  // Stores and links the rows. Returns the seeds of their persons' elements;
  // zeros for those who object. A kind that a relation showed before and this
  // row does not have stays. Synced when it returns. On an error nothing was
  // written, or not all of it is on the disk.
  [[nodiscard]] absl::StatusOr<std::vector<PersonSeed>> Link(
      const std::vector<LinkRow>& rows);

  // Forgets the changes of the last round when `confirmed` confirms it, and
  // returns the oldest that are due, at most `most`. Each round replaces the
  // last one, whose changes are told again. Synced when it returns.
  [[nodiscard]] absl::StatusOr<LinkRound> NextRound(
      const RoundConfirmation& confirmed, size_t most);
  // As those of ChangeQueue. Confirm is synced when it returns.
  [[nodiscard]] absl::Status Confirm(const RoundConfirmation& confirmed);
  uint64_t confirmed_through() const;
  uint64_t last_round() const;

  // Whom a right is about: a relation by its handle, or whoever shows these
  // tokens.
  struct Subject {
    std::optional<VaultHandle> handle;
    std::string reference;  // with a handle
    std::vector<Token> tokens;
  };
  // Each is synced when it returns; what is not known is no error, and done
  // twice is done once. What follows for relations at the aggregator is due in
  // the next round.
  //
  // Removes the relation, or all relations of the person. Objections stay. The
  // aggregator is not told of a relation that is named by its handle: whoever
  // knows the handle asks the aggregator too.
  [[nodiscard]] absl::Status Erase(const Subject& subject);
  // Lodges an objection: from now on only what recognises the person is kept,
  // and later rows get the identity. All relations of the person are concerned,
  // also those that objected before. `mark` takes the objection back.
  [[nodiscard]] absl::Status Object(const Subject& subject,
                                    const ObjectionMark& mark);
  // Takes back the objection that was lodged with this subject and this mark,
  // or without a mark every one that was lodged with this subject; where there
  // is none, nothing. The person objects as long as another one stands. After
  // the last, all that was kept for it is forgotten.
  [[nodiscard]] absl::Status Withdraw(const Subject& subject,
                                      const std::optional<ObjectionMark>& mark);

  // Ends objections by identity that were lodged last more than
  // kRetentionMonthsMax months ago and whose person has no relation at an
  // institution. Returns how many. FailedPrecondition: the day can't be
  // believed (RunCalendar::Check), and nothing ends. Synced when it returns.
  [[nodiscard]] absl::StatusOr<size_t> EndUnmatched();

  // Removes relations that are too old, in the order given and not more in a
  // day than the RemovalCeiling allows; which are old the caller knows, for
  // here no time is known. Those of somebody who objects stay. Synced when it
  // returns. `callers_day` is what the caller holds for today (RunCalendar).
  // FailedPrecondition: a clock is wrong; nothing is removed.
  struct RemovedAged {
    uint32_t taken = 0;  // the first so many are done with
    uint32_t removed = 0;
  };
  [[nodiscard]] absl::StatusOr<RemovedAged> RemoveAged(
      const std::vector<VaultHandle>& relations, int32_t callers_day);
  // Lets `more` relations go beyond today's ceiling. Synced when it returns.
  [[nodiscard]] absl::Status ReleaseRetention(uint64_t more);
  RunCalendar& retention_calendar() { return *retention_calendar_; }
  // Two relations that are linked directly, or are looked at beside each other.
  struct Step {
    Pattern pattern;
    double bits = 0;  // log2 of the odds that they are one person
  };
  struct Explanation {
    bool gone = false;  // one of them is not stored, or objects
    bool same_person = false, kept_apart = false;
    Step direct;
    std::vector<Step> steps;  // from the one to the other; of one person
    size_t relations_of_person = 0;
  };
  // Why two relations are one person, or are not.
  [[nodiscard]] absl::StatusOr<Explanation> Explain(const VaultHandle& a,
                                                    const VaultHandle& b) const;
  // The two are never one person, or may be again. Unknown ones and those that
  // object are passed over. Synced when it returns.
  [[nodiscard]] absl::Status KeepApart(const VaultHandle& a,
                                       const VaultHandle& b, bool apart);
  // What is kept of one relation; not stored: nothing.
  [[nodiscard]] absl::StatusOr<RelationRecord> Access(
      const VaultHandle& handle) const;

  // Rows of this process that were dropped because the visitor objects.
  uint64_t dropped() const {
    const MutexLock lock(&mutex_);
    return dropped_;
  }
  LinkCounts counts() const;
  Store& store() { return *store_; }

 private:
  Linker(std::unique_ptr<Store> store, const Options& options);
  [[nodiscard]] absl::Status LoadMeta() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes the weights that were estimated last, or those that were given.
  [[nodiscard]] absl::Status LoadModel() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Links with these from now on, and begins to link everything again, or goes
  // on with it, unless it is linked with them already. Writes `batch`, too.
  [[nodiscard]] absl::Status UseModel(const MatchParameters& weights,
                                      rocksdb::WriteBatch& batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  struct Relinking {
    RelationId next;
    uint64_t done;  // relations
  };
  // A transaction that finds what the weights of now link, also where it is not
  // linked again yet.
  LinkTransaction NewTransaction(LinkPurpose purpose = LinkPurpose::kLink) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Writes the transaction, with `entries` for the aggregator beside its own
  // changes. Drops the queued changes of the relations in `erased`. Then
  // removes what objected only with somebody whom it is no longer one person
  // with.
  [[nodiscard]] absl::Status Commit(
      LinkTransaction& transaction, const std::set<RelationId>& erased = {},
      const std::vector<ChangeRecord>& entries = {})
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The relation with the subject's handle, or all of whoever shows its tokens.
  [[nodiscard]] absl::StatusOr<std::vector<RelationId>> Find(
      const Subject& subject) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  struct Lodged {
    RelationId id = kNone;                // that they were lodged with
    std::vector<ObjectionMark> marks;     // those to be taken back
    std::vector<RelationId> person = {};  // empty: another objection stands
  };
  // Returns the relation that this mark, or without one any, was lodged with;
  // with it the person's relations when no other objection stands. nullopt:
  // nothing was lodged with it.
  [[nodiscard]] absl::StatusOr<std::optional<Lodged>> FindLodged(
      const Subject& subject, const std::optional<ObjectionMark>& mark)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes back some of several objections of a person.
  [[nodiscard]] absl::Status TakeBack(const Lodged& lodged)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Removes those of `ids` that object, or those that do not. With `tell` the
  // aggregator hears of them in a round.
  [[nodiscard]] absl::Status RemoveOf(const std::vector<RelationId>& ids,
                                      bool objecting, bool tell)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // An objection of whoever is at no institution bears its month, and nothing
  // finer. Not synced.
  [[nodiscard]] absl::Status NoteUnmatched(RelationId id)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ForgetUnmatched(RelationId id, rocksdb::WriteBatch& batch) const;
  // Whether the relation's person has a relation at an institution.
  [[nodiscard]] absl::StatusOr<bool> IsMatched(RelationId id) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static std::string EncodeMeta(const LinkCounts& counts);
  [[nodiscard]] absl::Status OpenCalendar();
  // As stored, or begun for `today` with what is stored now.
  [[nodiscard]] absl::StatusOr<RemovalCeiling> CeilingOf(int32_t today) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Not synced.
  [[nodiscard]] absl::Status Put(const RemovalCeiling& ceiling);

  const std::unique_ptr<Store> store_;  // own locking
  const Options options_;
  const UnixClock clock_;
  std::unique_ptr<RunCalendar> retention_calendar_;  // own locking; after Open
  mutable Mutex mutex_;
  LinkCounts counts_ ABSL_GUARDED_BY(mutex_);
  MatchModel model_ ABSL_GUARDED_BY(mutex_);
  std::optional<Relinking> relinking_ ABSL_GUARDED_BY(mutex_);
  // Relations that the weights were estimated from; 0: they were given.
  uint64_t estimated_from_ ABSL_GUARDED_BY(mutex_) = 0;
  std::unique_ptr<ChangeQueue> changes_ ABSL_GUARDED_BY(mutex_);
  uint64_t dropped_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_LINK_LINKER_H_
