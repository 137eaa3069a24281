// Retention, on links that are stored.
#include "vault/link_transaction.h"
#include "vault/linker.h"

namespace garderobe::vault {

absl::StatusOr<Linker::Aged> Linker::ListAged(uint16_t before,
                                              std::string_view after) const {
  Aged aged;
  const auto it = store_->NewIterator(kRelations);
  it->Seek(AsSlice(after));
  if (!after.empty() && it->Valid() && AsView(it->key()) == after) it->Next();
  for (size_t looked_at = 0; it->Valid(); it->Next()) {
    RelationRecord relation;
    if (!Decode(AsView(it->value()), &relation)) return Damaged();
    if (relation.latest < before && !relation.objects) {
      aged.relations.push_back(
          {VaultHandle::From(it->key().ToString() + relation.handle_rest),
           relation.reference});
      aged.latest.push_back(relation.latest);
    }
    if (++looked_at == kLookedAtMax) {
      aged.next = it->key().ToString();
      break;
    }
  }
  GARDEROBE_RETURN_IF_ERROR(FromRocks(it->status()));
  return aged;
}

absl::StatusOr<uint32_t> Linker::RemoveAged(
    const std::vector<std::pair<VaultHandle, uint16_t>>& relations) {
  std::vector<RelationId> removed;
  {
    const MutexLock lock(&mutex_);
    LinkTransaction transaction(*store_, model_);
    for (const auto& [handle, before] : relations) {
      GARDEROBE_ASSIGN_OR_RETURN(const RelationId id, transaction.IdOf(handle));
      GARDEROBE_ASSIGN_OR_RETURN(const RelationRecord* relation,
                                 transaction.Relation(id));
      // Delivered again, or objected, since it was listed.
      if (!relation->stored || relation->objects ||
          relation->latest >= before) {
        continue;
      }
      removed.push_back(id);
    }
    if (removed.empty()) return 0;
    GARDEROBE_RETURN_IF_ERROR(transaction.Remove(removed));
    GARDEROBE_RETURN_IF_ERROR(transaction.Link());
    GARDEROBE_RETURN_IF_ERROR(
        Commit(transaction, {removed.begin(), removed.end()}));
  }
  GARDEROBE_RETURN_IF_ERROR(store_->Sync());
  return static_cast<uint32_t>(removed.size());
}

}  // namespace garderobe::vault
