#include "vault/rounds.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/parallel.h"
#include "core/base/random.h"
#include "core/conversion/convert.h"

namespace garderobe::vault {
namespace {

// Entries a worker takes at once: some 10 ms of group operations.
constexpr size_t kConvertAtOnce = 16;

RoundAction ActionFor(ChangeRecord::Type type) {
  switch (type) {
    case ChangeRecord::Type::kLink:
      return RoundAction::kLink;
    case ChangeRecord::Type::kNobody:
      return RoundAction::kObject;
    case ChangeRecord::Type::kErase:
      return RoundAction::kErase;
    case ChangeRecord::Type::kWithdraw:
      return RoundAction::kWithdraw;
  }
  return RoundAction::kNone;
}

struct Entry {
  Element tag, person;
  RoundAction action = RoundAction::kNone;
  Ciphertext reference;  // rerandomised
  Ciphertext weighted_reference;
  Element weighted_person;
};

// nullopt: a point does not decode.
std::optional<Entry> Weighted(Entry entry) {
  const PublicScalar weight = WeightOfTag(entry.tag);
  const bool fit = AddWeighted(weight, entry.reference.point_a,
                               &entry.weighted_reference.point_a) &&
                   AddWeighted(weight, entry.reference.point_b,
                               &entry.weighted_reference.point_b) &&
                   AddWeighted(weight, entry.person, &entry.weighted_person);
  if (!fit) return std::nullopt;
  return entry;
}

std::optional<Entry> EntryOf(const RoundEntry& due, const Element& z) {
  const auto reference =
      Rerandomiser::Rerandomise(Ciphertext::From(due.reference), z);
  if (!reference) return std::nullopt;
  Entry entry;
  entry.tag = RandomElement();
  entry.action = ActionFor(due.type);
  // Everybody but who is linked has a point that nobody else has: equal ones
  // could be told by exchanging them.
  entry.person = entry.action == RoundAction::kLink ? PointOf(due.person)
                                                    : RandomElement();
  entry.reference = reference->value();
  return Weighted(entry);
}

// Looks like any other to the TTP; the aggregator has no such reference.
std::optional<Entry> OfNobody(const Element& z) {
  Entry entry;
  entry.tag = RandomElement();
  entry.person = RandomElement();
  entry.reference = EncryptFresh(RandomElement(), z);
  return Weighted(entry);
}

}  // namespace

absl::Status RoundMaker::Make(const LinkRound& due, size_t entries,
                              v1::Round* round) const {
  std::vector<std::optional<Entry>> made(entries);
  ParallelFor(workers, entries, kConvertAtOnce, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      made[i] =
          i < due.entries.size() ? EntryOf(due.entries[i], z) : OfNobody(z);
    }
  });
  // What fills the round up must not stand at its end.
  Shuffle(made);
  RoundStatement statement;
  statement.number = due.number;
  statement.confirmation = due.confirmation;
  Element persons;
  for (const auto& entry : made) {
    // Stored references were valid when they came.
    if (!entry || !AddTo(entry->weighted_reference, &statement.references) ||
        !Add(persons, entry->weighted_person, &persons)) {
      return Damaged();
    }
    statement.actions.emplace(DigestOfTag(entry->tag), entry->action);
    entry->reference.AppendTo(*round->mutable_references());
    EncryptFresh(entry->person, z).AppendTo(*round->mutable_persons());
    EncryptFresh(entry->tag, z).AppendTo(*round->mutable_tags());
  }
  EncryptFresh(persons, z).AppendTo(*round->mutable_weighted_persons());
  round->set_number(due.number);
  round->set_done_through(due.done_through);
  round->set_rights_done_through(due.rights_done_through);
  round->set_statement(SealRoundStatement(receipts, sealing_key, statement));
  return absl::OkStatus();
}

}  // namespace garderobe::vault
