#include "vault/vault.h"

#include <cstring>
#include <optional>
#include <vector>

#include "core/base/parallel.h"
#include "core/base/random.h"
#include "core/conversion/convert.h"
#include "core/keys/pooled_receipt.h"
#include "vault/request_reader.h"
#include "vault/rounds.h"

namespace garderobe::vault {
namespace {

// Rows a worker takes at once: some 10 ms of group operations.
constexpr size_t kChunkRows = 16;
constexpr size_t kAnswerBytes = 2 * Ciphertext::kBytes;

}  // namespace

SignedBody Vault::SignedParameters() const {
  return SignParameters(keys_.signing, keys_.Public());
}

absl::Status Vault::CheckEpoch(uint32_t epoch) const {
  if (epoch == keys_.epoch()) return absl::OkStatus();
  return FailedPrecondition("the vault serves epoch {}, and not {}",
                            keys_.epoch(), epoch);
}

absl::StatusOr<AggregatorParameters> Vault::ReadAggregator(
    const v1::SignedParameters& aggregator) {
  GARDEROBE_ASSIGN_OR_RETURN(
      const Parameters parameters,
      VerifyParameters(options_.aggregator_pin, "aggregator", aggregator.body(),
                       aggregator.signature(), Today()));
  GARDEROBE_RETURN_IF_ERROR(serials_->Take(parameters));
  return AggregatorParameters::From(parameters);
}

absl::Status Vault::LinkRelations(const v1::LinkRelationsRequest& request,
                                  v1::LinkRelationsResponse* response) {
  GARDEROBE_RETURN_IF_ERROR(CheckEpoch(request.epoch()));
  GARDEROBE_ASSIGN_OR_RETURN(const AggregatorParameters aggregator,
                             ReadAggregator(request.aggregator()));
  const Element& z = aggregator.pseudonym_key;
  GARDEROBE_ASSIGN_OR_RETURN(const std::vector<VaultRow> rows,
                             ReadRows(request));
  GARDEROBE_RETURN_IF_ERROR(CheckReferences(rows, workers_));
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
  // Before: a round that is made meanwhile is taken for a later one.
  response->set_last_round(linker_->last_round());
  GARDEROBE_ASSIGN_OR_RETURN(const std::vector<PersonSeed> persons,
                             linker_->Link(opened));
  std::string pseudonyms(rows.size() * kAnswerBytes, '\0');
  ParallelFor(workers_, rows.size(), kChunkRows, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      const auto place = static_cast<uint32_t>(i);
      std::string answer;
      EncryptWith(AnswerScalar(seed, place, AnswerSlot::kPerson),
                  PointOf(persons[i]), z)
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
  GARDEROBE_ASSIGN_OR_RETURN(const RoundConfirmation confirmed,
                             ReadConfirmation(request.confirmation()));
  GARDEROBE_ASSIGN_OR_RETURN(
      const LinkRound due,
      linker_->NextRound(confirmed, options_.round_entries));
  const RoundMaker maker{aggregator.pseudonym_key, aggregator.sealing_key,
                         receipt_seed_, workers_};
  return maker.Make(due, options_.round_entries, response->mutable_round());
}

}  // namespace garderobe::vault
