#include "vault/vault.h"

#include <bit>

#include "core/base/parallel.h"

namespace garderobe::vault {
namespace {

// Rows a worker takes at once: some 10 ms of group operations.
constexpr size_t kChunkRows = 16;

// Where each row's points begin in points_b, and the total at the end.
std::vector<size_t> PointOffsets(
    const google::protobuf::RepeatedField<uint32_t>& kinds) {
  std::vector<size_t> offsets = {0};
  for (uint32_t set : kinds) {
    offsets.push_back(offsets.back() + static_cast<size_t>(std::popcount(set)));
  }
  return offsets;
}

absl::Status CheckShape(const v1::LinkRelationsRequest& request) {
  const auto rows = static_cast<size_t>(request.kinds_size());
  if (rows == 0 || rows > Vault::kRowsMax) {
    return InvalidArgument("kinds: 1 to {} rows", Vault::kRowsMax);
  }
  if (request.handles().size() != rows * VaultHandle::kBytes) {
    return InvalidArgument("handles: 16 bytes a row");
  }
  if (request.points_a().size() != rows * Element::kBytes) {
    return InvalidArgument("points_a: 32 bytes a row");
  }
  if (request.references().size() != rows * kReferenceBytes) {
    return InvalidArgument("references: {} bytes a row", kReferenceBytes);
  }
  if (static_cast<size_t>(request.as_of_size()) != rows) {
    return InvalidArgument("as_of: one a row");
  }
  for (size_t i = 0; i < rows; ++i) {
    if ((request.kinds(static_cast<int>(i)) & ~kAllKinds) != 0) {
      return InvalidArgument("kinds[{}]: unknown kind", i);
    }
  }
  return absl::OkStatus();
}

}  // namespace

SignedBody Vault::SignedParameters() const {
  return SignParameters(keys_.signing, keys_.Public().ToParameters());
}

absl::StatusOr<Element> Vault::PseudonymKey(
    const v1::SignedParameters& aggregator) const {
  GARDEROBE_ASSIGN_OR_RETURN(
      const Parameters parameters,
      VerifyParameters(aggregator_pin_, "aggregator", aggregator.body(),
                       aggregator.signature()));
  GARDEROBE_ASSIGN_OR_RETURN(const auto read,
                             AggregatorParameters::From(parameters));
  return read.pseudonym_key;
}

absl::StatusOr<std::vector<std::optional<LinkRow>>> Vault::OpenRows(
    const v1::LinkRelationsRequest& request) const {
  GARDEROBE_RETURN_IF_ERROR(CheckShape(request));
  const auto count = static_cast<size_t>(request.kinds_size());
  const std::vector<size_t> offsets = PointOffsets(request.kinds());
  if (request.points_b().size() != offsets.back() * Element::kBytes) {
    return InvalidArgument("points_b: 32 bytes for every kind of every row");
  }
  const std::string_view handles = request.handles();
  const std::string_view points_a = request.points_a();
  const std::string_view points_b = request.points_b();
  std::vector<std::optional<LinkRow>> rows(count);
  auto open_row = [&](size_t i) -> std::optional<LinkRow> {
    LinkRow row;
    row.handle = VaultHandle::From(handles.substr(i * 16, 16));
    row.reference =
        request.references().substr(i * kReferenceBytes, kReferenceBytes);
    row.as_of = static_cast<uint16_t>(
        std::min(request.as_of(static_cast<int>(i)), uint32_t{UINT16_MAX}));
    const Element point_a = Element::From(points_a.substr(i * 32, 32));
    size_t point = offsets[i];
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      if ((request.kinds(static_cast<int>(i)) >> kind & 1) == 0) continue;
      Token token{static_cast<Kind>(kind), {}};
      if (!Decrypt(keys_.decryption[kind], point_a,
                   Element::From(points_b.substr(point * 32, 32)),
                   &token.point)) {
        return std::nullopt;
      }
      row.tokens.push_back(token);
      ++point;
    }
    // Without identifiers nothing has looked at A yet.
    if (row.tokens.empty() && !DecodeElement(point_a.bytes()).ok()) {
      return std::nullopt;
    }
    return row;
  };
  ParallelFor(workers_, count, kChunkRows, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) rows[i] = open_row(i);
  });
  return rows;
}

absl::Status Vault::LinkRelations(const v1::LinkRelationsRequest& request,
                                  v1::LinkRelationsResponse* response) {
  if (request.epoch() != kEpoch) {
    return FailedPrecondition("the vault serves epoch {}", kEpoch);
  }
  GARDEROBE_ASSIGN_OR_RETURN(const Element key,
                             PseudonymKey(request.aggregator()));
  GARDEROBE_ASSIGN_OR_RETURN(auto opened, OpenRows(request));
  std::vector<LinkRow> rows;
  std::vector<size_t> places;  // of the rows in the request
  for (size_t i = 0; i < opened.size(); ++i) {
    if (opened[i]) {
      rows.push_back(*std::move(opened[i]));
      places.push_back(i);
    } else {
      response->add_refused(static_cast<uint32_t>(i));
    }
  }
  GARDEROBE_ASSIGN_OR_RETURN(const std::vector<LinkedRow> linked,
                             linker_->Link(rows));
  constexpr size_t kAnswerBytes = 2 * Ciphertext::kBytes;
  std::string pseudonyms(opened.size() * kAnswerBytes, '\0');
  ParallelFor(workers_, rows.size(), kChunkRows, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      std::string answer;
      EncryptFresh(linked[i].person, key).AppendTo(answer);
      EncryptFresh(linked[i].household, key).AppendTo(answer);
      std::memcpy(pseudonyms.data() + places[i] * kAnswerBytes, answer.data(),
                  kAnswerBytes);
    }
  });
  response->set_pseudonyms(std::move(pseudonyms));
  return absl::OkStatus();
}

absl::Status Vault::GetLinkChanges(const v1::GetLinkChangesRequest& request,
                                   v1::GetLinkChangesResponse* response) {
  GARDEROBE_ASSIGN_OR_RETURN(const Element key,
                             PseudonymKey(request.aggregator()));
  GARDEROBE_ASSIGN_OR_RETURN(const LinkChanges changes,
                             linker_->Changes(request.confirmed()));
  auto* out = response->mutable_changes();
  out->set_sequence(changes.sequence);
  out->set_newest(changes.newest);
  for (const auto& change : changes.relations) {
    out->mutable_handles()->append(change.handle.view());
    out->mutable_references()->append(change.reference);
    EncryptFresh(change.person, key).AppendTo(*out->mutable_persons());
  }
  for (const LinkedRow& resident : changes.residents) {
    EncryptFresh(resident.person, key).AppendTo(*out->mutable_residents());
    EncryptFresh(resident.household, key).AppendTo(*out->mutable_residents());
  }
  return absl::OkStatus();
}

}  // namespace garderobe::vault
