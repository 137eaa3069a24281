#include "vault/link/change_queue.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace garderobe::vault {
namespace {
constexpr std::string_view kNextKey = "next-change/v1";
constexpr std::string_view kRoundKey = "last-round/v1";
// More calls of Take than there ever are in a second.
constexpr uint64_t kNumbersPerSecond = 1'000'000;
}  // namespace

absl::StatusOr<std::unique_ptr<ChangeQueue>> ChangeQueue::Open(
    Store& store, UnixClock clock, Options options) {
  std::unique_ptr<ChangeQueue> queue(
      new ChangeQueue(store, std::move(clock), options));
  for (const auto& [key, number] : {std::pair{kNextKey, &queue->next_},
                                    {kRoundKey, &queue->last_number_}}) {
    const auto stored = store.Get(kMeta, key);
    if (stored.status().code() == absl::StatusCode::kNotFound) continue;
    GARDEROBE_RETURN_IF_ERROR(stored.status());
    if (stored->size() != 8) return Damaged();
    *number = GetBigEndian<uint64_t>(stored->data());
  }
  // For how long links waited before is not stored: they wait anew.
  queue->waiting_since_ = queue->clock_();
  queue->all_ = queue->rights_ = RoundProgress(queue->newest());
  return queue;
}

void ChangeQueue::Add(const ChangeRecord& change, bool later,
                      rocksdb::WriteBatch& batch) {
  const uint64_t now = clock_();
  if (later) {
    not_before_[next_] = now + kTellAgainSeconds;
  } else if (IsWaiting(next_, change) && waiting_since_ == 0) {
    waiting_since_ = now;
  }
  batch.Put(store_.family(kChanges), NumberKey(next_++), Encode(change));
  batch.Put(store_.family(kMeta), AsSlice(kNextKey), NumberKey(next_));
}

absl::Status ChangeQueue::ForEach(
    const std::function<absl::StatusOr<bool>(uint64_t, const ChangeRecord&)>&
        visit) const {
  const auto it = store_.NewIterator(kChanges);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    ChangeRecord change;
    if (it->key().size() != 8 || !Decode(AsView(it->value()), &change)) {
      return Damaged();
    }
    GARDEROBE_ASSIGN_OR_RETURN(
        const bool go_on,
        visit(GetBigEndian<uint64_t>(it->key().data()), change));
    if (!go_on) break;
  }
  return FromRocks(it->status());
}

absl::Status ChangeQueue::DropChangesOf(const std::set<RelationId>& relations,
                                        rocksdb::WriteBatch& batch) {
  return ForEach([&](uint64_t sequence,
                     const ChangeRecord& change) -> absl::StatusOr<bool> {
    if (change.reference.empty() && relations.contains(change.relation)) {
      batch.Delete(store_.family(kChanges), NumberKey(sequence));
    }
    return true;
  });
}

absl::Status ChangeQueue::Confirm(const RoundConfirmation& confirmed) {
  // A confirmation that is repeated, or of a round that another one replaced,
  // must not reach what was handed out since.
  if (handed_out_with_.is_zero() || handed_out_with_ != confirmed) {
    return absl::OkStatus();
  }
  rocksdb::WriteBatch batch;
  for (const uint64_t sequence : handed_out_) {
    const std::string key = NumberKey(sequence);
    const auto value = store_.Get(kChanges, key);
    // Its relation was erased since.
    if (value.status().code() == absl::StatusCode::kNotFound) continue;
    GARDEROBE_RETURN_IF_ERROR(value.status());
    ChangeRecord change;
    if (!Decode(*value, &change)) return Damaged();
    batch.Delete(store_.family(kChanges), key);
    not_before_.erase(sequence);
    if (change.again || !change.reference.empty()) continue;
    change.again = true;
    Add(change, /*later=*/true, batch);
  }
  if (batch.Count() > 0) GARDEROBE_RETURN_IF_ERROR(store_.Write(batch));
  handed_out_.clear();
  handed_out_with_ = RoundConfirmation();
  all_.Confirm();
  rights_.Confirm();
  return absl::OkStatus();
}

bool ChangeQueue::IsWaiting(uint64_t sequence,
                            const ChangeRecord& change) const {
  return change.type == ChangeRecord::Type::kLink && !change.again &&
         sequence > released_;
}

bool ChangeQueue::IsDue(uint64_t sequence, const ChangeRecord& change,
                        uint64_t now) const {
  const auto later = not_before_.find(sequence);
  if (later != not_before_.end()) return later->second <= now;
  return !IsWaiting(sequence, change);
}

absl::Status ChangeQueue::Release(const PersonOf& person_of) {
  const uint64_t now = clock_();
  if (waiting_since_ == 0) return absl::OkStatus();
  bool is_waiting = false;
  std::set<PersonSeed> persons;
  GARDEROBE_RETURN_IF_ERROR(
      ForEach([&](uint64_t sequence,
                  const ChangeRecord& change) -> absl::StatusOr<bool> {
        if (IsWaiting(sequence, change)) {
          is_waiting = true;
          GARDEROBE_ASSIGN_OR_RETURN(const PersonSeed person,
                                     person_of(change.relation));
          if (!person.is_zero()) persons.insert(person);
        }
        return persons.size() < options_.persons;
      }));
  const bool is_long =
      now >= waiting_since_ && now - waiting_since_ >= options_.wait_seconds;
  if (is_waiting && !is_long && persons.size() < options_.persons) {
    return absl::OkStatus();
  }
  released_ = newest();
  waiting_since_ = 0;
  return absl::OkStatus();
}

absl::StatusOr<ChangeQueue::Taken> ChangeQueue::Take(size_t most) {
  const uint64_t now = clock_();
  std::vector<Due> rights, links;
  uint64_t newest_right = 0, newest_link = 0;
  GARDEROBE_RETURN_IF_ERROR(
      ForEach([&](uint64_t sequence,
                  const ChangeRecord& change) -> absl::StatusOr<bool> {
        if (!IsDue(sequence, change, now)) return true;
        const bool is_link = change.type == ChangeRecord::Type::kLink;
        (is_link ? newest_link : newest_right) = sequence;
        std::vector<Due>& due = is_link ? links : rights;
        if (due.size() < most) due.push_back({sequence, change});
        return true;
      }));
  Taken taken;
  do {
    randombytes_buf(taken.confirmation.mutable_data(),
                    RoundConfirmation::kBytes);
  } while (taken.confirmation.is_zero());
  // By the clock, so that it also grows when an older copy of the store has
  // been put back.
  taken.number = std::max(last_number_ + 1, now * kNumbersPerSecond);
  last_number_ = taken.number;
  rocksdb::WriteBatch batch;
  batch.Put(store_.family(kMeta), AsSlice(kRoundKey), NumberKey(last_number_));
  GARDEROBE_RETURN_IF_ERROR(store_.Write(batch));
  // Links may be a million, and a visitor waits for none of them.
  taken.due = std::move(rights);
  const auto up_to = [&](uint64_t newest_due) {
    if (taken.due.empty()) return newest_due == 0 ? UINT64_MAX : uint64_t{0};
    const uint64_t newest_taken = taken.due.back().sequence;
    return newest_taken >= newest_due ? UINT64_MAX : newest_taken;
  };
  const uint64_t rights_up_to = up_to(newest_right);
  rights_.Took(taken.number, newest_right, rights_up_to);
  const size_t room = rights_up_to == UINT64_MAX
                          ? std::min(most - taken.due.size(), links.size())
                          : 0;
  taken.due.insert(taken.due.end(), links.begin(),
                   links.begin() + static_cast<ptrdiff_t>(room));
  // Everything up to here is taken: all rights, or those up to the last of
  // them, and no link that is due is left out before it.
  uint64_t up_to_here = rights_up_to;
  if (room < links.size()) {
    up_to_here = std::min(up_to_here, links[room].sequence - 1);
  } else if (room > 0 && links.back().sequence != newest_link) {
    up_to_here = std::min(up_to_here, links.back().sequence);
  }
  all_.Took(taken.number, std::max(newest_right, newest_link), up_to_here);
  taken.done_through = all_.done_through();
  taken.rights_done_through = rights_.done_through();
  handed_out_.clear();
  for (const Due& one : taken.due) handed_out_.push_back(one.sequence);
  handed_out_with_ = taken.confirmation;
  return taken;
}

}  // namespace garderobe::vault
