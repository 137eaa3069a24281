// The linking of one batch, in memory until it is written as one.
#ifndef GARDEROBE_VAULT_LINK_LINK_TRANSACTION_H_
#define GARDEROBE_VAULT_LINK_LINK_TRANSACTION_H_

#include <map>
#include <set>

#include "absl/container/flat_hash_map.h"
#include "vault/link/clustering.h"
#include "vault/link/linker.h"
#include "vault/link/overlay.h"

namespace garderobe::vault {

// Not thread-safe. `store` and `model` outlive it.
class LinkTransaction {
 public:
  // To look: what is taken in does not count among those who hold a token.
  enum class Purpose { kLink, kLook };
  LinkTransaction(const Store& store, const MatchModel& model,
                  Purpose purpose = Purpose::kLink)
      : store_(store),
        model_(model),
        looked_for_(purpose == Purpose::kLook ? 1 : 0),
        tokens_(store, kTokens),
        relations_(store, kRelations),
        groups_(store, kGroups),
        homes_(store, kHomes) {}

  // Reads what is stored about the rows, all at once: quicker, nothing else.
  [[nodiscard]] absl::Status Prefetch(const std::vector<LinkRow>& rows);
  // Takes in what the row shows, delivered in the quarter `now`; 0: in none
  // that counts. The relation's id.
  [[nodiscard]] absl::StatusOr<RelationId> Add(const LinkRow& row,
                                               uint16_t now = 0);
  // The relations are gone, with the tokens that nobody else holds. Unknown
  // ones are passed over. Before Link.
  [[nodiscard]] absl::Status Remove(const std::vector<RelationId>& ids);
  // The relation's visitor objects, and `mark` takes it back. Before Link.
  // ResourceExhausted: too many have lodged it already.
  [[nodiscard]] absl::Status Object(RelationId id, const ObjectionMark& mark);
  // The objection that was lodged with `mark` does not stand any more; whether
  // the relation still objects is not changed.
  [[nodiscard]] absl::Status TakeBack(RelationId id, const ObjectionMark& mark);
  // The two are never one person, or may be again. Before Link.
  [[nodiscard]] absl::Status KeepApart(RelationId a, RelationId b, bool apart);
  [[nodiscard]] absl::StatusOr<bool> AreKeptApart(RelationId a, RelationId b);
  // Compares the relation again though it shows nothing new.
  void Touch(RelationId id) { touched_.insert(id); }
  // Links all that was taken in. Once, before the calls below.
  [[nodiscard]] absl::Status Link();

  // An id that is not known gives an empty record.
  [[nodiscard]] absl::StatusOr<RelationRecord*> Relation(RelationId id);
  // Both points are the identity when the visitor objects.
  [[nodiscard]] absl::StatusOr<LinkedRow> PointsOf(RelationId id);
  [[nodiscard]] absl::StatusOr<RelationId> IdOf(const VaultHandle& handle);
  // All relations of the relation's person, itself among them. After Link.
  [[nodiscard]] absl::StatusOr<std::vector<RelationId>> PersonOf(RelationId id);
  // What is to be told. Rows of this batch are answered with what they are
  // now; but an answer can get lost or be overtaken by another, so these are
  // told as well, once, when `later` has come (Unix seconds).
  std::vector<ChangeRecord> Changes(uint64_t later) const;
  // The changed records, without meta and changes.
  void AddTo(rocksdb::WriteBatch& batch) const;
  // How the counts changed; wraps around where they went down.
  const LinkCounts& difference() const { return difference_; }

 private:
  struct Place {  // a person in a group
    uint64_t group;
    size_t index;
    friend auto operator<=>(const Place&, const Place&) = default;
  };

  // Tokens and who holds them.
  uint32_t HoldersMax(Kind kind) const;
  [[nodiscard]] absl::StatusOr<TokenRecord*> FindToken(const std::string& key);
  [[nodiscard]] absl::StatusOr<std::string> KeyOf(Fingerprint fingerprint,
                                                  RelationId holder);
  [[nodiscard]] absl::Status Hold(const std::string& key, RelationId id,
                                  RelationRecord& relation);
  [[nodiscard]] absl::Status LetGo(const std::string& key, RelationId id);
  [[nodiscard]] absl::Status SetAside(const std::string& key,
                                      TokenRecord& token);
  [[nodiscard]] absl::Status TakeBack(const std::string& key,
                                      TokenRecord& token);
  [[nodiscard]] absl::Status Flag(const std::string& key, RelationId id,
                                  bool set_aside);
  // Who else holds the relation's token of a kind, when it is not set aside.
  [[nodiscard]] absl::StatusOr<std::vector<RelationId>> Holders(
      RelationId id, Fingerprint fingerprint);
  std::vector<RelationId> CrowdOf(const std::string& key) const;

  // As Prefetch, of those who hold a token together with a touched relation.
  [[nodiscard]] absl::Status PrefetchNeighbours();
  [[nodiscard]] absl::StatusOr<GroupRecord*> Group(uint64_t id);
  [[nodiscard]] absl::Status LeaveGroup(RelationId id, uint64_t group);

  [[nodiscard]] absl::Status FindContradictions();
  // Who is one person with somebody who objects, objects.
  [[nodiscard]] absl::Status SpreadObjections();
  // Whom the relation is kept apart from.
  [[nodiscard]] absl::StatusOr<std::set<RelationId>> ApartFrom(RelationId id);

  // Groups and persons.
  [[nodiscard]] absl::StatusOr<std::set<RelationId>> LinkedNeighbours(
      RelationId id);
  [[nodiscard]] absl::Status Regroup(const std::vector<RelationId>& members,
                                     const std::vector<uint64_t>& old_groups);
  [[nodiscard]] absl::StatusOr<uint64_t> NewGroup();
  // One of the person's relations has a row here, and so an answer.
  bool Answered(const Person& person) const;
  [[nodiscard]] absl::StatusOr<Place> PlaceOf(RelationId id);
  [[nodiscard]] absl::StatusOr<Person*> PersonAt(Place place);

  // Households.
  [[nodiscard]] absl::Status SettleHomes();
  [[nodiscard]] absl::StatusOr<Fingerprint> OwnHome(const Person& person,
                                                    bool with_landline);
  [[nodiscard]] absl::StatusOr<Fingerprint> HomeOf(Place place);
  [[nodiscard]] absl::StatusOr<std::set<Place>> Sharers(Place place, Kind kind);
  [[nodiscard]] absl::Status Move(Place place, Fingerprint home);
  [[nodiscard]] absl::Status Leave(const Person& person);

  const Store& store_;
  const MatchModel& model_;
  const uint32_t looked_for_;  // holders more than there are
  Overlay<TokenRecord> tokens_;
  Overlay<RelationRecord> relations_;
  Overlay<GroupRecord> groups_;
  Overlay<HomeRecord> homes_;
  // Writes to kCrowds: key to whether it is there.
  std::map<std::string, bool> crowds_;
  // Writes to kApart: the same, for both orders of a pair.
  std::map<std::string, bool> apart_;
  absl::flat_hash_map<Fingerprint, std::string> known_keys_;
  std::set<RelationId> rows_;     // of this batch
  std::set<RelationId> touched_;  // to be compared
  // Who shared a telephone or e-mail with somebody here, before or after.
  std::set<RelationId> neighbours_at_home_;
  std::set<Place> persons_;             // to be settled
  std::map<RelationId, Element> told_;  // relation to person
  // Somebody of each person that lives elsewhere, and whether one of the
  // person has a row here.
  std::map<RelationId, bool> moved_;
  LinkCounts difference_;
};

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_LINK_LINK_TRANSACTION_H_
