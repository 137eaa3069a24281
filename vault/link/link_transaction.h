// The linking of one batch, in memory until it is written as one.
#ifndef GARDEROBE_VAULT_LINK_LINK_TRANSACTION_H_
#define GARDEROBE_VAULT_LINK_LINK_TRANSACTION_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "vault/link/clustering.h"
#include "vault/link/linker.h"
#include "vault/link/overlay.h"

namespace garderobe::vault {

// Not thread-safe. `store` and `model` outlive it.
class LinkTransaction {
 public:
  // How far Link looks from what was taken in. Where all is linked with these
  // weights, whoever is not in a group with it is not concerned. Where it was
  // linked with others, a neighbour's neighbour may be: without him somebody
  // would be linked in between who is not in the end, and an objection would
  // go to him for good.
  enum class Reach { kGroups, kAll };
  LinkTransaction(const Store& store, const MatchModel& model,
                  LinkPurpose purpose = LinkPurpose::kLink,
                  Reach reach = Reach::kGroups)
      : store_(store),
        model_(model),
        reach_(reach),
        extra_holders_(purpose == LinkPurpose::kLook ? 1 : 0),
        tokens_(store, kTokens),
        relations_(store, kRelations),
        groups_(store, kGroups) {}

  // Reads what is stored about the rows, all at once: quicker, nothing else.
  [[nodiscard]] absl::Status Prefetch(const std::vector<LinkRow>& rows);
  // Takes in what the row shows. Returns the relation's id.
  [[nodiscard]] absl::StatusOr<RelationId> Add(const LinkRow& row);
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
  // The seed of the person's element; zeros when the visitor objects.
  [[nodiscard]] absl::StatusOr<PersonSeed> SeedOf(RelationId id);
  [[nodiscard]] absl::StatusOr<RelationId> IdOf(const VaultHandle& handle);
  // All relations of the relation's person, itself among them. After Link.
  [[nodiscard]] absl::StatusOr<std::vector<RelationId>> PersonOf(RelationId id);
  // Relations of persons that were grouped anew that object although no
  // objection of their person stands any more. After Link.
  [[nodiscard]] absl::StatusOr<std::vector<RelationId>> NoLongerObjecting();
  // Tells the aggregator at once, for the first time or anew, that the
  // relation's visitor objects.
  [[nodiscard]] absl::Status TellObjection(RelationId id);
  // What is to be told. Rows of this batch are answered with what they are
  // now; but an answer can get lost or be overtaken by another, so these are
  // told as well, once and later.
  struct Told {
    ChangeRecord change;
    bool later = false;
  };
  std::vector<Told> Changes() const;
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
  uint32_t HoldersMax() const;
  [[nodiscard]] absl::StatusOr<TokenRecord*> FindToken(const std::string& key);
  [[nodiscard]] absl::StatusOr<std::string> KeyOf(Fingerprint fingerprint,
                                                  RelationId holder);
  [[nodiscard]] absl::Status Hold(const std::string& key, RelationId id,
                                  RelationRecord& relation);
  [[nodiscard]] absl::Status LetGo(const std::string& key, RelationId id);
  [[nodiscard]] absl::Status SetAside(const std::string& key,
                                      TokenRecord& token);
  [[nodiscard]] absl::Status UseAgain(const std::string& key,
                                      TokenRecord& token);
  [[nodiscard]] absl::Status Flag(const std::string& key, RelationId id,
                                  bool set_aside);
  // Who else holds the relation's token of a kind, when it is not set aside.
  [[nodiscard]] absl::StatusOr<std::vector<RelationId>> Holders(
      RelationId id, Fingerprint fingerprint);
  std::vector<RelationId> HoldersSetAside(const std::string& key) const;

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
  // The persons among `members`, with their relations and no elements yet.
  struct Clustered {
    Clusters clusters;
    std::vector<Person> persons;
  };
  [[nodiscard]] absl::StatusOr<Clustered> Cluster(
      const std::vector<RelationId>& members);
  // The persons of the groups, which are empty then.
  [[nodiscard]] absl::StatusOr<std::vector<Person>> TakePersons(
      const std::vector<uint64_t>& groups);
  // Gives each of `persons` a seed: that of the person of `before` whom it
  // continues, or a new one. Notes the relations whose seed has changed.
  void GivePoints(const std::vector<Person>& before,
                  std::vector<Person>& persons);
  [[nodiscard]] absl::StatusOr<uint64_t> NewGroup();
  [[nodiscard]] absl::StatusOr<Place> PlaceOf(RelationId id);
  [[nodiscard]] absl::StatusOr<Person*> PersonAt(Place place);

  const Store& store_;
  const MatchModel& model_;
  const Reach reach_;
  const uint32_t extra_holders_;  // holders more than there are
  Overlay<TokenRecord> tokens_;
  Overlay<RelationRecord> relations_;
  Overlay<GroupRecord> groups_;
  // Writes to kSetAside: key to whether it is there.
  std::map<std::string, bool> crowds_;
  // Writes to kApart: the same, for both orders of a pair.
  std::map<std::string, bool> apart_;
  absl::flat_hash_map<Fingerprint, std::string> known_keys_;
  std::set<RelationId> rows_;              // of this batch
  std::set<RelationId> touched_;           // to be compared
  std::set<Place> persons_;                // that were grouped anew
  std::map<RelationId, PersonSeed> told_;  // relation to person
  LinkCounts difference_;
};

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_LINK_LINK_TRANSACTION_H_
