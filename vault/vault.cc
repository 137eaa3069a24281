#include "vault/vault.h"

#include <optional>

#include "core/base/parallel.h"
#include "core/base/random.h"
#include "core/conversion/convert.h"
#include "core/keys/pooled_receipt.h"
#include "core/keys/round_statement.h"
#include "vault/request_reader.h"

namespace garderobe::vault {
namespace {

// Rows a worker takes at once: some 10 ms of group operations.
constexpr size_t kChunkRows = 16;
constexpr size_t kAnswerBytes = 2 * Ciphertext::kBytes;

RoundAction ActionFor(ChangeRecord::Type type) {
  switch (type) {
    case ChangeRecord::Type::kLink:
    case ChangeRecord::Type::kNobody:
      return RoundAction::kLink;
    case ChangeRecord::Type::kErase:
      return RoundAction::kErase;
    case ChangeRecord::Type::kWithdraw:
      return RoundAction::kWithdraw;
  }
  return RoundAction::kNone;
}

// One entry of a round, ready to go.
struct EncryptedEntry {
  Ciphertext reference, person, action;
};

std::optional<EncryptedEntry> Encrypted(const RoundEntry& entry,
                                        const Element& z) {
  const auto reference =
      Rerandomiser::Rerandomise(Ciphertext::From(entry.reference), z);
  if (!reference) return std::nullopt;
  return EncryptedEntry{reference->value(), EncryptFresh(entry.person, z),
                        EncryptFresh(PointOf(ActionFor(entry.type)), z)};
}

// Looks like any other to the TTP; the aggregator has no such reference.
EncryptedEntry OfNobody(const Element& z) {
  return {EncryptFresh(RandomElement(), z), EncryptFresh(RandomElement(), z),
          EncryptFresh(PointOf(RoundAction::kNone), z)};
}

}  // namespace

SignedBody Vault::SignedParameters() const {
  return SignParameters(keys_.signing, keys_.Public());
}

absl::StatusOr<AggregatorParameters> Vault::ReadAggregator(
    const v1::SignedParameters& aggregator) {
  GARDEROBE_ASSIGN_OR_RETURN(
      const Parameters parameters,
      VerifyParameters(options_.aggregator_pin, "aggregator", aggregator.body(),
                       aggregator.signature(), Today()));
  GARDEROBE_RETURN_IF_ERROR(
      serials_->Take("aggregator", parameters.issue.serial));
  return AggregatorParameters::From(parameters);
}

absl::Status Vault::LinkRelations(const v1::LinkRelationsRequest& request,
                                  v1::LinkRelationsResponse* response) {
  if (request.epoch() != kEpoch) {
    return FailedPrecondition("the vault serves epoch {}", kEpoch);
  }
  GARDEROBE_ASSIGN_OR_RETURN(const AggregatorParameters aggregator,
                             ReadAggregator(request.aggregator()));
  const Element& z = aggregator.pseudonym_key;
  GARDEROBE_ASSIGN_OR_RETURN(const std::vector<VaultRow> rows,
                             ReadRows(request));
  GARDEROBE_ASSIGN_OR_RETURN(const std::vector<LinkRow> opened,
                             OpenRows(keys_, rows, workers_));
  // Counted before anything is done with them.
  uint64_t tokens = rows.size();
  for (const LinkRow& row : opened) tokens += row.tokens.size();
  GARDEROBE_RETURN_IF_ERROR(caps_.Take(Capped::kTokens, tokens));
  AnswerId id;
  randombytes_buf(id.mutable_data(), AnswerId::kBytes);
  const int32_t day = DayNumber(Today());
  GARDEROBE_ASSIGN_OR_RETURN(const AnswerSeed seed,
                             answer_keys_.SeedFor(day, id));
  // Before anything is stored: a home slot that does not decode is the TTP's
  // fault, as every other point is.
  const HouseholdScalars household{keys_.household, keys_.household_stripping};
  std::vector<std::optional<Ciphertext>> homes(rows.size());
  ParallelFor(workers_, rows.size(), kChunkRows, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      homes[i] = RaiseHome(
          household, rows[i].home,
          AnswerScalar(seed, static_cast<uint32_t>(i), AnswerSlot::kHousehold),
          z);
    }
  });
  for (size_t i = 0; i < homes.size(); ++i) {
    if (!homes[i]) {
      return InvalidArgument("row {}: a point is not a valid group element", i);
    }
  }
  GARDEROBE_ASSIGN_OR_RETURN(const std::vector<Element> persons,
                             linker_->Link(opened));
  std::string pseudonyms(rows.size() * kAnswerBytes, '\0');
  ParallelFor(workers_, rows.size(), kChunkRows, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      const auto place = static_cast<uint32_t>(i);
      std::string answer;
      EncryptWith(AnswerScalar(seed, place, AnswerSlot::kPerson), persons[i], z)
          .AppendTo(answer);
      // Who objects has no household either.
      const Ciphertext home =
          persons[i].is_zero()
              ? EncryptWith(AnswerScalar(seed, place, AnswerSlot::kHousehold),
                            Element(), z)
              : *homes[i];
      home.AppendTo(answer);
      std::memcpy(pseudonyms.data() + i * kAnswerBytes, answer.data(),
                  kAnswerBytes);
    }
  });
  response->set_pseudonyms(std::move(pseudonyms));
  response->set_answer_id(AsString(id.bytes()));
  response->set_answer_day(day);
  PooledBatch pooled{id, {}};
  for (const VaultRow& row : rows) pooled.leaves.push_back(PooledLeaf(row));
  SignedBody receipt = SignPooledBatch(receipt_seed_, pooled);
  response->set_receipt(std::move(receipt.body));
  response->set_receipt_signature(std::move(receipt.signature));
  return absl::OkStatus();
}

absl::Status Vault::GetRound(const v1::GetRoundRequest& request,
                             v1::GetRoundResponse* response) {
  GARDEROBE_ASSIGN_OR_RETURN(const AggregatorParameters aggregator,
                             ReadAggregator(request.aggregator()));
  const Element& z = aggregator.pseudonym_key;
  GARDEROBE_ASSIGN_OR_RETURN(
      const LinkRound round,
      linker_->NextRound(request.confirmed(), options_.round_entries));
  std::vector<std::optional<EncryptedEntry>> entries(options_.round_entries);
  ParallelFor(
      workers_, entries.size(), kChunkRows, [&](size_t begin, size_t end) {
        for (size_t i = begin; i < end; ++i) {
          entries[i] = i < round.entries.size() ? Encrypted(round.entries[i], z)
                                                : OfNobody(z);
        }
      });
  // What fills the round up must not stand at its end.
  Shuffle(entries);
  auto* out = response->mutable_round();
  out->set_id(round.id);
  out->set_number(round.number);
  out->set_done_through(round.done_through);
  RoundStatement statement{.number = round.number,
                           .entries = static_cast<uint32_t>(entries.size()),
                           .sum = {}};
  for (const auto& entry : entries) {
    // Stored references were valid when they came.
    if (!entry || !AddTo(entry->reference, &statement.sum)) return Damaged();
    entry->reference.AppendTo(*out->mutable_references());
    entry->person.AppendTo(*out->mutable_persons());
    entry->action.AppendTo(*out->mutable_actions());
  }
  out->set_statement(
      SealRoundStatement(receipt_seed_, aggregator.sealing_key, statement));
  return absl::OkStatus();
}

}  // namespace garderobe::vault
