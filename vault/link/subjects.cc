// The rights of visitors, on links that are stored.
#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "vault/link/identity_row.h"
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
  std::set<std::string> keys;
  for (const Token& token : subject.tokens) keys.insert(token.Key());
  row.handle = HandleOfIdentity(keys);
  row.reference = RelationRecord::NoReference();
  return row;
}

}  // namespace

absl::StatusOr<std::vector<RelationId>> Linker::Find(const Subject& subject) {
  // What would be linked if it came as a row; nothing of it is written.
  LinkTransaction look = NewTransaction(LinkPurpose::kLook);
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
    const Subject& subject, const std::optional<ObjectionMark>& mark) {
  LinkTransaction look = NewTransaction(LinkPurpose::kLook);
  Lodged lodged;
  GARDEROBE_ASSIGN_OR_RETURN(lodged.id, look.IdOf(RowOf(subject).handle));
  GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* lodged_with,
                             look.Relation(lodged.id));
  for (const ObjectionMark& one : lodged_with->lodged) {
    if (!mark || one == *mark) lodged.marks.push_back(one);
  }
  if (lodged.marks.empty()) return std::nullopt;
  size_t standing = 0;
  GARDEROBE_ASSIGN_OR_RETURN(const auto person, look.PersonOf(lodged.id));
  for (RelationId id : person) {
    GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation,
                               look.Relation(id));
    standing += relation->lodged.size();
  }
  if (standing == lodged.marks.size()) lodged.person = person;
  return lodged;
}

absl::Status Linker::RemoveOf(const std::vector<RelationId>& ids,
                              bool objecting, bool tell) {
  LinkTransaction transaction = NewTransaction();
  std::vector<RelationId> removed;
  std::vector<ChangeRecord> entries;
  for (RelationId id : ids) {
    GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation,
                               transaction.Relation(id));
    if (!relation->stored || relation->objects != objecting) continue;
    removed.push_back(id);
    if (relation->nowhere() || !tell) continue;
    entries.push_back(
        {objecting ? ChangeRecord::Type::kWithdraw : ChangeRecord::Type::kErase,
         id, relation->reference});
  }
  if (removed.empty()) return absl::OkStatus();
  GARDEROBE_RETURN_IF_ERROR(transaction.Remove(removed));
  GARDEROBE_RETURN_IF_ERROR(transaction.Link());
  return Commit(transaction, {removed.begin(), removed.end()}, entries);
}

absl::Status Linker::Erase(const Subject& subject) {
  {
    const MutexLock lock(&mutex_);
    GARDEROBE_ASSIGN_OR_RETURN(const auto ids, Find(subject));
    GARDEROBE_RETURN_IF_ERROR(
        RemoveOf(ids, /*objecting=*/false, /*tell=*/!subject.handle));
  }
  return store_->Sync();
}

absl::Status Linker::TakeBack(const Lodged& lodged) {
  const RelationId id = lodged.id;
  LinkTransaction transaction = NewTransaction();
  for (const ObjectionMark& mark : lodged.marks) {
    GARDEROBE_RETURN_IF_ERROR(transaction.TakeBack(id, mark));
  }
  GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation,
                             transaction.Relation(id));
  if (!relation->nowhere() || !relation->lodged.empty()) {
    return Commit(transaction);
  }
  // It was kept for what was taken back only.
  GARDEROBE_RETURN_IF_ERROR(transaction.Remove({id}));
  GARDEROBE_RETURN_IF_ERROR(transaction.Link());
  return Commit(transaction, {id});
}

absl::Status Linker::Withdraw(const Subject& subject,
                              const std::optional<ObjectionMark>& mark) {
  {
    const MutexLock lock(&mutex_);
    GARDEROBE_ASSIGN_OR_RETURN(const auto lodged, FindLodged(subject, mark));
    if (lodged && lodged->person.empty()) {
      GARDEROBE_RETURN_IF_ERROR(TakeBack(*lodged));
    } else if (lodged) {
      GARDEROBE_RETURN_IF_ERROR(
          RemoveOf(lodged->person, /*objecting=*/true, /*tell=*/true));
    }
  }
  return store_->Sync();
}

absl::Status Linker::Object(const Subject& subject, const ObjectionMark& mark) {
  {
    const MutexLock lock(&mutex_);
    LinkTransaction transaction = NewTransaction();
    // As a row of its own: what the visitor showed is what recognises them.
    GARDEROBE_ASSIGN_OR_RETURN(const RelationId id,
                               transaction.Add(RowOf(subject)));
    GARDEROBE_RETURN_IF_ERROR(transaction.Object(id, mark));
    if (!subject.handle) GARDEROBE_RETURN_IF_ERROR(NoteUnmatched(id));
    GARDEROBE_RETURN_IF_ERROR(transaction.Link());
    GARDEROBE_ASSIGN_OR_RETURN(const auto person, transaction.PersonOf(id));
    for (RelationId other : person) {
      GARDEROBE_RETURN_IF_ERROR(transaction.TellObjection(other));
    }
    GARDEROBE_RETURN_IF_ERROR(Commit(transaction));
  }
  return store_->Sync();
}

absl::StatusOr<RelationRecord> Linker::Access(const VaultHandle& handle) const {
  const MutexLock lock(&mutex_);
  LinkTransaction look(*store_, model_);
  GARDEROBE_ASSIGN_OR_RETURN(const RelationId id, look.IdOf(handle));
  GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation, look.Relation(id));
  return *relation;
}

}  // namespace garderobe::vault
