#include "vault/linker.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"

namespace garderobe::vault {
namespace {

// Column families and layouts; stored, never change (vault/README.md).
enum Family : size_t { kMeta, kTokens, kRelations, kNodes, kChanges };
constexpr std::string_view kMetaKey = "meta/v2";
constexpr uint64_t kNone = 0;

constexpr StoreOptions kStoreOptions = {.format = 3};

std::string Key(uint64_t number) {
  std::string key;
  PutBigEndian(key, number);
  return key;
}

struct TokenRecord {
  uint64_t number = kNone;
  uint64_t node = kNone;  // person or household, by the token's kind
};
struct RelationRecord {
  uint64_t person = kNone;
  std::vector<uint64_t> tokens;  // ascending
};
struct Node {
  bool is_person = true;
  uint64_t parent = kNone;     // given up for this one
  uint64_t household = kNone;  // of a person that stays
  Element point;
  bool taken = false;  // not stored: there is a record
};

// Never kNone.
uint64_t RandomNumber() {
  uint64_t number;
  do {
    randombytes_buf(&number, sizeof number);
  } while (number == kNone);
  return number;
}

std::string Encode(const TokenRecord& token) {
  std::string value;
  PutBigEndian(value, token.number);
  PutBigEndian(value, token.node);
  return value;
}
bool Decode(std::string_view value, TokenRecord* token) {
  ByteReader reader(value);
  return reader.GetInteger(&token->number) && reader.GetInteger(&token->node) &&
         reader.empty();
}

std::string Encode(const RelationRecord& relation) {
  std::string value;
  PutBigEndian(value, relation.person);
  for (uint64_t token : relation.tokens) PutBigEndian(value, token);
  return value;
}
bool Decode(std::string_view value, RelationRecord* relation) {
  ByteReader reader(value);
  if (!reader.GetInteger(&relation->person)) return false;
  while (!reader.empty()) {
    if (!reader.GetInteger(&relation->tokens.emplace_back())) return false;
  }
  return true;
}

std::string Encode(const Node& node) {
  std::string value(1, node.is_person ? 'P' : 'H');
  PutBigEndian(value, node.parent);
  PutBigEndian(value, node.household);
  value.append(node.point.view());
  return value;
}
bool Decode(std::string_view value, Node* node) {
  ByteReader reader(value);
  std::string_view type, point;
  if (!reader.GetBytes(1, &type) || !reader.GetInteger(&node->parent) ||
      !reader.GetInteger(&node->household) ||
      !reader.GetBytes(Element::kBytes, &point) || !reader.empty()) {
    return false;
  }
  node->is_person = type == "P";
  node->taken = true;
  node->point = Element::From(point);
  return true;
}

absl::Status Damaged() { return DataLoss("a record of the vault is damaged"); }

// Reads through to the store once, and remembers what was changed.
template <typename Record>
class Overlay {
 public:
  Overlay(const Store& store, Family family) : store_(store), family_(family) {}

  // A record that is not stored yet reads as a default one.
  [[nodiscard]] absl::StatusOr<Record*> Find(const std::string& key) {
    auto [entry, fresh] = entries_.try_emplace(key);
    if (fresh) {
      auto value = store_.Get(family_, key);
      if (value.ok()) {
        if (!Decode(*value, &entry->second.record)) return Damaged();
      } else if (value.status().code() != absl::StatusCode::kNotFound) {
        return value.status();
      }
    }
    return &entry->second.record;
  }
  void MarkChanged(const std::string& key) { entries_[key].changed = true; }
  void AddTo(const Store& store, rocksdb::WriteBatch& batch) const {
    for (const auto& [key, entry] : entries_) {
      if (entry.changed) {
        batch.Put(store.family(family_), key, Encode(entry.record));
      }
    }
  }

 private:
  struct Entry {
    Record record;
    bool changed = false;
  };
  const Store& store_;
  const Family family_;
  // Node pointers must survive later finds.
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace

// The linking of one batch, in memory until it is written as one.
class Linker::Transaction {
 public:
  Transaction(const Store& store, const Meta& meta)
      : store_(store),
        meta_(meta),
        tokens_(store, kTokens),
        relations_(store, kRelations),
        nodes_(store, kNodes) {}

  // The person's root node.
  [[nodiscard]] absl::StatusOr<uint64_t> Add(const LinkRow& row) {
    const std::string handle(row.handle.view());
    GARDEROBE_ASSIGN_OR_RETURN(RelationRecord * relation,
                               relations_.Find(handle));
    std::vector<uint64_t> persons, households;
    std::vector<uint64_t> numbers = relation->tokens;
    if (relation->person != kNone) persons.push_back(relation->person);
    for (const Token& token : row.tokens) {
      GARDEROBE_ASSIGN_OR_RETURN(TokenRecord * record, FindToken(token));
      numbers.push_back(record->number);
      if (record->node != kNone) {
        (SaysPerson(token.kind) ? persons : households).push_back(record->node);
      }
    }
    GARDEROBE_ASSIGN_OR_RETURN(const uint64_t person,
                               UnitePersons(persons, households));
    GARDEROBE_ASSIGN_OR_RETURN(Node * node, Find(person));
    for (const Token& token : row.tokens) {
      GARDEROBE_ASSIGN_OR_RETURN(TokenRecord * record, FindToken(token));
      if (record->node == kNone) {
        record->node = SaysPerson(token.kind) ? person : node->household;
        tokens_.MarkChanged(TokenKey(token));
      }
    }
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    if (relation->person == kNone) ++meta_.relations;
    relation->person = person;
    relation->tokens = std::move(numbers);
    relations_.MarkChanged(handle);
    return person;
  }

  [[nodiscard]] absl::StatusOr<LinkedRow> PointsOf(uint64_t person) {
    GARDEROBE_ASSIGN_OR_RETURN(const uint64_t root, Root(person));
    GARDEROBE_ASSIGN_OR_RETURN(Node * node, Find(root));
    GARDEROBE_ASSIGN_OR_RETURN(const uint64_t home, Root(node->household));
    GARDEROBE_ASSIGN_OR_RETURN(Node * household, Find(home));
    return LinkedRow{node->point, household->point};
  }

  rocksdb::WriteBatch Batch() const {
    rocksdb::WriteBatch batch;
    tokens_.AddTo(store_, batch);
    relations_.AddTo(store_, batch);
    nodes_.AddTo(store_, batch);
    for (const auto& [key, value] : changes_) {
      batch.Put(store_.family(kChanges), key, value);
    }
    batch.Put(store_.family(kMeta), AsSlice(kMetaKey), EncodeMeta(meta_));
    return batch;
  }
  const Meta& meta() const { return meta_; }

 private:
  static std::string TokenKey(const Token& token) {
    std::string key(1, static_cast<char>(token.kind));
    key.append(token.point.view());
    return key;
  }

  [[nodiscard]] absl::StatusOr<TokenRecord*> FindToken(const Token& token) {
    const std::string key = TokenKey(token);
    GARDEROBE_ASSIGN_OR_RETURN(TokenRecord * record, tokens_.Find(key));
    if (record->number == kNone) {
      record->number = RandomNumber();
      ++meta_.tokens;
    }
    return record;
  }

  [[nodiscard]] absl::StatusOr<Node*> Find(uint64_t number) {
    return nodes_.Find(Key(number));
  }

  [[nodiscard]] absl::StatusOr<uint64_t> Root(uint64_t number) {
    for (;;) {
      GARDEROBE_ASSIGN_OR_RETURN(Node * node, Find(number));
      if (node->parent == kNone) return number;
      // Halves the path; it is written when something else is.
      GARDEROBE_ASSIGN_OR_RETURN(Node * parent, Find(node->parent));
      if (parent->parent != kNone) {
        node->parent = parent->parent;
        nodes_.MarkChanged(Key(number));
      }
      number = node->parent;
    }
  }

  [[nodiscard]] absl::StatusOr<uint64_t> NewNode(bool is_person) {
    uint64_t number = RandomNumber();
    GARDEROBE_ASSIGN_OR_RETURN(Node * node, Find(number));
    while (node->taken) {
      number = RandomNumber();
      GARDEROBE_ASSIGN_OR_RETURN(node, Find(number));
    }
    node->taken = true;
    node->is_person = is_person;
    node->point = RandomElement();
    nodes_.MarkChanged(Key(number));
    ++(is_person ? meta_.persons : meta_.households);
    return number;
  }

  // Makes one of all; the smallest stays. kNone for an empty list.
  [[nodiscard]] absl::StatusOr<uint64_t> Unite(
      const std::vector<uint64_t>& numbers) {
    uint64_t stays = kNone;
    for (uint64_t number : numbers) {
      GARDEROBE_ASSIGN_OR_RETURN(const uint64_t root, Root(number));
      if (stays == kNone || stays == root) {
        stays = root;
        continue;
      }
      const uint64_t given_up = std::max(stays, root);
      stays = std::min(stays, root);
      GARDEROBE_ASSIGN_OR_RETURN(Node * node, Find(given_up));
      node->parent = stays;
      nodes_.MarkChanged(Key(given_up));
      --(node->is_person ? meta_.persons : meta_.households);
      changes_.emplace_back(Key(meta_.next_change++),
                            Key(given_up) + Key(stays));
    }
    return stays;
  }

  // One person of `persons` (a new one when there are none), whose household
  // is one with `households`.
  [[nodiscard]] absl::StatusOr<uint64_t> UnitePersons(
      const std::vector<uint64_t>& persons, std::vector<uint64_t> households) {
    for (uint64_t number : persons) {
      GARDEROBE_ASSIGN_OR_RETURN(const uint64_t root, Root(number));
      GARDEROBE_ASSIGN_OR_RETURN(Node * node, Find(root));
      households.push_back(node->household);
    }
    GARDEROBE_ASSIGN_OR_RETURN(uint64_t person, Unite(persons));
    if (person == kNone) {
      GARDEROBE_ASSIGN_OR_RETURN(person, NewNode(/*is_person=*/true));
    }
    GARDEROBE_ASSIGN_OR_RETURN(uint64_t household, Unite(households));
    if (household == kNone) {
      GARDEROBE_ASSIGN_OR_RETURN(household, NewNode(/*is_person=*/false));
    }
    GARDEROBE_ASSIGN_OR_RETURN(Node * node, Find(person));
    if (node->household != household) {
      node->household = household;
      nodes_.MarkChanged(Key(person));
    }
    return person;
  }

  const Store& store_;
  Meta meta_;
  Overlay<TokenRecord> tokens_;
  Overlay<RelationRecord> relations_;
  Overlay<Node> nodes_;
  std::vector<std::pair<std::string, std::string>> changes_;
};

absl::StatusOr<std::unique_ptr<Linker>> Linker::Open(
    const std::string& directory) {
  GARDEROBE_ASSIGN_OR_RETURN(
      auto store,
      Store::Open(directory,
                  {"default", "tokens", "relations", "nodes", "changes"},
                  kStoreOptions));
  std::unique_ptr<Linker> linker(new Linker(std::move(store)));
  {
    const MutexLock lock(&linker->mutex_);
    GARDEROBE_RETURN_IF_ERROR(linker->LoadMeta());
  }
  return linker;
}

std::string Linker::EncodeMeta(const Meta& meta) {
  std::string value;
  for (uint64_t number : {meta.next_change, meta.first_change, meta.relations,
                          meta.tokens, meta.persons, meta.households}) {
    PutBigEndian(value, number);
  }
  return value;
}

absl::Status Linker::LoadMeta() {
  auto value = store_->Get(kMeta, kMetaKey);
  if (value.status().code() == absl::StatusCode::kNotFound) {
    return absl::OkStatus();
  }
  GARDEROBE_RETURN_IF_ERROR(value.status());
  ByteReader reader(*value);
  for (uint64_t* number :
       {&meta_.next_change, &meta_.first_change, &meta_.relations,
        &meta_.tokens, &meta_.persons, &meta_.households}) {
    if (!reader.GetInteger(number)) return Damaged();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<LinkedRow>> Linker::Link(
    const std::vector<LinkRow>& rows) {
  std::vector<LinkedRow> linked;
  {
    const MutexLock lock(&mutex_);
    Transaction transaction(*store_, meta_);
    std::vector<uint64_t> persons;
    for (const LinkRow& row : rows) {
      GARDEROBE_ASSIGN_OR_RETURN(persons.emplace_back(), transaction.Add(row));
    }
    for (uint64_t person : persons) {
      GARDEROBE_ASSIGN_OR_RETURN(linked.emplace_back(),
                                 transaction.PointsOf(person));
    }
    rocksdb::WriteBatch batch = transaction.Batch();
    GARDEROBE_RETURN_IF_ERROR(store_->Write(batch));
    meta_ = transaction.meta();
  }
  // Outside the lock: batches that come meanwhile share the sync.
  GARDEROBE_RETURN_IF_ERROR(store_->Sync());
  return linked;
}

absl::StatusOr<LinkChanges> Linker::Changes(uint64_t confirmed) {
  GARDEROBE_ASSIGN_OR_RETURN(LinkChanges result, ReadChanges(confirmed));
  // In order they would be the aggregator's merges, one by one.
  for (size_t i = result.changes.size(); i > 1; --i) {
    std::swap(result.changes[i - 1],
              result.changes[randombytes_uniform(static_cast<uint32_t>(i))]);
  }
  // A number that was handed out must not be given to another change after a
  // power cut.
  GARDEROBE_RETURN_IF_ERROR(store_->Sync());
  return result;
}

absl::StatusOr<LinkChanges> Linker::ReadChanges(uint64_t confirmed) {
  const MutexLock lock(&mutex_);
  Meta meta = meta_;
  confirmed = std::min(confirmed, meta.next_change - 1);
  if (confirmed >= meta.first_change) {
    rocksdb::WriteBatch batch;
    batch.DeleteRange(store_->family(kChanges), Key(0), Key(confirmed + 1));
    meta.first_change = confirmed + 1;
    batch.Put(store_->family(kMeta), AsSlice(kMetaKey), EncodeMeta(meta));
    GARDEROBE_RETURN_IF_ERROR(store_->Write(batch));
    meta_ = meta;
  }
  LinkChanges result;
  result.newest = meta.next_change - 1;
  for (uint64_t number = meta.first_change;
       number < meta.next_change && result.changes.size() < kChangesMax;
       ++number) {
    GARDEROBE_ASSIGN_OR_RETURN(const std::string value,
                               store_->Get(kChanges, Key(number)));
    LinkChange change;
    Element* const points[] = {&change.given_up, &change.stays};
    ByteReader reader(value);
    for (Element* point : points) {
      uint64_t node_number;
      Node node;
      if (!reader.GetInteger(&node_number)) return Damaged();
      GARDEROBE_ASSIGN_OR_RETURN(const std::string record,
                                 store_->Get(kNodes, Key(node_number)));
      if (!Decode(record, &node)) return Damaged();
      change.is_person = node.is_person;
      *point = node.point;
    }
    result.sequence = number;
    result.changes.push_back(change);
  }
  return result;
}

Linker::Counts Linker::counts() const {
  const MutexLock lock(&mutex_);
  return {meta_.relations, meta_.tokens, meta_.persons, meta_.households};
}

}  // namespace garderobe::vault
