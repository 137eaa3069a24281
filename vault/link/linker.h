// Who belongs together (data.md, Linking; docs/linking.md).
//
// Relations that share a token are compared, and those whose evidence is
// strong enough are one person; persons with one home are a household. What
// comes out is a function of what the relations show: the order in which they
// came, and how they were cut into batches, change nothing. Each person and
// each household has a random element; when relations change their person, or
// a person moves, the aggregator is told.
//
// All numbers are random or keyed and nothing is stored in order of arrival:
// what arrived together would be a fingerprint that the aggregator knows too.
// What RocksDB itself numbers, Store::ForgetOrder takes away.
//
// Sees tokens only: identifiers, visits, institutions and the aggregator's
// pseudonyms never come here. Thread-safe. Storage: vault/README.md.
#ifndef GARDEROBE_VAULT_LINK_LINKER_H_
#define GARDEROBE_VAULT_LINK_LINKER_H_

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/mutex.h"
#include "core/retention/removal_ceiling.h"
#include "core/retention/run_calendar.h"
#include "vault/link/match_model.h"
#include "vault/link/records.h"

namespace garderobe::vault {

struct LinkRow {
  VaultHandle handle;
  std::string reference;  // kReferenceBytes, the TTP's
  uint16_t as_of = 0;     // quarters since 2000, of what it shows; 0 unknown
  std::vector<Token> tokens;
};

struct LinkedRow {
  Element person;     // P
  Element household;  // H
};

struct LinkChanges {
  uint64_t sequence = 0;  // of the last one; what to confirm
  uint64_t newest = 0;    // of the newest there is
  struct Relation {
    VaultHandle handle;
    std::string reference;
    Element person;
  };
  std::vector<Relation> relations;   // in random order
  std::vector<LinkedRow> residents;  // who lives where now; in random order
};

// Plain counts of what is stored.
struct LinkCounts {
  uint64_t relations = 0, tokens = 0, persons = 0, households = 0;
  uint64_t set_aside = 0;      // tokens that too many hold
  uint64_t contradictory = 0;  // relations that another contradicts
};

class LinkTransaction;

class Linker {
 public:
  static constexpr size_t kChangesMax = 256;
  // What more relations than this hold says nothing about one person or one
  // household: a box office's address, a school's telephone.
  static constexpr uint32_t kHoldersOfPersonTokenMax = 60;
  static constexpr uint32_t kHoldersOfHouseholdTokenMax = 120;
  // How long an answer may be under way to the aggregator: after this a change
  // is told once more.
  static constexpr uint64_t kTellAgainSeconds = 90;

  // Opens or creates the store in `directory`. When `model` is another than
  // the store was linked with, everything is linked again, which takes some
  // minutes for a million relations; `progress` is told what part is done.
  // Errors of Store::Open.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Linker>> Open(
      const std::string& directory, const MatchParameters& model,
      UnixClock clock = nullptr,
      const std::function<void(double part)>& progress = nullptr);
  // The same of a store that was opened with the families and options of
  // records.h.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Linker>> Open(
      std::unique_ptr<Store> store, const MatchParameters& model,
      UnixClock clock = nullptr,
      const std::function<void(double part)>& progress = nullptr);

  // Stores and links the rows; the points they have afterwards. A kind that a
  // relation showed before and this row does not have stays. Synced when it
  // returns. On an error nothing is stored.
  [[nodiscard]] absl::StatusOr<std::vector<LinkedRow>> Link(
      const std::vector<LinkRow>& rows);

  // Forgets the changes up to `confirmed` that were handed out, and returns
  // the oldest that remain, at most kChangesMax. Synced when it returns.
  [[nodiscard]] absl::StatusOr<LinkChanges> Changes(uint64_t confirmed);

  // Whom a right is about: a relation by its handle, or whoever shows these
  // tokens.
  struct Subject {
    std::optional<VaultHandle> handle;
    std::string reference;  // with a handle
    std::vector<Token> tokens;
  };
  // A relation that the aggregator is to treat likewise.
  struct Concerned {
    VaultHandle handle;
    std::string reference;
  };
  // Each is synced when it returns; what is not known is no error, and done
  // twice is done once. Concerned relations come in random order.
  //
  // What the aggregator has done already.
  struct Done {
    std::set<VaultHandle> handles;
    bool leave_others = false;  // they can't be reached
  };
  // Removes the relation, or all relations of the person. Those that are not
  // in `done` are returned, for the aggregator has not heard of them; nothing
  // is removed then, unless others are to be left: without the rest they would
  // not be found again. Without `done` it changes nothing. Objections stay.
  [[nodiscard]] absl::StatusOr<std::vector<Concerned>> Erase(
      const Subject& subject, const std::optional<Done>& done);
  // Lodges an objection: from now on only what recognises the person is kept,
  // and later rows get the identity. All relations of the person are concerned,
  // also those that objected before. `mark` takes the objection back.
  [[nodiscard]] absl::StatusOr<std::vector<Concerned>> Object(
      const Subject& subject, const ObjectionMark& mark);
  // Takes back the objection that was lodged with this subject and this mark;
  // where there is none, nothing. The person objects as long as another one
  // stands. After the last, all that was kept for it is forgotten; `done` as
  // above.
  [[nodiscard]] absl::StatusOr<std::vector<Concerned>> Withdraw(
      const Subject& subject, const ObjectionMark& mark,
      const std::optional<Done>& done);
  // Relations that showed nothing since the quarter `before` and do not object,
  // from the first whose key is beyond `after`: as many as there are among the
  // next kLookedAtMax. `next`: where to go on; empty at the end. No agreement
  // keeps data for less than a month, so nothing younger is old.
  struct Aged {
    std::vector<Concerned> relations;
    std::vector<uint16_t> latest;  // a relation's quarter
    std::string next;
    uint64_t left_today = 0;  // how many RemoveAged would still remove
  };
  static constexpr size_t kLookedAtMax = 50'000;
  static constexpr int kKeptMonthsMin = 1;
  // `callers_day` is what the caller holds for today (RunCalendar).
  // FailedPrecondition: a clock is wrong.
  [[nodiscard]] absl::StatusOr<Aged> ListAged(uint16_t before,
                                              std::string_view after,
                                              int32_t callers_day);
  // Removes each relation that has shown nothing since its quarter and does not
  // object, in the order given and not more in a day than the RemovalCeiling
  // allows. Synced when it returns. Errors of ListAged; nothing is removed
  // then.
  struct RemovedAged {
    uint32_t removed = 0;
    uint32_t held_back = 0;
  };
  [[nodiscard]] absl::StatusOr<RemovedAged> RemoveAged(
      const std::vector<std::pair<VaultHandle, uint16_t>>& relations,
      int32_t callers_day);
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
    bool same_person = false, same_household = false, kept_apart = false;
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
  struct Meta {
    uint64_t next_change = 1;
    LinkCounts counts;
  };
  Linker(std::unique_ptr<Store> store, const MatchParameters& model,
         UnixClock clock);
  [[nodiscard]] absl::Status LoadMeta() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  [[nodiscard]] absl::Status EnsureModel(
      const std::function<void(double)>& progress)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Drops the waiting changes of the relations in `erased`.
  [[nodiscard]] absl::Status Commit(const LinkTransaction& transaction,
                                    const std::set<RelationId>& erased = {})
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The relation with the subject's handle, or all of whoever shows its tokens.
  [[nodiscard]] absl::StatusOr<std::vector<RelationId>> Find(
      const Subject& subject) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  struct Lodged {
    RelationId id = kNone;                // that it was lodged with
    std::vector<RelationId> person = {};  // empty: another objection stands
  };
  // Returns the relation the mark was lodged with; with it the person's
  // relations when no other objection stands. nullopt: nothing was lodged with
  // it.
  [[nodiscard]] absl::StatusOr<std::optional<Lodged>> FindLodged(
      const Subject& subject, const ObjectionMark& mark)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes back one of several objections of a person.
  [[nodiscard]] absl::Status TakeBack(RelationId id, const ObjectionMark& mark)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Those of `ids` that object, or those that do not.
  [[nodiscard]] absl::StatusOr<std::vector<Concerned>> Look(
      const std::vector<RelationId>& ids, bool objecting)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Removes of these what is in `done`, or at no institution, as Erase says;
  // what is left.
  [[nodiscard]] absl::StatusOr<std::vector<Concerned>> RemoveOf(
      const std::vector<RelationId>& ids, bool objecting, const Done& done)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  [[nodiscard]] absl::Status Confirm(uint64_t confirmed)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  [[nodiscard]] absl::StatusOr<LinkChanges> ReadChanges()
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static std::string EncodeMeta(const Meta& meta);
  [[nodiscard]] absl::Status OpenCalendar();
  // As stored, or begun for `today` with what is stored now.
  [[nodiscard]] absl::StatusOr<RemovalCeiling> CeilingOf(int32_t today) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Not synced.
  [[nodiscard]] absl::Status Put(const RemovalCeiling& ceiling);

  const std::unique_ptr<Store> store_;  // own locking
  const MatchModel model_;
  const UnixClock clock_;
  std::unique_ptr<RunCalendar> retention_calendar_;  // own locking; after Open
  mutable Mutex mutex_;
  Meta meta_ ABSL_GUARDED_BY(mutex_);
  uint64_t dropped_ ABSL_GUARDED_BY(mutex_) = 0;
  // Sequence numbers of changes that were handed out by this process.
  std::set<uint64_t> handed_out_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_LINK_LINKER_H_
