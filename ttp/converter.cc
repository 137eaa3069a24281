#include "ttp/converter.h"

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>

#include "absl/container/flat_hash_set.h"
#include "core/base/columns.h"
#include "core/base/parallel.h"
#include "core/conversion/point_columns.h"
#include "core/proof/reference_proof.h"
#include "core/proof/row_proof.h"

namespace garderobe::ttp {
namespace {

constexpr size_t kChunkRows = 16;  // some 10 ms of group operations

// Keeps the smallest index that was given to it.
class FirstFault {
 public:
  void Report(size_t index) {
    size_t first = first_;
    while (index < first && !first_.compare_exchange_weak(first, index)) {
    }
  }
  bool any() const { return first_ != SIZE_MAX; }
  size_t index() const { return first_; }

 private:
  std::atomic<size_t> first_{SIZE_MAX};
};

std::span<const uint32_t> SpanOf(
    const google::protobuf::RepeatedField<uint32_t>& field) {
  return {field.data(), static_cast<size_t>(field.size())};
}

// A scalar that nobody else can tell and that the same parts give again:
// SHA-512 over the secret and each part with its length, modulo L.
WipedScalar ScalarFor(const SigmaKey& secret,
                      std::initializer_list<std::string_view> parts) {
  crypto_hash_sha512_state state;
  const ScopedWipe wipe_state(&state, sizeof state);
  uint8_t wide[crypto_hash_sha512_BYTES];
  const ScopedWipe wipe(wide, sizeof wide);
  crypto_hash_sha512_init(&state);
  crypto_hash_sha512_update(&state, secret.ExposeSecret(), SigmaKey::kBytes);
  for (std::string_view part : parts) {
    std::string length;
    PutBigEndian(length, static_cast<uint32_t>(part.size()));
    crypto_hash_sha512_update(&state, AsBytes(length).data(), length.size());
    crypto_hash_sha512_update(&state, AsBytes(part).data(), part.size());
  }
  crypto_hash_sha512_final(&state, wide);
  return WipedScalar::Reduce(wide);
}

// Without the handle: whose row it was is no part of the proof.
RowTracePtr TraceOf(const ClientRow& row, const ParameterSerials& serials,
                    ConvertedRow& converted) {
  return std::make_unique<const RowTrace>(
      RowTrace{{Handle(), row.kinds, row.point_a, row.points_b, row.point_home},
               serials,
               std::move(converted.q),
               std::move(converted.q_home)});
}

// All values, which are there when nothing was reported.
template <typename T>
std::vector<T> AllOf(std::vector<std::optional<T>> values) {
  std::vector<T> all;
  all.reserve(values.size());
  for (auto& value : values) all.push_back(*std::move(value));
  return all;
}

}  // namespace

ConversionKeys KeysOf(const VaultParameters& vault,
                      const AggregatorParameters& aggregator) {
  ConversionKeys keys{vault.public_keys, {}, aggregator.pseudonym_key};
  // Both were read as elements; JointKeys has looked whether they cancel.
  GARDEROBE_CHECK(Add(vault.home_key, aggregator.pseudonym_key, &keys.home));
  return keys;
}

uint64_t TokensIn(const v1::RelationBatch& batch) {
  uint64_t tokens = batch.count();
  for (const uint32_t kinds : batch.kinds()) {
    tokens += static_cast<uint64_t>(std::popcount(kinds));
  }
  return tokens;
}

absl::Status Converter::CheckVisits(const v1::VisitBatch& batch) const {
  if (batch.count() == 0 || batch.count() > kVisitRowsMax) {
    return InvalidArgument("count: 1 to {} rows", kVisitRowsMax);
  }
  if (!Column<Handle>(batch.handles()).HasRows(batch.count())) {
    return InvalidArgument("handles: 16 bytes for each of count rows");
  }
  return absl::OkStatus();
}

absl::Status Converter::CheckRelations(const v1::RelationBatch& batch) const {
  const size_t count = batch.count();
  if (count == 0 || count > kRelationRowsMax) {
    return InvalidArgument("count: 1 to {} rows", kRelationRowsMax);
  }
  const Column<Handle> handles(batch.handles());
  if (!handles.HasRows(count) ||
      static_cast<size_t>(batch.kinds_size()) != count ||
      !Column<Element>(batch.points_home()).HasRows(count)) {
    return InvalidArgument(
        "handles, kinds, points_home: 16 bytes, one and 32 bytes for each of "
        "count rows");
  }
  GARDEROBE_RETURN_IF_ERROR(PointColumns::Read(SpanOf(batch.kinds()),
                                               batch.points_a(),
                                               batch.points_b())
                                .status());
  absl::flat_hash_set<Handle> seen;
  for (size_t i = 0; i < count; ++i) {
    if ((padding_ & ~batch.kinds(static_cast<int>(i))) != 0) {
      return InvalidArgument(
          "kinds[{}]: a kind is missing that every row has to have, with a "
          "dummy where the customer shows nothing",
          i);
    }
    const Handle handle = handles[i];
    if (handle.is_zero()) {
      return InvalidArgument("handles[{}]: a relation has a handle", i);
    }
    if (!seen.insert(handle).second) {
      return InvalidArgument("handles[{}]: the same handle twice in a batch",
                             i);
    }
  }
  return absl::OkStatus();
}

void Converter::MapHandles(std::string_view institution,
                           std::string& handles) const {
  AggregatorHandleMapper mapper(keys_.aggregator_handle, institution);
  auto* bytes = reinterpret_cast<uint8_t*>(handles.data());
  for (size_t at = 0; at < handles.size(); at += Handle::kBytes) {
    if (sodium_is_zero(bytes + at, Handle::kBytes)) continue;
    mapper.Map(bytes + at, bytes + at);
  }
}

Converter::Addressed Converter::Address(std::string_view institution,
                                        const Handle& handle) const {
  VaultHandleMapper to_vault(keys_.vault_handle, institution);
  AggregatorHandleMapper to_aggregator(keys_.aggregator_handle, institution);
  return {to_vault.Map(handle), to_aggregator.Map(handle),
          ReferenceOf(keys_.relation, institution, handle)};
}

absl::StatusOr<std::vector<ConvertedRelation>> Converter::Convert(
    std::string_view institution, const v1::RelationBatch& batch,
    const ConversionKeys& keys) const {
  const size_t count = batch.count();
  GARDEROBE_ASSIGN_OR_RETURN(
      const PointColumns points,
      PointColumns::Read(SpanOf(batch.kinds()), batch.points_a(),
                         batch.points_b()));
  const Column<Handle> handles(batch.handles());
  const Column<Element> homes(batch.points_home());
  const ConversionScalars scalars = keys_.conversion();
  const ParameterSerials serials{batch.serials().ttp(), batch.serials().vault(),
                                 batch.serials().aggregator()};
  std::vector<std::optional<ConvertedRelation>> converted(count);
  FirstFault fault;
  ParallelFor(workers_, count, kChunkRows, [&](size_t begin, size_t end) {
    VaultHandleMapper to_vault(keys_.vault_handle, institution);
    AggregatorHandleMapper to_aggregator(keys_.aggregator_handle, institution);
    for (size_t i = begin; i < end; ++i) {
      const ClientRow row{handles[i], points.kinds(i), points.point_a(i),
                          points.points_b(i), homes[i]};
      const VaultHandle at_vault = to_vault.Map(row.handle);
      auto result =
          Rerandomiser::ConvertRow(scalars, keys, institution, row, at_vault);
      if (!result) {
        fault.Report(i);
        continue;
      }
      const AggregatorHandle at_aggregator = to_aggregator.Map(row.handle);
      converted[i].emplace(ConvertedRelation{
          std::move(result->row),
          {at_aggregator, result->reference,
           sigmas_.Seal(at_aggregator, at_vault)},
          keeps_traces_ ? TraceOf(row, serials, *result) : nullptr});
    }
  });
  if (fault.any()) {
    return InvalidArgument("record {}: a point is not a valid group element",
                           fault.index());
  }
  return AllOf(std::move(converted));
}

absl::StatusOr<Converter::ProvenIdentity> Converter::ConvertIdentity(
    std::string_view request_id, const v1::SealedIdentity& identity,
    const ConversionKeys& keys) const {
  const uint32_t kinds = identity.kinds();
  GARDEROBE_ASSIGN_OR_RETURN(
      const PointColumns points,
      PointColumns::Read({&kinds, 1}, identity.point_a(), identity.points_b()));
  if (kinds == 0) return InvalidArgument("identity: holds no identifier");
  // Neither a handle nor a home is asked for.
  const ClientRow row{Handle(), kinds, points.point_a(0), points.points_b(0),
                      Element()};
  // Another one in each epoch: two rows of one q would tell the vault s*A.
  std::string epoch;
  PutBigEndian(epoch, keys_.epoch());
  const WipedScalar q =
      ScalarFor(keys_.sigma, {"garderobe/right-row/v3", request_id, epoch,
                              identity.point_a(), identity.points_b()});
  const auto converted =
      Rerandomiser::ConvertIdentity(keys_.conversion(), keys, row, q);
  if (!converted) {
    return InvalidArgument("identity: a point is not a valid group element");
  }
  CiphertextRow input{row.point_a, {}}, output{converted->value().point_a, {}};
  KindKeys kind_keys;
  size_t at = 0;
  for (uint32_t kind = 0; kind < kKindCount; ++kind) {
    if ((kinds >> kind & 1) == 0) continue;
    kind_keys[kind] = keys.vault[kind];
    input.points_b.push_back({kind, row.points_b[at]});
    output.points_b.push_back({kind, converted->value().points_b[at]});
    ++at;
  }
  const ConversionSecrets secrets{
      WipedScalar::CopyOf(keys_.to_vault), WipedScalar::CopyOf(keys_.stripping),
      WipedScalar::CopyOf(BlindingOf(keys_.commitment, "C_s")),
      WipedScalar::CopyOf(BlindingOf(keys_.commitment, "C_v"))};
  const ConversionCommitments commitments{
      Commit(keys_.to_vault, BlindingOf(keys_.commitment, "C_s")),
      Commit(keys_.stripping, BlindingOf(keys_.commitment, "C_v")),
      MultiplyBase(keys_.ingress)};
  GARDEROBE_ASSIGN_OR_RETURN(
      std::string proof,
      ProveRowWiped({commitments, kind_keys, input, output, request_id},
                    secrets, q));
  return ProvenIdentity{*converted, std::move(proof)};
}

absl::StatusOr<Converter::ProvenReference> Converter::ConvertHandle(
    std::string_view request_id, std::string_view institution,
    const Handle& handle, const Element& z) const {
  const Addressed address = Address(institution, handle);
  const WipedScalar q2 = ScalarFor(
      keys_.sigma,
      {"garderobe/right-reference/v2", request_id, institution, handle.view()});
  const auto reference =
      Rerandomiser::EncryptReferenceWith(q2, address.reference, z);
  const BlindingScalar rho_a = BlindingOf(keys_.commitment, "C_a");
  const Element commitment = Commit(keys_.relation, rho_a);
  const Element hashed = HashOfRelation(institution, handle);
  GARDEROBE_ASSIGN_OR_RETURN(
      std::string proof,
      ProveReference({commitment, hashed, z, reference.value(), request_id},
                     {WipedScalar::CopyOf(keys_.relation), q2,
                      WipedScalar::CopyOf(rho_a)}));
  return ProvenReference{address, reference, std::move(proof)};
}

absl::StatusOr<InClientOrder<AggregatorRow>> Converter::ConvertAnswers(
    const std::vector<RelationAddress>& addresses,
    const InClientOrder<VaultAnswer>& answers, const Element& z) const {
  GARDEROBE_CHECK(addresses.size() == answers.size());
  std::vector<std::optional<AggregatorRow>> converted(addresses.size());
  FirstFault fault;
  ParallelFor(workers_, addresses.size(), kChunkRows,
              [&](size_t begin, size_t end) {
                for (size_t i = begin; i < end; ++i) {
                  auto person = Rerandomiser::ConvertAnswer(
                      keys_.to_aggregator, answers.rows()[i].person, z);
                  auto household = Rerandomiser::ConvertAnswer(
                      keys_.to_aggregator, answers.rows()[i].household, z);
                  if (!person || !household) {
                    fault.Report(i);
                    continue;
                  }
                  converted[i].emplace(
                      AggregatorRow{addresses[i], *person, *household});
                }
              });
  if (fault.any()) return Internal("the vault answered with a malformed point");
  return answers.With(AllOf(std::move(converted)));
}

absl::StatusOr<Converter::ConvertedRound> Converter::ConvertRound(
    const v1::Round& round, const Element& z) const {
  const Column<Ciphertext> references(round.references()),
      persons(round.persons()), tags(round.tags()),
      weighted(round.weighted_persons());
  const size_t count = references.size();
  if (!references.HasRows(count) || !persons.HasRows(count) ||
      !tags.HasRows(count) || !weighted.HasRows(1)) {
    return Internal("the vault's round is malformed");
  }
  const auto weighted_persons =
      Rerandomiser::ConvertAnswer(keys_.to_aggregator, weighted[0], z);
  if (!weighted_persons) {
    return Internal("the vault's round has a malformed point");
  }
  std::vector<std::optional<AggregatorEntry>> converted(count);
  FirstFault fault;
  ParallelFor(workers_, count, kChunkRows, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      auto reference = Rerandomiser::Rerandomise(references[i], z);
      auto person =
          Rerandomiser::ConvertAnswer(keys_.to_aggregator, persons[i], z);
      auto tag = Rerandomiser::Rerandomise(tags[i], z);
      if (!reference || !person || !tag) {
        fault.Report(i);
        continue;
      }
      converted[i].emplace(AggregatorEntry{*reference, *person, *tag});
    }
  });
  if (fault.any()) return Internal("the vault's round has a malformed point");
  return ConvertedRound{ShuffleRows(AllOf(std::move(converted))).shuffled,
                        *weighted_persons};
}

}  // namespace garderobe::ttp
