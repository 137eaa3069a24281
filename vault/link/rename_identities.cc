#include "vault/link/rename_identities.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "vault/link/identity_row.h"
#include "vault/link/unmatched.h"

namespace garderobe::vault {
namespace {

constexpr size_t kTokenKeyBytes = 1 + Element::kBytes;

struct Identity {
  RelationRecord record;
  // Of its tokens: those whose holders are listed, and those set aside.
  std::set<std::string> listed, set_aside;

  VaultHandle Handle() const {
    std::set<std::string> keys = listed;
    keys.insert(set_aside.begin(), set_aside.end());
    return HandleOfIdentity(keys);
  }
};
using Identities = std::map<RelationId, Identity>;

absl::Status ReadRelations(const Store& store, Identities& identities) {
  const auto it = store.NewIterator(kRelations);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    RelationRecord record;
    if (it->key().size() != sizeof(RelationId) ||
        !Decode(AsView(it->value()), &record)) {
      return Damaged();
    }
    if (!record.nowhere()) continue;
    identities[GetBigEndian<RelationId>(it->key().data())].record = record;
  }
  return FromRocks(it->status());
}

absl::Status ReadTokens(const Store& store, Identities& identities) {
  const auto tokens = store.NewIterator(kTokens);
  for (tokens->SeekToFirst(); tokens->Valid(); tokens->Next()) {
    TokenRecord token;
    if (!Decode(AsView(tokens->value()), &token)) return Damaged();
    for (const RelationId id : token.relations) {
      const auto holder = identities.find(id);
      if (holder != identities.end()) {
        holder->second.listed.insert(tokens->key().ToString());
      }
    }
  }
  GARDEROBE_RETURN_IF_ERROR(FromRocks(tokens->status()));
  const auto crowds = store.NewIterator(kSetAside);
  for (crowds->SeekToFirst(); crowds->Valid(); crowds->Next()) {
    const std::string_view key = AsView(crowds->key());
    if (key.size() != kTokenKeyBytes + sizeof(RelationId)) return Damaged();
    const auto holder =
        identities.find(GetBigEndian<RelationId>(key.data() + kTokenKeyBytes));
    if (holder != identities.end()) {
      holder->second.set_aside.insert(
          std::string(key.substr(0, kTokenKeyBytes)));
    }
  }
  return FromRocks(crowds->status());
}

void Exchange(std::vector<RelationId>& relations, RelationId from,
              RelationId to) {
  std::replace(relations.begin(), relations.end(), from, to);
  std::sort(relations.begin(), relations.end());
}

// As LinkTransaction::IdOf finds it.
absl::StatusOr<RelationId> IdFor(const Store& store,
                                 const VaultHandle& handle) {
  auto id = GetBigEndian<RelationId>(handle.data());
  for (;; ++id) {
    if (id == kNone) continue;
    const auto value = store.Get(kRelations, NumberKey(id));
    if (value.status().code() == absl::StatusCode::kNotFound) return id;
    GARDEROBE_RETURN_IF_ERROR(value.status());
    RelationRecord record;
    if (!Decode(*value, &record)) return Damaged();
    if (record.handle_rest == handle.view().substr(sizeof id)) return id;
  }
}

// One after the other, for two of them may share a token or a group.
absl::Status Rename(Store& store, RelationId from, const Identity& identity) {
  const VaultHandle handle = identity.Handle();
  GARDEROBE_ASSIGN_OR_RETURN(const RelationId to, IdFor(store, handle));
  const std::string from_key = NumberKey(from), to_key = NumberKey(to);
  if (to == from) return absl::OkStatus();
  rocksdb::WriteBatch batch;
  RelationRecord record = identity.record;
  record.handle_rest = handle.view().substr(sizeof(RelationId));
  batch.Delete(store.family(kRelations), from_key);
  batch.Put(store.family(kRelations), to_key, Encode(record));
  for (const std::string& key : identity.listed) {
    GARDEROBE_ASSIGN_OR_RETURN(const std::string value,
                               store.Get(kTokens, key));
    TokenRecord token;
    if (!Decode(value, &token)) return Damaged();
    Exchange(token.relations, from, to);
    batch.Put(store.family(kTokens), key, Encode(token));
  }
  for (const std::string& key : identity.set_aside) {
    batch.Delete(store.family(kSetAside), key + from_key);
    batch.Put(store.family(kSetAside), key + to_key, "");
  }
  if (record.group != kNone) {
    const std::string group_key = NumberKey(record.group);
    GARDEROBE_ASSIGN_OR_RETURN(const std::string value,
                               store.Get(kGroups, group_key));
    GroupRecord group;
    if (!Decode(value, &group)) return Damaged();
    for (Person& person : group.persons) Exchange(person.relations, from, to);
    batch.Put(store.family(kGroups), group_key, Encode(group));
  }
  const auto month = store.Get(kMeta, UnmatchedKey(from));
  if (month.ok()) {
    batch.Delete(store.family(kMeta), UnmatchedKey(from));
    batch.Put(store.family(kMeta), UnmatchedKey(to), *month);
  } else if (month.status().code() != absl::StatusCode::kNotFound) {
    return month.status();
  }
  return store.Write(batch);
}

}  // namespace

absl::Status RenameIdentities(Store& store) {
  Identities identities;
  GARDEROBE_RETURN_IF_ERROR(ReadRelations(store, identities));
  if (identities.empty()) return absl::OkStatus();
  GARDEROBE_RETURN_IF_ERROR(ReadTokens(store, identities));
  for (const auto& [id, identity] : identities) {
    GARDEROBE_RETURN_IF_ERROR(Rename(store, id, identity));
  }
  return absl::OkStatus();
}

}  // namespace garderobe::vault
