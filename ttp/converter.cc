#include "ttp/converter.h"

#include <atomic>
#include <bit>

#include "absl/container/flat_hash_set.h"
#include "core/base/parallel.h"
#include "core/group/elgamal.h"

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

}  // namespace

absl::Status Converter::CheckVisits(const v1::VisitBatch& batch) const {
  if (batch.count() == 0 || batch.count() > kVisitRowsMax) {
    return InvalidArgument("count: 1 to {} rows", kVisitRowsMax);
  }
  if (batch.handles().size() != size_t{batch.count()} * Handle::kBytes) {
    return InvalidArgument("handles: 16 bytes for each of count rows");
  }
  return absl::OkStatus();
}

absl::Status Converter::CheckRelations(const v1::RelationBatch& batch) const {
  const size_t count = batch.count();
  if (count == 0 || count > kRelationRowsMax) {
    return InvalidArgument("count: 1 to {} rows", kRelationRowsMax);
  }
  if (batch.handles().size() != count * Handle::kBytes ||
      static_cast<size_t>(batch.kinds_size()) != count ||
      static_cast<size_t>(batch.as_of_size()) != count ||
      batch.points_a().size() != count * Element::kBytes) {
    return InvalidArgument(
        "handles, kinds, as_of, points_a: 16 bytes, one, one and 32 bytes for "
        "each of count rows");
  }
  size_t points = 0;
  absl::flat_hash_set<Handle> seen;
  for (size_t i = 0; i < count; ++i) {
    const uint32_t kinds = batch.kinds(static_cast<int>(i));
    if ((kinds & ~kAllKinds) != 0) {
      return InvalidArgument("kinds[{}]: unknown kind", i);
    }
    if (batch.as_of(static_cast<int>(i)) > kQuarterMax) {
      return InvalidArgument("as_of[{}]: at most {}", i, kQuarterMax);
    }
    points += static_cast<size_t>(std::popcount(kinds));
    const Handle handle =
        Handle::From(std::string_view(batch.handles()).substr(i * 16, 16));
    if (handle.is_zero()) {
      return InvalidArgument("handles[{}]: a relation has a handle", i);
    }
    if (!seen.insert(handle).second) {
      return InvalidArgument("handles[{}]: the same handle twice in a batch",
                             i);
    }
  }
  if (batch.points_b().size() != points * Element::kBytes) {
    return InvalidArgument("points_b: 32 bytes for every kind of every row");
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
  Addressed addressed;
  addressed.handle = to_vault.Map(handle);
  addressed.reference = references_.Seal(addressed.handle, TagOf(institution),
                                         to_aggregator.Map(handle));
  return addressed;
}

absl::StatusOr<std::vector<ConvertedRelation>> Converter::Convert(
    std::string_view institution, const v1::RelationBatch& batch,
    const VaultParameters& vault) const {
  const size_t count = batch.count();
  const std::string_view handles = batch.handles();
  const std::string_view points_a = batch.points_a();
  const std::string_view points_b = batch.points_b();
  std::vector<size_t> offsets(count + 1, 0);
  for (size_t i = 0; i < count; ++i) {
    offsets[i + 1] =
        offsets[i] +
        static_cast<size_t>(std::popcount(batch.kinds(static_cast<int>(i))));
  }
  std::vector<ConvertedRelation> converted(count);
  FirstFault fault;
  const InstitutionTag tag = TagOf(institution);
  auto convert = [&](size_t i, VaultHandleMapper& mapper,
                     AggregatorHandleMapper& to_aggregator) {
    ConvertedRelation& row = converted[i];
    const Handle handle = Handle::From(handles.substr(i * 16, 16));
    row.handle = mapper.Map(handle);
    row.reference =
        references_.Seal(row.handle, tag, to_aggregator.Map(handle));
    row.as_of = static_cast<uint16_t>(batch.as_of(static_cast<int>(i)));
    row.kinds = batch.kinds(static_cast<int>(i));
    // Without a fresh q a client that knows its own r would recognise its
    // rows in the vault by r*S.
    const EphemeralScalar q = EphemeralScalar::Random();
    if (!ShuffleA(keys_.vault_shuffle, q,
                  Element::From(points_a.substr(i * 32, 32)), &row.point_a)) {
      return false;
    }
    size_t point = offsets[i];
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      if ((row.kinds >> kind & 1) == 0) continue;
      if (!ShuffleB(keys_.vault_shuffle, q,
                    Element::From(points_b.substr(point * 32, 32)),
                    vault.public_keys[kind], &row.points_b.emplace_back())) {
        return false;
      }
      ++point;
    }
    return true;
  };
  ParallelFor(workers_, count, kChunkRows, [&](size_t begin, size_t end) {
    VaultHandleMapper mapper(keys_.vault_handle, institution);
    AggregatorHandleMapper to_aggregator(keys_.aggregator_handle, institution);
    for (size_t i = begin; i < end; ++i) {
      if (!convert(i, mapper, to_aggregator)) fault.Report(i);
    }
  });
  if (fault.any()) {
    return InvalidArgument("record {}: a point is not a valid group element",
                           fault.index());
  }
  return converted;
}

absl::Status Converter::ConvertPseudonyms(std::string& ciphertexts,
                                          const Element& z) const {
  const size_t count = ciphertexts.size() / Ciphertext::kBytes;
  FirstFault fault;
  ParallelFor(workers_, count, 2 * kChunkRows, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      char* const bytes = ciphertexts.data() + i * Ciphertext::kBytes;
      Ciphertext out;
      if (!ShuffleFresh(keys_.aggregator_shuffle,
                        Ciphertext::From({bytes, Ciphertext::kBytes}), z,
                        &out)) {
        fault.Report(i);
        continue;
      }
      std::memcpy(bytes, out.point_a.data(), Element::kBytes);
      std::memcpy(bytes + Element::kBytes, out.point_b.data(), Element::kBytes);
    }
  });
  if (fault.any()) return Internal("the vault answered with a malformed point");
  return absl::OkStatus();
}

}  // namespace garderobe::ttp
