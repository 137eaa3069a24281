// Rounds of the vault's, as the TTP passes them on: which relations are another
// person's now, erased, or of somebody who objects or does no longer.
#include <map>

#include "aggregator/aggregator.h"
#include "core/base/columns.h"
#include "core/group/elgamal.h"

namespace garderobe::aggregator {
namespace {

constexpr size_t kEntriesMax = 8192;
constexpr std::string_view kLastRound = "last-round/v1";

absl::Status NotFromVault() {
  return FailedPrecondition(
      "the round's references are not those that the vault has sent");
}

}  // namespace

absl::StatusOr<VerifyKey> Aggregator::VaultReceiptKey(
    const v1::SignedParameters& vault) const {
  GARDEROBE_ASSIGN_OR_RETURN(
      const Parameters parameters,
      VerifyParameters(options_.vault_pin, "vault", vault.body(),
                       vault.signature(), Today()));
  if (options_.serials != nullptr) {
    GARDEROBE_RETURN_IF_ERROR(
        options_.serials->Take("vault", parameters.issue.serial));
  }
  GARDEROBE_ASSIGN_OR_RETURN(const VaultParameters read,
                             VaultParameters::From(parameters));
  return read.receipt_key;
}

absl::StatusOr<std::vector<Aggregator::RoundEntry>> Aggregator::OpenRound(
    const v1::StoreRoundRequest& request, uint64_t* number) {
  const size_t count = Column<Ciphertext>(request.references()).size();
  if (count == 0 || count > kEntriesMax ||
      !Column<Ciphertext>(request.references()).HasRows(count) ||
      !Column<Ciphertext>(request.persons()).HasRows(count) ||
      !Column<Ciphertext>(request.actions()).HasRows(count)) {
    return InvalidArgument(
        "references, persons, actions: 64 bytes an entry, 1 to {} entries",
        kEntriesMax);
  }
  GARDEROBE_ASSIGN_OR_RETURN(const VerifyKey vault_key,
                             VaultReceiptKey(request.vault()));
  GARDEROBE_ASSIGN_OR_RETURN(
      const RoundStatement statement,
      OpenRoundStatement(keys_.sealing, vault_key, request.statement()));
  GARDEROBE_ASSIGN_OR_RETURN(const auto references,
                             Decrypt(request.references()));
  GARDEROBE_ASSIGN_OR_RETURN(const auto persons, Decrypt(request.persons()));
  GARDEROBE_ASSIGN_OR_RETURN(const auto actions, Decrypt(request.actions()));
  // Whoever drops or replaces one changes the sum.
  Element sum, expected;
  for (const Element& reference : references) {
    if (!Add(sum, reference, &sum)) return NotFromVault();
  }
  if (statement.entries != count ||
      !DecryptOrNobody(keys_.pseudonym, statement.sum.point_a,
                       statement.sum.point_b, &expected) ||
      sum != expected) {
    return NotFromVault();
  }
  std::vector<RoundEntry> entries;
  for (size_t i = 0; i < count; ++i) {
    RoundEntry entry{{}, references[i], persons[i], ActionOf(actions[i])};
    if (entry.action == RoundAction::kNone) continue;
    // It only fills the round, or its relation was erased meanwhile. One that
    // is not stored yet comes with the person that it has by then.
    const auto place = store_->Get(kReferences, entry.reference.view());
    if (place.status().code() == absl::StatusCode::kNotFound) continue;
    GARDEROBE_RETURN_IF_ERROR(place.status());
    if (!Decode(*place, &entry.place)) {
      return DataLoss("a reference's record is damaged");
    }
    entries.push_back(entry);
  }
  *number = statement.number;
  return entries;
}

absl::Status Aggregator::StoreRound(const v1::StoreRoundRequest& request) {
  if (request.epoch() != AggregatorKeys::kEpoch) {
    return FailedPrecondition("the aggregator serves epoch {}",
                              AggregatorKeys::kEpoch);
  }
  uint64_t number;
  GARDEROBE_ASSIGN_OR_RETURN(const std::vector<RoundEntry> entries,
                             OpenRound(request, &number));
  // One at a time, so that an older one never ends after a newer.
  const MutexLock round_lock(&round_mutex_);
  GARDEROBE_RETURN_IF_ERROR(CheckRoundIsNew(number));
  std::map<uint32_t, std::string> names;
  {
    const MutexLock lock(&mutex_);
    for (const auto& [name, institution] : institutions_) {
      names[institution->number] = name;
    }
  }
  std::map<std::pair<v1::Right, std::string>, std::vector<Subject>> rights;
  std::vector<RoundEntry> links;
  for (const RoundEntry& entry : entries) {
    const auto name = names.find(entry.place.institution);
    if (name == names.end()) continue;
    v1::Right right = v1::RIGHT_OBJECT;
    if (entry.action == RoundAction::kErase) {
      right = v1::RIGHT_ERASE;
    } else if (entry.action == RoundAction::kWithdraw) {
      right = v1::RIGHT_WITHDRAW;
    } else if (!entry.person.is_zero()) {
      links.push_back(entry);
      continue;
    }
    rights[{right, name->second}].push_back(
        {entry.place.handle, entry.reference});
  }
  // Before the links, for these need no institution's lock.
  for (const auto& [what, subjects] : rights) {
    v1::ExerciseAtAggregatorResponse done;
    GARDEROBE_RETURN_IF_ERROR(
        ExerciseAt(what.first, what.second, subjects, &done));
  }
  {
    const MutexLock lock(&people_mutex_);
    GARDEROBE_RETURN_IF_ERROR(EnsurePeople());
    const absl::Status applied = ApplyLinks(links);
    if (!applied.ok()) {
      GARDEROBE_RETURN_IF_ERROR(ReloadPeople());
      return applied;
    }
    people_->Written();
  }
  rocksdb::WriteBatch done;
  done.Put(store_->family(kMeta), AsSlice(kLastRound), Number(number));
  return store_->WriteAndSync(done);
}

absl::Status Aggregator::CheckRoundIsNew(uint64_t number) {
  const auto last = store_->Get(kMeta, kLastRound);
  if (last.status().code() == absl::StatusCode::kNotFound) {
    return absl::OkStatus();
  }
  GARDEROBE_RETURN_IF_ERROR(last.status());
  if (last->size() != 8) return DataLoss("the last round's number is damaged");
  if (number > GetBigEndian<uint64_t>(last->data())) return absl::OkStatus();
  return FailedPrecondition(
      "the round is not newer than the last one that was stored");
}

absl::Status Aggregator::ApplyLinks(const std::vector<RoundEntry>& links) {
  rocksdb::WriteBatch batch;
  std::map<std::string, Relation> changed;
  for (const RoundEntry& link : links) {
    const auto number = store_->Get(
        kHandles, HandleKey(link.place.institution, link.place.handle));
    if (number.status().code() == absl::StatusCode::kNotFound) continue;
    GARDEROBE_RETURN_IF_ERROR(number.status());
    const std::string key = KeyOf(link.place.institution) + *number;
    const auto value = store_->Get(kRelations, key);
    if (value.status().code() == absl::StatusCode::kNotFound) continue;
    GARDEROBE_RETURN_IF_ERROR(value.status());
    Relation& relation = changed[key];
    if (!Decode(*value, &relation)) {
      return DataLoss("a relation's record is damaged");
    }
    GARDEROBE_ASSIGN_OR_RETURN(
        relation.person, people_->NumberOf(Who::kPerson, link.person, batch));
  }
  for (const auto& [key, relation] : changed) {
    batch.Put(store_->family(kRelations), key, Encode(relation));
  }
  return store_->Write(batch);
}

}  // namespace garderobe::aggregator
