// What the aggregator has yet to hear, and when: link changes together with
// enough others, what follows from rights at once (protocol.md, 4).
//
// Numbers grow with every change and are not given again; where one is missing
// nothing was lost. Stored are only what is told and in which order.
#ifndef GARDEROBE_VAULT_LINK_CHANGE_QUEUE_H_
#define GARDEROBE_VAULT_LINK_CHANGE_QUEUE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "core/base/clock.h"
#include "core/sealing/round_confirmation.h"
#include "vault/link/records.h"
#include "vault/link/round_progress.h"

namespace garderobe::vault {

// Not thread-safe: its owner locks. `store` outlives it.
class ChangeQueue {
 public:
  // How long an answer may be under way to the aggregator: after this a link
  // is told once more.
  static constexpr uint64_t kTellAgainSeconds = 90;

  struct Options {
    // Links wait until they concern this many persons, or so long.
    size_t persons = 64;
    uint64_t wait_seconds = 86400;
  };

  [[nodiscard]] static absl::StatusOr<std::unique_ptr<ChangeQueue>> Open(
      Store& store, UnixClock clock, Options options);

  // Adds the change to `batch`. With `later` it is told after
  // kTellAgainSeconds, and in any case after a restart.
  void Add(const ChangeRecord& change, bool later, rocksdb::WriteBatch& batch);
  // Deletes, in `batch`, the queued changes of these relations that hold no
  // reference (kLink and kNobody): the relations are not stored any more.
  [[nodiscard]] absl::Status DropChangesOf(
      const std::set<RelationId>& relations, rocksdb::WriteBatch& batch);

  // Forgets what was handed out last, when `confirmed` is what that was handed
  // out with; anything else says nothing. A link that was told for the first
  // time is told again later. Not synced.
  [[nodiscard]] absl::Status Confirm(const RoundConfirmation& confirmed);
  // Everything that followed from rights and was due at the call of Take of
  // this number was confirmed; 0: nothing is known, for this process has not
  // confirmed anything yet.
  uint64_t confirmed_through() const { return rights_.confirmed_through(); }
  // The number of the last call of Take; 0: there was none.
  uint64_t last_number() const { return last_number_; }

  // Lets waiting links go when there are enough of them or they have waited
  // for long enough. `person_of` names the person of a relation.
  using PersonOf =
      std::function<absl::StatusOr<PersonSeed>(RelationId relation)>;
  [[nodiscard]] absl::Status Release(const PersonOf& person_of);

  struct Due {
    uint64_t sequence = 0;
    ChangeRecord change;
  };
  struct Taken {
    RoundConfirmation confirmation;  // random, never zeros
    // Grows with every call, also after a restart, and with an older copy of
    // the store as long as the clock is right. Not synced.
    uint64_t number = 0;
    // Everything that was due at the call of this number is taken now, or was
    // confirmed; and the same of what follows from rights.
    uint64_t done_through = 0;
    uint64_t rights_done_through = 0;
    std::vector<Due> due;
  };
  // The oldest changes that are due, at most `most`, what follows from rights
  // before all links, and notes that they were handed out.
  [[nodiscard]] absl::StatusOr<Taken> Take(size_t most);
  // The number of the newest change there has been; 0: there has been none.
  uint64_t newest() const { return next_ - 1; }

 private:
  ChangeQueue(Store& store, UnixClock clock, Options options)
      : store_(store), clock_(std::move(clock)), options_(options) {}
  // Whether it is a link that waits for others.
  bool IsWaiting(uint64_t sequence, const ChangeRecord& change) const;
  bool IsDue(uint64_t sequence, const ChangeRecord& change, uint64_t now) const;
  // Calls `visit` for every change, the oldest first, until it returns false.
  [[nodiscard]] absl::Status ForEach(
      const std::function<absl::StatusOr<bool>(uint64_t, const ChangeRecord&)>&
          visit) const;

  Store& store_;
  const UnixClock clock_;
  const Options options_;
  uint64_t next_ = 1;
  // Links up to this one no longer wait for others.
  uint64_t released_ = 0;
  // Since when the links beyond it wait, as of the last call of Release or the
  // first link after it; 0: none does.
  uint64_t waiting_since_ = 0;
  // When the changes that are told later are due, by number.
  std::map<uint64_t, uint64_t> not_before_;
  // By the last call of Take, and what confirms that; zeros: it was confirmed.
  std::vector<uint64_t> handed_out_;
  RoundConfirmation handed_out_with_;
  RoundProgress all_{0}, rights_{0};  // of Open
  uint64_t last_number_ = 0;
};

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_LINK_CHANGE_QUEUE_H_
