// The rights of visitors, on links that are stored.
#include <algorithm>

#include "core/base/hash.h"
#include "core/base/random.h"
#include "vault/link/link_transaction.h"
#include "vault/link/linker.h"

namespace garderobe::vault {
namespace {

LinkRow RowOf(const Linker::Subject& subject) {
  LinkRow row;
  row.tokens = subject.tokens;
  if (subject.handle) {
    row.handle = *subject.handle;
    row.reference = subject.reference;
    return row;
  }
  // Of what it shows, so that the same identity is one row however often it
  // comes. Tokens are secret, and so is a hash of them.
  std::set<std::string> keys;
  for (const Token& token : subject.tokens) keys.insert(token.Key());
  std::string text = "garderobe/vault-identity/v1";
  for (const std::string& key : keys) text += key;
  row.handle = Hash<VaultHandle>(text);
  row.reference = RelationRecord::NoReference();
  return row;
}

Linker::Concerned ConcernedOf(RelationId id, const RelationRecord& relation) {
  return {VaultHandle::From(NumberKey(id) + relation.handle_rest),
          relation.reference};
}

}  // namespace

absl::StatusOr<std::vector<RelationId>> Linker::Find(const Subject& subject) {
  // What would be linked if it came as a row; nothing of it is written.
  LinkTransaction look(*store_, model_, LinkTransaction::Purpose::kLook);
  if (subject.handle) {
    GARDEROBE_ASSIGN_OR_RETURN(const RelationId id, look.IdOf(*subject.handle));
    GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation,
                               look.Relation(id));
    if (!relation->stored) return std::vector<RelationId>();
    return std::vector<RelationId>{id};
  }
  const LinkRow row = RowOf(subject);
  GARDEROBE_ASSIGN_OR_RETURN(const RelationId id, look.IdOf(row.handle));
  GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation, look.Relation(id));
  const bool is_kept = relation->stored;  // of an objection
  GARDEROBE_RETURN_IF_ERROR(look.Add(row).status());
  GARDEROBE_RETURN_IF_ERROR(look.Link());
  GARDEROBE_ASSIGN_OR_RETURN(std::vector<RelationId> ids, look.PersonOf(id));
  if (!is_kept) std::erase(ids, id);
  return ids;
}

absl::StatusOr<std::optional<Linker::Lodged>> Linker::FindLodged(
    const Subject& subject, const ObjectionMark& mark) {
  LinkTransaction look(*store_, model_, LinkTransaction::Purpose::kLook);
  Lodged lodged;
  GARDEROBE_ASSIGN_OR_RETURN(lodged.id, look.IdOf(RowOf(subject).handle));
  GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* lodged_with,
                             look.Relation(lodged.id));
  const auto& marks = lodged_with->lodged;
  if (!std::binary_search(marks.begin(), marks.end(), mark)) {
    return std::nullopt;
  }
  size_t standing = 0;
  GARDEROBE_ASSIGN_OR_RETURN(const auto person, look.PersonOf(lodged.id));
  for (RelationId id : person) {
    GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation,
                               look.Relation(id));
    standing += relation->lodged.size();
  }
  if (standing == 1) lodged.person = person;
  return lodged;
}

absl::StatusOr<std::vector<Linker::Concerned>> Linker::Look(
    const std::vector<RelationId>& ids, bool objecting) {
  LinkTransaction look(*store_, model_, LinkTransaction::Purpose::kLook);
  std::vector<Concerned> found;
  for (RelationId id : ids) {
    GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation,
                               look.Relation(id));
    if (relation->objects == objecting && !relation->nowhere()) {
      found.push_back(ConcernedOf(id, *relation));
    }
  }
  Shuffle(found);
  return found;
}

absl::StatusOr<std::vector<Linker::Concerned>> Linker::RemoveOf(
    const std::vector<RelationId>& ids, bool objecting, const Done& done) {
  LinkTransaction transaction(*store_, model_);
  std::vector<RelationId> removed;
  std::vector<Concerned> left;
  for (RelationId id : ids) {
    GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation,
                               transaction.Relation(id));
    if (relation->objects != objecting) continue;
    Concerned concerned = ConcernedOf(id, *relation);
    if (relation->nowhere() || done.handles.contains(concerned.handle)) {
      removed.push_back(id);
    } else {
      left.push_back(std::move(concerned));
    }
  }
  Shuffle(left);
  if (removed.empty() || (!left.empty() && !done.leave_others)) return left;
  GARDEROBE_RETURN_IF_ERROR(transaction.Remove(removed));
  GARDEROBE_RETURN_IF_ERROR(transaction.Link());
  GARDEROBE_RETURN_IF_ERROR(
      Commit(transaction, {removed.begin(), removed.end()}));
  return left;
}

absl::StatusOr<std::vector<Linker::Concerned>> Linker::Erase(
    const Subject& subject, const std::optional<Done>& done) {
  std::vector<Concerned> left;
  {
    const MutexLock lock(&mutex_);
    GARDEROBE_ASSIGN_OR_RETURN(const auto ids, Find(subject));
    if (!done) return Look(ids, /*objecting=*/false);
    GARDEROBE_ASSIGN_OR_RETURN(left, RemoveOf(ids, /*objecting=*/false, *done));
  }
  GARDEROBE_RETURN_IF_ERROR(store_->Sync());
  return left;
}

absl::Status Linker::TakeBack(RelationId id, const ObjectionMark& mark) {
  LinkTransaction transaction(*store_, model_);
  GARDEROBE_RETURN_IF_ERROR(transaction.TakeBack(id, mark));
  GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation,
                             transaction.Relation(id));
  if (!relation->nowhere() || !relation->lodged.empty()) {
    return Commit(transaction);
  }
  // It was kept for this objection only.
  GARDEROBE_RETURN_IF_ERROR(transaction.Remove({id}));
  GARDEROBE_RETURN_IF_ERROR(transaction.Link());
  return Commit(transaction, {id});
}

absl::StatusOr<std::vector<Linker::Concerned>> Linker::Withdraw(
    const Subject& subject, const ObjectionMark& mark,
    const std::optional<Done>& done) {
  std::vector<Concerned> left;
  {
    const MutexLock lock(&mutex_);
    GARDEROBE_ASSIGN_OR_RETURN(const auto lodged, FindLodged(subject, mark));
    if (!lodged) return left;
    if (!done) return Look(lodged->person, /*objecting=*/true);
    if (lodged->person.empty()) {
      GARDEROBE_RETURN_IF_ERROR(TakeBack(lodged->id, mark));
    } else {
      GARDEROBE_ASSIGN_OR_RETURN(
          left, RemoveOf(lodged->person, /*objecting=*/true, *done));
    }
  }
  GARDEROBE_RETURN_IF_ERROR(store_->Sync());
  return left;
}

absl::StatusOr<std::vector<Linker::Concerned>> Linker::Object(
    const Subject& subject, const ObjectionMark& mark) {
  std::vector<Concerned> concerned;
  {
    const MutexLock lock(&mutex_);
    LinkTransaction transaction(*store_, model_);
    // As a row of its own: what the visitor showed is what recognises them.
    GARDEROBE_ASSIGN_OR_RETURN(const RelationId id,
                               transaction.Add(RowOf(subject)));
    GARDEROBE_RETURN_IF_ERROR(transaction.Object(id, mark));
    GARDEROBE_RETURN_IF_ERROR(transaction.Link());
    GARDEROBE_ASSIGN_OR_RETURN(const auto person, transaction.PersonOf(id));
    for (RelationId other : person) {
      GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation,
                                 transaction.Relation(other));
      if (!relation->nowhere()) {
        concerned.push_back(ConcernedOf(other, *relation));
      }
    }
    GARDEROBE_RETURN_IF_ERROR(Commit(transaction));
    Shuffle(concerned);
  }
  GARDEROBE_RETURN_IF_ERROR(store_->Sync());
  return concerned;
}

absl::StatusOr<RelationRecord> Linker::Access(const VaultHandle& handle) const {
  const MutexLock lock(&mutex_);
  LinkTransaction look(*store_, model_);
  GARDEROBE_ASSIGN_OR_RETURN(const RelationId id, look.IdOf(handle));
  GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation, look.Relation(id));
  return *relation;
}

}  // namespace garderobe::vault
