// Tokens and who holds them: what too many hold is set aside.
#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "vault/link/link_transaction.h"

namespace garderobe::vault {
uint32_t LinkTransaction::HoldersMax() const {
  return extra_holders_ + Linker::kHoldersMax;
}

absl::StatusOr<TokenRecord*> LinkTransaction::FindToken(
    const std::string& key) {
  known_keys_.emplace(GetBigEndian<Fingerprint>(key.data()), key);
  return tokens_.Find(key);
}

absl::StatusOr<std::string> LinkTransaction::KeyOf(Fingerprint fingerprint,
                                                   RelationId holder) {
  if (const auto known = known_keys_.find(fingerprint);
      known != known_keys_.end()) {
    return known->second;
  }
  const std::string prefix = NumberKey(fingerprint);
  const auto it = store_.NewIterator(kTokens);
  std::string found;
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix);
       it->Next()) {
    TokenRecord token;
    if (!Decode(AsView(it->value()), &token)) return Damaged();
    // Two tokens that begin alike: the one that the relation holds.
    if (found.empty() || std::binary_search(token.relations.begin(),
                                            token.relations.end(), holder)) {
      found = it->key().ToString();
    }
  }
  GARDEROBE_RETURN_IF_ERROR(FromRocks(it->status()));
  if (found.empty()) return Damaged();
  known_keys_.emplace(fingerprint, found);
  return found;
}

absl::Status LinkTransaction::Hold(const std::string& key, RelationId id,
                                   RelationRecord& relation) {
  GARDEROBE_ASSIGN_OR_RETURN(TokenRecord * token, FindToken(key));
  const uint32_t most = HoldersMax();
  difference_.tokens += token->count == 0;
  if (token->count > most) {
    crowds_[key + NumberKey(id)] = true;
    for (HeldToken& held : relation.tokens) {
      if (held.fingerprint == GetBigEndian<Fingerprint>(key.data())) {
        held.set_aside = true;
      }
    }
  } else {
    auto& ids = token->relations;
    ids.insert(std::lower_bound(ids.begin(), ids.end(), id), id);
  }
  ++token->count;
  tokens_.MarkChanged(key);
  return token->count == most + 1 ? SetAside(key, *token) : absl::OkStatus();
}

absl::Status LinkTransaction::LetGo(const std::string& key, RelationId id) {
  GARDEROBE_ASSIGN_OR_RETURN(TokenRecord * token, FindToken(key));
  tokens_.MarkChanged(key);
  --token->count;
  difference_.tokens -= token->count == 0;
  if (token->count >= HoldersMax()) {
    crowds_[key + NumberKey(id)] = false;
    if (token->count == HoldersMax()) {
      GARDEROBE_RETURN_IF_ERROR(UseAgain(key, *token));
    }
    return absl::OkStatus();
  }
  auto& ids = token->relations;
  ids.erase(std::remove(ids.begin(), ids.end(), id), ids.end());
  // Who had it together with this one may be somebody else's now.
  touched_.insert(ids.begin(), ids.end());
  return absl::OkStatus();
}

absl::Status LinkTransaction::SetAside(const std::string& key,
                                       TokenRecord& token) {
  ++difference_.set_aside;
  for (RelationId id : token.relations) {
    crowds_[key + NumberKey(id)] = true;
    GARDEROBE_RETURN_IF_ERROR(Flag(key, id, true));
  }
  token.relations.clear();
  return absl::OkStatus();
}

absl::Status LinkTransaction::UseAgain(const std::string& key,
                                       TokenRecord& token) {
  --difference_.set_aside;
  token.relations = HoldersSetAside(key);
  for (RelationId id : token.relations) {
    crowds_[key + NumberKey(id)] = false;
    GARDEROBE_RETURN_IF_ERROR(Flag(key, id, false));
  }
  return absl::OkStatus();
}

absl::Status LinkTransaction::Flag(const std::string& key, RelationId id,
                                   bool set_aside) {
  GARDEROBE_ASSIGN_OR_RETURN(RelationRecord * relation, Relation(id));
  for (HeldToken& held : relation->tokens) {
    if (held.fingerprint == GetBigEndian<Fingerprint>(key.data())) {
      held.set_aside = set_aside;
    }
  }
  relations_.MarkChanged(NumberKey(id));
  touched_.insert(id);
  return absl::OkStatus();
}

std::vector<RelationId> LinkTransaction::HoldersSetAside(
    const std::string& key) const {
  std::set<RelationId> ids;
  const auto it = store_.NewIterator(kSetAside);
  for (it->Seek(key); it->Valid() && it->key().starts_with(key); it->Next()) {
    ids.insert(GetBigEndian<RelationId>(it->key().data() + key.size()));
  }
  for (auto change = crowds_.lower_bound(key);
       change != crowds_.end() && change->first.starts_with(key); ++change) {
    const auto id = GetBigEndian<RelationId>(change->first.data() + key.size());
    if (change->second) {
      ids.insert(id);
    } else {
      ids.erase(id);
    }
  }
  return {ids.begin(), ids.end()};
}

absl::StatusOr<std::vector<RelationId>> LinkTransaction::Holders(
    RelationId id, Fingerprint fingerprint) {
  GARDEROBE_ASSIGN_OR_RETURN(const std::string key, KeyOf(fingerprint, id));
  GARDEROBE_ASSIGN_OR_RETURN(const TokenRecord* token, FindToken(key));
  std::vector<RelationId> others = token->relations;
  others.erase(std::remove(others.begin(), others.end(), id), others.end());
  return others;
}

}  // namespace garderobe::vault
