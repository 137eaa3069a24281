// The rights of visitors, on links that are stored.
#include "vault/link_transaction.h"
#include "vault/linker.h"
#include "vault/shuffle.h"

namespace garderobe::vault {
namespace {

// Of somebody who is at no institution; the TTP can't open it.
std::string NoReference() { return std::string(kReferenceBytes, '\0'); }

LinkRow RowOf(const Linker::Subject& subject) {
  LinkRow row;
  if (subject.handle) {
    row.handle = *subject.handle;
    row.reference = subject.reference;
  } else {
    std::string random(VaultHandle::kBytes, '\0');
    randombytes_buf(random.data(), random.size());
    row.handle = VaultHandle::From(random);
    row.reference = NoReference();
  }
  row.tokens = subject.tokens;
  return row;
}

Linker::Concerned ConcernedOf(RelationId id, const RelationRecord& relation) {
  return {VaultHandle::From(NumberKey(id) + relation.handle_rest),
          relation.reference};
}

}  // namespace

absl::StatusOr<std::vector<RelationId>> Linker::Find(const Subject& subject,
                                                     bool whole_person) {
  // What would be linked if it came as a row; nothing of it is written.
  LinkTransaction look(*store_, model_);
  if (subject.handle) {
    GARDEROBE_ASSIGN_OR_RETURN(const RelationId id, look.IdOf(*subject.handle));
    GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation,
                               look.Relation(id));
    if (!relation->stored) return std::vector<RelationId>();
    if (!whole_person) return std::vector<RelationId>{id};
    return look.PersonOf(id);
  }
  GARDEROBE_ASSIGN_OR_RETURN(const RelationId id, look.Add(RowOf(subject)));
  GARDEROBE_RETURN_IF_ERROR(look.Link());
  GARDEROBE_ASSIGN_OR_RETURN(std::vector<RelationId> ids, look.PersonOf(id));
  std::erase(ids, id);
  return ids;
}

absl::StatusOr<std::vector<Linker::Concerned>> Linker::RemoveOf(
    const std::vector<RelationId>& ids, bool objecting, bool only_look) {
  LinkTransaction transaction(*store_, model_);
  std::vector<RelationId> removed;
  std::vector<Concerned> concerned;
  for (RelationId id : ids) {
    GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation,
                               transaction.Relation(id));
    if (relation->objects != objecting) continue;
    removed.push_back(id);
    if (relation->reference != NoReference()) {
      concerned.push_back(ConcernedOf(id, *relation));
    }
  }
  Shuffle(concerned);
  if (only_look) return concerned;
  GARDEROBE_RETURN_IF_ERROR(transaction.Remove(removed));
  GARDEROBE_RETURN_IF_ERROR(transaction.Link());
  GARDEROBE_RETURN_IF_ERROR(
      Commit(transaction, {removed.begin(), removed.end()}));
  return concerned;
}

absl::StatusOr<std::vector<Linker::Concerned>> Linker::Erase(
    const Subject& subject, bool only_look) {
  std::vector<Concerned> concerned;
  {
    const MutexLock lock(&mutex_);
    GARDEROBE_ASSIGN_OR_RETURN(const auto ids,
                               Find(subject, /*whole_person=*/false));
    GARDEROBE_ASSIGN_OR_RETURN(concerned,
                               RemoveOf(ids, /*objecting=*/false, only_look));
  }
  GARDEROBE_RETURN_IF_ERROR(store_->Sync());
  return concerned;
}

absl::StatusOr<std::vector<Linker::Concerned>> Linker::Withdraw(
    const Subject& subject, bool only_look) {
  std::vector<Concerned> concerned;
  {
    const MutexLock lock(&mutex_);
    GARDEROBE_ASSIGN_OR_RETURN(const auto ids,
                               Find(subject, /*whole_person=*/true));
    GARDEROBE_ASSIGN_OR_RETURN(concerned,
                               RemoveOf(ids, /*objecting=*/true, only_look));
  }
  GARDEROBE_RETURN_IF_ERROR(store_->Sync());
  return concerned;
}

absl::StatusOr<std::vector<Linker::Concerned>> Linker::Object(
    const Subject& subject) {
  std::vector<Concerned> concerned;
  {
    const MutexLock lock(&mutex_);
    LinkTransaction transaction(*store_, model_);
    // As a row of its own: what the visitor showed is what recognises them.
    GARDEROBE_ASSIGN_OR_RETURN(const RelationId id,
                               transaction.Add(RowOf(subject)));
    GARDEROBE_RETURN_IF_ERROR(transaction.Object(id));
    GARDEROBE_RETURN_IF_ERROR(transaction.Link());
    GARDEROBE_ASSIGN_OR_RETURN(const auto person, transaction.PersonOf(id));
    for (RelationId other : person) {
      GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation,
                                 transaction.Relation(other));
      if (relation->reference != NoReference()) {
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
