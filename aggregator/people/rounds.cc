#include "aggregator/people/rounds.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "aggregator/ledger/records.h"
#include "core/base/civil_time.h"
#include "core/base/columns.h"
#include "core/group/elgamal.h"

namespace garderobe::aggregator {
namespace {

constexpr size_t kEntriesMax = 8192;
constexpr std::string_view kLastRound = "last-round/v1";

absl::Status NotFromVault() {
  return FailedPrecondition(
      "the round's entries are not those that the vault has sent");
}

// Whether every reference and every person stands beside its own tag. The TTP
// does not know the tags, and so not the weights: whoever drops, replaces or
// moves one changes a sum.
absl::Status CheckWeighted(const std::vector<Element>& tags,
                           const std::vector<Element>& references,
                           const std::vector<Element>& persons,
                           const Element& references_sum,
                           const Element& persons_sum) {
  Element of_references, of_persons;
  for (size_t i = 0; i < tags.size(); ++i) {
    const PublicScalar weight = WeightOfTag(tags[i]);
    if (!AddWeighted(weight, references[i], &of_references) ||
        !AddWeighted(weight, persons[i], &of_persons)) {
      return NotFromVault();
    }
  }
  if (of_references != references_sum || of_persons != persons_sum) {
    return NotFromVault();
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<VerifyKey> Rounds::VaultReceiptKey(
    const v1::SignedParameters& vault) const {
  GARDEROBE_ASSIGN_OR_RETURN(const Parameters parameters,
                             VerifyParameters(vault_.pin, "vault", vault.body(),
                                              vault.signature(), Today()));
  if (vault_.serials != nullptr) {
    GARDEROBE_RETURN_IF_ERROR(vault_.serials->Take(parameters));
  }
  GARDEROBE_ASSIGN_OR_RETURN(const VaultParameters read,
                             VaultParameters::From(parameters));
  return read.receipt_key;
}

absl::StatusOr<std::vector<Rounds::Entry>> Rounds::Open(
    const v1::StoreRoundRequest& request, RoundStatement* told) {
  const size_t count = Column<Ciphertext>(request.references()).size();
  if (count == 0 || count > kEntriesMax ||
      !Column<Ciphertext>(request.references()).HasRows(count) ||
      !Column<Ciphertext>(request.persons()).HasRows(count) ||
      !Column<Ciphertext>(request.tags()).HasRows(count) ||
      !Column<Ciphertext>(request.weighted_persons()).HasRows(1)) {
    return InvalidArgument(
        "references, persons, tags: 64 bytes an entry, 1 to {} entries; "
        "weighted_persons: 64 bytes",
        kEntriesMax);
  }
  GARDEROBE_ASSIGN_OR_RETURN(const VerifyKey vault_key,
                             VaultReceiptKey(request.vault()));
  GARDEROBE_ASSIGN_OR_RETURN(
      *told, OpenRoundStatement(keys_.sealing, vault_key, request.statement()));
  const RoundStatement& statement = *told;
  GARDEROBE_ASSIGN_OR_RETURN(const auto references,
                             door_.Decrypt(request.references()));
  GARDEROBE_ASSIGN_OR_RETURN(const auto persons,
                             door_.Decrypt(request.persons()));
  GARDEROBE_ASSIGN_OR_RETURN(const auto tags, door_.Decrypt(request.tags()));
  GARDEROBE_ASSIGN_OR_RETURN(const auto weighted,
                             door_.Decrypt(request.weighted_persons()));
  if (statement.actions.size() != count) return NotFromVault();
  Element expected;
  if (!DecryptOrNobody(keys_.pseudonym, statement.references.point_a,
                       statement.references.point_b, &expected)) {
    return NotFromVault();
  }
  GARDEROBE_RETURN_IF_ERROR(
      CheckWeighted(tags, references, persons, expected, weighted[0]));
  std::vector<Entry> entries;
  std::set<RoundTagDigest> seen;
  for (size_t i = 0; i < count; ++i) {
    const RoundTagDigest digest = DigestOfTag(tags[i]);
    const auto action = statement.actions.find(digest);
    if (action == statement.actions.end() || !seen.insert(digest).second) {
      return NotFromVault();
    }
    Entry entry{{}, references[i], persons[i], action->second};
    // Of nobody the vault says kObject: persons that were all multiplied by
    // zero add up, too.
    if (entry.action == RoundAction::kLink && entry.person.is_zero()) {
      return NotFromVault();
    }
    if (entry.action != RoundAction::kNone) entries.push_back(entry);
  }
  return entries;
}

absl::StatusOr<std::vector<Rounds::Entry>> Rounds::FindTold(
    std::vector<Entry> told, uint64_t number) {
  // Whoever stores relations holds it: a batch either sees what was told, or is
  // stored before and found here.
  const MutexLock lock(&people_.mutex);
  const int32_t today = DayNumber(Today());
  rocksdb::WriteBatch batch;
  GARDEROBE_RETURN_IF_ERROR(people_.told_lately.Forget(today, batch));
  std::vector<Entry> found;
  for (Entry& entry : told) {
    people_.told_lately.Note(entry.reference, {entry.action, entry.person},
                             number, today, batch);
    const auto place = store_.Get(kReferences, entry.reference.view());
    // It comes later, or was erased meanwhile.
    if (place.status().code() == absl::StatusCode::kNotFound) continue;
    GARDEROBE_RETURN_IF_ERROR(place.status());
    if (!Decode(*place, &entry.place)) {
      return DataLoss("a reference's record is damaged");
    }
    found.push_back(entry);
  }
  GARDEROBE_RETURN_IF_ERROR(store_.Write(batch));
  return found;
}

absl::StatusOr<RoundConfirmation> Rounds::Take(
    const v1::StoreRoundRequest& request) {
  GARDEROBE_RETURN_IF_ERROR(door_.CheckEpoch(request.epoch()));
  RoundStatement told;
  GARDEROBE_ASSIGN_OR_RETURN(std::vector<Entry> opened, Open(request, &told));
  // One at a time, so that an older one never ends after a newer.
  const MutexLock round_lock(&mutex_);
  GARDEROBE_RETURN_IF_ERROR(CheckIsNew(told.number));
  GARDEROBE_ASSIGN_OR_RETURN(const std::vector<Entry> entries,
                             FindTold(std::move(opened), told.number));
  const std::map<uint32_t, std::string> names = institutions_.NamesByNumber();
  std::map<std::pair<v1::Right, std::string>, std::vector<Subject>> rights;
  std::vector<Entry> links;
  for (const Entry& entry : entries) {
    const auto name = names.find(entry.place.institution);
    if (name == names.end()) continue;
    if (entry.action == RoundAction::kLink) {
      links.push_back(entry);
      continue;
    }
    v1::Right right = v1::RIGHT_OBJECT;
    if (entry.action == RoundAction::kErase) {
      right = v1::RIGHT_ERASE;
    } else if (entry.action == RoundAction::kWithdraw) {
      right = v1::RIGHT_WITHDRAW;
    }
    rights[{right, name->second}].push_back(
        {entry.place.handle, entry.reference});
  }
  // Before the links, for these need no institution's lock.
  for (const auto& [what, subjects] : rights) {
    v1::ExerciseAtAggregatorResponse done;
    GARDEROBE_RETURN_IF_ERROR(forgetting_.ExerciseAt(what.first, what.second,
                                                     subjects, nullptr, &done));
  }
  {
    const MutexLock lock(&people_.mutex);
    GARDEROBE_RETURN_IF_ERROR(people_.Ensure());
    const absl::Status applied = ApplyLinks(links);
    if (!applied.ok()) {
      GARDEROBE_RETURN_IF_ERROR(people_.Reload());
      return applied;
    }
    people_.directory->Written();
  }
  rocksdb::WriteBatch done;
  done.Put(store_.family(kMeta), AsSlice(kLastRound), Number(told.number));
  GARDEROBE_RETURN_IF_ERROR(store_.WriteAndSync(done));
  return told.confirmation;
}

absl::Status Rounds::CheckIsNew(uint64_t number) {
  const auto last = store_.Get(kMeta, kLastRound);
  if (last.status().code() == absl::StatusCode::kNotFound) {
    return absl::OkStatus();
  }
  GARDEROBE_RETURN_IF_ERROR(last.status());
  if (last->size() != 8) return DataLoss("the last round's number is damaged");
  if (number > GetBigEndian<uint64_t>(last->data())) return absl::OkStatus();
  return FailedPrecondition(
      "the round is not newer than the last one that was stored");
}

absl::Status Rounds::ApplyLinks(const std::vector<Entry>& links) {
  rocksdb::WriteBatch batch;
  std::map<std::string, Relation> changed;
  for (const Entry& link : links) {
    const auto number = store_.Get(
        kHandles, HandleKey(link.place.institution, link.place.handle));
    if (number.status().code() == absl::StatusCode::kNotFound) continue;
    GARDEROBE_RETURN_IF_ERROR(number.status());
    const std::string key = KeyOf(link.place.institution) + *number;
    const auto value = store_.Get(kRelations, key);
    if (value.status().code() == absl::StatusCode::kNotFound) continue;
    GARDEROBE_RETURN_IF_ERROR(value.status());
    Relation relation;
    if (!Decode(*value, &relation)) {
      return DataLoss("a relation's record is damaged");
    }
    // It was nobody's before the round; the next delivery says whose it is.
    if (relation.person == 0) continue;
    GARDEROBE_ASSIGN_OR_RETURN(
        relation.person,
        people_.directory->FindOrAddNumber(Who::kPerson, link.person, batch));
    changed[key] = std::move(relation);
  }
  for (const auto& [key, relation] : changed) {
    batch.Put(store_.family(kRelations), key, Encode(relation));
  }
  return store_.Write(batch);
}

}  // namespace garderobe::aggregator
